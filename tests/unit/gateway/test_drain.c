/* test_drain.c - the slow end of a gateway, on a clock of the test's own. */
#include "gateway/drain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "tests/unit/rt/unit.h"

#define SECOND ((uint64_t)1000000)

static struct drain d;
static char said[2048];
static unsigned n_shut, n_moved, n_over, to_move;
static uint64_t now;

static void on_shut(void *ctx)
{
	(void)ctx;
	n_shut++;
}

static void on_say(void *ctx, const char *markup)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof(said) - n, "%" PRIu64 " %s\n", now / SECOND, markup);
}

static bool on_move(void *ctx, const char *markup)
{
	(void)ctx;
	ck_assert_ptr_nonnull(strstr(markup, "another"));
	n_moved++;
	return n_moved < to_move;
}

static void on_over(void *ctx)
{
	(void)ctx;
	n_over++;
}

static void begin(uint64_t seconds)
{
	const struct drain_io io = { on_shut, on_say, on_move, on_over, NULL };

	said[0] = '\0';
	n_shut = n_moved = n_over = 0;
	to_move = 1;
	now = 1000 * SECOND;
	drain_init(&d, &io);
	drain_begin(&d, seconds * SECOND, now);
}

/* Lets the time pass as a loop does: from one due time to the next. */
static void run_to(uint64_t second)
{
	while (d.due_us <= second * SECOND) {
		ck_assert_uint_ge(d.due_us, now);
		now = d.due_us;
		drain_tick(&d, now);
	}
	now = second * SECOND;
}

START_TEST(the_listeners_stay_open_for_a_moment_so_that_nobody_is_refused)
{
	begin(120);
	ck_assert(drain_is_on(&d));
	run_to(1004);
	ck_assert_uint_eq(n_shut, 0);
	ck_assert_str_eq(said, "");
	run_to(1005);
	ck_assert_uint_eq(n_shut, 1);
	begin(20);
	run_to(1001);
	ck_assert_uint_eq(n_shut, 0);
	run_to(1002);
	ck_assert_uint_eq(n_shut, 1);
}
END_TEST

START_TEST(players_are_told_when_and_again_near_the_end)
{
	begin(120);
	run_to(1200);
	ck_assert_str_eq(said,
			 "1005 {system}This gate closes in 2 minutes; connect again, and another "
			 "one takes you to where you are.{/}\n"
			 "1090 {system}This gate closes in 30 seconds.{/}\n");
	ck_assert_uint_eq(n_over, 1);
	ck_assert_int_eq(d.state, DRAIN_OVER);
	ck_assert_uint_eq(d.due_us, UINT64_MAX);
	begin(4);
	run_to(1004);
	ck_assert_str_eq(said,
			 "1000 {system}This gate closes in 4 seconds; connect again, and another "
			 "one takes you to where you are.{/}\n"
			 "1003 {system}This gate closes in 1 second.{/}\n");
}
END_TEST

START_TEST(clients_that_come_back_by_themselves_go_some_at_a_time)
{
	begin(120);
	to_move = 20;
	run_to(1005);
	ck_assert_uint_eq(n_moved, 0); /* the sentence is sent first */
	run_to(1006);
	ck_assert_uint_eq(n_moved, 10);
	run_to(1100);
	ck_assert_uint_eq(n_moved, 20);
	ck_assert_int_eq(d.state, DRAIN_WARNED);
}
END_TEST

START_TEST(who_cannot_be_moved_in_time_waits_for_the_end_like_the_others)
{
	begin(120);
	to_move = UINT32_MAX;
	run_to(1119);
	ck_assert_int_eq(d.state, DRAIN_WARNED);
	ck_assert_uint_eq(n_over, 0);
	run_to(1120);
	ck_assert_uint_eq(n_over, 1);
}
END_TEST

START_TEST(it_ends_as_soon_as_nobody_is_left)
{
	begin(120);
	drain_empty(&d); /* but not while somebody may still come */
	ck_assert_uint_eq(n_over, 0);
	run_to(1010);
	drain_empty(&d);
	ck_assert_uint_eq(n_over, 1);
	drain_empty(&d);
	run_to(1200);
	ck_assert_uint_eq(n_over, 1);
}
END_TEST

START_TEST(beginning_twice_begins_once)
{
	begin(120);
	run_to(1060);
	drain_begin(&d, 120 * SECOND, now);
	run_to(1120);
	ck_assert_uint_eq(n_over, 1);
	ck_assert_uint_eq(n_shut, 1);
}
END_TEST

START_TEST(one_that_was_never_begun_does_nothing)
{
	begin(1);
	drain_init(&d, &d.io);
	drain_tick(&d, 5000 * SECOND);
	drain_empty(&d);
	ck_assert(!drain_is_on(&d));
	ck_assert_uint_eq(n_over + n_shut, 0);
}
END_TEST

UNIT_MAIN("drain", the_listeners_stay_open_for_a_moment_so_that_nobody_is_refused,
	  players_are_told_when_and_again_near_the_end,
	  clients_that_come_back_by_themselves_go_some_at_a_time,
	  who_cannot_be_moved_in_time_waits_for_the_end_like_the_others,
	  it_ends_as_soon_as_nobody_is_left, beginning_twice_begins_once,
	  one_that_was_never_begun_does_nothing)
