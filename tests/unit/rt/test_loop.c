/*
 * test_loop.c - timers, turns, signals, and a flood that must not starve the end of a turn.
 */
#include "rt/loop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"

struct scene {
	struct loop *l;
	struct loop_timer a, b;
	char log[64];
	uint64_t at;
	int n;
};

static void note(struct scene *s, char c)
{
	size_t n = strlen(s->log);

	if (n < sizeof(s->log) - 1)
		s->log[n] = c;
}

static void note_a(void *ctx)
{
	note(ctx, 'a');
}

static void note_b(void *ctx)
{
	note(ctx, 'b');
}

static void stop(void *ctx)
{
	struct scene *s = ctx;

	note(s, '.');
	loop_stop(s->l, 7);
}

static void open_scene(struct scene *s)
{
	*s = (struct scene){ 0 };
	ck_assert_int_eq(loop_new(&s->l), 0);
}

static void close_scene(struct scene *s)
{
	loop_timer_done(&s->a);
	loop_timer_done(&s->b);
	loop_free(s->l);
}

START_TEST(timers_fire_in_order_of_time)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, note_a, &s);
	loop_timer_init(s.l, &s.b, stop, &s);
	loop_timer_in(&s.b, 20000);
	loop_timer_in(&s.a, 1000);
	ck_assert(s.a.pending);
	ck_assert_int_eq(loop_run(s.l), 7);
	ck_assert(!s.a.pending);
	ck_assert_str_eq(s.log, "a.");
	close_scene(&s);
}
END_TEST

START_TEST(a_new_time_replaces_the_old_one)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, note_a, &s);
	loop_timer_init(s.l, &s.b, stop, &s);
	loop_timer_in(&s.a, 1000);
	loop_timer_in(&s.a, 10000000);
	loop_timer_in(&s.b, 5000);
	ck_assert_int_eq(loop_run(s.l), 7);
	ck_assert_str_eq(s.log, ".");
	close_scene(&s);
}
END_TEST

START_TEST(a_stopped_timer_is_silent)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, note_a, &s);
	loop_timer_init(s.l, &s.b, stop, &s);
	loop_timer_in(&s.a, 1000);
	loop_timer_stop(&s.a);
	ck_assert(!s.a.pending);
	loop_timer_in(&s.b, 5000);
	ck_assert_int_eq(loop_run(s.l), 7);
	ck_assert_str_eq(s.log, ".");
	close_scene(&s);
}
END_TEST

START_TEST(soon_is_once_and_before_any_later_time)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, note_a, &s);
	loop_timer_init(s.l, &s.b, stop, &s);
	loop_timer_in(&s.a, 3600 * UINT64_C(1000000));
	loop_timer_soon(&s.a);
	loop_timer_soon(&s.a);
	loop_timer_in(&s.b, 5000);
	ck_assert_int_eq(loop_run(s.l), 7);
	ck_assert_str_eq(s.log, "a.");
	close_scene(&s);
}
END_TEST

/* Works for 30 ms, then asks for 10 ms from now. */
static void work_then_wait(void *ctx)
{
	struct scene *s = ctx;
	uint64_t until = clock_mono(loop_clock(s->l)) + 30000;

	while (clock_mono(loop_clock(s->l)) < until)
		;
	s->at = clock_mono(loop_clock(s->l));
	loop_timer_in(&s->b, 10000);
}

START_TEST(a_timer_is_not_early_after_long_work)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, work_then_wait, &s);
	loop_timer_init(s.l, &s.b, stop, &s);
	loop_timer_soon(&s.a);
	ck_assert_int_eq(loop_run(s.l), 7);
	ck_assert_uint_ge(clock_mono(loop_clock(s.l)) - s.at, 9900);
	close_scene(&s);
}
END_TEST

static void stop_after_three(void *ctx)
{
	struct scene *s = ctx;

	if (++s->n == 3)
		loop_stop(s->l, 0);
	else
		loop_timer_soon(&s->a);
}

static void work_again(void *ctx)
{
	note(ctx, 'w');
}

START_TEST(idle_hooks_follow_the_work_of_each_turn_in_order)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, work_again, &s);
	loop_on_idle(s.l, note_a, &s);
	loop_on_idle(s.l, note_b, &s);
	loop_on_idle(s.l, stop_after_three, &s);
	loop_timer_soon(&s.a);
	ck_assert_int_eq(loop_run(s.l), 0);
	ck_assert_str_eq(s.log, "wabwabwab");
	close_scene(&s);
}
END_TEST

static void leave(void *ctx)
{
	struct scene *s = ctx;

	note(s, 'l');
	loop_off_idle(s->l, leave, s);
}

START_TEST(an_idle_hook_may_take_itself_out)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, work_again, &s);
	loop_on_idle(s.l, leave, &s);
	loop_on_idle(s.l, note_b, &s);
	loop_on_idle(s.l, stop_after_three, &s);
	loop_timer_soon(&s.a);
	ck_assert_int_eq(loop_run(s.l), 0);
	ck_assert_str_eq(s.log, "wlbwbwb");
	close_scene(&s);
}
END_TEST

static void again_for_ever(void *ctx)
{
	struct scene *s = ctx;

	loop_timer_soon(&s->a);
}

static void on_byte(int fd, short what, void *ctx)
{
	struct scene *s = ctx;
	char c;

	(void)what;
	ck_assert_int_eq((int)read(fd, &c, 1), 1);
	note(s, c);
	loop_stop(s->l, 7);
}

START_TEST(work_that_asks_for_more_lets_others_in)
{
	struct scene s;
	struct event *ev;
	int ends[2];

	open_scene(&s);
	ck_assert_int_eq(pipe(ends), 0);
	ev = event_new(loop_base(s.l), ends[0], EV_READ | EV_PERSIST, on_byte, &s);
	ck_assert_int_eq(event_add(ev, NULL), 0);
	ck_assert_int_eq((int)write(ends[1], "x", 1), 1);
	loop_timer_init(s.l, &s.a, again_for_ever, &s);
	loop_timer_soon(&s.a);
	ck_assert_int_eq(loop_run(s.l), 7);
	ck_assert_str_eq(s.log, "x");
	event_free(ev);
	close_scene(&s);
}
END_TEST

static void never_read(int fd, short what, void *ctx)
{
	(void)fd;
	(void)what;
	(void)ctx;
}

static void stop_after_forty(void *ctx)
{
	struct scene *s = ctx;

	if (++s->n == 40)
		loop_stop(s->l, 7);
}

/* More descriptors than one dispatch takes, all ready all the time: nothing ever gets inactive. */
START_TEST(turns_stay_short_under_a_flood)
{
	enum { FDS = 200 };
	struct event *ev[FDS];
	struct scene s;
	int ends[2];

	open_scene(&s);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq((int)write(ends[1], "x", 1), 1);
	for (int i = 0; i < FDS; i++) {
		ev[i] = event_new(loop_base(s.l), dup(ends[0]), EV_READ | EV_PERSIST, never_read,
				  NULL);
		ck_assert_int_eq(event_priority_set(ev[i], 1 + i % 2), 0);
		ck_assert_int_eq(event_add(ev[i], NULL), 0);
	}
	loop_on_idle(s.l, stop_after_forty, &s);
	s.at = clock_mono(loop_clock(s.l));
	ck_assert_int_eq(loop_run(s.l), 7);
	/* The first may last 50 ms, the others 4 each. */
	ck_assert_uint_lt(clock_mono(loop_clock(s.l)) - s.at, 1000000);
	for (int i = 0; i < FDS; i++)
		event_free(ev[i]);
	close_scene(&s);
}
END_TEST

static void on_signal(void *ctx, int signo)
{
	struct scene *s = ctx;

	s->n = signo;
	loop_stop(s->l, 0);
}

static void raise_usr1(void *ctx)
{
	(void)ctx;
	raise(SIGUSR1);
}

START_TEST(a_signal_arrives_in_the_loop)
{
	struct scene s;

	open_scene(&s);
	ck_assert_int_eq(loop_on_signal(s.l, SIGUSR1, on_signal, &s), 0);
	loop_timer_init(s.l, &s.a, raise_usr1, &s);
	loop_timer_soon(&s.a);
	ck_assert_int_eq(loop_run(s.l), 0);
	ck_assert_int_eq(s.n, SIGUSR1);
	close_scene(&s);
}
END_TEST

START_TEST(a_loop_stopped_beforehand_does_not_run)
{
	struct scene s;

	open_scene(&s);
	loop_timer_init(s.l, &s.a, note_a, &s);
	loop_timer_soon(&s.a);
	loop_stop(s.l, 3);
	ck_assert_int_eq(loop_run(s.l), 3);
	ck_assert_str_eq(s.log, "");
	close_scene(&s);
}
END_TEST

UNIT_MAIN("loop", timers_fire_in_order_of_time, a_new_time_replaces_the_old_one,
	  a_stopped_timer_is_silent, soon_is_once_and_before_any_later_time,
	  a_timer_is_not_early_after_long_work, idle_hooks_follow_the_work_of_each_turn_in_order,
	  an_idle_hook_may_take_itself_out, work_that_asks_for_more_lets_others_in,
	  turns_stay_short_under_a_flood, a_signal_arrives_in_the_loop,
	  a_loop_stopped_beforehand_does_not_run)
