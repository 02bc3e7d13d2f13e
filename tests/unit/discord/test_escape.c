/*
 * test_escape.c - text of the game as Discord shows it letter by letter.
 */
#include "bridges/discord/escape.h"

#include <string.h>
#include "../rt/unit.h"
#include "rt/text.h"

#define GAP "\xe2\x80\x8b"

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void is_text(const char *in, const char *want)
{
	CLEANUP(buf_done) struct buf out = { 0 };

	escape_text(&out, span_of(in));
	buf_addc(&out, 0);
	ck_assert_str_eq(buf_p(&out), want);
}

static void is_name(const char *in, const char *want)
{
	CLEANUP(buf_done) struct buf out = { 0 };

	escape_name(&out, span_of(in));
	buf_addc(&out, 0);
	ck_assert_str_eq(buf_p(&out), want);
}

START_TEST(plain_text_stays_as_it_is)
{
	is_text("hello, world (it is 5:30) - 100% sure!", "hello, world (it is 5:30) - 100% sure!");
	is_text("", "");
	is_text("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
}
END_TEST

START_TEST(markup_is_shown_as_it_was_typed)
{
	is_text("*a* _b_ ~~c~~ `d` ||e||", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\` \\|\\|e\\|\\|");
	is_text("\\*", "\\\\\\*");
	is_text("```\nx\n```", "\\`\\`\\`\nx\n\\`\\`\\`");
}
END_TEST

START_TEST(headings_lists_and_quotes_at_the_beginning_of_a_line_are_text)
{
	is_text("# a", "\\# a");
	is_text("a # b", "a # b");
	is_text("> a\n- b\n+ c\n-# d", "\\> a\n\\- b\n\\+ c\n\\-# d");
	is_text("1. a", "1\\. a");
	is_text("12.5", "12\\.5");
	is_text("  > a", "  \\> a");
}
END_TEST

START_TEST(nobody_is_mentioned)
{
	is_text("@everyone", "@" GAP "everyone");
	is_text("@here", "@" GAP "here");
	is_text("<@123>", "\\<" GAP "@" GAP "123>");
	is_text("<@&123>", "\\<" GAP "@" GAP "&123>");
	is_text("<#123>", "\\<" GAP "#123>");
	is_text("<:a:1> <a:b:2>", "\\<" GAP ":a:1> \\<" GAP "a:b:2>");
	is_text("I <3 you", "I \\<3 you");
}
END_TEST

START_TEST(a_link_is_never_masked)
{
	is_text("[free](https://evil.example)", "\\[free\\](https://evil.example)");
	is_text("https://a.example/x_y_z*w?q=1", "https://a.example/x_y_z\\*w?q=1");
	is_text("see http://a.example/@joe", "see http://a.example/%40joe");
	is_text("https://a.example/<@1>", "https://a.example/\\<" GAP "@" GAP "1>");
	is_text("http://a.example](x", "http://a.example\\](x");
}
END_TEST

START_TEST(an_invitation_is_not_drawn)
{
	is_text("discord.gg/abc", "discord" GAP ".gg/abc");
	is_text("https://Discord.com/invite/abc", "https://Discord" GAP ".com/invite/abc");
	is_text("discord is nice", "discord is nice");
}
END_TEST

START_TEST(whatever_is_typed_holds_no_mention)
{
	static const char *const parts[] = { "@everyone", "@here", "<@1>", "<#2>",	 "\\",
					     "@",	  "<",	   "\n",   "http://",	 "a",
					     "*",	  "]",	   "(",	   "discord.gg/" };
	CLEANUP(buf_done) struct buf in = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
			CLEANUP(buf_done) struct buf out = { 0 };

			buf_reset(&in);
			buf_addf(&in, "%s%s%s", parts[i], parts[k], parts[i]);
			escape_text(&out, buf_span(&in));
			ck_assert(!memmem(buf_p(&out), out.n, "@everyone", 9));
			ck_assert(!memmem(buf_p(&out), out.n, "@here", 5));
			ck_assert(!memmem(buf_p(&out), out.n, "<@", 2));
			ck_assert(!memmem(buf_p(&out), out.n, "<#", 2));
			ck_assert(!memmem(buf_p(&out), out.n, "](", 2) ||
				  memmem(buf_p(&out), out.n, "\\](", 3));
			ck_assert(!memmem(buf_p(&out), out.n, "discord.gg/", 11));
			ck_assert_uint_le(out.n, ESCAPE_GROWTH * in.n);
		}
	}
}
END_TEST

START_TEST(names_are_those_that_discord_takes)
{
	is_name("Ana", "Ana");
	is_name("joe@discord", "joe\xef\xbc\xa0"
			       "dis-cord");
	is_name("Clyde", "Cl-yde");
	is_name("DISCORD", "Dis-cord");
	is_name("everyone", "-everyone");
	is_name("Here", "-Here");
	is_name("a#b:c", "a\xef\xbc\x83"
			 "b\xef\xbc\x9a"
			 "c");
	is_name("  ", "somebody");
	is_name(" Ana (irc) ", "Ana (irc)");
}
END_TEST

START_TEST(a_name_has_eighty_characters_at_most)
{
	CLEANUP(buf_done) struct buf in = { 0 };
	CLEANUP(buf_done) struct buf out = { 0 };

	for (unsigned i = 0; i < 100; i++)
		buf_adds(&in, i % 2 ? "\xf0\x9f\x98\x80" : "@");
	escape_name(&out, buf_span(&in));
	ck_assert(text_is_utf8(buf_span(&out)));
	ck_assert_uint_le(escape_units(buf_span(&out)), ESCAPE_NAME);
	ck_assert_uint_ge(escape_units(buf_span(&out)), ESCAPE_NAME - 4);
}
END_TEST

START_TEST(characters_are_counted_as_discord_counts)
{
	ck_assert_uint_eq(escape_units(span_of("abc")), 3);
	ck_assert_uint_eq(escape_units(span_of("\xc3\xa4\xe2\x82\xac")), 2);
	ck_assert_uint_eq(escape_units(span_of("\xf0\x9f\x98\x80")), 2);
}
END_TEST

START_TEST(pieces_fit_when_they_are_escaped_and_nothing_is_lost)
{
	static const char family[] = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9";
	CLEANUP(buf_done) struct buf text = { 0 };
	CLEANUP(buf_done) struct buf got = { 0 };
	struct span rest;
	size_t pieces = 0;

	for (unsigned i = 0; i < 800; i++)
		buf_adds(&text, i % 3 ? "*@<" : family);
	rest = buf_span(&text);
	while (rest.n) {
		CLEANUP(buf_done) struct buf out = { 0 };
		const struct span piece = escape_piece(&rest, 300);

		escape_text(&out, piece);
		ck_assert(piece.n > 0);
		ck_assert(text_is_utf8(piece));
		ck_assert_uint_le(escape_units(buf_span(&out)), 300);
		buf_add(&got, piece.p, piece.n);
		pieces++;
	}
	ck_assert_uint_gt(pieces, 5);
	ck_assert_uint_eq(got.n, text.n);
	ck_assert(!memcmp(buf_p(&got), buf_p(&text), got.n));
}
END_TEST

START_TEST(a_picture_is_the_same_for_the_same_name)
{
	CLEANUP(buf_done) struct buf a = { 0 };
	CLEANUP(buf_done) struct buf b = { 0 };
	CLEANUP(buf_done) struct buf c = { 0 };

	escape_avatar(&a, "", span_of("Ana"));
	escape_avatar(&b, "", span_of("Ana"));
	ck_assert_uint_eq(a.n, b.n);
	ck_assert(!memcmp(buf_p(&a), buf_p(&b), a.n));
	ck_assert(!memcmp(buf_p(&a), "https://cdn.discordapp.com/embed/avatars/", 41));
	escape_avatar(&c, "https://p.example/{name}?h={hash}", span_of("A\xc3\xa4 &"));
	buf_addc(&c, 0);
	ck_assert(!strncmp(buf_p(&c), "https://p.example/A%C3%A4%20%26?h=", 34));
}
END_TEST

UNIT_MAIN("escape", plain_text_stays_as_it_is, markup_is_shown_as_it_was_typed,
	  headings_lists_and_quotes_at_the_beginning_of_a_line_are_text, nobody_is_mentioned,
	  a_link_is_never_masked, an_invitation_is_not_drawn, whatever_is_typed_holds_no_mention,
	  names_are_those_that_discord_takes, a_name_has_eighty_characters_at_most,
	  characters_are_counted_as_discord_counts,
	  pieces_fit_when_they_are_escaped_and_nothing_is_lost,
	  a_picture_is_the_same_for_the_same_name)
