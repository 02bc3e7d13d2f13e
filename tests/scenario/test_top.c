/*
 * test_top.c - `mudlark top` and `mudlark status` look at real processes: on a terminal, as text and as JSON, while parts
 * are down or do not answer.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/screen.h"
#include "tests/support/talk.h"
#include "tests/support/tmp.h"

enum { CONTENT_US = 10000000, STEP_US = 50000 };

/* A Mudlark whose processes show their numbers in its folder. */
static void start(struct mud *m)
{
	static const char *const roles[] = { "gateway", "world", "persist" };
	char sets[3][200];
	const char *const list[] = { sets[0], sets[1], sets[2], NULL };
	char *dir = tmp_dir();

	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		snprintf(sets[i], sizeof(sets[i]), "%s.metrics=unix:%s/run/%s.metrics", roles[i],
			 dir, roles[i]);
	mud_start(m, &(struct mud_conf){ .sets = list, .dir = dir });
}

/* The rows of one process. */
static const json_t *row_of(const json_t *list, const char *process)
{
	const json_t *row;
	size_t i;

	json_array_foreach(list, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "process")), process) == 0)
			return row;
	}
	die("no row of %s", process);
}

static const char *word_of(const json_t *list, const char *process, const char *key)
{
	return json_string_value(json_object_get(row_of(list, process), key));
}

static json_t *ask(struct mud *m, const char *const *words, int *ret_status)
{
	CLEANUP(base_freep) char *text = mud_command(m, words, "", ret_status);
	/* A sentence on stderr may stand in front or behind. */
	json_t *answer = json_loads(strchr(text, '[') && *text != '{' ? strchr(text, '[') : text,
				    JSON_DISABLE_EOF_CHECK, NULL);

	ck_assert_msg(answer != NULL, "no JSON: %s", text);
	return answer;
}

/* Nothing is missing, which is a moment after one can play. */
static void wait_content(struct mud *m)
{
	const uint64_t end = now_us() + CONTENT_US;
	int status = 1;

	while (status) {
		free(mud_command(m, (const char *const[]){ "status", NULL }, "", &status));
		if (now_us() > end)
			die("status is not content");
		usleep(STEP_US);
	}
}

/* A process that hangs is soon known for it, and the status says no to a script. */
static void wait_silent(struct mud *m, const char *process)
{
	const uint64_t end = now_us() + CONTENT_US;
	bool is_silent = false;

	while (!is_silent) {
		int status;
		json_t *rows = ask(m, (const char *const[]){ "status", "--json", NULL }, &status);
		is_silent = strcmp(word_of(rows, process, "state"), "silent") == 0;
		if (is_silent) {
			ck_assert_int_eq(status, 1);
			ck_assert_str_ne(word_of(rows, process, "why"), "");
		}
		json_decref(rows);
		if (now_us() > end)
			die("nobody notices that %s hangs", process);
	}
}

static void play(struct talk *t, const struct mud *m)
{
	talk_open(t, "guest", m->telnet);
	talk_line(t, "guest");
	talk_expect(t, "Exits:");
}

START_TEST(on_a_terminal_it_draws_in_place_and_puts_the_terminal_back)
{
	struct mud m;
	struct screen s;
	struct talk t;
	int status;

	start(&m);
	play(&t, &m);
	const char *const argv[] = { child_program("mudlark"), "top", "--data", m.dir, NULL };
	screen_open(&s, argv, m.dir);
	screen_expect(&s, "\033[?1049h");
	screen_expect(&s, "all ready   1 players");
	screen_expect(&s, "\033[7mGATEWAY");
	/* The last row of its size is used, none below. */
	screen_resize(&s, 80, 12);
	screen_expect(&s, "\033[12;1H... and ");
	screen_resize(&s, 100, 40);
	screen_expect(&s, "\033[13;1H");
	/* One that hangs is shown as that; the others go on. */
	const pid_t persist = mud_pid(&m, "persist");
	ck_assert_int_eq(kill(persist, SIGSTOP), 0);
	screen_expect(&s, "persist      silent");
	screen_expect(&s, "does not answer");
	ck_assert_int_eq(kill(persist, SIGCONT), 0);
	screen_expect(&s, "persist      ready");
	screen_expect(&s, "all ready");
	screen_type(&s, "q");
	screen_expect(&s, "\033[?25h\033[?1049l");
	ck_assert_int_eq(waitpid(s.pid, &status, 0), s.pid);
	ck_assert_int_eq(status, 0);
	screen_close(&s);
	talk_close(&t);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(control_c_ends_it_as_well)
{
	struct mud m;
	struct screen s;
	int status;

	start(&m);
	const char *const argv[] = { child_program("mudlark"), "top", "--data", m.dir, NULL };
	screen_open(&s, argv, m.dir);
	screen_expect(&s, "mudlark top");
	screen_type(&s, "\003");
	screen_expect(&s, "\033[?25h\033[?1049l");
	ck_assert_int_eq(waitpid(s.pid, &status, 0), s.pid);
	ck_assert_int_eq(status, 0);
	screen_close(&s);
	ck_assert_int_eq(mud_stop(&m), 0);
}
END_TEST

START_TEST(a_restart_returns_when_nothing_is_missing)
{
	struct mud m;
	int status;

	start(&m);
	wait_content(&m);
	CLEANUP(base_freep)
	char *said =
		mud_command(&m, (const char *const[]){ "restart", "world", NULL }, "", &status);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(said, "restarted: world\n");
	json_t *rows = ask(&m, (const char *const[]){ "status", "--json", NULL }, &status);
	ck_assert_str_eq(word_of(rows, "world", "state"), "ready");
	json_decref(rows);
	/* What does not run here can be asked for nothing. */
	free(mud_command(&m, (const char *const[]){ "reload", "discord", NULL }, "", &status));
	ck_assert_int_eq(status, 1);
	CLEANUP(base_freep) char *dir = base_dup(m.dir, strlen(m.dir));
	ck_assert_int_eq(mud_stop(&m), 0);

	/* Under systemd and in containers one is told where to look. */
	m.dir = dir;
	const char *const words[] = { "status", "--set", "world.metrics=127.0.0.1:1", NULL };
	CLEANUP(base_freep) char *elsewhere = mud_command(&m, words, "", &status);
	ck_assert_int_eq(status, 69);
	ck_assert_ptr_nonnull(strstr(elsewhere, "`mudlark top --once --config FILE`"));
}
END_TEST

START_TEST(json_of_top_and_status_tells_what_runs_and_what_does_not)
{
	struct mud m;
	struct talk t;
	char east[300];
	int status;

	start(&m);
	play(&t, &m);
	wait_content(&m);
	json_t *rows = ask(&m, (const char *const[]){ "status", "--json", NULL }, &status);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(word_of(rows, "world", "state"), "ready");
	ck_assert_str_ne(word_of(rows, "world", "version"), "");
	const json_t *numbers = json_object_get(row_of(rows, "gateway"), "numbers");
	ck_assert_int_eq(json_integer_value(json_object_get(numbers, "sessions")), 1);
	numbers = json_object_get(row_of(rows, "world"), "numbers");
	ck_assert_int_eq(json_integer_value(json_object_get(numbers, "epoch")), 1);
	json_decref(rows);

	snprintf(east, sizeof(east), "east=unix:%s/run/gateway.metrics", m.dir);
	const char *const both[] = {
		"top", "--json", "--at", east, "--at", "west=127.0.0.1:1", NULL
	};
	json_t *top = ask(&m, both, &status);
	ck_assert_int_eq(status, 1);
	ck_assert_int_eq(json_integer_value(json_object_get(top, "sessions")), 2);
	ck_assert_uint_eq(json_array_size(json_object_get(top, "gateways")), 2);
	rows = json_object_get(top, "processes");
	ck_assert_str_eq(word_of(rows, "east", "kind"), "gateway");
	ck_assert_str_eq(word_of(rows, "west", "state"), "down");
	ck_assert(json_real_value(
			  json_object_get(json_object_get(top, "world"), "ticks_per_second")) > 0);
	json_decref(top);

	/* A process that cannot say anything: its row is there, with nulls. */
	const pid_t aibridge = mud_pid(&m, "aibridge"), world = mud_pid(&m, "world");
	ck_assert_int_eq(kill(aibridge, SIGSTOP), 0);
	rows = ask(&m, (const char *const[]){ "status", "--json", NULL }, &status);
	ck_assert(json_is_null(json_object_get(row_of(rows, "aibridge"), "numbers")));
	ck_assert(json_is_null(json_object_get(row_of(rows, "aibridge"), "version")));
	ck_assert_int_eq(json_integer_value(json_object_get(row_of(rows, "world"), "pid")), world);
	json_decref(rows);
	wait_silent(&m, "aibridge");
	ck_assert_int_eq(kill(aibridge, SIGCONT), 0);
	wait_content(&m);
	talk_close(&t);
	CLEANUP(base_freep) char *dir = base_dup(m.dir, strlen(m.dir));
	ck_assert_int_eq(mud_stop(&m), 0);

	m.dir = dir; /* where nothing runs any more */
	rows = ask(&m, (const char *const[]){ "status", "--json", NULL }, &status);
	ck_assert_int_eq(status, 69);
	ck_assert_uint_eq(json_array_size(rows), 0);
	json_decref(rows);
	free(mud_command(&m, (const char *const[]){ "top", "--once", NULL }, "", &status));
	ck_assert_int_eq(status, 69);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ on_a_terminal_it_draws_in_place_and_puts_the_terminal_back, 1 },
		{ control_c_ends_it_as_well, 1 },
		{ a_restart_returns_when_nothing_is_missing, 1 },
		{ json_of_top_and_status_tells_what_runs_and_what_does_not, 1 },
	};

	return suite_together("top", 60, tests, ARRAY_LEN(tests));
}
