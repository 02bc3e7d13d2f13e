/*
 * test_kill.c - kill -9 of the world, of persist, of both, while somebody plays by hand: same character,
 * same place, no login, and what was typed meanwhile is done once each.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/store.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { WORLD = 1, PERSIST = 2, VICTIMS = 3 };

static void start(struct mud *m, int kind, const char *const *sets)
{
	char *dir = tmp_dir(), url[300];
	struct mud_conf conf = { .dir = dir, .store = url, .sets = sets };

	snprintf(url, sizeof(url), "%s", store_url((enum store_kind)kind, dir));
	mud_start(m, &conf);
}

static void kill_these(struct mud *m, int who)
{
	if (who & PERSIST)
		ck_assert_int_ne(mud_kill(m, "persist"), 0);
	if (who & WORLD)
		ck_assert_int_ne(mud_kill(m, "world"), 0);
}

/* Types while everything is away, then reads what must have come of it. */
static void play_over_it(struct talk *t, unsigned round)
{
	size_t from = t->at;
	char text[64];

	for (unsigned i = 0; i < 5; i++)
		talk_line(t, "think kept %u.%u.", round, i);
	talk_line(t, "get penny");
	talk_line(t, "drop penny");
	talk_line(t, "say back %u.", round);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), "kept %u.%u.\n", round, i);
		talk_expect(t, text);
		ck_assert_uint_eq(talk_count(t, text), 1);
	}
	talk_expect(t, "You pick up");
	talk_expect(t, "You drop");
	snprintf(text, sizeof(text), "You say, \"back %u.\"", round);
	talk_expect(t, text);
	talk_expect(t, TALK_PROMPT);
	ck_assert_ptr_null(strstr(buf_p(&t->text) + from, "Name:"));
	ck_assert_ptr_null(strstr(buf_p(&t->text) + from, "Password:"));
}

START_TEST(a_player_keeps_place_and_things_over_kill_9)
{
	struct talk t, witness;
	struct mud m;

	start(&m, _i, NULL);
	talk_open(&t, "player", m.telnet);
	talk_enter_new(&t, "Severin", "some long password");
	talk_open(&witness, "witness", m.telnet);
	talk_enter_guest(&witness);
	talk_line(&t, "get boat\r\ndown");
	talk_expect(&t, "The Foreshore at Low Tide");
	talk_line(&witness, "down");
	talk_expect(&witness, "Exits:");
	talk_line(&t, "look");
	talk_expect(&t, TALK_PROMPT);
	for (int who = WORLD; who <= VICTIMS; who++) {
		char heard[64];

		kill_these(&m, who);
		play_over_it(&t, (unsigned)who);
		snprintf(heard, sizeof(heard), "Severin says, \"back %d.\"", who);
		talk_expect(&witness, heard);
		ck_assert_uint_eq(talk_count(&witness, heard), 1);
		talk_line(&t, "look");
		talk_expect(&t, "The Foreshore at Low Tide");
		talk_line(&t, "inventory");
		talk_expect(&t, "boat");
		talk_expect(&t, TALK_PROMPT);
	}
	talk_close(&t);
	talk_close(&witness);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_login_that_was_cut_off_starts_anew)
{
	struct talk t;
	struct mud m;

	start(&m, STORE_OF_SQLITE, NULL);
	talk_open(&t, "newcomer", m.telnet);
	talk_expect(&t, "Name:");
	talk_line(&t, "Halfway");
	talk_expect(&t, "(y/n)");
	mud_kill(&m, "world");
	talk_enter_new(&t, "Halfway", "some long password");
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(players_who_come_while_the_world_is_away_are_let_in_later)
{
	struct talk t;
	struct mud m;

	start(&m, STORE_OF_SQLITE, NULL);
	mud_kill(&m, "world");
	talk_open(&t, "newcomer", m.telnet);
	talk_enter_guest(&t);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_line_that_crashes_the_world_twice_is_set_aside)
{
	static const char *const sets[] = { "world.test_verbs=true", NULL };
	struct talk t, other;
	struct mud m;
	pid_t before;
	int status;
	char *text;

	start(&m, STORE_OF_SQLITE, sets);
	talk_open(&t, "implementor", m.telnet);
	talk_enter_new(&t, "Imp", "some long password");
	text = mud_command(&m, (const char *[]){ "account", "grant", "Imp", "implementor", NULL },
			   NULL, &status);
	ck_assert_msg(status == 0, "%s", text);
	free(text);
	talk_line(&t, "quit");
	talk_expect_end(&t);
	talk_close(&t);
	talk_open(&t, "implementor", m.telnet);
	talk_enter(&t, "Imp", "some long password");
	talk_open(&other, "bystander", m.telnet);
	talk_enter_guest(&other);

	before = mud_pid(&m, "world");
	talk_line(&t, "@crash\r\nthink after the crash");
	talk_line(&other, "think not me");
	talk_expect(&t, "set aside");
	talk_expect(&t, "after the crash\n");
	talk_expect(&other, "not me\n");
	ck_assert_int_ne(mud_pid(&m, "world"), before);
	before = mud_pid(&m, "world");
	talk_line(&t, "think and it stays up");
	talk_expect(&t, "and it stays up\n");
	ck_assert_int_eq(mud_pid(&m, "world"), before);
	talk_close(&t);
	talk_close(&other);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_world_that_hangs_is_killed_and_comes_back)
{
	static const char *const sets[] = { "world.test_verbs=true", NULL };
	uint64_t began;
	struct talk t;
	struct mud m;
	pid_t before;

	start(&m, STORE_OF_SQLITE, sets);
	talk_open(&t, "bystander", m.telnet);
	talk_enter_guest(&t);
	before = mud_pid(&m, "world");
	began = now_us();
	free(mud_console(&m, "@hang\n"));
	talk_line(&t, "think patience");
	mud_wait_pid(&m, "world", before);
	ck_assert_uint_lt(now_us() - began, 6000000);
	talk_expect(&t, "patience\n");
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_second_world_takes_the_epoch_from_the_first)
{
	CLEANUP(base_freep) char *log = NULL;
	CLEANUP(base_freep) char *out = NULL;
	char bus[320], persist[320];
	struct child second;
	struct talk t;
	struct mud m;
	pid_t first;

	start(&m, STORE_OF_SQLITE, NULL);
	talk_open(&t, "player", m.telnet);
	talk_enter_guest(&t);
	first = mud_pid(&m, "world");
	out = tmp_path(m.dir, "second.out");
	snprintf(bus, sizeof(bus), "world.bus=ipc://%s/run/second.bus", m.dir);
	snprintf(persist, sizeof(persist), "persist.bus=ipc://%s/run/persist.bus", m.dir);
	child_start(&second,
		    (const char *[]){ child_program("mudlark-world"), "--set", bus, "--set",
				      persist, "--set", "world.metrics=", NULL },
		    out);
	/* The first is told at once and ends; it comes back with a newer epoch, and then the second ends. */
	mud_wait_pid(&m, "world", first);
	ck_assert_int_eq(child_wait(&second, TALK_US), 75);
	log = mud_log(&m);
	ck_assert_ptr_nonnull(strstr(log, "world exited with status 75"));
	talk_line(&t, "get boat\r\ndrop boat\r\nsay still one world");
	talk_expect(&t, "You pick up");
	talk_expect(&t, "You drop");
	talk_expect(&t, "You say, \"still one world\"");
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ a_player_keeps_place_and_things_over_kill_9, STORES },
		{ a_login_that_was_cut_off_starts_anew, 1 },
		{ players_who_come_while_the_world_is_away_are_let_in_later, 1 },
		{ a_line_that_crashes_the_world_twice_is_set_aside, 1 },
		{ a_world_that_hangs_is_killed_and_comes_back, 1 },
		{ a_second_world_takes_the_epoch_from_the_first, 1 },
	};

	return suite_main("kill", 90, tests, ARRAY_LEN(tests));
}
