/*
 * test_info.c - what lists of games are told of the world, and when.
 */
#include "data_rig.h"
#include "world/info.h"

static struct rig r;

static void setup(void)
{
	rig_init(&r);
	texts_set(r.world, SPAN("name"), "Proving");
	texts_set(r.world, SPAN("mssp"), "WEBSITE=https://example.org/?a=b");
	texts_set(r.world, SPAN("mssp"), "Family=Mud");
	texts_set(r.world, SPAN("mssp"), "nonsense");
	texts_set(r.world, SPAN("mssp"), "=nonsense");
}

static void teardown(void)
{
	rig_done_with(&r);
}

static void tick_at(int64_t wall_ms, unsigned n)
{
	Mudlark__Tick m = MUDLARK__TICK__INIT;

	m.wall_ms = wall_ms;
	while (n--) {
		RIG_FEED(&r, 0, TICK, tick, &m);
		rig_turn(&r);
	}
}

static size_t infos(uint64_t gateway)
{
	size_t n = 0;

	for (size_t i = 0; i < r.n_said; i++)
		n += r.said[i].gateway == gateway &&
		     r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_INFO;
	return n;
}

/* The value of the last one; "" when it has none. Fails when a name stands twice. */
static const char *var(const char *name)
{
	const Mudlark__GatewayIn *m = rig_last(&r, MUDLARK__GATEWAY_IN__BODY_INFO);
	const char *value = "";

	ck_assert_ptr_nonnull(m);
	for (size_t i = 0; i < m->info->n_vars; i++) {
		if (strcasecmp(m->info->vars[i]->name, name) != 0)
			continue;
		ck_assert_str_eq(value, "");
		value = m->info->vars[i]->value;
	}
	return value;
}

START_TEST(a_gateway_is_told_as_soon_as_the_time_is_known)
{
	ck_assert_uint_eq(infos(RIG_GATEWAY), 0);
	tick_at(1700000000123, 1);
	ck_assert_uint_eq(infos(RIG_GATEWAY), 1);
	ck_assert_str_eq(var("NAME"), "Proving");
	ck_assert_str_eq(var("PLAYERS"), "0");
	ck_assert_str_eq(var("UPTIME"), "1700000000");
	ck_assert_int_eq(strncmp(var("CODEBASE"), "Mudlark ", 8), 0);
	ck_assert_str_eq(var("ROOMS"), "3");
	ck_assert_str_eq(var("MOBILES"), "1");
	ck_assert_str_eq(var("OBJECTS"), "3");
	ck_assert_str_eq(var("AREAS"), "1");
	ck_assert_str_eq(var("GENRE"), "Testing");
}
END_TEST

START_TEST(what_the_operator_says_goes_before_what_the_world_says)
{
	tick_at(1700000000123, 1);
	ck_assert_str_eq(var("WEBSITE"), "https://example.org/?a=b");
	ck_assert_str_eq(var("FAMILY"), "Mud");
	ck_assert_str_eq(var("nonsense"), "");
}
END_TEST

START_TEST(a_gateway_that_comes_later_is_told_when_it_comes)
{
	tick_at(1700000000123, 1);
	rig_forget(&r);
	tick_at(1700000009000, 50);
	rig_peer_up(&r, RIG_OTHER, false);
	ck_assert_uint_eq(infos(RIG_OTHER), 1);
	ck_assert_uint_eq(infos(RIG_GATEWAY), 0);
	ck_assert_str_eq(var("UPTIME"), "1700000000");
}
END_TEST

START_TEST(changes_are_told_once_in_a_while_and_nothing_when_there_is_none)
{
	tick_at(1700000000123, 10);
	rig_forget(&r);
	tick_at(1700000000123, 500);
	ck_assert_uint_eq(infos(RIG_GATEWAY), 0);
	for (uint64_t i = 0; i < 5; i++) {
		rig_guest(&r, 5 + i);
		rig_forget(&r);
		tick_at(1700000000123, 1);
		ck_assert_uint_eq(infos(RIG_GATEWAY), 0);
	}
	tick_at(1700000000123, INFO_S * 10);
	ck_assert_uint_eq(infos(RIG_GATEWAY), 1);
	ck_assert_str_eq(var("PLAYERS"), "5");
	for (size_t i = 0; i < r.n_said; i++)
		if (r.said[i].m->body_case == MUDLARK__GATEWAY_IN__BODY_INFO)
			ck_assert_uint_eq(r.said[i].oseq, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("info");
	TCase *c = tcase_create("info");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_gateway_is_told_as_soon_as_the_time_is_known);
	tcase_add_test(c, what_the_operator_says_goes_before_what_the_world_says);
	tcase_add_test(c, a_gateway_that_comes_later_is_told_when_it_comes);
	tcase_add_test(c, changes_are_told_once_in_a_while_and_nothing_when_there_is_none);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
