/* The supervisor's decisions, on virtual time and without a process. */
#include "deploy/super.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rt/proc.h"

enum { PERSIST, WORLD, GATEWAY, N };

#define MS 1000ull
#define S 1000000ull
#define EXITED(status) ((status) << 8)

static const struct super_kind kinds[N] = {
	{ "persist", "mudlark-persist", 30 * S, 2, false },
	{ "world", "mudlark-world", 2 * S, 1, false },
	{ "gateway", "mudlark-gateway", 30 * S, 0, false },
};

struct stage {
	struct super super;
	uint64_t now;
	unsigned spawned[N];
	int last_signal[N];
	unsigned said, said_with_log;
	int spawn_result;
	char order[256]; /* what was asked for, in order: "INT gateway;" */
	char last_said[512];
};

static int spawn(void *ctx, size_t i)
{
	struct stage *t = ctx;
	if (t->spawn_result < 0)
		return t->spawn_result;
	t->spawned[i]++;
	return 0;
}

static void send_signal(void *ctx, size_t i, int signo)
{
	struct stage *t = ctx;
	t->last_signal[i] = signo;
	strcat(t->order, signo == SIGINT ? "INT " : "KILL ");
	strcat(t->order, kinds[i].name);
	strcat(t->order, ";");
}

static void say(void *ctx, UNUSED size_t i, enum super_say how, const char *sentence)
{
	struct stage *t = ctx;
	t->said++;
	t->said_with_log += how == SUPER_SAY_LOG;
	snprintf(t->last_said, sizeof(t->last_said), "%s", sentence);
}

static void set_up(struct stage *t)
{
	*t = (struct stage){ .now = 1000 * S };
	const struct super_ops ops = { spawn, send_signal, say, t };
	super_init(&t->super, kinds, N, &ops);
}

static void start_all(struct stage *t)
{
	set_up(t);
	super_start(&t->super, t->now);
	for (size_t i = 0; i < N; i++)
		super_ready(&t->super, i, t->now);
}

/* Lets time pass; everything that is alive and not in `silent` beats twice a second. */
static void pass(struct stage *t, uint64_t us, unsigned silent)
{
	uint64_t end = t->now + us, beat = t->now + 500 * MS;
	while (t->now < end) {
		uint64_t next = super_next(&t->super);
		next = next < beat ? next : beat;
		t->now = next > t->now ? next : t->now;
		t->now = t->now < end ? t->now : end;
		if (t->now == beat) {
			for (size_t i = 0; i < N; i++)
				if (!(silent & (1u << i)))
					super_beat(&t->super, i, t->now);
			beat += 500 * MS;
		}
		super_tick(&t->super, t->now);
	}
}

/* Crashes process i and lets time pass until it is started again; the delay. */
static uint64_t crash(struct stage *t, size_t i, int wait_status)
{
	unsigned before = t->spawned[i];
	uint64_t at = t->now;
	super_exited(&t->super, i, wait_status, t->now);
	while (t->spawned[i] == before && t->now < at + 60 * S)
		pass(t, 10 * MS, 0);
	return t->now - at;
}

START_TEST(one_that_has_not_beaten_for_two_seconds_is_silent)
{
	struct stage t;
	start_all(&t);
	pass(&t, 2 * S, 1u << GATEWAY);
	ck_assert(!super_silent(&t.super, GATEWAY, t.now));
	pass(&t, 10 * MS, 1u << GATEWAY);
	ck_assert(super_silent(&t.super, GATEWAY, t.now));
	ck_assert(!super_silent(&t.super, PERSIST, t.now));
	super_beat(&t.super, GATEWAY, t.now);
	ck_assert(!super_silent(&t.super, GATEWAY, t.now));
	/* It hangs for good: ended by the watchdog, then nobody who could be silent. */
	pass(&t, 31 * S, 1u << GATEWAY);
	ck_assert_int_eq(t.last_signal[GATEWAY], SIGKILL);
	super_exited(&t.super, GATEWAY, SIGKILL, t.now);
	ck_assert(!super_silent(&t.super, GATEWAY, t.now));
}
END_TEST

START_TEST(everything_is_started_and_becomes_ready)
{
	struct stage t;
	set_up(&t);
	super_start(&t.super, t.now);
	ck_assert_uint_eq(t.spawned[PERSIST] + t.spawned[WORLD] + t.spawned[GATEWAY], 3);
	ck_assert(!super_all_ready(&t.super));
	super_ready(&t.super, PERSIST, t.now);
	super_ready(&t.super, GATEWAY, t.now);
	ck_assert(!super_all_ready(&t.super));
	super_ready(&t.super, WORLD, t.now);
	ck_assert(super_all_ready(&t.super));
	ck_assert_uint_eq(t.said, 0);
}
END_TEST

START_TEST(a_killed_process_is_back_in_50_ms)
{
	struct stage t;
	start_all(&t);
	pass(&t, 5 * S, 0);
	ck_assert_uint_eq(crash(&t, WORLD, SIGKILL), 50 * MS);
	ck_assert_uint_eq(t.super.procs[WORLD].restarts, 1);
	ck_assert_ptr_nonnull(strstr(t.last_said, "world was killed by signal 9"));
	ck_assert_uint_eq(t.spawned[PERSIST] + t.spawned[GATEWAY], 2);
}
END_TEST

START_TEST(back_off_doubles_to_5_s_while_life_is_short)
{
	struct stage t;
	start_all(&t);
	const uint64_t wanted[] = { 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000 };
	for (size_t k = 0; k < ARRAY_LEN(wanted); k++) {
		ck_assert_uint_eq(crash(&t, WORLD, SIGSEGV), wanted[k] * MS);
		super_ready(&t.super, WORLD, t.now);
		pass(&t, 490 * MS, 0);
	}
}
END_TEST

START_TEST(back_off_is_forgotten_by_half_a_second_of_being_ready)
{
	struct stage t;
	start_all(&t);
	for (int k = 0; k < 4; k++) {
		crash(&t, WORLD, SIGSEGV);
		super_ready(&t.super, WORLD, t.now);
	}
	pass(&t, 500 * MS, 0);
	ck_assert_uint_eq(crash(&t, WORLD, SIGSEGV), 50 * MS);
}
END_TEST

START_TEST(time_spent_starting_is_not_good_life)
{
	struct stage t;
	start_all(&t);
	crash(&t, WORLD, SIGSEGV);
	super_ready(&t.super, WORLD, t.now);
	ck_assert_uint_eq(crash(&t, WORLD, SIGSEGV), 100 * MS);
	pass(&t, 40 * S, 0);
	ck_assert_uint_eq(crash(&t, WORLD, SIGSEGV), 200 * MS);
}
END_TEST

START_TEST(five_starts_that_fail_are_a_crash_loop_said_once)
{
	struct stage t;
	start_all(&t);
	for (int k = 0; k < 5; k++) {
		ck_assert_uint_lt(crash(&t, WORLD, EXITED(1)), 2 * S);
		ck_assert_uint_eq(t.said_with_log, 0);
	}
	/* The first exit ended a ready life and does not count. */
	ck_assert_uint_eq(crash(&t, WORLD, EXITED(1)), 10 * S);
	ck_assert_uint_eq(t.said_with_log, 1);
	ck_assert_uint_eq(crash(&t, WORLD, EXITED(1)), 10 * S);
	ck_assert_uint_eq(crash(&t, WORLD, EXITED(1)), 10 * S);
	ck_assert_uint_eq(t.said_with_log, 1);
}
END_TEST

START_TEST(a_crash_loop_ends_when_the_process_becomes_ready)
{
	struct stage t;
	start_all(&t);
	for (int k = 0; k < 6; k++)
		crash(&t, WORLD, EXITED(1));
	ck_assert(t.super.procs[WORLD].looping);
	super_ready(&t.super, WORLD, t.now);
	ck_assert_str_eq(t.last_said, "world is ready again.");
	pass(&t, 30 * S, 0);
	ck_assert_uint_eq(crash(&t, WORLD, SIGKILL), 50 * MS);
	ck_assert_uint_eq(t.said_with_log, 1);
}
END_TEST

START_TEST(failures_far_apart_are_no_crash_loop)
{
	struct stage t;
	start_all(&t);
	for (int k = 0; k < 12; k++) {
		pass(&t, 9 * S, 0);
		ck_assert_uint_le(crash(&t, WORLD, EXITED(1)), 5 * S);
	}
	ck_assert_uint_eq(t.said_with_log, 0);
}
END_TEST

START_TEST(a_refused_pack_at_the_first_start_ends_everything_with_its_status)
{
	struct stage t;
	set_up(&t);
	super_start(&t.super, t.now);
	super_ready(&t.super, PERSIST, t.now);
	super_exited(&t.super, WORLD, EXITED(EXIT_PACK), t.now);
	ck_assert_uint_eq(t.said_with_log, 1);
	ck_assert_str_eq(t.order, "INT gateway;");
	super_exited(&t.super, GATEWAY, 0, t.now);
	ck_assert_str_eq(t.order, "INT gateway;INT persist;");
	ck_assert(!super_over(&t.super));
	super_exited(&t.super, PERSIST, 0, t.now);
	ck_assert(super_over(&t.super));
	ck_assert_int_eq(t.super.status, EXIT_PACK);
}
END_TEST

static void set_up_with_spare(struct stage *t)
{
	static const struct super_kind with_spare[N] = {
		{ "persist", "mudlark-persist", 30 * S, 2, false },
		{ "world", "mudlark-world", 2 * S, 1, false },
		{ "irc", "mudlark-irc", 30 * S, 0, true },
	};
	const struct super_ops ops = { spawn, send_signal, say, t };

	*t = (struct stage){ .now = 1000 * S };
	super_init(&t->super, with_spare, N, &ops);
}

static void start_with_spare(struct stage *t)
{
	set_up_with_spare(t);
	super_start(&t->super, t->now);
	super_ready(&t->super, PERSIST, t->now);
	super_ready(&t->super, WORLD, t->now);
}

enum { SPARE = GATEWAY };

START_TEST(a_spare_process_that_is_refused_is_left_off_and_play_goes_on)
{
	struct stage t;

	start_with_spare(&t);
	ck_assert(!super_all_ready(&t.super));
	super_exited(&t.super, SPARE, EXITED(EXIT_USAGE), t.now);
	ck_assert(!t.super.stopping);
	ck_assert(super_all_ready(&t.super));
	ck_assert_int_eq(t.super.procs[SPARE].state, SUPER_OFF);
	ck_assert_uint_eq(t.said_with_log, 1);
	ck_assert_ptr_nonnull(strstr(t.last_said, "Play goes on without it"));
	ck_assert_ptr_nonnull(strstr(t.last_said, "`mudlark restart irc`"));
	pass(&t, 60 * S, 0);
	ck_assert_uint_eq(t.spawned[SPARE], 1);
}
END_TEST

START_TEST(a_spare_process_that_was_left_off_is_started_by_a_restart)
{
	struct stage t;

	start_with_spare(&t);
	super_exited(&t.super, SPARE, EXITED(EXIT_USAGE), t.now);
	pass(&t, 60 * S, 0);
	ck_assert_int_eq(super_restart(&t.super, SPARE, t.now), 0);
	ck_assert_uint_eq(t.spawned[SPARE], 2);
	ck_assert_int_eq(t.super.procs[SPARE].state, SUPER_STARTING);
	super_exited(&t.super, SPARE, EXITED(EXIT_USAGE), t.now);
	ck_assert_int_eq(t.super.procs[SPARE].state, SUPER_OFF);
	ck_assert_int_eq(super_restart(&t.super, SPARE, t.now), 0);
	super_ready(&t.super, SPARE, t.now);
	/* One like any other from then on. */
	super_exited(&t.super, SPARE, SIGKILL, t.now);
	ck_assert_int_eq(t.super.procs[SPARE].state, SUPER_WAITING);
	super_stop(&t.super, t.now);
	ck_assert_int_eq(t.super.status, 0);
}
END_TEST

START_TEST(a_spare_process_whose_place_another_has_taken_is_left_off)
{
	struct stage t;

	start_with_spare(&t);
	super_ready(&t.super, SPARE, t.now);
	pass(&t, 10 * S, 0);
	super_exited(&t.super, SPARE, EXITED(EXIT_SUPERSEDED), t.now);
	ck_assert_int_eq(t.super.procs[SPARE].state, SUPER_OFF);
	ck_assert_ptr_nonnull(strstr(t.last_said, "Play goes on without it"));
	pass(&t, 60 * S, 0);
	ck_assert_uint_eq(t.spawned[SPARE], 1);
	ck_assert_int_eq(super_restart(&t.super, SPARE, t.now), 0);
	ck_assert_uint_eq(t.spawned[SPARE], 2);
}
END_TEST

START_TEST(a_spare_process_that_never_becomes_ready_is_not_waited_for)
{
	struct stage t;

	start_with_spare(&t);
	for (unsigned i = 0; i < SUPER_FAILS; i++) {
		ck_assert(!super_all_ready(&t.super));
		crash(&t, SPARE, EXITED(EXIT_FAULT));
	}
	ck_assert(super_all_ready(&t.super));
}
END_TEST

START_TEST(a_spare_program_that_is_not_there_is_left_off)
{
	struct stage t;

	set_up_with_spare(&t);
	super_skip(&t.super, PERSIST);
	super_skip(&t.super, WORLD);
	t.spawn_result = -ENOENT;
	super_start(&t.super, t.now);
	ck_assert_uint_eq(t.said, 1);
	ck_assert(!t.super.stopping);
	ck_assert_int_eq(t.super.procs[SPARE].state, SUPER_OFF);
	ck_assert(super_all_ready(&t.super));
}
END_TEST

START_TEST(a_pack_refused_later_leaves_the_others_alone)
{
	struct stage t;
	start_all(&t);
	ck_assert_uint_eq(crash(&t, WORLD, EXITED(EXIT_PACK)), 10 * S);
	ck_assert_uint_eq(t.said_with_log, 1);
	ck_assert(!t.super.stopping);
	ck_assert_str_eq(t.order, "");
}
END_TEST

START_TEST(an_address_in_use_is_waited_for_and_then_ends_everything)
{
	struct stage t;
	set_up(&t);
	super_start(&t.super, t.now);
	uint64_t begin = t.now;
	while (!t.super.stopping && t.now < begin + 60 * S)
		crash(&t, GATEWAY, EXITED(EXIT_IN_USE));
	ck_assert_uint_ge(t.now - begin, 7 * S);
	ck_assert_uint_ge(t.spawned[GATEWAY], 10);
	ck_assert_int_eq(t.super.status, EXIT_IN_USE);
}
END_TEST

START_TEST(a_superseded_world_takes_the_epoch_back_but_ever_slower)
{
	struct stage t;
	start_all(&t);
	for (uint64_t delay = 50 * MS; delay < 5 * S; delay *= 2) {
		ck_assert_uint_eq(crash(&t, WORLD, EXITED(EXIT_SUPERSEDED)), delay);
		super_ready(&t.super, WORLD, t.now);
	}
	ck_assert_uint_eq(crash(&t, WORLD, EXITED(EXIT_SUPERSEDED)), 5 * S);
	ck_assert_uint_eq(t.said_with_log, 0);
}
END_TEST

START_TEST(a_program_that_is_not_there_ends_the_first_start)
{
	struct stage t;
	set_up(&t);
	t.spawn_result = -ENOENT;
	super_start(&t.super, t.now);
	ck_assert(super_over(&t.super));
	ck_assert_int_eq(t.super.status, EXIT_FAULT);
}
END_TEST

START_TEST(a_program_that_vanishes_later_is_waited_for)
{
	struct stage t;
	start_all(&t);
	super_exited(&t.super, WORLD, SIGKILL, t.now);
	t.spawn_result = -ENOENT;
	pass(&t, 20 * S, 0);
	ck_assert_uint_eq(t.spawned[WORLD], 1);
	t.spawn_result = 0;
	pass(&t, 5 * S, 0);
	ck_assert_uint_eq(t.spawned[WORLD], 2);
	ck_assert(!t.super.stopping);
}
END_TEST

START_TEST(a_world_that_stands_still_for_2_s_is_killed)
{
	struct stage t;
	start_all(&t);
	pass(&t, 10 * S, 0);
	uint64_t last = t.super.procs[WORLD].beat_us;
	pass(&t, 1900 * MS, 1 << WORLD);
	ck_assert_int_eq(t.last_signal[WORLD], 0);
	pass(&t, 200 * MS, 1 << WORLD);
	ck_assert_int_eq(t.last_signal[WORLD], SIGKILL);
	ck_assert_uint_le(t.now - last, 2200 * MS);
	pass(&t, 10 * S, 1 << WORLD);
	ck_assert_str_eq(t.order, "KILL world;");
	ck_assert_uint_eq(crash(&t, WORLD, SIGKILL), 50 * MS);
}
END_TEST

START_TEST(a_starting_process_has_30_s)
{
	struct stage t;
	set_up(&t);
	super_start(&t.super, t.now);
	pass(&t, 29 * S, 1 << WORLD);
	ck_assert_str_eq(t.order, "");
	pass(&t, 2 * S, 1 << WORLD);
	ck_assert_str_eq(t.order, "KILL world;");
}
END_TEST

START_TEST(nobody_is_judged_by_the_time_the_supervisor_itself_was_stopped)
{
	struct stage t;
	start_all(&t);
	t.now += 3600 * S;
	super_tick(&t.super, t.now);
	ck_assert_str_eq(t.order, "");
	pass(&t, 10 * S, 0);
	ck_assert_str_eq(t.order, "");
	pass(&t, 3 * S, 1 << WORLD);
	ck_assert_str_eq(t.order, "KILL world;");
}
END_TEST

START_TEST(the_stop_goes_from_the_players_to_the_store)
{
	struct stage t;
	start_all(&t);
	super_stop(&t.super, t.now);
	ck_assert_str_eq(t.order, "INT gateway;");
	super_exited(&t.super, GATEWAY, 0, t.now);
	ck_assert_str_eq(t.order, "INT gateway;INT world;");
	super_exited(&t.super, WORLD, 0, t.now);
	ck_assert_str_eq(t.order, "INT gateway;INT world;INT persist;");
	ck_assert(!super_over(&t.super));
	super_exited(&t.super, PERSIST, 0, t.now);
	ck_assert(super_over(&t.super));
	ck_assert_int_eq(t.super.status, 0);
}
END_TEST

START_TEST(a_stop_that_nobody_heeds_takes_less_than_5_s)
{
	struct stage t;
	start_all(&t);
	uint64_t begin = t.now;
	super_stop(&t.super, t.now);
	while (!super_over(&t.super) && t.now < begin + 60 * S) {
		pass(&t, 10 * MS, 0);
		for (size_t i = 0; i < N; i++)
			if (t.last_signal[i] == SIGKILL)
				super_exited(&t.super, i, SIGKILL, t.now);
	}
	ck_assert_uint_lt(t.now - begin, 5 * S);
	ck_assert_str_eq(t.order, "INT gateway;KILL gateway;INT world;KILL world;"
				  "INT persist;KILL persist;");
}
END_TEST

START_TEST(a_second_stop_kills_at_once)
{
	struct stage t;
	start_all(&t);
	super_stop(&t.super, t.now);
	pass(&t, 1 * S, 0);
	super_stop(&t.super, t.now);
	ck_assert_int_eq(t.last_signal[PERSIST], SIGKILL);
	ck_assert_int_eq(t.last_signal[WORLD], SIGKILL);
	ck_assert_int_eq(t.last_signal[GATEWAY], SIGKILL);
}
END_TEST

START_TEST(one_stop_that_comes_twice_is_one)
{
	struct stage t;
	start_all(&t);
	super_stop(&t.super, t.now);
	pass(&t, 10 * MS, 0);
	super_stop(&t.super, t.now);
	ck_assert_str_eq(t.order, "INT gateway;");
}
END_TEST

START_TEST(what_dies_during_the_stop_is_not_started_again)
{
	struct stage t;
	start_all(&t);
	super_exited(&t.super, WORLD, SIGKILL, t.now);
	super_stop(&t.super, t.now);
	super_exited(&t.super, PERSIST, SIGKILL, t.now);
	super_exited(&t.super, GATEWAY, 0, t.now);
	pass(&t, 20 * S, 0);
	ck_assert(super_over(&t.super));
	ck_assert_uint_eq(t.spawned[WORLD] + t.spawned[PERSIST] + t.spawned[GATEWAY], 3);
}
END_TEST

START_TEST(a_restart_is_clean_and_at_once)
{
	struct stage t;
	start_all(&t);
	ck_assert_int_eq(super_restart(&t.super, WORLD, t.now), 0);
	ck_assert_str_eq(t.order, "INT world;");
	pass(&t, 300 * MS, 0);
	super_exited(&t.super, WORLD, 0, t.now);
	ck_assert_uint_eq(t.spawned[WORLD], 2);
	ck_assert_int_eq(t.super.procs[WORLD].state, SUPER_STARTING);
}
END_TEST

START_TEST(a_restart_that_is_not_heeded_ends_in_a_kill)
{
	struct stage t;
	start_all(&t);
	ck_assert_int_eq(super_restart(&t.super, WORLD, t.now), 0);
	pass(&t, 6 * S, 0);
	ck_assert_str_eq(t.order, "INT world;KILL world;");
	super_exited(&t.super, WORLD, SIGKILL, t.now);
	ck_assert_uint_eq(t.spawned[WORLD], 2);
}
END_TEST

START_TEST(a_restart_ends_the_waiting)
{
	struct stage t;
	start_all(&t);
	for (int k = 0; k < 5; k++)
		crash(&t, WORLD, EXITED(1));
	super_exited(&t.super, WORLD, EXITED(1), t.now);
	ck_assert_int_eq(t.super.procs[WORLD].state, SUPER_WAITING);
	ck_assert_int_eq(super_restart(&t.super, WORLD, t.now), 0);
	unsigned before = t.spawned[WORLD];
	super_tick(&t.super, t.now);
	ck_assert_uint_eq(t.spawned[WORLD], before + 1);
}
END_TEST

START_TEST(what_is_not_asked_for_is_left_alone)
{
	struct stage t;
	set_up(&t);
	super_skip(&t.super, GATEWAY);
	super_start(&t.super, t.now);
	super_ready(&t.super, PERSIST, t.now);
	super_ready(&t.super, WORLD, t.now);
	ck_assert(super_all_ready(&t.super));
	ck_assert_uint_eq(t.spawned[GATEWAY], 0);
	ck_assert_int_eq(super_restart(&t.super, GATEWAY, t.now), 1);
	super_stop(&t.super, t.now);
	ck_assert_str_eq(t.order, "INT world;");
}
END_TEST

START_TEST(an_exit_is_told_in_words)
{
	char text[128];
	super_how(SIGKILL, text, sizeof(text));
	ck_assert_str_eq(text, "was killed by signal 9 (Killed)");
	super_how(EXITED(EXIT_PACK), text, sizeof(text));
	ck_assert_str_eq(text, "exited with status 65 (a pack was refused)");
	super_how(EXITED(3), text, sizeof(text));
	ck_assert_str_eq(text, "exited with status 3");
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("super");
	tcase_add_test(c, one_that_has_not_beaten_for_two_seconds_is_silent);
	tcase_add_test(c, everything_is_started_and_becomes_ready);
	tcase_add_test(c, a_killed_process_is_back_in_50_ms);
	tcase_add_test(c, back_off_doubles_to_5_s_while_life_is_short);
	tcase_add_test(c, back_off_is_forgotten_by_half_a_second_of_being_ready);
	tcase_add_test(c, time_spent_starting_is_not_good_life);
	tcase_add_test(c, five_starts_that_fail_are_a_crash_loop_said_once);
	tcase_add_test(c, a_crash_loop_ends_when_the_process_becomes_ready);
	tcase_add_test(c, failures_far_apart_are_no_crash_loop);
	tcase_add_test(c, a_refused_pack_at_the_first_start_ends_everything_with_its_status);
	tcase_add_test(c, a_spare_process_that_is_refused_is_left_off_and_play_goes_on);
	tcase_add_test(c, a_spare_process_that_was_left_off_is_started_by_a_restart);
	tcase_add_test(c, a_spare_process_whose_place_another_has_taken_is_left_off);
	tcase_add_test(c, a_spare_process_that_never_becomes_ready_is_not_waited_for);
	tcase_add_test(c, a_spare_program_that_is_not_there_is_left_off);
	tcase_add_test(c, a_pack_refused_later_leaves_the_others_alone);
	tcase_add_test(c, an_address_in_use_is_waited_for_and_then_ends_everything);
	tcase_add_test(c, a_superseded_world_takes_the_epoch_back_but_ever_slower);
	tcase_add_test(c, a_program_that_is_not_there_ends_the_first_start);
	tcase_add_test(c, a_program_that_vanishes_later_is_waited_for);
	tcase_add_test(c, a_world_that_stands_still_for_2_s_is_killed);
	tcase_add_test(c, a_starting_process_has_30_s);
	tcase_add_test(c, nobody_is_judged_by_the_time_the_supervisor_itself_was_stopped);
	tcase_add_test(c, the_stop_goes_from_the_players_to_the_store);
	tcase_add_test(c, a_stop_that_nobody_heeds_takes_less_than_5_s);
	tcase_add_test(c, a_second_stop_kills_at_once);
	tcase_add_test(c, one_stop_that_comes_twice_is_one);
	tcase_add_test(c, what_dies_during_the_stop_is_not_started_again);
	tcase_add_test(c, a_restart_is_clean_and_at_once);
	tcase_add_test(c, a_restart_that_is_not_heeded_ends_in_a_kill);
	tcase_add_test(c, a_restart_ends_the_waiting);
	tcase_add_test(c, what_is_not_asked_for_is_left_alone);
	tcase_add_test(c, an_exit_is_told_in_words);
	Suite *s = suite_create("super");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
