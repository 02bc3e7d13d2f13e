/*
 * test_phases.c - what is timed around the core: each line once, whatever became of those beside it.
 */
#include "world/phases.h"

#include "../rt/unit.h"
#include "rt/log.h"

static uint64_t now;
static struct phases p;

static uint64_t mono(UNUSED void *ctx)
{
	return now;
}

static const struct clock ticking = { .mono_us = mono };

static void begin(void)
{
	log_init("test", LOG_ERROR, false);
	now = 1000;
	phases_init(&p, &ticking);
}

static void expect(unsigned timed, uint64_t count, double sum_us)
{
	ck_assert_uint_eq(p.timed[timed].count, count);
	ck_assert_double_eq_tol(p.timed[timed].sum * 1e6, sum_us, .01);
}

static void run(uint64_t session, uint64_t seq, uint64_t us)
{
	phases_line_runs(&p, session, seq);
	now += us;
	phases_line_runs(&p, 0, 0);
}

START_TEST(a_line_waits_from_the_turn_in_which_it_came_and_then_runs)
{
	begin();
	phases_line_came(&p, 7, 1);
	now += 10;
	phases_line_came(&p, 8, 1);
	now += 90;
	run(7, 1, 5);
	run(8, 1, 6);
	expect(TIMED_INBOX, 2, 100 + 105);
	expect(TIMED_COMMAND, 2, 11);
	phases_turn(&p);
	phases_line_came(&p, 7, 2);
	run(7, 2, 1);
	expect(TIMED_INBOX, 3, 205);
	phases_done(&p);
}
END_TEST

START_TEST(a_line_that_the_core_drops_does_not_count)
{
	begin();
	phases_line_came(&p, 7, 1);
	phases_line_came(&p, 7, 1);
	phases_line_came(&p, 8, 4);
	run(7, 1, 5);
	run(8, 4, 5);
	expect(TIMED_INBOX, 2, 5);
	expect(TIMED_COMMAND, 2, 10);
	ck_assert_uint_eq(p.lines.n, 0);
	phases_done(&p);
}
END_TEST

START_TEST(what_the_core_has_dropped_is_forgotten_with_the_rest)
{
	begin();
	phases_line_came(&p, 7, 1);
	phases_drained(&p);
	ck_assert_uint_eq(p.lines.n, 0);
	phases_line_came(&p, 7, 2);
	run(7, 2, 3);
	expect(TIMED_INBOX, 1, 0);
	phases_done(&p);
}
END_TEST

START_TEST(one_that_is_blamed_again_takes_no_other_out_of_the_queue)
{
	begin();
	phases_line_came(&p, 7, 1);
	phases_line_came(&p, 8, 1);
	run(7, 1, 5);
	phases_line_runs(&p, 7, 1);
	run(8, 1, 5);
	expect(TIMED_INBOX, 2, 5);
	phases_done(&p);
}
END_TEST

START_TEST(a_commit_takes_until_one_at_or_behind_it_is_durable)
{
	Mudlark__Commit c = MUDLARK__COMMIT__INIT;

	begin();
	for (c.batch = 1; c.batch <= 3; c.batch++) {
		phases_batch_issued(&p, &c);
		now += 10;
	}
	phases_batch_durable(&p, 2);
	expect(TIMED_COMMIT, 2, 30 + 20);
	phases_batch_durable(&p, 2);
	expect(TIMED_COMMIT, 2, 50);
	phases_batch_durable(&p, 3);
	expect(TIMED_COMMIT, 3, 60);
	phases_done(&p);
}
END_TEST

static void step(uint64_t tick, unsigned system, uint64_t us)
{
	phases_system(&p, tick, system);
	now += us;
	phases_system(&p, tick, TICK_SYSTEMS);
}

START_TEST(a_system_counts_once_in_a_tick_however_many_steps_it_takes)
{
	begin();
	for (unsigned i = 0; i < TICK_SYSTEMS; i++)
		step(1, i, i == 1 ? 20 : 1);
	step(1, 1, 22);
	expect(TIMED_TICK, 0, 0);
	step(2, 0, 1);
	expect(TIMED_SYSTEM + 1, 1, 42);
	expect(TIMED_SYSTEM, 1, 1);
	expect(TIMED_TICK, 1, 42 + TICK_SYSTEMS - 1);
	step(3, 0, 1);
	expect(TIMED_SYSTEM + 1, 2, 42);
	phases_done(&p);
}
END_TEST

START_TEST(every_system_has_its_own_name)
{
	begin();
	for (unsigned i = 0; i < TICK_SYSTEMS; i++) {
		struct buf want = { 0 };

		buf_addf(&want, "mudlark_world_system_seconds{system=\"%s\"}", tick_system_name(i));
		buf_addc(&want, '\0');
		ck_assert_str_eq(p.timed[TIMED_SYSTEM + i].name, buf_p(&want));
		buf_done(&want);
	}
	phases_done(&p);
}
END_TEST

UNIT_MAIN("phases", a_line_waits_from_the_turn_in_which_it_came_and_then_runs,
	  a_line_that_the_core_drops_does_not_count,
	  what_the_core_has_dropped_is_forgotten_with_the_rest,
	  one_that_is_blamed_again_takes_no_other_out_of_the_queue,
	  a_commit_takes_until_one_at_or_behind_it_is_durable,
	  a_system_counts_once_in_a_tick_however_many_steps_it_takes, every_system_has_its_own_name)
