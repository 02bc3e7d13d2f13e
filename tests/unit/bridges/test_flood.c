/*
 * test_flood.c - how fast is too fast, and what is said of it.
 */
#include "bridges/flood.h"

#include <stdio.h>

#include "../rt/unit.h"

enum { S = 1000000 };

START_TEST(a_burst_goes_and_then_one_at_a_time)
{
	struct flood f;

	flood_init(&f, 2 * S, 3, 0);
	ck_assert(flood_take(&f, 0));
	ck_assert(flood_take(&f, 0));
	ck_assert(flood_take(&f, 0));
	ck_assert(!flood_take(&f, 0));
	ck_assert(!flood_take(&f, 2 * S - 1000));
	ck_assert(flood_take(&f, 2 * S));
	ck_assert(!flood_take(&f, 2 * S));
}
END_TEST

START_TEST(tokens_are_not_saved_beyond_a_burst)
{
	struct flood f;
	unsigned n = 0;

	flood_init(&f, S, 5, 0);
	while (flood_take(&f, 1000 * (uint64_t)S))
		n++;
	ck_assert_uint_eq(n, 5);
}
END_TEST

START_TEST(who_waits_as_long_as_was_said_may_go)
{
	struct flood f;
	uint64_t now = 12345;

	flood_init(&f, 333333, 1, now);
	ck_assert_uint_eq(flood_wait(&f, now), 0);
	for (unsigned i = 0; i < 1000; i++) {
		ck_assert(flood_take(&f, now));
		ck_assert_uint_gt(flood_wait(&f, now), 300000);
		ck_assert_uint_le(flood_wait(&f, now), 333334);
		now += flood_wait(&f, now);
	}
}
END_TEST

START_TEST(what_was_dropped_is_told_once_when_there_is_room)
{
	struct flood f;

	flood_init(&f, S, 1, 0);
	ck_assert_uint_eq(flood_confess(&f, 0), 0);
	ck_assert(flood_take(&f, 0));
	ck_assert(!flood_take(&f, 0));
	ck_assert(!flood_take(&f, 1000));
	ck_assert_uint_eq(flood_confess(&f, 1000), 0);
	ck_assert_uint_eq(flood_confess(&f, S), 2);
	ck_assert_uint_eq(flood_confess(&f, 10 * (uint64_t)S), 0);
}
END_TEST

START_TEST(time_that_runs_backwards_gives_nothing_away)
{
	struct flood f;

	flood_init(&f, S, 1, 100 * (uint64_t)S);
	ck_assert(flood_take(&f, 100 * (uint64_t)S));
	ck_assert(!flood_take(&f, 50 * (uint64_t)S));
	ck_assert(!flood_take(&f, 100 * (uint64_t)S));
}
END_TEST

START_TEST(each_speaker_has_a_measure_of_its_own)
{
	struct floods *t = floods_new(S, 1, 10);

	ck_assert(flood_take(floods_of(t, SPAN("ana"), 0), 0));
	ck_assert(!flood_take(floods_of(t, SPAN("ana"), 0), 0));
	ck_assert(flood_take(floods_of(t, SPAN("ben"), 0), 0));
	ck_assert_uint_eq(floods_of(t, SPAN("ana"), 0)->dropped, 1);
	floods_free(t);
}
END_TEST

START_TEST(of_too_many_speakers_the_longest_silent_is_forgotten)
{
	struct floods *t = floods_new(S, 1, 3);

	ck_assert(flood_take(floods_of(t, SPAN("a"), 0), 0));
	ck_assert(flood_take(floods_of(t, SPAN("b"), 0), 0));
	ck_assert(flood_take(floods_of(t, SPAN("c"), 0), 0));
	ck_assert(!flood_take(floods_of(t, SPAN("a"), 0), 0));
	ck_assert(flood_take(floods_of(t, SPAN("d"), 0), 0)); /* b goes */
	ck_assert(!flood_take(floods_of(t, SPAN("a"), 0), 0));
	ck_assert(!flood_take(floods_of(t, SPAN("c"), 0), 0));
	ck_assert(flood_take(floods_of(t, SPAN("b"), 0), 0));
	for (unsigned i = 0; i < 1000; i++) {
		char name[16];
		const int n = snprintf(name, sizeof(name), "%u", i);

		(void)floods_of(t, (struct span){ name, (size_t)n }, 0);
	}
	floods_free(t);
}
END_TEST

UNIT_MAIN("flood", a_burst_goes_and_then_one_at_a_time, tokens_are_not_saved_beyond_a_burst,
	  who_waits_as_long_as_was_said_may_go, what_was_dropped_is_told_once_when_there_is_room,
	  time_that_runs_backwards_gives_nothing_away, each_speaker_has_a_measure_of_its_own,
	  of_too_many_speakers_the_longest_silent_is_forgotten)
