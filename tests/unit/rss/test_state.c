/*
 * test_state.c - what is remembered of a feed, when it is asked next, and which of its items are told.
 */
#include "bridges/rss/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../rt/unit.h"
#include "bridges/bridge.h"
#include "bridges/rss/news.h"
#include "bridges/rss/schedule.h"

/* seen.h */

static void list(struct seen *s, uint64_t from, uint64_t to)
{
	seen_begin_poll(s);
	for (uint64_t id = from; id < to; id++)
		seen_put(s, id, id + 1000000);
	seen_end_poll(s);
}

START_TEST(what_was_seen_is_known)
{
	struct seen s;

	seen_init(&s);
	list(&s, 1, 100);
	seen_begin_poll(&s);
	ck_assert(seen_list(&s, 1) && seen_list(&s, 99) && seen_list(&s, 99));
	ck_assert_uint_eq(s.listed, 2);
	ck_assert(!seen_list(&s, 100));
	ck_assert(seen_has_same(&s, 1000001) && !seen_has_same(&s, 1));
	seen_done(&s);
}
END_TEST

START_TEST(nothing_is_forgotten_that_is_still_listed_and_the_rest_has_a_bound)
{
	struct seen s;

	seen_init(&s);
	for (uint64_t i = 0; i < 40; i++)
		list(&s, i * 50 + 1, i * 50 + 1001);
	/* A thousand are listed: as many older ones are known besides, and no more. */
	ck_assert_uint_eq(s.n, 2000);
	seen_begin_poll(&s);
	for (uint64_t id = 39 * 50 + 1; id < 39 * 50 + 1001; id++)
		ck_assert(seen_list(&s, id));
	ck_assert(!seen_list(&s, 1));
	seen_done(&s);
	seen_init(&s);
	for (uint64_t i = 0; i < 5; i++)
		list(&s, i * 10000 + 1, i * 10000 + 1 + SEEN_LISTED);
	ck_assert_uint_eq(s.n, 2 * SEEN_LISTED);
	seen_done(&s);
}
END_TEST

START_TEST(the_largest_state_fits_into_a_document)
{
	struct buf json = { 0 };
	struct state s, back;

	state_init(&s);
	list(&s.seen, 1, 1 + SEEN_LISTED);
	list(&s.seen, 10001, 10001 + SEEN_LISTED);
	ck_assert_uint_eq(s.seen.n, 2 * SEEN_LISTED);
	state_write(&s, &json);
	ck_assert_uint_lt(json.n, BRIDGE_KEEP_BYTES);
	state_init(&back);
	ck_assert(state_read(&back, buf_span(&json)));
	ck_assert_uint_eq(back.seen.n, 2 * SEEN_LISTED);
	state_done(&s);
	state_done(&back);
	buf_done(&json);
}
END_TEST

/* state.h */

START_TEST(a_state_comes_back_as_it_was)
{
	struct buf json = { 0 }, again = { 0 };
	struct state s, back;

	state_init(&s);
	s.known = true;
	s.failures = 3;
	s.moves = 2;
	s.next_ms = 1700000000123;
	state_set(&s.etag, "W/\"a \\\" b\"");
	state_set(&s.modified, "Sat, 07 Sep 2002 00:00:01 GMT");
	state_set(&s.title, "A \303\251 title");
	state_set(&s.moving, "http://b.example/");
	list(&s.seen, 5, 8);
	state_write(&s, &json);
	state_init(&back);
	ck_assert(state_read(&back, buf_span(&json)));
	state_write(&back, &again);
	ck_assert_uint_eq(json.n, again.n);
	ck_assert_mem_eq(buf_p(&json), buf_p(&again), json.n);
	ck_assert_str_eq(back.etag, "W/\"a \\\" b\"");
	ck_assert_ptr_null(back.url);
	ck_assert_int_eq(back.next_ms, 1700000000123);
	seen_begin_poll(&back.seen);
	ck_assert(seen_list(&back.seen, 7));
	state_done(&s);
	state_done(&back);
	buf_done(&json);
	buf_done(&again);
}
END_TEST

START_TEST(what_is_no_state_is_a_new_beginning)
{
	static const char *const bad[] = { "",
					   "[]",
					   "{}",
					   "{\"seen\":5}",
					   "{\"seen\":\"!!\"}",
					   "{\"seen\":\"AAAA\"}",
					   "{\"known\":1" };
	struct state s;

	state_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		s.known = true;
		ck_assert(!state_read(&s, (struct span){ bad[i], strlen(bad[i]) }));
		ck_assert(!s.known);
		ck_assert_uint_eq(s.seen.n, 0);
	}
	state_done(&s);
}
END_TEST

START_TEST(three_permanent_redirects_in_a_row_are_a_move)
{
	struct state s;

	state_init(&s);
	ck_assert(!state_redirected(&s, "http://b/"));
	ck_assert(!state_redirected(&s, "http://b/"));
	ck_assert(!state_redirected(&s, NULL));
	ck_assert(!state_redirected(&s, "http://b/"));
	ck_assert(!state_redirected(&s, "http://c/"));
	ck_assert(!state_redirected(&s, "http://c/"));
	ck_assert_ptr_null(s.url);
	ck_assert(state_redirected(&s, "http://c/"));
	ck_assert_str_eq(s.url, "http://c/");
	state_done(&s);
}
END_TEST

/* schedule.h */

enum { MIN = 60000, HOUR = 60 * MIN, DAY = SCHEDULE_DAY_MS };

/* 2026-11-21 is a Saturday. */
static const int64_t saturday_noon = 1795262400000;

static void between(const struct schedule *s, int64_t least, int64_t most)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (int i = 0; i < 200; i++) {
		const int64_t wait = schedule_next(s, saturday_noon, &rng) - saturday_noon;

		ck_assert_int_ge(wait, least);
		ck_assert_int_le(wait, most);
	}
}

START_TEST(a_feed_is_asked_at_its_times_and_not_all_at_once)
{
	const struct schedule s = { .every_ms = 15 * MIN };
	struct rng rng;
	int64_t first;

	between(&s, 15 * MIN, 15 * MIN * 11 / 10);
	rng_seed(&rng, 1);
	first = schedule_next(&s, 0, &rng);
	ck_assert_int_ne(schedule_next(&s, 0, &rng), first);
}
END_TEST

START_TEST(the_other_side_may_ask_for_more_patience_but_not_for_ever)
{
	between(&(struct schedule){ .every_ms = 15 * MIN, .wait_ms = HOUR }, HOUR, HOUR * 11 / 10);
	between(&(struct schedule){ .every_ms = 15 * MIN, .max_age_ms = 2 * HOUR }, 2 * HOUR,
		2 * HOUR * 11 / 10);
	between(&(struct schedule){ .every_ms = 15 * MIN, .wait_ms = 5 * MIN }, 15 * MIN,
		15 * MIN * 11 / 10);
	between(&(struct schedule){ .every_ms = 15 * MIN, .wait_ms = 30ull * DAY }, DAY,
		DAY / 10 * 11ll);
	between(&(struct schedule){ .every_ms = 15 * MIN, .retry_after_ms = UINT64_MAX }, DAY,
		DAY / 10 * 11ll);
}
END_TEST

START_TEST(failures_double_the_wait_up_to_a_day)
{
	int64_t wait = 15 * MIN;

	for (unsigned failures = 1; failures < 40; failures++) {
		between(&(struct schedule){ .every_ms = 15 * MIN, .failures = failures }, wait,
			wait * 11 / 10);
		wait = wait * 2 < DAY ? wait * 2 : DAY;
	}
	between(&(struct schedule){ .every_ms = 15 * MIN, .failures = 1, .retry_after_ms = HOUR },
		HOUR, HOUR * 11 / 10);
}
END_TEST

START_TEST(hours_and_days_that_are_skipped_are_skipped)
{
	struct rng rng;
	struct schedule s = { .every_ms = HOUR, .skip_hours = 1u << 13 | 1u << 14 };

	rng_seed(&rng, 1);
	ck_assert_int_eq(schedule_next(&s, saturday_noon, &rng), saturday_noon + 3 * HOUR);
	s = (struct schedule){ .every_ms = HOUR, .skip_days = 1u << 6 | 1u << 0 };
	ck_assert_int_eq(schedule_next(&s, saturday_noon, &rng), saturday_noon + 36 * HOUR);
	s = (struct schedule){ .every_ms = HOUR, .skip_hours = 0xffffff };
	ck_assert_int_lt(schedule_next(&s, saturday_noon, &rng), saturday_noon + 2 * HOUR);
}
END_TEST

/* news.h */

static void add(struct news *n, uint64_t id, int64_t at_ms, size_t place)
{
	const struct feed_item item = { .id = id,
					.title = SPAN("title"),
					.text = SPAN("text"),
					.link = SPAN("http://x/"),
					.at_ms = at_ms };

	news_add(n, &item, place, id % 2 == 0, saturday_noon);
}

START_TEST(the_newest_fifty_are_told_the_oldest_of_them_first)
{
	struct news n = { 0 };

	for (size_t i = 0; i < 200; i++)
		add(&n, i + 1, 0, i); /* undated: the first in the feed is the newest */
	ck_assert_uint_eq(n.n, NEWS_MAX);
	ck_assert_uint_eq(n.left_out, 150);
	for (size_t i = 0; i < n.n; i++)
		ck_assert_uint_eq(n.items[i].id, NEWS_MAX - i);
	news_clear(&n);
	for (size_t i = 0; i < 200; i++)
		add(&n, i + 1, (int64_t)i * 1000 + 1, i);
	for (size_t i = 0; i < n.n; i++)
		ck_assert_uint_eq(n.items[i].id, 200 - NEWS_MAX + 1 + i);
	ck_assert_mem_eq(n.items[0].link.p, "http://x/", n.items[0].link.n);
	news_drop_same(&n);
	ck_assert_uint_eq(n.n, NEWS_MAX / 2);
	for (size_t i = 0; i < n.n; i++)
		ck_assert_uint_eq(n.items[i].id % 2, 1);
	news_clear(&n);
}
END_TEST

UNIT_MAIN("state", what_was_seen_is_known,
	  nothing_is_forgotten_that_is_still_listed_and_the_rest_has_a_bound,
	  the_largest_state_fits_into_a_document, a_state_comes_back_as_it_was,
	  what_is_no_state_is_a_new_beginning, three_permanent_redirects_in_a_row_are_a_move,
	  a_feed_is_asked_at_its_times_and_not_all_at_once,
	  the_other_side_may_ask_for_more_patience_but_not_for_ever,
	  failures_double_the_wait_up_to_a_day, hours_and_days_that_are_skipped_are_skipped,
	  the_newest_fifty_are_told_the_oldest_of_them_first)
