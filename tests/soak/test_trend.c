/* test_trend.c - the verdict of a soak can fail: what grows is told from what is only restless. */
#include <check.h>
#include <math.h>

#include "rt/rand.h"
#include "tests/soak/trend.h"

enum { SAMPLES = 360 }; /* an hour of them */

struct shape {
	double base, an_hour, noise, wave; /* per cent of the base */
	double step;			   /* at a third of the time */
	double peak;			   /* now and then, for a moment */
};

static struct trend look(struct shape s, uint64_t seed)
{
	static const double waves = 7;
	double hours[SAMPLES], values[SAMPLES];
	struct rng r;

	rng_seed(&r, seed);
	for (size_t i = 0; i < SAMPLES; i++) {
		const double t = (double)i / SAMPLES,
			     chance = (double)rng_below(&r, 2001) / 1000 - 1;

		hours[i] = t;
		values[i] =
			s.base *
			(1 + (s.an_hour * t + s.noise * chance + s.wave * sin(waves * 6.2832 * t)) /
				     100);
		if (i > SAMPLES / 3)
			values[i] += s.base * s.step / 100;
		if (rng_below(&r, 15) == 0)
			values[i] += s.base * s.peak / 100;
	}
	return trend_of(hours, values, SAMPLES);
}

static bool leaks(struct shape s, uint64_t seed)
{
	const struct trend t = look(s, seed);

	return trend_leaks(&t, 1);
}

START_TEST(what_leaks_is_found_under_noise)
{
	ck_assert(leaks((struct shape){ .base = 20000, .an_hour = 2 }, 1));
	for (uint64_t seed = 1; seed <= 20; seed++)
		ck_assert(
			leaks((struct shape){ .base = 20000, .an_hour = 4, .noise = 2, .wave = 1 },
			      seed));
	ck_assert(leaks((struct shape){ .base = 20000, .step = 3, .noise = 1 }, 1));
	for (uint64_t seed = 1; seed <= 20; seed++)
		ck_assert(leaks((struct shape){ .base = 20000, .an_hour = 3, .peak = 120 }, seed));
}
END_TEST

START_TEST(what_is_flat_or_falls_is_not_accused)
{
	ck_assert(!leaks((struct shape){ .base = 20000 }, 1));
	ck_assert(!leaks((struct shape){ .base = 20000, .an_hour = 0.5, .noise = 1 }, 1));
	ck_assert(!leaks((struct shape){ .base = 20000, .an_hour = -5, .noise = 1 }, 1));
	ck_assert(!leaks((struct shape){ .base = 20000, .wave = 4 }, 1));
	for (uint64_t seed = 1; seed <= 20; seed++) {
		ck_assert(!leaks((struct shape){ .base = 20000, .noise = 5 }, seed));
		ck_assert(!leaks((struct shape){ .base = 20000, .peak = 120 }, seed));
	}
}
END_TEST

START_TEST(the_slope_is_that_of_the_line)
{
	const struct trend t = look((struct shape){ .base = 1000, .an_hour = 10 }, 1);

	ck_assert_double_eq_tol(t.slope, 100, 1);
	ck_assert_double_eq_tol(t.error, 0, 1);
	ck_assert_double_eq_tol(t.mean, 1050, 5);
	ck_assert_double_eq_tol(t.hours, 1, 0.01);
}
END_TEST

/* One descriptor in two minutes, and a queue that is now full, now empty. */
START_TEST(a_count_grows_only_when_it_does)
{
	double hours[SAMPLES], fds[SAMPLES], queue[SAMPLES];
	struct trend t;
	struct rng r;

	rng_seed(&r, 3);
	for (size_t i = 0; i < SAMPLES; i++) {
		hours[i] = (double)i / SAMPLES;
		fds[i] = 500 + (double)(i / 12) + (double)rng_below(&r, 9);
		queue[i] = rng_below(&r, 4) ? 0 : 100;
	}
	t = trend_of(hours, fds, SAMPLES);
	ck_assert(trend_grows(&t, 15));
	ck_assert(!trend_grows(&t, 40));
	t = trend_of(hours, queue, SAMPLES);
	ck_assert(!trend_grows(&t, 5));
}
END_TEST

START_TEST(too_few_samples_say_nothing)
{
	const double hours[] = { 0, 1 }, values[] = { 1, 1000 };
	const struct trend none = trend_of(hours, values, 0), two = trend_of(hours, values, 2);

	ck_assert(!trend_leaks(&none, 1) && !trend_grows(&none, 0));
	ck_assert(!trend_leaks(&two, 1) && !trend_grows(&two, 0));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trend");
	TCase *t = tcase_create("trend");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, what_leaks_is_found_under_noise);
	tcase_add_test(t, what_is_flat_or_falls_is_not_accused);
	tcase_add_test(t, the_slope_is_that_of_the_line);
	tcase_add_test(t, a_count_grows_only_when_it_does);
	tcase_add_test(t, too_few_samples_say_nothing);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
