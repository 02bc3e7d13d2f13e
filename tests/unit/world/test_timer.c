/*
 * test_timer.c - timers: order, saving, loading, restarts.
 */
#include "rig.h"
#include "world/core/timers.h"

static struct rig r;
static struct world *w;
static int64_t fired[64];
static size_t n_fired;

static void fire(struct world *world, const struct timer *t)
{
	(void)world;
	fired[n_fired++] = t->value;
}

static void setup(void)
{
	rig_init(&r);
	w = r.world;
	timer_handle(w, TIMER_LIFE, fire);
	n_fired = 0;
}

static void teardown(void)
{
	rig_done_with(&r);
}

START_TEST(timers_fire_at_their_tick_in_order_of_due_and_id)
{
	timer_add(w, TIMER_LIFE, 3, 0, 31);
	timer_add(w, TIMER_LIFE, 1, 0, 10);
	timer_add(w, TIMER_LIFE, 3, 0, 32);
	timer_add(w, TIMER_LIFE, 2, 0, 20);
	timer_add(w, TIMER_LIFE, 3, 0, 33);
	rig_ticks(&r, 1);
	ck_assert_uint_eq(n_fired, 1);
	rig_ticks(&r, 5);
	ck_assert_uint_eq(n_fired, 5);
	ck_assert_int_eq(fired[0], 10);
	ck_assert_int_eq(fired[1], 20);
	ck_assert_int_eq(fired[2], 31);
	ck_assert_int_eq(fired[3], 32);
	ck_assert_int_eq(fired[4], 33);
}
END_TEST

static void fire_and_add(struct world *world, const struct timer *t)
{
	fire(world, t);
	if (t->value < 3)
		timer_add(world, TIMER_LIFE, 0, 0, t->value + 1);
}

START_TEST(a_timer_that_adds_another_is_not_run_for_ever_in_one_tick)
{
	timer_handle(w, TIMER_LIFE, fire_and_add);
	timer_add(w, TIMER_LIFE, 1, 0, 1);
	rig_ticks(&r, 1);
	ck_assert_uint_eq(n_fired, 1);
	rig_ticks(&r, 1);
	ck_assert_uint_eq(n_fired, 2);
}
END_TEST

START_TEST(a_cancelled_timer_does_not_fire)
{
	uint64_t a = timer_add(w, TIMER_LIFE, 2, 7, 1), b = timer_add(w, TIMER_LIFE, 2, 8, 2);

	timer_add(w, TIMER_LIFE, 2, 8, 3);
	ck_assert(timer_cancel(w, a));
	ck_assert(!timer_cancel(w, a));
	ck_assert_uint_eq(timer_cancel_for(w, TIMER_LIFE, 8), 2);
	ck_assert(!timer_cancel(w, b));
	rig_ticks(&r, 5);
	ck_assert_uint_eq(n_fired, 0);
}
END_TEST

START_TEST(a_restart_neither_loses_nor_doubles_a_timer)
{
	timer_add(w, TIMER_LIFE, 20, 5, 1);
	timer_add(w, TIMER_LIFE, 2, 5, 2);
	rig_ticks(&r, 3);
	ck_assert_uint_eq(n_fired, 1);
	rig_kill(&r);
	rig_start(&r);
	w = r.world;
	timer_handle(w, TIMER_LIFE, fire);
	rig_ticks(&r, 40);
	ck_assert_uint_eq(n_fired, 2);
	ck_assert_int_eq(fired[1], 1);
}
END_TEST

START_TEST(saving_and_loading_gives_the_same_text)
{
	static const char json[] =
		"[{\"id\":4,\"due\":9,\"kind\":\"life\",\"entity\":\"0001000000000007\"},"
		"{\"id\":2,\"due\":10,\"kind\":\"attach\",\"value\":-3}]";
	struct buf b = { 0 };

	ck_assert_int_eq(timers_load(w, (struct span){ json, strlen(json) }), 0);
	timers_save(w, &b);
	buf_addc(&b, 0);
	ck_assert_str_eq(buf_p(&b), json);
	buf_done(&b);
	ck_assert_uint_gt(timer_add(w, TIMER_LIFE, 1, 0, 0), 4);
}
END_TEST

START_TEST(timers_of_the_wrong_shape_are_refused_and_unknown_kinds_counted)
{
	static const char *const bad[] = { "{}", "[7]", "[{\"due\":1}]", "[{\"id\":\"4\"}]", "[" };
	static const char odd[] = "[{\"id\":4,\"due\":9,\"kind\":\"comet\"}]";
	uint64_t before = w->stats.load_troubles;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_lt(timers_load(w, (struct span){ bad[i], strlen(bad[i]) }), 0);
	ck_assert_int_eq(timers_load(w, (struct span){ odd, strlen(odd) }), 0);
	ck_assert_uint_eq(w->stats.load_troubles, before + 1);
}
END_TEST

START_TEST(there_is_an_end_to_timers)
{
	static const char last[] = "[{\"id\":9223372036854770000,\"due\":9,\"kind\":\"life\","
				   "\"entity\":\"0000000000000007\"}]";
	struct buf b = { 0 };

	/* The longest there can be. */
	ck_assert_int_eq(timers_load(w, (struct span){ last, strlen(last) }), 0);
	ck_assert_uint_eq(timer_cancel_for(w, TIMER_LIFE, 7), 1);
	w->tick = INT64_MAX - 1000;
	for (int i = 0; i < TIMER_MAX; i++)
		ck_assert_uint_gt(timer_add(w, TIMER_ATTACH, 1000, UINT64_MAX, INT64_MIN), 0);
	ck_assert_uint_eq(w->stats.timers_refused, 0);
	ck_assert_uint_eq(timer_add(w, TIMER_LIFE, 1000, 0, 0), 0);
	ck_assert_uint_eq(w->stats.timers_refused, 1);
	timers_save(w, &b);
	ck_assert_uint_lt(b.n, TIMERS_BYTES);
	buf_done(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("timer");
	TCase *c = tcase_create("timer");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, timers_fire_at_their_tick_in_order_of_due_and_id);
	tcase_add_test(c, a_timer_that_adds_another_is_not_run_for_ever_in_one_tick);
	tcase_add_test(c, a_cancelled_timer_does_not_fire);
	tcase_add_test(c, a_restart_neither_loses_nor_doubles_a_timer);
	tcase_add_test(c, saving_and_loading_gives_the_same_text);
	tcase_add_test(c, timers_of_the_wrong_shape_are_refused_and_unknown_kinds_counted);
	tcase_add_test(c, there_is_an_end_to_timers);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
