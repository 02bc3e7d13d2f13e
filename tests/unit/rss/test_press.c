/*
 * test_press.c - which line of the game becomes an item of which feed, and what takes it away again.
 */
#include "bridges/rss/publish_inner.h"

#include <string.h>
#include "tests/unit/rt/unit.h"

struct rig {
	struct publish p;
	uint64_t seq;
};

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void begin(struct rig *r, char **what)
{
	*r = (struct rig){ .p = { .what = what, .conf = { .items = 10 } } };
	press_add(&r->p, "announcements");
	press_add(&r->p, "players");
}

static void end(struct rig *r)
{
	for (size_t i = 0; i < r->p.n; i++)
		items_done(&r->p.feeds[i].items);
}

static void line(struct rig *r, enum line_kind kind, const char *board, uint64_t number)
{
	const struct bridge_line l = { .seq = ++r->seq,
				       .wall_ms = 1700000000000,
				       .kind = kind,
				       .channel = span_of(board),
				       .name = SPAN("Ana"),
				       .text = SPAN("text"),
				       .subject = SPAN("subject"),
				       .number = number };

	press_line(&r->p, &l);
}

static size_t items_in(struct rig *r, const char *feed)
{
	const struct press_feed *f = press_feed(&r->p, span_of(feed));

	ck_assert_msg(f != NULL, "there is no feed %s", feed);
	return f->items.n;
}

START_TEST(an_announcement_that_is_taken_down_goes_from_the_feed_too)
{
	char announcements[] = "announcements", boards[] = "boards",
	     *what[] = { announcements, boards, NULL };
	struct rig r;

	begin(&r, what);
	line(&r, LINE_NEWS, "", 1);
	line(&r, LINE_NEWS, "", 2);
	line(&r, LINE_POSTED, "gazette", 2);
	ck_assert_uint_eq(items_in(&r, "announcements"), 2);
	line(&r, LINE_REMOVED, "gazette", 2);
	ck_assert_uint_eq(items_in(&r, "announcements"), 2);
	ck_assert_uint_eq(items_in(&r, "boards/gazette"), 0);
	line(&r, LINE_REMOVED, "news", 2);
	ck_assert_uint_eq(items_in(&r, "announcements"), 1);
	ck_assert_uint_eq(press_feed(&r.p, SPAN("announcements"))->items.v[0].number, 1);
	end(&r);
}
END_TEST

START_TEST(an_announcement_that_no_board_keeps_is_taken_down_by_nobody)
{
	char announcements[] = "announcements", *what[] = { announcements, NULL };
	struct rig r;

	begin(&r, what);
	line(&r, LINE_NEWS, "", 0);
	line(&r, LINE_REMOVED, "news", 0);
	line(&r, LINE_REMOVED, "news", 1);
	ck_assert_uint_eq(items_in(&r, "announcements"), 1);
	end(&r);
}
END_TEST

START_TEST(only_what_is_wanted_is_published)
{
	char players[] = "players", gazette[] = "boards/gazette",
	     *what[] = { players, gazette, NULL };
	struct rig r;

	begin(&r, what);
	ck_assert_ptr_nonnull(press_add(&r.p, "boards/gazette"));
	line(&r, LINE_NEWS, "", 1);
	line(&r, LINE_ENTERED, "", 0);
	line(&r, LINE_POSTED, "notices", 1);
	line(&r, LINE_POSTED, "gazette", 1);
	ck_assert_uint_eq(r.p.n, 2);
	ck_assert_uint_eq(items_in(&r, "players"), 1);
	ck_assert_uint_eq(items_in(&r, "boards/gazette"), 1);
	ck_assert(press_knows("boards") && press_knows("boards/x") && press_knows("server"));
	ck_assert(!press_knows("boards/") && !press_knows("tells") && !press_knows(""));
	end(&r);
}
END_TEST

UNIT_MAIN("press", an_announcement_that_is_taken_down_goes_from_the_feed_too,
	  an_announcement_that_no_board_keeps_is_taken_down_by_nobody,
	  only_what_is_wanted_is_published)
