/*
 * test_batch.c - the job logic over a store that exists only here: a list of the batches it has, a
 * set of batches it refuses, and a fault to come.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>

#include "persist/batch.h"
#include "rows.h"

enum { MOST = 400 };

struct store {
	uint64_t epoch, batch;
	bool poison[MOST + 1], aside[MOST + 1];
	bool tells; /* which commit is the bad one */
	/* The n-th call fails: before it took effect, or after. */
	int fail_before, fail_after;
	unsigned calls, transactions;
	uint64_t applied[MOST + 1];
	size_t n_applied;
};

static int fault(const struct store *s)
{
	return s->fail_before && (int)s->calls == s->fail_before ? -EIO : 0;
}

static int lost_answer(const struct store *s)
{
	return s->fail_after && (int)s->calls == s->fail_after ? -ETIMEDOUT : 0;
}

static int fake_commit(struct store *s, Mudlark__Commit *const *c, size_t n, size_t *bad,
		       struct buf *why)
{
	s->calls++;
	if (fault(s))
		return fault(s);
	if (c[0]->epoch != s->epoch)
		return c[0]->epoch < s->epoch ? STORE_STALE : STORE_BAD;
	uint64_t at = s->batch;
	for (size_t i = 0; i < n; i++) {
		if (c[i]->batch <= at)
			continue;
		if (c[i]->batch != at + 1)
			return STORE_BAD;
		if (s->poison[c[i]->batch]) {
			buf_adds(why, "poison");
			*bad = s->tells ? i : n;
			return STORE_POISON;
		}
		at++;
	}
	for (size_t i = 0; i < n; i++) {
		if (c[i]->batch > s->batch)
			s->applied[s->n_applied++] = s->batch = c[i]->batch;
	}
	s->transactions++;
	return lost_answer(s);
}

static int fake_set_aside(struct store *s, const Mudlark__Commit *c, const char *why)
{
	s->calls++;
	if (fault(s))
		return fault(s);
	if (c->epoch < s->epoch)
		return STORE_STALE;
	ck_assert_str_eq(why, "poison");
	if (c->batch > s->batch) {
		s->aside[c->batch] = true;
		s->batch = c->batch;
	}
	return lost_answer(s);
}

static int fake_progress(struct store *s, uint32_t world, uint64_t *epoch, uint64_t *instance,
			 uint64_t *batch)
{
	(void)world;
	*epoch = s->epoch;
	*instance = 1;
	*batch = s->batch;
	return 0;
}

static const struct store_ops fake = { .name = "fake",
				       .commit = fake_commit,
				       .set_aside = fake_set_aside,
				       .progress = fake_progress };

struct heard {
	size_t n;
	enum batch_outcome outcome[MOST];
	uint64_t epoch;
};

static void hear(void *ctx, size_t i, enum batch_outcome outcome, uint64_t epoch, const char *why)
{
	struct heard *h = ctx;

	ck_assert_uint_eq(i, h->n);
	ck_assert(outcome == BATCH_DURABLE || why[0] || outcome == BATCH_REFUSED);
	h->outcome[h->n++] = outcome;
	h->epoch = epoch;
}

/* Commits 1..n of epoch 1. */
static Mudlark__Commit **some(struct arena *a, size_t n)
{
	Mudlark__Commit **c = row_alloc(a, n * sizeof(*c));

	for (size_t i = 0; i < n; i++)
		c[i] = a_commit(a, 1, i + 1);
	return c;
}

/* Runs to the end as the keeper does: again from the first one that is not settled. */
static unsigned run_all(struct store *s, Mudlark__Commit **c, size_t n, struct heard *h)
{
	unsigned losses = 0;

	while (h->n < n) {
		struct heard part = { 0 };
		const struct batch_sink sink = { hear, &part };
		const int r = batch_run(&fake, s, c + h->n, n - h->n, &sink);
		memcpy(h->outcome + h->n, part.outcome, part.n * sizeof(part.outcome[0]));
		h->n += part.n;
		h->epoch = part.epoch;
		ck_assert(r == 0 ? h->n == n : r < 0);
		losses += r < 0;
		ck_assert_uint_lt(losses, 10);
	}
	return losses;
}

START_TEST(waiting_commits_go_into_one_transaction)
{
	struct arena a = { 0 };
	struct store s = { .epoch = 1 };
	struct heard h = { 0 };
	ck_assert_uint_eq(run_all(&s, some(&a, 100), 100, &h), 0);
	ck_assert_uint_eq(s.transactions, 1);
	ck_assert_uint_eq(s.batch, 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert_int_eq(h.outcome[i], BATCH_DURABLE);
	arena_done(&a);
}
END_TEST

START_TEST(joining_ends_at_another_world_or_epoch_and_at_the_bounds)
{
	struct arena a = { 0 };
	static struct batch_item items[BATCH_COMMITS + 10];
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		items[i] = (struct batch_item){ a_commit(&a, 1, i + 1), 10 };
	ck_assert_uint_eq(batch_join(items, 5), 5);
	ck_assert_uint_eq(batch_join(items, ARRAY_LEN(items)), BATCH_COMMITS);
	items[3].commit->epoch = 2;
	ck_assert_uint_eq(batch_join(items, 5), 3);
	items[2].commit->world = 2;
	ck_assert_uint_eq(batch_join(items, 5), 2);
	items[1].bytes = BATCH_BYTES;
	ck_assert_uint_eq(batch_join(items, 5), 1);
	items[0].bytes = BATCH_BYTES + 1;
	ck_assert_uint_eq(batch_join(items, 5), 1);
	arena_done(&a);
}
END_TEST

/* _i: where the poison is, of 33; twice, with a store that tells and with one that does not. */
START_TEST(one_poisoned_batch_is_found_and_all_others_are_stored)
{
	for (int tells = 0; tells < 2; tells++) {
		struct arena a = { 0 };
		struct store s = { .epoch = 1, .tells = tells };
		struct heard h = { 0 };
		s.poison[_i] = true;
		ck_assert_uint_eq(run_all(&s, some(&a, 33), 33, &h), 0);
		ck_assert_uint_eq(s.n_applied, 32);
		ck_assert(s.aside[_i]);
		for (size_t i = 0; i < 33; i++)
			ck_assert_int_eq(h.outcome[i],
					 (int)i + 1 == _i ? BATCH_POISONED : BATCH_DURABLE);
		ck_assert_uint_lt(s.calls, 16);
		arena_done(&a);
	}
}
END_TEST

START_TEST(many_poisoned_batches_cost_no_good_one)
{
	struct arena a = { 0 };
	struct store s = { .epoch = 1 };
	struct heard h = { 0 };
	for (size_t i = 3; i <= 300; i += 7)
		s.poison[i] = true;
	run_all(&s, some(&a, 300), 300, &h);
	for (size_t i = 1; i <= 300; i++)
		ck_assert_int_eq(h.outcome[i - 1], s.poison[i] ? BATCH_POISONED : BATCH_DURABLE);
	for (size_t i = 1; i < s.n_applied; i++)
		ck_assert_uint_lt(s.applied[i - 1], s.applied[i]);
	arena_done(&a);
}
END_TEST

/* _i: the store call that fails. */
START_TEST(an_unknown_outcome_is_replayed_without_doubling)
{
	for (int after = 0; after < 2; after++) {
		struct arena a = { 0 };
		struct store s = { .epoch = 1 };
		struct heard h = { 0 };
		s.poison[7] = true;
		if (after)
			s.fail_after = _i;
		else
			s.fail_before = _i;
		run_all(&s, some(&a, 20), 20, &h);
		ck_assert_uint_eq(s.n_applied, 19);
		ck_assert_uint_eq(s.batch, 20);
		for (size_t i = 1; i < s.n_applied; i++)
			ck_assert_uint_eq(s.applied[i], s.applied[i - 1] + (i == 6 ? 2 : 1));
		for (size_t i = 0; i < 20; i++) {
			/* Passed, but the answer was lost: a replay looks durable. */
			const bool fine = h.outcome[i] == BATCH_DURABLE ||
					  (i == 6 && h.outcome[i] == BATCH_POISONED);
			ck_assert(fine);
		}
		arena_done(&a);
	}
}
END_TEST

START_TEST(a_stale_epoch_is_refused_with_the_one_that_rules)
{
	struct arena a = { 0 };
	struct store s = { .epoch = 5 };
	struct heard h = { 0 };
	ck_assert_uint_eq(run_all(&s, some(&a, 10), 10, &h), 0);
	for (size_t i = 0; i < 10; i++)
		ck_assert_int_eq(h.outcome[i], BATCH_REFUSED);
	ck_assert_uint_eq(h.epoch, 5);
	ck_assert_uint_eq(s.n_applied, 0);
	arena_done(&a);
}
END_TEST

START_TEST(a_gap_is_refused_since_only_a_new_start_can_fill_it)
{
	struct arena a = { 0 };
	struct store s = { .epoch = 1 };
	struct heard h = { 0 };
	Mudlark__Commit **c = some(&a, 3);
	c[2]->batch = 9;
	run_all(&s, c, 3, &h);
	ck_assert_uint_eq(s.n_applied, 0);
	ck_assert_int_eq(h.outcome[2], BATCH_REFUSED);
	arena_done(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("batch");
	TCase *t = tcase_create("batch");

	tcase_add_test(t, waiting_commits_go_into_one_transaction);
	tcase_add_test(t, joining_ends_at_another_world_or_epoch_and_at_the_bounds);
	tcase_add_loop_test(t, one_poisoned_batch_is_found_and_all_others_are_stored, 1, 34);
	tcase_add_test(t, many_poisoned_batches_cost_no_good_one);
	tcase_add_loop_test(t, an_unknown_outcome_is_replayed_without_doubling, 1, 12);
	tcase_add_test(t, a_stale_epoch_is_refused_with_the_one_that_rules);
	tcase_add_test(t, a_gap_is_refused_since_only_a_new_start_can_fill_it);
	suite_add_tcase(s, t);
	SRunner *runner = srunner_create(s);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
