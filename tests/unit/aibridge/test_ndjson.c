/*
 * test_ndjson.c - lines of JSON, however they are cut.
 */
#include "aibridge/ndjson.h"

#include <string.h>

#include "tests/unit/rt/unit.h"

static struct buf seen;

static void note(UNUSED void *ctx, struct span line)
{
	buf_add(&seen, line.p, line.n);
	buf_addc(&seen, ';');
}

static void check(const char *want, size_t cut)
{
	buf_addc(&seen, 0);
	ck_assert_msg(!strcmp(buf_p(&seen), want), "cut %zu gave %s", cut, buf_p(&seen));
	buf_clear(&seen);
}

static void expect(const char *stream, const char *want)
{
	const size_t n = strlen(stream);

	for (size_t cut = 0; cut <= n; cut++) {
		struct ndjson two = { .fn = note };

		ck_assert(ndjson_feed(&two, (struct span){ stream, cut }));
		ck_assert(ndjson_feed(&two, (struct span){ stream + cut, n - cut }));
		check(want, cut);
		ndjson_done(&two);
	}
}

START_TEST(each_line_goes_out_at_its_end)
{
	expect("{\"a\":1}\n{\"b\":2}\n", "{\"a\":1};{\"b\":2};");
	expect("{\"a\":1}\r\n\r\n\n{\"b\":2}\r\n", "{\"a\":1};{\"b\":2};");
	expect("\"\xc3\xa9\xf0\x9f\x8c\x8a\"\n", "\"\xc3\xa9\xf0\x9f\x8c\x8a\";");
}
END_TEST

START_TEST(a_line_without_an_end_is_none)
{
	expect("{\"a\":1}\n{\"done\":true}", "{\"a\":1};");
}
END_TEST

START_TEST(a_line_is_bounded)
{
	static char line[NDJSON_MAX];
	struct ndjson l = { .fn = note };

	memset(line, 'x', sizeof(line));
	ck_assert(ndjson_feed(&l, (struct span){ line, sizeof(line) }));
	ck_assert(ndjson_feed(&l, SPAN("\n")));
	ck_assert_uint_eq(seen.n, sizeof(line) + 1);
	ck_assert(ndjson_feed(&l, (struct span){ line, sizeof(line) }));
	ck_assert(!ndjson_feed(&l, SPAN("x")));
	ndjson_done(&l);
	buf_clear(&seen);
}
END_TEST

static void stop(void *ctx, UNUSED struct span line)
{
	((struct ndjson *)ctx)->stopped = true;
	buf_adds(&seen, "stop;");
}

START_TEST(nothing_is_read_behind_a_stop)
{
	struct ndjson l = { .fn = stop, .ctx = &l };

	ck_assert(ndjson_feed(&l, SPAN("a\nb\n")));
	ck_assert(ndjson_feed(&l, SPAN("c\n")));
	check("stop;", 0);
	ndjson_done(&l);
}
END_TEST

UNIT_MAIN("ndjson", each_line_goes_out_at_its_end, a_line_without_an_end_is_none, a_line_is_bounded,
	  nothing_is_read_behind_a_stop)
