/*
 * test_sse.c - server-sent events, however they are cut.
 */
#include "aibridge/sse.h"

#include <string.h>

#include "tests/unit/rt/unit.h"

static struct buf seen;

/* name=data; */
static void note(UNUSED void *ctx, struct span name, struct span data)
{
	buf_add(&seen, name.p, name.n);
	buf_addc(&seen, '=');
	buf_add(&seen, data.p, data.n);
	buf_addc(&seen, ';');
}

static struct span text_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static void check(const char *want, const char *stream, size_t cut)
{
	buf_addc(&seen, 0);
	ck_assert_msg(!strcmp(buf_p(&seen), want), "%s, cut %zu, gave %s", stream, cut,
		      buf_p(&seen));
	buf_clear(&seen);
}

/* Whole, byte by byte, and in two at every place. */
static void expect(const char *stream, const char *want)
{
	const struct span all = text_of(stream);
	struct sse whole = { .fn = note }, single = { .fn = note };

	ck_assert(sse_feed(&whole, all));
	check(want, stream, all.n);
	for (size_t i = 0; i < all.n; i++)
		ck_assert(sse_feed(&single, (struct span){ all.p + i, 1 }));
	check(want, stream, 1);
	sse_done(&whole);
	sse_done(&single);
	for (size_t cut = 1; cut < all.n; cut++) {
		struct sse two = { .fn = note };

		ck_assert(sse_feed(&two, (struct span){ all.p, cut }));
		ck_assert(sse_feed(&two, (struct span){ all.p + cut, all.n - cut }));
		check(want, stream, cut);
		sse_done(&two);
	}
}

START_TEST(an_event_goes_out_at_its_blank_line)
{
	expect("event: ping\ndata: {}\n\n", "ping={};");
	expect("data: one\n\ndata: two\n\n", "=one;=two;");
	expect("data: one\n\n\n\ndata: two\n\n", "=one;=two;");
	expect("data: one\nevent: late\n\ndata: two\n\n", "late=one;=two;");
}
END_TEST

START_TEST(lines_end_with_lf_cr_or_crlf)
{
	expect("event: a\r\ndata: b\r\n\r\n", "a=b;");
	expect("event: a\rdata: b\r\rdata: c\r\r", "a=b;=c;");
	expect("event: a\rdata: b\n\rdata: c\r\n\n", "a=b;=c;");
}
END_TEST

START_TEST(one_space_behind_the_colon_is_not_data)
{
	expect("data:x\n\ndata: x\n\ndata:  x\n\n", "=x;=x;= x;");
	expect("data\n\ndata:\n\n", "=;=;");
	expect("data: a: b\n\n", "=a: b;");
}
END_TEST

START_TEST(lines_of_data_are_joined)
{
	expect("data: one\ndata: two\ndata:\n\n", "=one\ntwo\n;");
}
END_TEST

START_TEST(comments_and_other_fields_are_passed_over)
{
	expect(": keep-alive\n\ndata: a\n\n", "=a;");
	expect("id: 1\nretry: 3\nwhat: ever\ndata: a\n\n", "=a;");
	expect("event: lonely\n\ndata: a\n\n", "=a;");
}
END_TEST

START_TEST(half_an_event_is_dropped)
{
	expect("data: a\n\ndata: b\n", "=a;");
	expect("data: a", "");
}
END_TEST

START_TEST(a_byte_order_mark_is_passed_over_once)
{
	expect("\xef\xbb\xbf"
	       "data: a\n\n",
	       "=a;");
	expect("data: a\n\xef\xbb\xbf"
	       "data: b\n\n",
	       "=a;");
}
END_TEST

START_TEST(characters_may_be_cut)
{
	expect("data: \xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a\n\n",
	       "=\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8a;");
}
END_TEST

static bool feed_many(struct sse *s, const char *line, size_t times)
{
	for (size_t i = 0; i < times; i++)
		if (!sse_feed(s, text_of(line)))
			return false;
	return true;
}

START_TEST(a_line_and_an_event_are_bounded)
{
	struct sse line = { .fn = note }, event = { .fn = note }, good = { .fn = note };

	ck_assert(feed_many(&line, "xxxxxxxxxxxxxxxx", SSE_MAX / 16));
	ck_assert(!sse_feed(&line, SPAN("x")));
	ck_assert(!feed_many(&event, "data: 0123456789\n", SSE_MAX / 11 + 1));
	ck_assert(feed_many(&good, "data: 0123456789\n\n", SSE_MAX));
	sse_done(&line);
	sse_done(&event);
	sse_done(&good);
	buf_clear(&seen);
}
END_TEST

static void stop(void *ctx, UNUSED struct span name, UNUSED struct span data)
{
	((struct sse *)ctx)->stopped = true;
	buf_adds(&seen, "stop;");
}

START_TEST(nothing_is_read_behind_a_stop)
{
	struct sse s = { .fn = stop, .ctx = &s };

	ck_assert(sse_feed(&s, SPAN("data: a\n\ndata: b\n\n")));
	ck_assert(sse_feed(&s, SPAN("data: c\n\n")));
	check("stop;", "", 0);
	sse_done(&s);
}
END_TEST

START_TEST(a_name_that_is_too_long_is_none)
{
	struct sse s = { .fn = note };

	ck_assert(sse_feed(&s, SPAN("event: ")));
	ck_assert(feed_many(&s, "x", SSE_NAME_MAX + 1));
	ck_assert(sse_feed(&s, SPAN("\ndata: a\n\n")));
	check("=a;", "", 0);
	sse_done(&s);
}
END_TEST

UNIT_MAIN("sse", an_event_goes_out_at_its_blank_line, lines_end_with_lf_cr_or_crlf,
	  one_space_behind_the_colon_is_not_data, lines_of_data_are_joined,
	  comments_and_other_fields_are_passed_over, half_an_event_is_dropped,
	  a_byte_order_mark_is_passed_over_once, characters_may_be_cut,
	  a_line_and_an_event_are_bounded, nothing_is_read_behind_a_stop,
	  a_name_that_is_too_long_is_none)
