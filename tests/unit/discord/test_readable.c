/*
 * test_readable.c - messages of Discord as plain text.
 */
#include "bridges/discord/readable.h"

#include <string.h>
#include "../rt/unit.h"
#include "rt/jsonin.h"
#include "rt/text.h"

enum { BYTES = 490 };

static const char *find_channel(UNUSED void *ctx, struct span id)
{
	return id.n == 1 && *id.p == '5' ? "quay" : NULL;
}

static const char *find_role(UNUSED void *ctx, struct span id)
{
	return id.n == 1 && *id.p == '6' ? "keepers" : NULL;
}

static const struct readable_names names = { find_channel, find_role, NULL };

static void is_message(const char *json, const char *want)
{
	CLEANUP(jsonin_freep) json_t *m = jsonin_object((struct span){ json, strlen(json) });
	CLEANUP(buf_done) struct buf out = { 0 };

	ck_assert_ptr_nonnull(m);
	readable_message(&out, m, &names, BYTES);
	ck_assert(text_is_utf8(buf_span(&out)));
	buf_addc(&out, 0);
	ck_assert_str_eq(buf_p(&out), want);
}

static void is_content(const char *content, const char *want)
{
	CLEANUP(buf_done) struct buf json = { 0 };

	buf_adds(&json,
		 "{\"mentions\":[{\"id\":\"1\",\"username\":\"ana_1\",\"global_name\":\"Ana\"},"
		 "{\"id\":\"2\",\"username\":\"joe\",\"member\":{\"nick\":\"Joe the Great\"}}],"
		 "\"content\":");
	json_quote(&json, (struct span){ content, strlen(content) });
	buf_addc(&json, '}');
	buf_addc(&json, 0);
	is_message(buf_p(&json), want);
}

START_TEST(people_channels_and_roles_have_names)
{
	is_content("<@1> and <@!2> of <@&6> in <#5>",
		   "@Ana and @Joe the Great of @keepers in #quay");
	is_content("<@9> <@&9> <#9>", "@somebody @a-role #a-channel");
	is_content("<@x> <#> <@&> < @1>", "<@x> <#> <@&> < @1>");
}
END_TEST

START_TEST(emoji_times_and_commands_become_words)
{
	is_content("<:smile:77> <a:dance:78>", ":smile: :dance:");
	is_content("<t:0> <t:1780000000:R>", "1970-01-01 00:00 UTC 2026-05-28 20:26 UTC");
	is_content("</who:12> <id:home> <https://a.example/>", "/who #home https://a.example/");
	is_content("<t:99999999999999999999> <::> <t:>", "<t:99999999999999999999> <::> <t:>");
}
END_TEST

START_TEST(escapes_of_discord_are_taken_off)
{
	is_content("\\*a\\* \\<@1>", "*a* <@1>");
	is_content("\\n a\\", "\\n a\\");
}
END_TEST

START_TEST(what_is_set_in_bold_and_the_like_is_read_without_its_signs)
{
	is_content("hi **all** of *you* and __you__ and _you_ ~~not~~",
		   "hi all of you and you and you not");
	is_content("***both*** **a *b*** *a **b*** __**x**__", "both a b a b x");
	is_content("2 * 3 * 4, snake_case_name, a ** b, **kwargs, _x",
		   "2 * 3 * 4, snake_case_name, a ** b, **kwargs, _x");
	is_content("https://a.example/x_y_z and <:a_b_c:1> *see* https://b.example/_q",
		   "https://a.example/x_y_z and :a_b_c: see https://b.example/_q");
	is_content("\\*not\\* *it\\*s*", "*not* it*s");
	is_content("`**code**` ``a`b`` `\\*`", "`**code**` `a`b` `\\*`");
}
END_TEST

START_TEST(headings_and_fences_are_no_text)
{
	is_content("# Big\n## Less\n-# tiny\n#5 #quay", "Big\nLess\ntiny\n#5 #quay");
	is_content("see:\n```c\nint *a, *b;\n# x\n```\nso", "see:\nint *a, *b;\n# x\nso");
	is_content("```\none\n```", "one");
	is_content("```one``` and ```", "one and ```");
	/* Four lines, and none is lost to the fences. */
	is_content("```\na\nb\nc\nd\n```", "a\nb\nc\nd");
}
END_TEST

START_TEST(a_spoiler_is_not_told)
{
	is_content("||it was the cook|| ha", "[spoiler] ha");
	is_content("**a ||b** c|| d", "**a [spoiler] d");
	is_content("||a\nb|| **||c||** `||d||`", "[spoiler] [spoiler] `||d||`");
	is_content("||https://a.example/|| a || b", "[spoiler] a || b");
}
END_TEST

static bool is_emote(const char *json)
{
	CLEANUP(jsonin_freep) json_t *m = jsonin_object((struct span){ json, strlen(json) });

	return readable_is_emote(m);
}

START_TEST(slash_me_is_an_emote)
{
	is_content("_waves_", "waves");
	ck_assert(is_emote("{\"content\":\"_waves_\"}"));
	ck_assert(!is_emote("{\"content\":\"*waves*\"}"));
	ck_assert(!is_emote("{\"content\":\"_a_ or _b_\"}"));
	ck_assert(!is_emote("{\"content\":\"_a_\",\"referenced_message\":{\"content\":\"\"}}"));
	ck_assert(!is_emote("{}"));
}
END_TEST

/* A hostile message costs little, and ends; what of it is a name is bounded. */
START_TEST(only_the_first_hundred_mentions_are_names)
{
	CLEANUP(buf_done) struct buf json = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };
	CLEANUP(jsonin_freep) json_t *m = NULL;

	buf_adds(&json, "{\"content\":\"<@1000> <@1099> <@1100>\",\"mentions\":[");
	for (unsigned i = 1000; i < 1101; i++)
		buf_addf(&json, "%s{\"id\":\"%u\",\"username\":\"n%u\"}", i > 1000 ? "," : "", i,
			 i);
	buf_adds(&json, "]}");
	m = jsonin_object(buf_span(&json));
	ck_assert_ptr_nonnull(m);
	readable_message(&out, m, &names, BYTES);
	buf_addc(&out, 0);
	ck_assert_str_eq(buf_p(&out), "@n1000 @n1099 @somebody");
}
END_TEST

START_TEST(only_the_first_hundred_marks_are_names)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };
	CLEANUP(jsonin_freep)
	json_t *m = jsonin_object(SPAN("{\"mentions\":[{\"id\":\"1\",\"username\":\"ana\"}]}"));
	size_t n = 0;

	for (unsigned i = 0; i < 150; i++)
		buf_adds(&text, "<@1>");
	readable_marks(&out, buf_span(&text), m, NULL);
	buf_addc(&out, 0);
	for (const char *p = buf_p(&out); (p = strstr(p, "@ana")); p++)
		n++;
	ck_assert_uint_eq(n, 100);
}
END_TEST

static void read_hostile(const char *what)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(buf_done) struct buf json = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };
	CLEANUP(jsonin_freep) json_t *m = NULL;

	while (text.n < 16000)
		buf_adds(&text, what);
	buf_adds(&json, "{\"content\":");
	json_quote(&json, buf_span(&text));
	buf_addc(&json, '}');
	m = jsonin_object(buf_span(&json));
	readable_message(&out, m, NULL, BYTES);
	ck_assert_uint_le(out.n, (READABLE_LINES + 1) * (BYTES + 1));
}

START_TEST(markup_without_end_is_read_and_ends)
{
	static const char *const hostile[] = { "*",   "**",  "_",  "~~",    "|",  "||",
					       "`",   "```", "<",  "<@",    "*a", "**a_",
					       "* _", "\\",  "# ", "\n# *", "h",  "`a``b```" };

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		read_hostile(hostile[i]);
}
END_TEST

START_TEST(a_reply_says_to_whom)
{
	is_message(
		"{\"content\":\"yes\",\"referenced_message\":{\"author\":{\"username\":\"joe\"}}}",
		"(to joe) yes");
	is_message("{\"content\":\"yes\",\"referenced_message\":null}", "yes");
}
END_TEST

START_TEST(what_hangs_on_a_message_is_named)
{
	is_message(
		"{\"content\":\"\",\"attachments\":[{\"filename\":\"cat.png\",\"content_type\":"
		"\"image/png\"},{\"filename\":\"a.zip\"}],\"sticker_items\":[{\"name\":\"Hi\"}]}",
		"[picture: cat.png] [file: a.zip] [sticker: Hi]");
	is_message("{\"content\":\"\",\"poll\":{\"question\":{\"text\":\"Tea?\"}}}",
		   "[poll: Tea?]");
	is_message("{\"content\":\"\",\"message_snapshots\":[{\"message\":{\"content\":\"x\"}}]}",
		   "(forwarded) x");
}
END_TEST

START_TEST(a_message_with_nothing_to_read_is_nothing)
{
	is_message("{\"content\":\"\"}", "");
	is_message("{}", "");
	is_message("{\"content\":\"\",\"referenced_message\":{}}", "");
	is_message("{\"content\":7,\"attachments\":3,\"mentions\":\"x\"}", "");
}
END_TEST

START_TEST(a_long_message_is_a_few_lines_and_says_so)
{
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(buf_done) struct buf json = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };
	CLEANUP(jsonin_freep) json_t *m = NULL;
	size_t lines = 1;

	for (unsigned i = 0; i < 4000; i++)
		buf_adds(&text, i % 9 ? "x" : " ");
	buf_adds(&json, "{\"content\":");
	json_quote(&json, buf_span(&text));
	buf_addc(&json, '}');
	m = jsonin_object(buf_span(&json));
	readable_message(&out, m, NULL, BYTES);
	for (size_t i = 0; i < out.n; i++)
		lines += buf_p(&out)[i] == '\n';
	ck_assert_uint_eq(lines, READABLE_LINES + 1);
	ck_assert(memmem(buf_p(&out), out.n, "(the message goes on)", 21));
	ck_assert_uint_le(out.n, (READABLE_LINES + 1) * (BYTES + 1));
}
END_TEST

START_TEST(control_characters_and_directions_do_not_come_in)
{
	is_message("{\"content\":\"a\\u001b[31mb\\u202ec\\u0007d\"}", "a[31mbcd");
	is_message("{\"content\":\"a\\n\\n\\n\\nb\\r\\nc\"}", "a\nb\nc");
}
END_TEST

static void is_author(const char *json, const char *want)
{
	CLEANUP(jsonin_freep) json_t *m = jsonin_object((struct span){ json, strlen(json) });
	CLEANUP(buf_done) struct buf out = { 0 };

	readable_author(&out, m);
	buf_addc(&out, 0);
	ck_assert_str_eq(buf_p(&out), want);
}

START_TEST(the_nick_comes_before_the_name_for_all_and_that_before_the_account)
{
	is_author("{\"author\":{\"username\":\"u\",\"global_name\":\"G\"},\"member\":{\"nick\":"
		  "\"N\"}}",
		  "N");
	is_author("{\"author\":{\"username\":\"u\",\"global_name\":\"G\"},\"member\":{\"nick\":"
		  "null}}",
		  "G");
	is_author("{\"author\":{\"username\":\"u\",\"global_name\":null}}", "u");
	is_author("{}", "somebody");
}
END_TEST

UNIT_MAIN("readable", people_channels_and_roles_have_names, emoji_times_and_commands_become_words,
	  escapes_of_discord_are_taken_off,
	  what_is_set_in_bold_and_the_like_is_read_without_its_signs,
	  headings_and_fences_are_no_text, a_spoiler_is_not_told, slash_me_is_an_emote,
	  only_the_first_hundred_mentions_are_names, only_the_first_hundred_marks_are_names,
	  markup_without_end_is_read_and_ends, a_reply_says_to_whom,
	  what_hangs_on_a_message_is_named, a_message_with_nothing_to_read_is_nothing,
	  a_long_message_is_a_few_lines_and_says_so,
	  control_characters_and_directions_do_not_come_in,
	  the_nick_comes_before_the_name_for_all_and_that_before_the_account)
