/* test_spend.c - how fast money goes, and when that is a spike. */
#include "aibridge/spend.h"

#include "tests/unit/rt/unit.h"

#define MINUTE (uint64_t)60000000

static struct spend s;

static uint64_t last(uint64_t minute, unsigned n)
{
	return spend_last(&s, minute * MINUTE, n, NULL);
}

/* So much in every minute of [from, to). */
static void steady(uint64_t from, uint64_t to, uint64_t nanos)
{
	for (uint64_t m = from; m < to; m++)
		spend_add(&s, m * MINUTE + 5, nanos, 1);
}

START_TEST(sums_are_of_the_last_minutes)
{
	s = (struct spend){ 0 };
	spend_add(&s, 100 * MINUTE, 7, 70);
	spend_add(&s, 100 * MINUTE + 59999999, 3, 30);
	spend_add(&s, 104 * MINUTE, 1, 10);

	uint64_t tokens;
	ck_assert_uint_eq(spend_last(&s, 104 * MINUTE, 1, &tokens), 1);
	ck_assert_uint_eq(tokens, 10);
	ck_assert_uint_eq(last(104, 4), 1);
	ck_assert_uint_eq(spend_last(&s, 104 * MINUTE, 5, &tokens), 11);
	ck_assert_uint_eq(tokens, 110);
	ck_assert_uint_eq(last(105, 5), 1);
	ck_assert_uint_eq(last(109, 5), 0);
	ck_assert_uint_eq(last(109, 60), 11);
	ck_assert_uint_eq(s.total, 11);
	ck_assert_uint_eq(s.total_tokens, 110);
}
END_TEST

START_TEST(the_first_minutes_of_a_clock_have_nothing_before_them)
{
	s = (struct spend){ 0 };
	spend_add(&s, 5, 9, 9);
	ck_assert_uint_eq(last(0, SPEND_MINUTES), 9);
	ck_assert_uint_eq(last(3, SPEND_MINUTES), 9);
}
END_TEST

START_TEST(after_a_long_silence_nothing_was_spent_lately)
{
	s = (struct spend){ 0 };
	steady(10, 20, 5);
	ck_assert_uint_eq(last(10 + SPEND_MINUTES, SPEND_MINUTES), 45);
	ck_assert_uint_eq(last(1000000, SPEND_MINUTES), 0);
	ck_assert_uint_eq(s.total, 50);
}
END_TEST

START_TEST(sums_stop_at_the_greatest_number)
{
	s = (struct spend){ 0 };
	spend_add(&s, MINUTE, UINT64_MAX - 1, UINT64_MAX);
	spend_add(&s, MINUTE, 5, 5);
	spend_add(&s, 2 * MINUTE, 5, 5);
	ck_assert_uint_eq(last(2, 5), UINT64_MAX);
	ck_assert_uint_eq(s.total_tokens, UINT64_MAX);
}
END_TEST

START_TEST(even_spending_is_no_spike)
{
	s = (struct spend){ 0 };
	for (uint64_t m = 1; m < 3 * SPEND_DAY; m++) {
		spend_add(&s, m * MINUTE, 1000, 1);
		ck_assert(!spend_spikes(&s, m * MINUTE, UINT64_MAX));
		ck_assert(!spend_spikes(&s, m * MINUTE, 1000 * SPEND_DAY));
	}
}
END_TEST

START_TEST(six_times_as_much_as_before_is_a_spike_told_once)
{
	s = (struct spend){ 0 };
	steady(1, 2 * SPEND_DAY, 1000);
	const uint64_t m = 2 * SPEND_DAY;
	/* Nine minutes of the old pace, and then 51,000 more at once. */
	spend_add(&s, m * MINUTE, 41000, 1);
	ck_assert(!spend_spikes(&s, m * MINUTE, UINT64_MAX));
	spend_add(&s, m * MINUTE, 10000, 1);
	ck_assert(spend_spikes(&s, m * MINUTE, UINT64_MAX));
	ck_assert(!spend_spikes(&s, m * MINUTE + 1, UINT64_MAX));
	ck_assert(!spend_spikes(&s, (m + 9) * MINUTE, UINT64_MAX));
	spend_add(&s, (m + 10) * MINUTE, 90000, 1);
	ck_assert(spend_spikes(&s, (m + 10) * MINUTE, UINT64_MAX));
}
END_TEST

START_TEST(what_is_little_for_the_day_is_no_spike)
{
	s = (struct spend){ 0 };
	steady(1, 2 * SPEND_DAY, 1);
	const uint64_t m = 2 * SPEND_DAY;
	spend_add(&s, m * MINUTE, 99991, 1);
	ck_assert(!spend_spikes(&s, m * MINUTE, 1000000));
	spend_add(&s, m * MINUTE, 1, 1);
	ck_assert(spend_spikes(&s, m * MINUTE, 1000000));
}
END_TEST

START_TEST(the_first_talks_of_a_young_process_are_no_spike)
{
	const uint64_t day = 1000 * SPEND_DAY; /* 10,000 in ten minutes */

	s = (struct spend){ 0 };
	spend_add(&s, 5 * MINUTE, day / 10, 1);
	ck_assert(!spend_spikes(&s, 5 * MINUTE, day));
	spend_add(&s, 5 * MINUTE, 1, 1);
	ck_assert(spend_spikes(&s, 5 * MINUTE, day));
}
END_TEST

START_TEST(without_a_budget_the_first_hour_is_no_spike)
{
	s = (struct spend){ 0 };
	spend_add(&s, 5 * MINUTE, 1000000, 1);
	ck_assert(!spend_spikes(&s, 5 * MINUTE, UINT64_MAX));
	spend_add(&s, 64 * MINUTE, 1000000, 1);
	ck_assert(!spend_spikes(&s, 64 * MINUTE, UINT64_MAX));
	spend_add(&s, 65 * MINUTE, 9000000, 1);
	ck_assert(spend_spikes(&s, 65 * MINUTE, UINT64_MAX));
}
END_TEST

START_TEST(nothing_spent_is_no_spike)
{
	s = (struct spend){ 0 };
	ck_assert(!spend_spikes(&s, 0, UINT64_MAX));
	ck_assert(!spend_spikes(&s, 500 * MINUTE, 0));
	ck_assert(!spend_spikes(&s, 5000 * MINUTE, 1000));
}
END_TEST

UNIT_MAIN("spend", sums_are_of_the_last_minutes,
	  the_first_minutes_of_a_clock_have_nothing_before_them,
	  after_a_long_silence_nothing_was_spent_lately, sums_stop_at_the_greatest_number,
	  even_spending_is_no_spike, six_times_as_much_as_before_is_a_spike_told_once,
	  what_is_little_for_the_day_is_no_spike, the_first_talks_of_a_young_process_are_no_spike,
	  without_a_budget_the_first_hour_is_no_spike, nothing_spent_is_no_spike)
