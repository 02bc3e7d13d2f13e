/*
 * test_queue.c - who of those that wait goes first.
 */
#include "aibridge/queue.h"

#include "../rt/unit.h"
#include "rt/rand.h"

enum { MANY = 200, STEPS = 20000 };

static struct waiting *by(struct waiting *w, uint64_t player)
{
	*w = (struct waiting){ .player = player };
	return w;
}

START_TEST(players_take_turns)
{
	struct ask_queue *q = ask_queue_new(10);
	struct waiting a[3], b[2], c;

	for (size_t i = 0; i < 3; i++)
		ck_assert(ask_queue_add(q, by(&a[i], 1)));
	for (size_t i = 0; i < 2; i++)
		ck_assert(ask_queue_add(q, by(&b[i], 2)));
	ck_assert(ask_queue_add(q, by(&c, 3)));
	ck_assert_uint_eq(ask_queue_length(q), 6);
	ck_assert_ptr_eq(ask_queue_next(q), &a[0]);
	ck_assert_ptr_eq(ask_queue_next(q), &b[0]);
	ck_assert_ptr_eq(ask_queue_next(q), &c);
	ck_assert_ptr_eq(ask_queue_next(q), &a[1]);
	ck_assert_ptr_eq(ask_queue_next(q), &b[1]);
	ck_assert_ptr_eq(ask_queue_next(q), &a[2]);
	ck_assert_ptr_null(ask_queue_next(q));
	ask_queue_free(q);
}
END_TEST

START_TEST(who_was_just_served_comes_after_those_who_wait)
{
	struct ask_queue *q = ask_queue_new(10);
	struct waiting a[2], b;

	ck_assert(ask_queue_add(q, by(&a[0], 1)));
	ck_assert(ask_queue_add(q, by(&b, 2)));
	ck_assert_ptr_eq(ask_queue_next(q), &a[0]);
	ck_assert(ask_queue_add(q, by(&a[1], 1)));
	ck_assert_ptr_eq(ask_queue_next(q), &b);
	ck_assert_ptr_eq(ask_queue_next(q), &a[1]);
	ask_queue_free(q);
}
END_TEST

START_TEST(background_work_goes_only_when_nobody_waits)
{
	struct ask_queue *q = ask_queue_new(10);
	struct waiting work[2] = { { .background = true }, { .background = true } }, a;

	ck_assert(ask_queue_add(q, &work[0]));
	ck_assert(ask_queue_add(q, &work[1]));
	ck_assert(ask_queue_add(q, by(&a, 1)));
	ck_assert_ptr_eq(ask_queue_next(q), &a);
	ck_assert_ptr_eq(ask_queue_next(q), &work[0]);
	ck_assert(ask_queue_add(q, by(&a, 1)));
	ck_assert_ptr_eq(ask_queue_next(q), &a);
	ck_assert_ptr_eq(ask_queue_next(q), &work[1]);
	ask_queue_free(q);
}
END_TEST

START_TEST(a_full_queue_takes_nobody)
{
	struct ask_queue *q = ask_queue_new(1);
	struct waiting a, b;

	ck_assert(ask_queue_add(q, by(&a, 1)));
	ck_assert(!ask_queue_add(q, by(&b, 2)));
	ck_assert(!b.queued);
	ask_queue_remove(q, &b);
	ck_assert_uint_eq(ask_queue_length(q), 1);
	ask_queue_remove(q, &a);
	ck_assert(ask_queue_add(q, &b));
	ask_queue_free(q);
	ck_assert(!b.queued);
}
END_TEST

/* Whatever comes and goes: nobody is lost, nobody is served twice, each player's are served in order. */
START_TEST(nobody_is_lost_in_any_order_of_coming_and_going)
{
	static struct waiting w[MANY];
	struct ask_queue *q = ask_queue_new(MANY / 2);
	size_t waiting = 0;
	struct rng r;

	rng_seed(&r, 7);
	for (size_t i = 0; i < MANY; i++)
		by(&w[i], rng_below(&r, 9))->background = rng_below(&r, 10) == 0;
	for (size_t step = 0; step < STEPS; step++) {
		struct waiting *one = &w[rng_below(&r, MANY)];

		if (rng_below(&r, 3) == 0) {
			one = ask_queue_next(q);
			ck_assert_int_eq(one != NULL, waiting > 0);
			waiting -= one != NULL;
			ck_assert(!one || !one->queued);
		} else if (one->queued) {
			ask_queue_remove(q, one);
			waiting--;
		} else {
			const bool added = ask_queue_add(q, one);

			ck_assert_int_eq(added, waiting < MANY / 2);
			waiting += added;
		}
		ck_assert_uint_eq(ask_queue_length(q), waiting);
	}
	for (; waiting > 0; waiting--)
		ck_assert_ptr_nonnull(ask_queue_next(q));
	ck_assert_ptr_null(ask_queue_next(q));
	for (size_t i = 0; i < MANY; i++)
		ck_assert(!w[i].queued);
	ask_queue_free(q);
}
END_TEST

UNIT_MAIN("queue", players_take_turns, who_was_just_served_comes_after_those_who_wait,
	  background_work_goes_only_when_nobody_waits, a_full_queue_takes_nobody,
	  nobody_is_lost_in_any_order_of_coming_and_going)
