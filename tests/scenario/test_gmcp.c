/* test_gmcp.c - clients with GMCP and a real Mudlark: what they are told, ask, and how they come in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/client.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

#define ALL "[\"Char 1\",\"Char.Items 1\",\"Room 1\",\"Comm.Channel 1\",\"Client.Media 1\"]"
#define PASSWORD "a Well kept horse 7"

static void settle(struct client *c, const char *word)
{
	client_type(c, "think %s", word);
	client_reads(c, word);
	client_reads(c, TALK_PROMPT);
}

START_TEST(who_comes_in_is_told_who_and_where_he_is_and_then_what_changes)
{
	struct client c;
	struct mud m;

	mud_start(&m, &(struct mud_conf){ 0 });
	client_begin(&c, "Wrenna", m.telnet, ALL);
	client_creates(&c, "Wrenna", PASSWORD);
	client_told_of(&c, "Char.Name", "\"name\":\"Wrenna\"");
	client_told(&c, "Char.StatusVars");
	client_told_of(&c, "Char.Status", "\"role\":\"player\"");
	client_told_of(&c, "Char.Vitals", "\"maxhp\":");
	client_told_of(&c, "Char.Afflictions.List", "[]");
	client_told_of(&c, "Room.Info", "\"name\":\"The Watermen's Stairs\"");
	client_told_of(&c, "Room.Players", "\"Wrenna\"");
	client_told_of(&c, "Char.Items.List", "\"location\":\"inv\",\"items\":[]");
	client_told_of(&c, "Char.Items.List", "boat-hook");
	client_told_of(&c, "Comm.Channel.List", "\"tell\"");
	client_told_of(&c, "Client.Media.Play", "\"key\":\"room\"");
	settle(&c, "once");
	ck_assert_uint_eq(client_untold(&c), 0);
	client_type(&c, "get boat");
	client_told_of(&c, "Char.Items.Remove", "\"room\"");
	client_told_of(&c, "Char.Items.Add", "boat-hook");
	client_type(&c, "drop boat");
	client_told_of(&c, "Char.Items.Add", "\"location\":\"room\"");
	client_type(&c, "north");
	client_told_of(&c, "Room.WrongDir", "\"n\"");
	client_type(&c, "down");
	client_told_of(&c, "Room.Info", "\"name\":\"The Foreshore at Low Tide\"");
	client_told_of(&c, "Char.Items.List", "penny");
	client_end(&c);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(players_see_each_other_come_speak_and_go)
{
	struct client a, b;
	struct mud m;

	mud_start(&m, &(struct mud_conf){ 0 });
	client_begin(&a, "Ada", m.telnet, ALL);
	client_creates(&a, "Ada", PASSWORD);
	client_begin(&b, "Berta", m.telnet, "[\"Comm 1\"]");
	client_creates(&b, "Berta", PASSWORD);
	client_told_of(&a, "Room.AddPlayer", "\"Berta\"");
	client_type(&b, "say mind the \"tide\"");
	client_told_of(
		&a, "Comm.Channel.Text",
		"{\"channel\":\"say\",\"talker\":\"Berta\",\"text\":\"mind the \\\"tide\\\"\"}");
	client_told(&b, "Comm.Channel.Text");
	client_type(&a, "tell berta aye");
	client_told_of(&b, "Comm.Channel.Text", "\"channel\":\"tell\",\"talker\":\"Ada\"");
	client_asks(&b, "Comm.Channel.Players", "");
	client_told_of(&b, "Comm.Channel.Players", "\"Ada\"");
	client_type(&b, "quit");
	client_told_of(&a, "Room.RemovePlayer", "\"Berta\"");
	ck_assert_ptr_null(memmem(buf_p(&b.data), b.data.n, "Room.", 5));
	client_end(&a);
	client_end(&b);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(rubbish_as_data_harms_neither_the_client_nor_the_world)
{
	static const char *const rubbish[] = { "{",
					       "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
					       "{\"a\":1,\"a\":1}",
					       "\"\xff\xfe\"",
					       "nul",
					       "1e999",
					       "{\"id\":",
					       "\"\\ud800\"" };
	static const char *const packages[] = { "Char.Items.Contents", "Char.Skills.Get",
						"Char.Login.Credentials", "No.Such.Thing",
						"External.Discord.Hello" };
	struct client c;
	struct mud m;
	pid_t world;

	mud_start(&m, &(struct mud_conf){ 0 });
	world = mud_pid(&m, "world");
	client_begin(&c, "Rasp", m.telnet, ALL);
	client_reads(&c, "Name:");
	for (size_t i = 0; i < ARRAY_LEN(rubbish); i++)
		client_asks(&c, "Char.Login.Credentials", rubbish[i]);
	client_type(&c, "guest");
	client_reads(&c, TALK_PROMPT);
	for (size_t p = 0; p < ARRAY_LEN(packages); p++)
		for (size_t i = 0; i < ARRAY_LEN(rubbish); i++)
			client_asks(&c, packages[p], rubbish[i]);
	settle(&c, "calm");
	client_asks(&c, "Char.Items.Inv", "");
	client_told_of(&c, "Char.Items.List", "\"location\":\"inv\"");
	ck_assert_int_eq(mud_pid(&m, "world"), world);
	client_end(&c);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

/* Where the needle is in a file. */
static bool file_has(const char *path, const char *needle)
{
	FILE *f = fopen(path, "rbe");
	struct buf all = { 0 };
	char part[65536];
	bool found;
	size_t n;

	ck_assert_ptr_nonnull(f);
	while ((n = fread(part, 1, sizeof(part), f)))
		buf_add(&all, part, n);
	fclose(f);
	found = memmem(buf_p(&all), all.n, needle, strlen(needle));
	buf_done(&all);
	return found;
}

START_TEST(a_client_logs_in_by_data_and_no_log_has_the_password)
{
	const char *dir = tmp_dir();
	CLEANUP(base_freep) char *log = tmp_path(dir, "input.log"), *set = NULL;
	struct buf b = { 0 };
	struct client c;
	struct mud m;

	buf_addf(&b, "world.input_log=%s", log);
	set = base_dup(buf_p(&b), b.n);
	buf_done(&b);
	const char *const sets[] = { set, "log.level=debug", NULL };

	mud_start(&m, &(struct mud_conf){ .dir = dir, .sets = sets });
	client_begin(&c, "first", m.telnet, "[\"Room 1\"]");
	client_creates(&c, "Tobin", PASSWORD);
	ck_assert_ptr_null(memmem(buf_p(&c.data), c.data.n, "Char.", 5));
	client_type(&c, "quit");
	client_end(&c);

	client_begin(&c, "by data", m.telnet, "[\"Char.Login 1\",\"Char.Name 1\"]");
	client_told_of(&c, "Char.Login.Default", "{\"type\":[\"password-credentials\"]}");
	client_asks(&c, "Char.Login.Credentials",
		    "{\"account\":\"tobin\",\"password\":\"wrong horse 99\"}");
	client_told_of(&c, "Char.Login.Result", "\"success\":false,\"message\":\"");
	client_asks(&c, "Char.Login.Credentials",
		    "{\"account\":\"tobin\",\"password\":\"" PASSWORD "\"}");
	client_told_of(&c, "Char.Login.Result", "{\"success\":true}");
	client_told_of(&c, "Char.Name", "\"Tobin\"");
	client_reads(&c, TALK_PROMPT);
	settle(&c, "again");
	client_end(&c);
	ck_assert(file_has(log, "char.login.credentials"));
	ck_assert(!file_has(log, "horse"));
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(after_the_death_of_the_world_a_client_is_told_what_may_be_new_and_no_more)
{
	struct client c;
	struct mud m;
	pid_t old;

	mud_start(&m, &(struct mud_conf){ 0 });
	client_begin(&c, "Odile", m.telnet, ALL);
	client_creates(&c, "Odile", PASSWORD);
	client_type(&c, "down");
	client_told_of(&c, "Room.Info", "\"name\":\"The Watermen's Stairs\"");
	client_told_of(&c, "Room.Info", "\"name\":\"The Foreshore at Low Tide\"");
	settle(&c, "before");
	c.data_at = c.data.n;
	old = mud_kill(&m, "world");
	mud_wait_pid(&m, "world", old);
	client_told_of(&c, "Room.Info", "\"name\":\"The Foreshore at Low Tide\"");
	settle(&c, "after");
	ck_assert_uint_le(client_untold(&c), 3);
	client_type(&c, "get penny");
	client_told_of(&c, "Char.Items.Add", "penny");
	client_type(&c, "up");
	client_told_of(&c, "Room.Info", "\"name\":\"The Watermen's Stairs\"");
	client_end(&c);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_list_of_games_is_told_without_a_login)
{
	static const char *const sets[] = { "world.name=The Proving Ground",
					    "world.mssp=WEBSITE=https://example.org", NULL };
	struct client c, crawler;
	struct mud m;

	mud_start(&m, &(struct mud_conf){ .sets = sets });
	client_begin(&c, "player", m.telnet, "[]");
	client_reads(&c, "Name:");
	client_begin(&crawler, "crawler", m.telnet, "[]");
	ck_assert_str_eq(client_mssp(&crawler, "NAME"), "The Proving Ground");
	ck_assert_str_eq(client_mssp(&crawler, "WEBSITE"), "https://example.org");
	ck_assert_str_eq(client_mssp(&crawler, "PLAYERS"), "0");
	ck_assert_int_gt(atoll(client_mssp(&crawler, "UPTIME")), 1500000000);
	ck_assert_int_gt(atoi(client_mssp(&crawler, "ROOMS")), 5);
	client_end(&crawler);
	client_end(&c);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ who_comes_in_is_told_who_and_where_he_is_and_then_what_changes, 1 },
		{ players_see_each_other_come_speak_and_go, 1 },
		{ rubbish_as_data_harms_neither_the_client_nor_the_world, 1 },
		{ a_client_logs_in_by_data_and_no_log_has_the_password, 1 },
		{ after_the_death_of_the_world_a_client_is_told_what_may_be_new_and_no_more, 1 },
		{ a_list_of_games_is_told_without_a_login, 1 },
	};

	return suite_main("gmcp", 60, tests, ARRAY_LEN(tests));
}
