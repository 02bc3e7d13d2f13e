/*
 * fuzz_undump.c - the lines of an export: JSON in one form, rows, and whole files.
 *
 * Oracles: canonical JSON is its own canonical form, never longer, and whatever jansson takes is taken; a row
 * that is taken is written as it was read; the same is said of a file however its bytes are cut; a file
 * put together of good rows is refused for their order alone.
 */
#include <jansson.h>
#include <string.h>

#include "persist/canon.h"
#include "persist/store.h"
#include "persist/undump.h"
#include "tests/fuzz/fuzz.h"

enum { SCHEMA = 4 };

static void canonical(struct span s)
{
	struct buf once = { 0 }, twice = { 0 };
	json_t *o = json_loadb(s.p, s.n, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
			       NULL);

	if (canon_json(&once, s)) {
		FUZZ_HOLDS(once.n <= s.n);
		FUZZ_HOLDS(canon_json(&twice, buf_span(&once)));
		FUZZ_HOLDS(fuzz_equal(buf_span(&once), buf_span(&twice)));
		fuzz_worked();
	} else {
		FUZZ_HOLDS(once.n == 0);
		/* It takes a NUL behind a number for the end. */
		FUZZ_HOLDS(!o || memchr(s.p, '\0', s.n));
	}
	json_decref(o);
	buf_done(&once);
	buf_done(&twice);
}

/* Good rows go on into `file`. */
static void row(struct span line, struct buf *file, struct dump_sum *sum)
{
	struct dump_row row = { 0 };
	struct buf why = { 0 }, again = { 0 };
	const int r = dump_line_read(&row, line, SCHEMA, &why);

	FUZZ_HOLDS(r == (why.n ? STORE_BAD : 0));
	if (!r) {
		FUZZ_HOLDS(dump_line_write(&again, row.table, SCHEMA, row.v) == 0);
		FUZZ_HOLDS(again.n == line.n + 1 && !memcmp(buf_p(&again), line.p, line.n));
		FUZZ_HOLDS(dump_row_compare(&row, &row) == 0);
		buf_add(file, buf_p(&again), again.n);
		dump_sum_row(sum, row.table, buf_span(&again));
		fuzz_worked();
	}
	dump_row_done(&row);
	buf_done(&why);
	buf_done(&again);
}

/* What is said of a file that comes in pieces. */
static struct buf judge(struct span s, size_t step)
{
	const struct undump_sink nowhere = { 0 };
	struct undump u;
	struct buf why = { 0 };
	int r = 0;

	undump_init(&u, SCHEMA, &nowhere);
	while (!r && s.n) {
		const size_t n = step < s.n ? step : s.n;
		r = undump_feed(&u, (struct span){ s.p, n }, &why);
		s = (struct span){ s.p + n, s.n - n };
	}
	if (!r)
		r = undump_end(&u, &why);
	FUZZ_HOLDS(r == (why.n ? STORE_BAD : 0));
	FUZZ_HOLDS(!why.n || memmem(buf_p(&why), why.n, "line ", 5) == buf_p(&why));
	undump_done(&u);
	return why;
}

static bool says(const struct buf *why, const char *text)
{
	return memmem(buf_p(why), why->n, text, strlen(text)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char header[] = "{\"mudlark\":\"export\",\"format\":1,\"schema\":4}\n";
	const struct span s = { (const char *)data, n };
	struct fuzz_in in = { data, n };
	struct buf file = { 0 };
	struct dump_sum sum;

	struct buf whole = judge(s, SIZE_MAX), cut = judge(s, 1 + n % 7);
	FUZZ_HOLDS(fuzz_equal(buf_span(&whole), buf_span(&cut)));
	buf_done(&whole);
	buf_done(&cut);

	dump_sum_init(&sum, SCHEMA);
	buf_adds(&file, header);
	dump_sum_header(&sum, buf_span(&file));
	while (in.n) {
		const struct span line = fuzz_until(&in, '\n');
		canonical(line);
		row(line, &file, &sum);
	}
	dump_sum_trailer(&sum, &file);
	struct buf why = judge(buf_span(&file), SIZE_MAX);
	FUZZ_HOLDS(!why.n || says(&why, "by its key") || says(&why, "cannot stand behind"));
	buf_done(&why);
	buf_done(&file);
	return 0;
}
