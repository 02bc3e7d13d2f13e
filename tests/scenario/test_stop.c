/* test_stop.c - the end of it all: Ctrl-C, `mudlark stop`, a supervisor that dies; nothing is left behind. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { PLAYERS = 20, GONE_US = 5000000, STEP_US = 5000 };
static const char *const roles[] = { "gateway", "world", "persist" };

/* Sockets that still lie in the run folder. */
static size_t sockets_left(const char *dir)
{
	CLEANUP(base_freep) char *run = tmp_path(dir, "run");
	DIR *d = opendir(run);
	struct dirent *e;
	size_t n = 0;

	while (d && (e = readdir(d)))
		n += e->d_type == DT_SOCK;
	if (d)
		closedir(d);
	return n;
}

START_TEST(ctrl_c_stops_everything_within_five_seconds)
{
	const struct mud_conf conf = { .dir = tmp_dir() };
	struct talk players[PLAYERS];
	struct mud m;

	mud_start(&m, &conf);
	for (size_t i = 0; i < PLAYERS; i++) {
		talk_open(&players[i], "player", m.telnet);
		talk_enter_guest(&players[i]);
	}
	ck_assert_int_eq(mud_stop(&m), 0);
	for (size_t i = 0; i < PLAYERS; i++) {
		talk_expect_end(&players[i]);
		talk_close(&players[i]);
	}
	ck_assert_uint_eq(sockets_left(conf.dir), 0);
}
END_TEST

START_TEST(what_was_stopped_starts_again_with_everything_in_place)
{
	struct mud_conf conf = { .dir = tmp_dir() };
	struct talk t;
	struct mud m;

	mud_start(&m, &conf);
	talk_open(&t, "player", m.telnet);
	talk_enter_new(&t, "Rosalind", "some long password");
	talk_line(&t, "get boat\r\ndown");
	talk_expect(&t, "The Foreshore at Low Tide");
	ck_assert_int_eq(mud_stop(&m), 0);
	talk_close(&t);
	mud_start(&m, &conf);
	talk_open(&t, "player", m.telnet);
	talk_enter(&t, "Rosalind", "some long password");
	talk_line(&t, "look");
	talk_expect(&t, "The Foreshore at Low Tide");
	talk_line(&t, "drop boat");
	talk_expect(&t, "You drop");
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_supervisor_that_is_killed_takes_everything_with_it)
{
	const struct mud_conf conf = { 0 };
	pid_t pids[ARRAY_LEN(roles)];
	struct mud m;

	mud_start(&m, &conf);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		ck_assert_int_ne(pids[i] = mud_pid(&m, roles[i]), 0);
	child_end(&m.up, SIGKILL, 1000000);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		uint64_t end = now_us() + GONE_US;

		while (child_is_alive(pids[i]) && now_us() < end)
			usleep(STEP_US);
		ck_assert_msg(!child_is_alive(pids[i]), "%s outlives its supervisor", roles[i]);
	}
	free(m.dir);
}
END_TEST

/* Players can log in a moment before nothing is missing anywhere. */
static char *status_when_content(struct mud *m)
{
	const uint64_t until = now_us() + 10000000;
	char *text = NULL;
	int status;

	do {
		free(text);
		text = mud_command(m, (const char *[]){ "status", "--json", NULL }, NULL, &status);
	} while (status != 0 && now_us() < until);
	ck_assert_msg(status == 0, "%s", text);
	return text;
}

START_TEST(status_and_stop_are_orders_of_the_operator)
{
	const struct mud_conf conf = { 0 };
	struct mud m;
	int status;
	char *text;

	mud_start(&m, &conf);
	text = status_when_content(&m);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		ck_assert_ptr_nonnull(strstr(text, roles[i]));
	free(text);
	text = mud_command(&m, (const char *[]){ "stop", NULL }, NULL, &status);
	ck_assert_msg(status == 0, "%s", text);
	free(text);
	ck_assert_int_eq(child_wait(&m.up, GONE_US), 0);
	free(m.dir);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ ctrl_c_stops_everything_within_five_seconds, 1 },
		{ what_was_stopped_starts_again_with_everything_in_place, 1 },
		{ a_supervisor_that_is_killed_takes_everything_with_it, 1 },
		{ status_and_stop_are_orders_of_the_operator, 1 },
	};

	return suite_main("stop", 60, tests, ARRAY_LEN(tests));
}
