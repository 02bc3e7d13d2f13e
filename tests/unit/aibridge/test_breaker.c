/*
 * test_breaker.c - when a provider is left alone, and how long one waits for it.
 */
#include "aibridge/breaker.h"

#include "tests/unit/rt/unit.h"

enum { S = 1000000, PAUSE = 30 * S };

static struct breaker b;

static void fail_at(unsigned times, uint64_t now)
{
	for (unsigned i = 0; i < times; i++) {
		ck_assert(breaker_admit(&b, now));
		breaker_done(&b, b.round, now, true);
	}
}

START_TEST(it_opens_after_failures_in_a_row)
{
	breaker_init(&b, 5, PAUSE);
	fail_at(4, 0);
	ck_assert(breaker_admit(&b, 0));
	breaker_done(&b, b.round, 0, false);
	fail_at(5, 0);
	ck_assert_int_eq(b.state, BREAKER_OPEN);
	ck_assert(!breaker_admit(&b, 0));
	ck_assert(!breaker_admit(&b, PAUSE - 1));
}
END_TEST

START_TEST(one_request_tries_it_after_the_pause)
{
	breaker_init(&b, 5, PAUSE);
	fail_at(5, 0);
	ck_assert(breaker_admit(&b, PAUSE));
	ck_assert_int_eq(b.state, BREAKER_HALF);
	ck_assert(!breaker_admit(&b, PAUSE + S));
	breaker_done(&b, b.round, PAUSE + S, false);
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
	fail_at(4, PAUSE + S);
	ck_assert(breaker_admit(&b, PAUSE + S));
}
END_TEST

START_TEST(each_failed_try_doubles_the_pause_up_to_eight_times)
{
	static const uint64_t times[] = { 1, 2, 4, 8, 8, 8 };
	uint64_t now = 0;

	breaker_init(&b, 1, PAUSE);
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		fail_at(1, now);
		ck_assert(!breaker_admit(&b, now + times[i] * PAUSE - 1));
		now += times[i] * PAUSE;
	}
	ck_assert(breaker_admit(&b, now));
	breaker_done(&b, b.round, now, false);
	fail_at(1, now); /* all is forgotten */
	ck_assert(breaker_admit(&b, now + PAUSE));
}
END_TEST

START_TEST(a_try_that_was_neither_lets_another_try)
{
	breaker_init(&b, 1, PAUSE);
	fail_at(1, 0);
	ck_assert(breaker_admit(&b, PAUSE));
	breaker_forget(&b, b.round);
	ck_assert_int_eq(b.state, BREAKER_HALF);
	ck_assert(breaker_admit(&b, PAUSE));
}
END_TEST

START_TEST(what_was_under_way_when_it_opened_does_not_lengthen_the_pause)
{
	breaker_init(&b, 2, PAUSE);
	for (int i = 0; i < 4; i++)
		ck_assert(breaker_admit(&b, 0));
	for (int i = 0; i < 4; i++)
		breaker_done(&b, 0, (uint64_t)i, true);
	ck_assert(breaker_admit(&b, PAUSE + 1));
}
END_TEST

START_TEST(what_was_under_way_when_it_opened_counts_for_nothing_however_it_ends)
{
	const unsigned before = 0;

	breaker_init(&b, 1, PAUSE);
	for (int i = 0; i < 5; i++)
		ck_assert(breaker_admit(&b, 0));
	breaker_done(&b, before, 0, true);
	breaker_done(&b, before, 1, false);
	ck_assert_int_eq(b.state, BREAKER_OPEN);
	ck_assert(breaker_admit(&b, PAUSE));
	/* Nor for the one that tries it now. */
	breaker_done(&b, before, PAUSE, false);
	breaker_done(&b, before, PAUSE, true);
	breaker_forget(&b, before);
	ck_assert_int_eq(b.state, BREAKER_HALF);
	ck_assert(!breaker_admit(&b, PAUSE));
	breaker_done(&b, b.round, PAUSE, false);
	breaker_done(&b, before, PAUSE, true);
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
}
END_TEST

START_TEST(waits_grow_and_differ)
{
	struct rng r;
	uint64_t least = UINT64_MAX, most = 0;

	rng_seed(&r, 7);
	for (unsigned n = 1; n < 10; n++) {
		const uint64_t whole = (uint64_t)S << (n > 3 ? 3 : n - 1);

		for (int i = 0; i < 100; i++) {
			const uint64_t us = backoff_us(n, 0, UINT64_MAX - 1, &r);

			ck_assert_uint_ge(us, whole / 2);
			ck_assert_uint_le(us, whole);
			least = us < least ? us : least;
			most = us > most ? us : most;
		}
	}
	ck_assert_uint_lt(least, 520000);
	ck_assert_uint_gt(most, 7900000);
}
END_TEST

START_TEST(a_wait_is_at_least_what_was_asked_for_and_never_too_long)
{
	struct rng r;

	rng_seed(&r, 7);
	ck_assert_uint_eq(backoff_us(1, 5 * S, 20 * S, &r), 5 * S);
	ck_assert_uint_eq(backoff_us(1, 20 * S, 20 * S, &r), 20 * S);
	ck_assert_uint_eq(backoff_us(1, 21 * S, 20 * S, &r), UINT64_MAX);
	ck_assert_uint_eq(backoff_us(1, 0, S / 2 - 1, &r), UINT64_MAX);
	ck_assert_uint_eq(backoff_us(1, 0, 0, &r), UINT64_MAX);
}
END_TEST

UNIT_MAIN("breaker", it_opens_after_failures_in_a_row, one_request_tries_it_after_the_pause,
	  each_failed_try_doubles_the_pause_up_to_eight_times,
	  a_try_that_was_neither_lets_another_try,
	  what_was_under_way_when_it_opened_counts_for_nothing_however_it_ends,
	  what_was_under_way_when_it_opened_does_not_lengthen_the_pause, waits_grow_and_differ,
	  a_wait_is_at_least_what_was_asked_for_and_never_too_long)
