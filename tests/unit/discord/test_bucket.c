/*
 * test_bucket.c - when a request may go.
 */
#include "bridges/discord/bucket.h"

#include <stdio.h>
#include <string.h>
#include "../rt/unit.h"

enum { S = 1000000 };
static const struct span hook = { "execute webhooks/1", 18 };
static const struct span other = { "execute webhooks/2", 18 };
static const struct span edit = { "edit webhooks/1", 15 };

static struct buckets b;

static void hear(struct span route, const char *name, uint64_t remaining, uint64_t reset_us,
		 uint64_t now)
{
	const struct bucket_news n = { .name = { name, strlen(name) },
				       .known = true,
				       .limit = 5,
				       .remaining = remaining,
				       .reset_after_us = reset_us };

	buckets_heard(&b, route, &n, now);
}

START_TEST(a_route_that_is_not_known_may_go)
{
	buckets_init(&b);
	ck_assert_uint_eq(buckets_wait(&b, hook, S), 0);
	buckets_done(&b);
}
END_TEST

START_TEST(an_empty_bucket_is_waited_for)
{
	buckets_init(&b);
	buckets_took(&b, hook, S);
	hear(hook, "abc", 0, 2 * S, S);
	ck_assert_uint_eq(buckets_wait(&b, hook, S), 2 * S);
	ck_assert_uint_eq(buckets_wait(&b, hook, 2 * S), S);
	ck_assert_uint_eq(buckets_wait(&b, hook, 3 * S), 0);
	ck_assert_uint_eq(buckets_wait(&b, other, S), 0);
	buckets_done(&b);
}
END_TEST

START_TEST(what_goes_is_counted_before_the_answer)
{
	buckets_init(&b);
	buckets_took(&b, hook, S);
	hear(hook, "abc", 2, 5 * S, S);
	buckets_took(&b, hook, S);
	ck_assert_uint_eq(buckets_wait(&b, hook, S), 0);
	buckets_took(&b, hook, S);
	ck_assert_uint_eq(buckets_wait(&b, hook, S), 5 * S);
	/* After the reset it is full again. */
	for (unsigned i = 0; i < 5; i++) {
		ck_assert_uint_eq(buckets_wait(&b, hook, 7 * S), 0);
		buckets_took(&b, hook, 7 * S);
	}
	buckets_done(&b);
}
END_TEST

START_TEST(routes_with_one_bucket_share_it_and_others_parameters_do_not)
{
	buckets_init(&b);
	hear(edit, "abc", 3, 5 * S, S);
	hear(other, "abc", 3, 5 * S, S);
	hear(hook, "abc", 0, 5 * S, S);
	ck_assert_uint_eq(buckets_wait(&b, edit, S), 5 * S);
	ck_assert_uint_eq(buckets_wait(&b, other, S), 0);
	buckets_done(&b);
}
END_TEST

START_TEST(a_429_holds_its_route_or_everything)
{
	buckets_init(&b);
	buckets_limited(&b, hook, BUCKET_USER, 3 * S, S);
	ck_assert_uint_eq(buckets_wait(&b, hook, S), 3 * S);
	ck_assert_uint_eq(buckets_wait(&b, other, S), 0);
	buckets_limited(&b, hook, BUCKET_ALL, 9 * S, S);
	ck_assert_uint_eq(buckets_wait(&b, other, S), 9 * S);
	ck_assert_uint_eq(buckets_wait(&b, (struct span){ "", 0 }, S), 9 * S);
	buckets_done(&b);
}
END_TEST

START_TEST(fifty_go_in_a_second)
{
	buckets_init(&b);
	for (unsigned i = 0; i < BUCKET_GLOBAL; i++) {
		ck_assert_uint_eq(buckets_wait(&b, (struct span){ "", 0 }, S + i), 0);
		buckets_took(&b, (struct span){ "", 0 }, S + i);
	}
	ck_assert_uint_eq(buckets_wait(&b, hook, S + 100), S - 100);
	ck_assert_uint_eq(buckets_wait(&b, hook, 2 * S), 0);
	buckets_done(&b);
}
END_TEST

START_TEST(it_stops_long_before_it_would_be_locked_out)
{
	buckets_init(&b);
	for (unsigned i = 0; i < BUCKET_INVALID; i++) {
		ck_assert_uint_eq(buckets_wait(&b, hook, S), 0);
		buckets_wrong(&b, S);
	}
	ck_assert_uint_eq(buckets_wait(&b, hook, S), 600 * (uint64_t)S);
	ck_assert_uint_eq(buckets_wait(&b, hook, 601 * (uint64_t)S), 0);
	buckets_done(&b);
}
END_TEST

START_TEST(a_429_that_is_shared_is_no_fault_of_ours)
{
	buckets_init(&b);
	for (unsigned i = 0; i < 2 * BUCKET_INVALID; i++)
		buckets_limited(&b, hook, BUCKET_SHARED, 1, S);
	ck_assert_uint_eq(b.invalid, 0);
	buckets_limited(&b, hook, BUCKET_USER, 1, S);
	ck_assert_uint_eq(b.invalid, 1);
	buckets_done(&b);
}
END_TEST

START_TEST(memory_for_routes_is_bounded)
{
	char name[64];

	buckets_init(&b);
	for (unsigned i = 0; i < 3 * BUCKET_ROUTES; i++) {
		const int n = snprintf(name, sizeof(name), "execute webhooks/%u", i);

		hear((struct span){ name, (size_t)n }, "abc", 1, S, S);
		ck_assert_uint_le(b.routes.n, BUCKET_ROUTES);
		ck_assert_uint_le(b.named.n, BUCKET_ROUTES + 1);
	}
	buckets_done(&b);
}
END_TEST

UNIT_MAIN("bucket", a_route_that_is_not_known_may_go, an_empty_bucket_is_waited_for,
	  what_goes_is_counted_before_the_answer,
	  routes_with_one_bucket_share_it_and_others_parameters_do_not,
	  a_429_holds_its_route_or_everything, fifty_go_in_a_second,
	  it_stops_long_before_it_would_be_locked_out, a_429_that_is_shared_is_no_fault_of_ours,
	  memory_for_routes_is_bounded)
