/*
 * test_discord.c - players and people on Discord hear each other, by a fake that misses no misuse: who speaks, what was
 * edited, answered, shown; cards for what happens; slash commands; what is not to be heard is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/discord_scene.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"

enum { CODE_BYTES = 16 };

static const char *const rows[] = {
	"quay = chat kinds=said,news,posted,entered,left boards=notices deletes=yes",
	"help = advice in",
	"log = chat out",
	NULL,
};

static void begin(struct discord_scene *s)
{
	discord_scene_start(s, &(struct discord_scene_conf){ .rows = rows, .asked = true });
}

static void write_as(struct discord_scene *s, const char *channel, const char *content)
{
	fake_discord_write(&s->d, channel, "joe", content);
}

START_TEST(a_channel_and_the_game_hear_each_other)
{
	struct discord_scene s;

	begin(&s);
	talk_line(&s.ana, "chat hello there");
	fake_discord_hear(&s.d, "#quay <Ana> hello there\n");
	fake_discord_hear(&s.d, "#log <Ana> hello there\n");
	write_as(&s, "quay", "hello Ana");
	talk_expect(&s.ana, "[chat] joe@discord: hello Ana\n");
	write_as(&s, "log", "nobody hears this");
	write_as(&s, "help", "what is a weir?");
	talk_expect(&s.ana, "[advice] joe@discord: what is a weir?\n");
	talk_line(&s.ana, "chat :waves");
	fake_discord_hear(&s.d, "#quay <Ana> *waves*\n");
	fake_discord_do(&s.d, "{'do':'user','name':'kim','nick':'Kim of the Quay'}");
	fake_discord_write(&s.d, "quay", "kim", "I have a nick");
	talk_expect(&s.ana, "[chat] Kim_of_the_Quay@discord: I have a nick\n");
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(fake_discord_count(&s.d, "#quay <Ana> hello there\n"), 1);
	ck_assert_uint_eq(fake_discord_count(&s.d, "what is a weir"), 1);
	ck_assert_uint_eq(fake_discord_count(&s.d, "hello Ana"), 2); /* and in #log */
	ck_assert_uint_eq(talk_count(&s.ana, "[chat] Ana: hello there"), 1);
	ck_assert_uint_eq(talk_count(&s.ana, "nobody hears this"), 0);
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies"), 1);
	ck_assert_int_eq(fake_discord_stat(&s.d, "limited"), 0);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(what_is_written_on_discord_can_be_read_in_the_game)
{
	struct discord_scene s;
	char id[32];

	begin(&s);
	snprintf(id, sizeof(id), "%s", fake_discord_write(&s.d, "quay", "joe", "the tide is out"));
	talk_expect(&s.ana, "joe@discord: the tide is out\n");
	fake_discord_do(&s.d, "{'do':'edit','id':'%s','content':'the tide is in'}", id);
	talk_expect(&s.ana, "the tide is in");
	fake_discord_do(
		&s.d,
		"{'do':'write','channel':'quay','user':'kim','content':'is it?','reply':'%s'}", id);
	talk_expect(&s.ana, "joe");
	talk_expect(&s.ana, "is it?\n");
	write_as(&s, "quay",
		 "see #{help} @{kim} :{smile} &{keepers} <t:1700000000:R> ||boo|| **loud**");
	talk_expect(&s.ana, "joe@discord: see #help @kim :smile: @keepers ");
	talk_expect(&s.ana, "[spoiler] loud\n");
	fake_discord_do(&s.d, "{'do':'write','channel':'quay','user':'joe','content':'look',"
			      "'files':['crab.png']}");
	talk_expect(&s.ana, "joe@discord: look");
	talk_expect(&s.ana, "crab.png");
	fake_discord_do(&s.d, "{'do':'write','channel':'quay','user':'joe','content':'',"
			      "'stickers':['Wave']}");
	talk_expect(&s.ana, "Wave");
	write_as(&s, "quay", "first line\nsecond line");
	talk_expect(&s.ana, "joe@discord: first line\n");
	talk_expect(&s.ana, "joe@discord: second line\n");
	fake_discord_do(&s.d, "{'do':'delete','id':'%s'}", id);
	talk_expect(&s.ana, "joe");
	discord_scene_is_well(&s, 1);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(what_is_not_said_by_people_is_not_heard)
{
	struct discord_scene s;
	char id[32];

	begin(&s);
	fake_discord_do(&s.d, "{'do':'write','channel':'quay','user':'robot','bot':true,"
			      "'content':'unheard bot'}");
	fake_discord_do(&s.d, "{'do':'write','channel':'quay','webhook':'Feed',"
			      "'content':'unheard feed'}");
	fake_discord_do(&s.d, "{'do':'write','channel':'square','user':'joe',"
			      "'content':'unheard elsewhere'}");
	fake_discord_do(&s.d, "{'do':'write','channel':'quay','user':'joe','system':true,"
			      "'content':'unheard system'}");
	fake_discord_do(&s.d, "{'do':'write','channel':'dm','user':'joe','private':true,"
			      "'content':'unheard private'}");
	snprintf(id, sizeof(id), "%s",
		 fake_discord_write(&s.d, "quay", "joe", "see https://example.org/"));
	talk_expect(&s.ana, "see https://example.org/");
	fake_discord_do(&s.d, "{'do':'unfurl','id':'%s'}", id);
	fake_discord_do(&s.d, "{'do':'gateway','act':'again'}");
	fake_discord_do(&s.d, "{'do':'gateway','act':'unknown'}");
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(talk_count(&s.ana, "unheard"), 0);
	ck_assert_uint_eq(talk_count(&s.ana, "see https://example.org/"), 1);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(what_happens_is_told_by_cards)
{
	CLEANUP(base_freep) char *said = NULL;
	struct discord_scene s;
	struct talk meg;

	begin(&s);
	cast_enter(&s.mud, &meg, "Meg");
	fake_discord_hear(&s.d, "+embed description=Meg has come.");
	talk_line(&meg, "post notices Lost = A brass key. | Whoever finds it, tell Meg.");
	fake_discord_hear(&s.d, "+embed title=Lost description=A brass key.\\nWhoever finds it");
	said = mud_console(&s.mud, "@announce The ferry runs again.\n");
	fake_discord_hear(&s.d, "description=The ferry runs again.");
	talk_line(&meg, "quit");
	talk_expect_end(&meg);
	talk_close(&meg);
	fake_discord_hear(&s.d, "+embed description=Meg has gone.");
	/* the usual kinds: what is said, and news */
	ck_assert_uint_eq(fake_discord_count(&s.d, "#log <"), 1);
	ck_assert_uint_eq(fake_discord_count(&s.d, "description=The ferry runs again."), 2);
	discord_scene_stop(&s);
}
END_TEST

static void use(struct discord_scene *s, const char *name, const char *options)
{
	fake_discord_wait(&s->d, "put_commands", 1);
	fake_discord_do(&s->d,
			"{'do':'slash','name':'%s','user':'joe','channel':'quay','options':{%s}}",
			name, options);
}

START_TEST(slash_commands_are_answered)
{
	char code[CODE_BYTES + 1], options[40];
	struct discord_scene s;

	begin(&s);
	use(&s, "who", "");
	fake_discord_hear(&s.d, "#quay /who joe: ");
	fake_discord_hear(&s.d, "Ana");
	use(&s, "look", "");
	fake_discord_hear(&s.d, "#quay /look joe: ");
	use(&s, "link", "'code':'000000'");
	fake_discord_wait(&s.d, "answered", 3);
	talk_line(&s.ana, "link");
	talk_expect(&s.ana, "/link ");
	talk_expect(&s.ana, TALK_PROMPT);
	snprintf(code, sizeof(code), "%.*s",
		 (int)strcspn(strstr(buf_p(&s.ana.text), "/link ") + 6, " \n"),
		 strstr(buf_p(&s.ana.text), "/link ") + 6);
	snprintf(options, sizeof(options), "'code':'%s'", code);
	use(&s, "link", options);
	fake_discord_wait(&s.d, "answered", 4);
	write_as(&s, "quay", "it is me");
	talk_expect(&s.ana, "[chat] Ana (discord): it is me\n");
	ck_assert_int_eq(fake_discord_stat(&s.d, "late_answers"), 0);
	ck_assert_uint_eq(fake_discord_count(&s.d, "#log /"), 0);
	discord_scene_stop(&s);
}
END_TEST

/* Two channels with one of the game: each hears the other, and its own words once. */
START_TEST(two_channels_hear_each_other_by_the_game)
{
	static const char *const two[] = { "quay = chat", "square = chat", NULL };
	struct discord_scene s;

	discord_scene_start(&s, &(struct discord_scene_conf){ .rows = two });
	talk_line(&s.ana, "chat for both");
	fake_discord_hear(&s.d, "#quay <Ana> for both\n");
	fake_discord_hear(&s.d, "#square <Ana> for both\n");
	write_as(&s, "quay", "over here");
	talk_expect(&s.ana, "[chat] joe@discord: over here\n");
	fake_discord_hear(&s.d, "> over here\n");
	write_as(&s, "square", "over there");
	talk_expect(&s.ana, "[chat] joe@discord: over there\n");
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(fake_discord_count(&s.d, "over here"), 2);
	ck_assert_uint_eq(fake_discord_count(&s.d, "#quay [joe] over here\n"), 1);
	discord_scene_stop(&s);
}
END_TEST

/* _i: a wrong token, an intent that was not granted. */
START_TEST(a_refusal_for_good_is_told_once_and_not_tried_again)
{
	static const char *const orders[] = { "{'do':'token','token':'another'}",
					      "{'do':'set','privileged':0}" };
	struct discord_scene s;
	struct talk meg;
	int64_t n;

	discord_scene_start(&s, &(struct discord_scene_conf){ .apart = true, .first = orders[_i] });
	if (_i == 0)
		mud_expect_log(&s.mud, "oken");
	else
		fake_discord_wait(&s.d, "connections", 1);
	cast_staff(&s.mud, &meg, "Meg", "admin");
	talk_line(&meg, "@bridge status discord");
	talk_expect(&meg, _i ? "ntent" : "oken");
	talk_close(&meg);
	n = fake_discord_stat(&s.d, "requests") + fake_discord_stat(&s.d, "connections");
	ck_assert_int_le(n, 8);
	ck_assert_int_le(fake_discord_stat(&s.d, "unauthorized"), 3);
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies"), 0);
	talk_line(&s.ana, "chat nobody waits for a bridge");
	talk_expect(&s.ana, "nobody waits for a bridge\n");
	discord_scene_stop(&s);
}
END_TEST

START_TEST(by_tls_they_hear_each_other_as_well)
{
	const struct discord_scene_conf conf = { .certificate = "localhost", .asked = _i };
	struct discord_scene s;

	discord_scene_start(&s, &conf);
	discord_scene_is_well(&s, 1);
	fake_discord_do(&s.d, "{'do':'gateway','act':'close','code':4000}");
	fake_discord_wait(&s.d, "resumes", 1);
	discord_scene_is_well(&s, 2);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(a_certificate_for_somebody_else_is_refused)
{
	const struct discord_scene_conf conf = { .certificate = "discord.example",
						 .asked = _i,
						 .apart = true };
	struct discord_scene s;

	discord_scene_start(&s, &conf);
	mud_expect_log(&s.mud, "ertificate");
	talk_line(&s.ana, "chat nobody hears this outside");
	talk_expect(&s.ana, "nobody hears this outside\n");
	ck_assert_int_eq(fake_discord_stat(&s.d, "requests"), 0);
	ck_assert_int_eq(fake_discord_stat(&s.d, "connections"), 0);
	discord_scene_stop(&s);
}
END_TEST

/* The bot's owner makes a new token while it is connected. */
START_TEST(a_token_that_is_reset_stops_it_and_staff_is_told_once)
{
	struct discord_scene s;
	struct talk meg;
	int64_t n;

	discord_scene_start(&s, &(struct discord_scene_conf){ 0 });
	cast_staff(&s.mud, &meg, "Meg", "admin");
	fake_discord_do(&s.d, "{'do':'token','token':'another'}");
	fake_discord_do(&s.d, "{'do':'gateway','act':'close','code':4004}");
	talk_expect(&meg, "does not accept the token");
	n = fake_discord_stat(&s.d, "connections") + fake_discord_stat(&s.d, "resume_connections");
	for (int i = 0; i < 20; i++) {
		talk_line(&s.ana, "chat %d.", i);
		talk_line(&meg, "look");
		talk_expect(&meg, TALK_PROMPT);
	}
	talk_line(&meg, "@bridge status discord");
	talk_expect(&meg, "gateway: stopped");
	ck_assert_int_eq(fake_discord_stat(&s.d, "connections") +
				 fake_discord_stat(&s.d, "resume_connections"),
			 n);
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies"), 1);
	ck_assert_int_le(fake_discord_stat(&s.d, "unauthorized"), 3);
	talk_close(&meg);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(who_may_not_speak_is_told_so_once)
{
	static const char *const some[] = { "quay = chat", "help = advice in speak=linked", NULL };
	struct discord_scene s;

	discord_scene_start(&s, &(struct discord_scene_conf){ .rows = some });
	write_as(&s, "help", "unheard one");
	fake_discord_hear(&s.d, "Only those who play may speak here.");
	write_as(&s, "help", "unheard two");
	fake_discord_write(&s.d, "help", "kim", "unheard three");
	fake_discord_wait(&s.d, "create", 2);
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(fake_discord_count(&s.d, "Only those who play may speak here."), 2);
	ck_assert_uint_eq(talk_count(&s.ana, "unheard"), 0);
	ck_assert_uint_eq(talk_count(&s.ana, "Only those who play"), 0);
	discord_scene_stop(&s);
}
END_TEST

/* The session is not valid any more, and nothing tells what was said meanwhile. */
static void miss(struct discord_scene *s, const char *const *sets)
{
	discord_scene_start(s, &(struct discord_scene_conf){ .sets = sets });
	write_as(s, "quay", "before");
	talk_expect(&s->ana, "joe@discord: before\n");
	fake_discord_do(&s->d, "{'do':'write','channel':'quay','user':'joe',"
			       "'content':'meanwhile','times':3,'silent':true}");
	fake_discord_do(&s->d, "{'do':'gateway','act':'invalid'}");
}

START_TEST(what_was_said_between_two_sessions_is_heard)
{
	struct discord_scene s;

	miss(&s, NULL);
	talk_expect(&s.ana, "joe@discord: meanwhile 1\n");
	talk_expect(&s.ana, "joe@discord: meanwhile 2\n");
	talk_expect(&s.ana, "joe@discord: meanwhile 3\n");
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(talk_count(&s.ana, "joe@discord: before\n"), 1);
	ck_assert_int_eq(fake_discord_stat(&s.d, "identifies"), 2);
	discord_scene_stop(&s);
}
END_TEST

START_TEST(what_is_too_old_of_it_is_counted)
{
	static const char *const soon[] = { "discord.max_age=1s", NULL };
	struct discord_scene s;

	miss(&s, soon);
	talk_expect(&s.ana, "(3 messages from #quay on Discord were not relayed)");
	discord_scene_is_well(&s, 1);
	ck_assert_uint_eq(talk_count(&s.ana, "meanwhile"), 0);
	discord_scene_stop(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_channel_and_the_game_hear_each_other, 1 },
		{ what_is_written_on_discord_can_be_read_in_the_game, 1 },
		{ what_is_not_said_by_people_is_not_heard, 1 },
		{ what_happens_is_told_by_cards, 1 },
		{ slash_commands_are_answered, 1 },
		{ two_channels_hear_each_other_by_the_game, 1 },
		{ a_refusal_for_good_is_told_once_and_not_tried_again, 2 },
		{ a_token_that_is_reset_stops_it_and_staff_is_told_once, 1 },
		{ by_tls_they_hear_each_other_as_well, 2 },
		{ a_certificate_for_somebody_else_is_refused, 2 },
		{ who_may_not_speak_is_told_so_once, 1 },
		{ what_was_said_between_two_sessions_is_heard, 1 },
		{ what_is_too_old_of_it_is_counted, 1 },
	};

	return suite_together("discord", 90, tests, ARRAY_LEN(tests));
}
