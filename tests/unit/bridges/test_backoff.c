/*
 * test_backoff.c - waits grow, differ, and are forgotten.
 */
#include "bridges/backoff.h"

#include "../rt/unit.h"

START_TEST(waits_double_up_to_the_longest_and_are_between_half_and_all_of_it)
{
	static const uint64_t wholes[] = { 1000, 2000, 4000, 8000, 10000, 10000, 10000 };
	struct backoff b;

	for (uint64_t seed = 0; seed < 50; seed++) {
		backoff_init(&b, 1000, 10000, seed);
		for (size_t i = 0; i < ARRAY_LEN(wholes); i++) {
			const uint64_t us = backoff_next(&b);

			ck_assert_uint_ge(us, wholes[i] / 2);
			ck_assert_uint_le(us, wholes[i]);
		}
	}
}
END_TEST

START_TEST(two_do_not_come_back_in_the_same_moments)
{
	struct backoff a, b;
	unsigned same = 0;

	backoff_init(&a, 1000000, 60000000, 1);
	backoff_init(&b, 1000000, 60000000, 2);
	for (unsigned i = 0; i < 20; i++)
		same += backoff_next(&a) == backoff_next(&b);
	ck_assert_uint_lt(same, 3);
}
END_TEST

START_TEST(what_went_well_is_a_new_beginning)
{
	struct backoff b;

	backoff_init(&b, 1000, 1000000, 7);
	for (unsigned i = 0; i < 20; i++)
		(void)backoff_next(&b);
	backoff_well(&b);
	ck_assert_uint_le(backoff_next(&b), 1000);
}
END_TEST

START_TEST(the_longest_wait_may_be_any_number)
{
	struct backoff b;

	backoff_init(&b, 3, UINT64_MAX, 7);
	for (unsigned i = 0; i < 200; i++)
		(void)backoff_next(&b);
	ck_assert_uint_ge(backoff_next(&b), UINT64_MAX / 2);
}
END_TEST

UNIT_MAIN("backoff", waits_double_up_to_the_longest_and_are_between_half_and_all_of_it,
	  two_do_not_come_back_in_the_same_moments, what_went_well_is_a_new_beginning,
	  the_longest_wait_may_be_any_number)
