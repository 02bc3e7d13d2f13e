/*
 * `mudlark up` for real, over little shell scripts that play the processes: they say ready, beat, and
 * misbehave on request (a file named after the misbehaviour beside them).
 */
#include "deploy/up.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rt/clock.h"
#include "rt/proc.h"

static const char script[] =
	"#!/bin/sh\n"
	"me=${0##*-} here=${0%/*}\n"
	"echo $$ >>$here/pids\n"
	"echo \"$@\" >$here/$me.args\n"
	"echo \"hello from $me\" >&2\n"
	"[ -e $here/$me.refuses ] && { echo 'pack.yaml:3:1: no' >&2; exit 65; }\n"
	"[ -e $here/$me.deaf ] && trap '' TERM\n"
	"trap 'echo reloaded; echo x >>$here/reloaded' HUP\n"
	"eval \"printf r >&$MUDLARK_READY_FD\"\n"
	"while [ ! -e $here/$me.hangs ]; do\n"
	"	eval \"printf b >&$MUDLARK_HEARTBEAT_FD\"\n"
	"	[ -e $here/$me.ill ] && eval \"printf '=no\\tstore\\n' >&$MUDLARK_HEARTBEAT_FD\"\n"
	"	sleep 0.05\n"
	"done\n"
	"while :; do sleep 0.05; done\n";

struct rig {
	char dir[40];
	struct place place;
	struct args args;
	pid_t up;
	int out; /* its standard output */
};

static void write_file(const struct rig *g, const char *name, const char *text, mode_t mode)
{
	char path[128];
	snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

static bool file_has(const struct rig *g, const char *name, const char *wanted)
{
	char path[128], *text = NULL;
	size_t n = 0;
	snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	FILE *f = fopen(path, "re");
	bool has = f && getdelim(&text, &n, '\0', f) > 0 && strstr(text, wanted);
	if (f)
		fclose(f);
	free(text);
	return has;
}

static uint64_t now_ms(void)
{
	return clock_mono(&clock_system) / 1000;
}

static void nap(void)
{
	const struct timespec step = { .tv_nsec = 5000000 };
	nanosleep(&step, NULL);
}

/* Waits for a condition that something else brings about; fails after 15 s. */
#define WAIT_FOR(condition)                                                                        \
	do {                                                                                       \
		uint64_t until_ = now_ms() + 15000;                                                \
		while (!(condition)) {                                                             \
			ck_assert_msg(now_ms() < until_, "never came: " #condition);               \
			nap();                                                                     \
		}                                                                                  \
	} while (0)

static void set_up(struct rig *g)
{
	*g = (struct rig){ .dir = "/tmp/mudlark-test-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(g->dir));
	place_init(&g->place, g->dir);
	write_file(g, "mudlark-persist", script, 0755);
	write_file(g, "mudlark-world", script, 0755);
	write_file(g, "mudlark-gateway", script, 0755);
	write_file(g, "mudlark-aibridge", script, 0755);
	g->args = (struct args){ .data = g->dir, .bin = g->dir };
}

static void start(struct rig *g)
{
	int fds[2];
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	g->up = fork();
	if (g->up == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fds[1], STDOUT_FILENO);
		int null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDERR_FILENO);
		_exit(up_run(&g->args));
	}
	close(fds[1]);
	g->out = fds[0];
}

/* Everything it printed up to and with the line `ready`. */
static void expect_ready(struct rig *g, const char *before)
{
	char text[256] = "";
	size_t n = 0;
	while (!strstr(text, "ready\n")) {
		struct pollfd p = { .fd = g->out, .events = POLLIN };
		ck_assert_int_eq(poll(&p, 1, 15000), 1);
		ssize_t got = read(g->out, text + n, sizeof(text) - 1 - n);
		ck_assert_int_gt((int)got, 0);
		n += (size_t)got;
	}
	char wanted[256];
	snprintf(wanted, sizeof(wanted), "%sready\n", before);
	ck_assert_str_eq(text, wanted);
}

static int wait_end(struct rig *g)
{
	int status = -1;
	WAIT_FOR(waitpid(g->up, &status, WNOHANG) == g->up);
	g->up = 0;
	return status;
}

/* Every process that the scripts ever were; those that still live. */
static unsigned count_alive(const struct rig *g)
{
	char path[128];
	int pid;
	unsigned alive = 0;
	snprintf(path, sizeof(path), "%s/pids", g->dir);
	FILE *f = fopen(path, "re");
	while (f && fscanf(f, "%d", &pid) == 1)
		alive += kill(pid, 0) == 0;
	if (f)
		fclose(f);
	return alive;
}

static void tear_down(struct rig *g)
{
	if (g->up > 0) {
		kill(g->up, SIGTERM);
		ck_assert_int_eq(wait_end(g), 0);
	}
	WAIT_FOR(count_alive(g) == 0);
	close(g->out);
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", g->dir);
	ck_assert_int_eq(system(command), 0);
	place_done(&g->place);
}

/* One process's row of the status; false while it is not there. */
static bool look(const struct rig *g, const char *name, int *ret_pid, char state[64],
		 unsigned *ret_restarts)
{
	struct buf rows = { 0 };
	char have[64];
	bool found = false;
	if (control_ask(g->place.socket, "status", &rows) == 0) {
		buf_addc(&rows, '\0');
		char *p = rows.p + rows.off, *line;
		while ((line = strsep(&p, "\n")) && !found)
			found = sscanf(line, "%63s %d %63s %*d %u", have, ret_pid, state,
				       ret_restarts) == 4 &&
				strcmp(have, name) == 0;
	}
	buf_done(&rows);
	return found;
}

static bool is_ready(const struct rig *g, const char *name, unsigned restarts)
{
	int pid;
	char state[64];
	unsigned have;
	return look(g, name, &pid, state, &have) && have == restarts && strcmp(state, "ready") == 0;
}

static int pid_of(const struct rig *g, const char *name)
{
	int pid = 0;
	char state[64];
	unsigned restarts;
	return look(g, name, &pid, state, &restarts) ? pid : 0;
}

static int order(const struct rig *g, const char *request)
{
	struct buf rows = { 0 };
	int r = control_ask(g->place.socket, request, &rows);
	buf_done(&rows);
	return r;
}

START_TEST(ready_is_printed_once_all_are_ready)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	ck_assert(is_ready(&g, "persist", 0));
	ck_assert(is_ready(&g, "gateway", 0));
	char wanted[128];
	snprintf(wanted, sizeof(wanted), "--set persist.store=sqlite:%s/mudlark.db", g.dir);
	ck_assert(file_has(&g, "persist.args", wanted));
	ck_assert(file_has(&g, "log/mudlark.log", "world    | hello from world\n"));
	tear_down(&g);
}
END_TEST

static bool has_row_end(const struct rig *g, const char *end)
{
	struct buf rows = { 0 };
	bool has = false;
	if (control_ask(g->place.socket, "status", &rows) == 0) {
		buf_addc(&rows, '\0');
		has = strstr(buf_p(&rows), end);
	}
	buf_done(&rows);
	return has;
}

START_TEST(what_a_process_that_is_ready_misses_is_in_the_status)
{
	struct rig g;
	set_up(&g);
	write_file(&g, "world.ill", "", 0600);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	WAIT_FOR(has_row_end(&g, " 0 no store\n"));
	ck_assert(is_ready(&g, "world", 0));
	/* Nothing is known of the next life. */
	char path[128];
	snprintf(path, sizeof(path), "%s/world.ill", g.dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(order(&g, "restart world"), 0);
	WAIT_FOR(is_ready(&g, "world", 1));
	ck_assert(!has_row_end(&g, "no store"));
	tear_down(&g);
}
END_TEST

START_TEST(a_killed_process_comes_back_at_once_and_alone)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	int persist = pid_of(&g, "persist"), world = pid_of(&g, "world");
	uint64_t begin = now_ms();
	ck_assert_int_eq(kill(world, SIGKILL), 0);
	WAIT_FOR(is_ready(&g, "world", 1));
	ck_assert_uint_lt(now_ms() - begin, 1000);
	ck_assert_int_ne(pid_of(&g, "world"), world);
	ck_assert_int_eq(pid_of(&g, "persist"), persist);
	ck_assert(file_has(&g, "log/mudlark.log", "world was killed by signal 9"));
	tear_down(&g);
}
END_TEST

START_TEST(a_world_that_hangs_is_killed_and_comes_back)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	int world = pid_of(&g, "world");
	ck_assert_int_eq(kill(world, SIGSTOP), 0);
	WAIT_FOR(is_ready(&g, "world", 1));
	ck_assert(file_has(&g, "log/mudlark.log", "world has made no progress"));
	tear_down(&g);
}
END_TEST

START_TEST(one_that_is_ready_and_hangs_is_silent_in_the_status)
{
	struct rig g;
	int pid;
	char state[64];
	unsigned restarts;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	int gateway = pid_of(&g, "gateway");
	ck_assert_int_eq(kill(gateway, SIGSTOP), 0);
	WAIT_FOR(look(&g, "gateway", &pid, state, &restarts) && strcmp(state, "silent") == 0);
	ck_assert(has_row_end(&g, " no sign of life for 2 s\n"));
	ck_assert(is_ready(&g, "persist", 0));
	ck_assert_int_eq(kill(gateway, SIGCONT), 0);
	WAIT_FOR(is_ready(&g, "gateway", 0));
	ck_assert_int_eq(pid_of(&g, "gateway"), gateway);
	tear_down(&g);
}
END_TEST

START_TEST(what_is_not_run_here_cannot_be_asked_to_reload)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	ck_assert_int_eq(order(&g, "reload discord"), 1);
	ck_assert_int_eq(order(&g, "reload world"), 0);
	WAIT_FOR(file_has(&g, "reloaded", "x"));
	tear_down(&g);
}
END_TEST

START_TEST(stop_ends_all_of_it_in_order)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	ck_assert_int_eq(order(&g, "stop"), 0);
	ck_assert_int_eq(wait_end(&g), 0);
	ck_assert_int_ne(access(g.place.socket, F_OK), 0);
	tear_down(&g);
}
END_TEST

START_TEST(deaf_processes_are_gone_within_5_s)
{
	struct rig g;
	set_up(&g);
	write_file(&g, "persist.deaf", "", 0600);
	write_file(&g, "world.deaf", "", 0600);
	write_file(&g, "gateway.deaf", "", 0600);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	uint64_t begin = now_ms();
	ck_assert_int_eq(kill(g.up, SIGTERM), 0);
	ck_assert_int_eq(wait_end(&g), 0);
	ck_assert_uint_lt(now_ms() - begin, 5000);
	ck_assert_uint_eq(count_alive(&g), 0);
	tear_down(&g);
}
END_TEST

START_TEST(nothing_outlives_a_killed_supervisor)
{
	struct rig g;
	set_up(&g);
	write_file(&g, "world.deaf", "", 0600);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	ck_assert_uint_eq(count_alive(&g), 4);
	ck_assert_int_eq(kill(g.up, SIGKILL), 0);
	wait_end(&g);
	WAIT_FOR(count_alive(&g) == 0);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	tear_down(&g);
}
END_TEST

START_TEST(a_second_up_on_the_same_data_is_refused)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	struct rig second = g;
	start(&second);
	int status = wait_end(&second);
	ck_assert_int_eq(WEXITSTATUS(status), EXIT_IN_USE);
	close(second.out);
	ck_assert(is_ready(&g, "world", 0));
	tear_down(&g);
}
END_TEST

START_TEST(a_refused_pack_ends_it_with_its_status_and_its_lines)
{
	struct rig g;
	set_up(&g);
	write_file(&g, "world.refuses", "", 0600);
	start(&g);
	int status = wait_end(&g);
	ck_assert_int_eq(WEXITSTATUS(status), EXIT_PACK);
	ck_assert(file_has(&g, "log/mudlark.log", "mudlark  |     pack.yaml:3:1: no\n"));
	tear_down(&g);
}
END_TEST

START_TEST(a_process_is_restarted_and_reloaded_on_request)
{
	struct rig g;
	set_up(&g);
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	ck_assert_int_eq(order(&g, "restart persist"), 0);
	WAIT_FOR(is_ready(&g, "persist", 1));
	ck_assert_int_eq(order(&g, "reload world"), 0);
	WAIT_FOR(file_has(&g, "log/mudlark.log", "world    | reloaded"));
	ck_assert(!file_has(&g, "reloaded", "x\nx"));
	ck_assert_int_eq(order(&g, "restart nobody"), 1);
	ck_assert_int_eq(order(&g, "restart"), 1);
	ck_assert_int_eq(order(&g, "dance"), 1);
	tear_down(&g);
}
END_TEST

START_TEST(only_what_was_asked_for_is_started)
{
	struct rig g;
	set_up(&g);
	g.args.only = "persist,world";
	start(&g);
	expect_ready(&g, "");
	ck_assert_int_eq(pid_of(&g, "gateway"), 0);
	ck_assert_uint_eq(count_alive(&g), 2);
	tear_down(&g);
}
END_TEST

START_TEST(a_bridge_runs_when_it_is_configured_and_play_goes_on_without_it)
{
	struct rig g;
	char path[128];
	set_up(&g);
	write_file(&g, "mudlark-irc", script, 0755);
	write_file(&g, "irc.refuses", "", 0600);
	g.args.sets[g.args.n_sets++] = "irc.host=irc.example.org";
	start(&g);
	expect_ready(&g, "play: telnet 127.0.0.1 4000\n");
	WAIT_FOR(file_has(&g, "log/mudlark.log", "Play goes on without it"));
	ck_assert_int_eq(pid_of(&g, "irc"), 0);
	ck_assert_int_eq(pid_of(&g, "discord"), 0);
	snprintf(path, sizeof(path), "%s/irc.refuses", g.dir);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(order(&g, "restart irc"), 0);
	WAIT_FOR(is_ready(&g, "irc", 1));
	ck_assert_int_eq(order(&g, "restart discord"), 1);
	ck_assert_uint_eq(count_alive(&g), 5);
	tear_down(&g);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("up");
	tcase_set_timeout(c, 40);
	tcase_add_test(c, ready_is_printed_once_all_are_ready);
	tcase_add_test(c, what_a_process_that_is_ready_misses_is_in_the_status);
	tcase_add_test(c, a_killed_process_comes_back_at_once_and_alone);
	tcase_add_test(c, a_world_that_hangs_is_killed_and_comes_back);
	tcase_add_test(c, one_that_is_ready_and_hangs_is_silent_in_the_status);
	tcase_add_test(c, what_is_not_run_here_cannot_be_asked_to_reload);
	tcase_add_test(c, stop_ends_all_of_it_in_order);
	tcase_add_test(c, deaf_processes_are_gone_within_5_s);
	tcase_add_test(c, nothing_outlives_a_killed_supervisor);
	tcase_add_test(c, a_second_up_on_the_same_data_is_refused);
	tcase_add_test(c, a_refused_pack_ends_it_with_its_status_and_its_lines);
	tcase_add_test(c, a_process_is_restarted_and_reloaded_on_request);
	tcase_add_test(c, only_what_was_asked_for_is_started);
	tcase_add_test(c, a_bridge_runs_when_it_is_configured_and_play_goes_on_without_it);
	Suite *s = suite_create("up");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
