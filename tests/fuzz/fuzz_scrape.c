/*
 * fuzz_scrape.c - the numbers of a process, as `mudlark top` reads and shows them.
 *
 * Oracles: a line is a sample or counted as bad; quantiles lie in order, within their bounds; the text is clean and
 * fits its paper; the JSON is JSON.
 */
#include "deploy/scrape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "deploy/top_json.h"
#include "deploy/top_text.h"
#include "rt/jsonin.h"
#include "rt/text.h"
#include "tests/fuzz/fuzz.h"

enum { COLUMNS = 80, ROWS = 24 };

static size_t count_lines(struct span s)
{
	size_t n = s.n > 0 && s.p[s.n - 1] != '\n';

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void check_family(const struct scrape *s, const char *family)
{
	struct scrape_hist h;

	scrape_hist(s, family, &h);
	for (size_t i = 1; i < h.n; i++)
		FUZZ_HOLDS(h.le[i - 1] < h.le[i]);
	if (scrape_hist_count(&h) > 0)
		FUZZ_HOLDS(!isnan(scrape_quantile(&h, 0.99)));
}

static void check_text(const struct top_model *m)
{
	const struct top_paper paper = { COLUMNS, ROWS, false };
	struct buf out = { 0 };
	struct span rest;
	size_t rows = 0;

	top_text(m, &paper, "12:00:00", &out);
	FUZZ_HOLDS(fuzz_is_clean(buf_span(&out), "\n"));
	for (rest = buf_span(&out); rest.n > 0; rows++) {
		const char *newline = memchr(rest.p, '\n', rest.n);

		FUZZ_HOLDS(newline);
		const struct span line = { rest.p, (size_t)(newline - rest.p) };
		FUZZ_HOLDS(text_columns(line) <= COLUMNS);
		rest.p += line.n + 1;
		rest.n -= line.n + 1;
	}
	FUZZ_HOLDS(rows > 0 && rows <= ROWS);
	buf_done(&out);
}

static void check_json(const struct top_model *m)
{
	struct buf out = { 0 };

	top_json(m, 0, &out);
	json_t *read = jsonin_object(buf_span(&out));

	FUZZ_HOLDS(read);
	FUZZ_HOLDS(jsonin_list(read, "processes") && jsonin_list(read, "links"));
	json_decref(read);
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct top_model m; /* large */
	struct watch_target target = { .name = "p", .ready = 200 };
	const struct watch w = { .targets = { &target }, .n = 1 };
	struct fuzz_in in = { data, n };
	const struct span then = fuzz_until(&in, 0), now = { (const char *)in.p, in.n };

	scrape_read(&target.shots[0].scrape, then);
	scrape_read(&target.shots[1].scrape, now);
	target.shots[1].at_us = 1000000;
	target.n = 2;
	FUZZ_HOLDS(target.shots[1].scrape.n + target.shots[1].scrape.bad <= count_lines(now));
	if (target.shots[1].scrape.n > 0)
		fuzz_worked();
	check_family(&target.shots[1].scrape, "mudlark_gateway_line_seconds");
	top_model(&m, &w, NULL, 0);
	check_text(&m);
	check_json(&m);
	scrape_done(&target.shots[0].scrape);
	scrape_done(&target.shots[1].scrape);
	return 0;
}
