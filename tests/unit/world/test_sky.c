/*
 * test_sky.c - the sky is the same for the same tick, goes round in a day, and changes by degrees.
 */
#include "hamlet_rig.h"

#include "world/core/sky.h"

enum { TICKS_A_MINUTE = 50, DAY = 1440 * TICKS_A_MINUTE, DAYS = 30 };

static struct world w = { .conf = { .tick_rate = 10 } };

static struct sky at(uint64_t tick)
{
	w.tick = tick;
	return sky_now(&w);
}

START_TEST(a_world_begins_in_the_morning)
{
	struct sky sky = at(0);

	ck_assert_uint_eq(sky.hour, 7);
	ck_assert_uint_eq(sky.minute, 0);
	ck_assert_str_eq(sky.time, "early morning");
}
END_TEST

START_TEST(a_day_takes_two_hours_at_any_rate)
{
	ck_assert_uint_eq(at(DAY - 1).hour, 6);
	ck_assert_uint_eq(at(DAY - 1).minute, 59);
	ck_assert_uint_eq(at(DAY).hour, 7);
	w.conf.tick_rate = 100;
	ck_assert_uint_eq(at(10 * DAY - 1).hour, 6);
	ck_assert_uint_eq(at(10 * DAY).hour, 7);
	w.conf.tick_rate = 10;
}
END_TEST

START_TEST(there_are_two_high_tides_in_a_day)
{
	unsigned highs = 0, turns = 0;

	for (uint64_t t = 0; t < DAY; t += TICKS_A_MINUTE) {
		struct sky now = at(t), next = at(t + TICKS_A_MINUTE);

		turns += now.rising != next.rising;
		highs += !strcmp(next.tide, "it is high tide") && strcmp(now.tide, next.tide) != 0;
		ck_assert(strcmp(now.tide, "the tide is coming in") != 0 || now.rising);
		ck_assert(strcmp(now.tide, "the tide is going out") != 0 || !now.rising);
	}
	ck_assert_uint_eq(highs, 2);
	ck_assert_uint_eq(turns, 4);
}
END_TEST

/* How wet that is; the same by day and by night. */
static int degree(const char *weather)
{
	static const char *const degrees[][2] = {
		{ "a clear sky", "a sky full of stars" },
		{ "a few high clouds", "stars between the clouds" },
		{ "a grey sky", "a starless sky" },
		{ "a low mist", NULL },
		{ "a thin rain", NULL },
		{ "a steady rain", NULL },
		{ "hard rain and wind", NULL },
	};

	for (int i = 0; i < (int)ARRAY_LEN(degrees); i++)
		for (int k = 0; k < 2; k++)
			if (degrees[i][k] && !strcmp(degrees[i][k], weather))
				return i;
	ck_abort_msg("unknown weather: %s", weather);
	return 0;
}

START_TEST(weather_changes_by_degrees_and_shows_all_it_has)
{
	unsigned seen[7] = { 0 }, changes = 0;
	int last = degree(at(0).weather), now;

	for (uint64_t t = 0; t < (uint64_t)DAYS * DAY; t += TICKS_A_MINUTE) {
		now = degree(at(t).weather);
		ck_assert_int_le(abs(now - last), 1);
		changes += now != last;
		seen[now]++;
		last = now;
	}
	for (size_t i = 0; i < ARRAY_LEN(seen); i++)
		ck_assert_uint_gt(seen[i], 0);
	ck_assert_uint_gt(changes, 3 * DAYS);  /* it does change */
	ck_assert_uint_lt(changes, 72 * DAYS); /* and stays for twenty minutes on the average */
}
END_TEST

START_TEST(the_same_tick_has_the_same_sky)
{
	for (uint64_t t = 0; t < DAY; t += 977) {
		struct sky a = at(t), b = at(t);

		ck_assert_str_eq(a.weather, b.weather);
		ck_assert_str_eq(a.time, b.time);
	}
}
END_TEST

START_TEST(players_see_it_where_there_is_a_sky)
{
	struct hamlet h;

	hamlet_open(&h);
	h.st.world->tick = 0;
	STAGE_SAYS(&h.st, 0, "time",
		   "It is early morning, and the tide is going out. Overhead: a low mist.");
	STAGE_SAYS(&h.st, 0, "weather",
		   "It is early morning, and the tide is going out. Overhead: a low mist.");
	stage_put(&h.st, h.ana, "hall");
	STAGE_SAYS(&h.st, 0, "tide", "It is early morning, and the tide is going out.");
	hamlet_close(&h);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sky");
	TCase *tc = tcase_create("sky");
	SRunner *runner;
	int failed;

	tcase_add_test(tc, a_world_begins_in_the_morning);
	tcase_add_test(tc, a_day_takes_two_hours_at_any_rate);
	tcase_add_test(tc, there_are_two_high_tides_in_a_day);
	tcase_add_test(tc, weather_changes_by_degrees_and_shows_all_it_has);
	tcase_add_test(tc, the_same_tick_has_the_same_sky);
	tcase_add_test(tc, players_see_it_where_there_is_a_sky);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
