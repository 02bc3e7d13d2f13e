/*
 * reader.c - see reader.h.
 */
#include "bridges/rss/reader_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "rt/log.h"
#include "rt/proc.h"

static const char *const words[] = { "every", "title", NULL };

/* What the options say. */
struct wishes {
	struct chart chart;
	struct guard guard;
};

static int check_row(const struct guard *g, const struct chart_row *row, struct buf *why)
{
	const char *no = guard_url(g, row->place);
	int64_t us;

	if (no) {
		buf_addf(why, "rss.feeds: \"%s\": %s", row->place, no);
	} else if (!poll_read_every(row, &us)) {
		buf_addf(why, "rss.feeds: \"%s\": every= is not a time like 30m or 1h", row->place);
	} else if (!row->channels[0] && !row->boards) {
		buf_addf(why,
			 "rss.feeds: \"%s\": there is neither a channel nor boards=", row->place);
	} else {
		return 0;
	}
	return 1;
}

static int read_wishes(const struct rss_conf *conf, struct wishes *ret, struct buf *why)
{
	CLEANUP(buf_done) struct buf sentence = { 0 };
	struct wishes w = { 0 };

	if (guard_init(&w.guard, conf->allow, conf->ports, why) != 0)
		return 1;
	if (chart_read(&w.chart, conf->feeds, words, &sentence) != 0) {
		buf_addf(why, "rss.feeds: %.*s", (int)sentence.n, buf_p(&sentence));
		return 1;
	}
	for (size_t i = 0; i < w.chart.n; i++) {
		if (check_row(&w.guard, &w.chart.rows[i], why) != 0) {
			chart_done(&w.chart);
			return 1;
		}
	}
	*ret = w;
	return 0;
}

int reader_check(const struct rss_conf *conf, struct buf *why)
{
	struct wishes w;

	if (read_wishes(conf, &w, why) != 0)
		return 1;
	chart_done(&w.chart);
	return 0;
}

/* Rows and polls; the first row of an address counts. */

static struct poll *find(struct reader *r, const char *url)
{
	struct poll *p;

	TAILQ_FOREACH(p, &r->polls, entry)
	if (strcmp(p->url, url) == 0)
		return p;
	return NULL;
}

static bool is_row(const struct chart *c, const struct poll *p)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->rows[i].place, p->url) == 0)
			return true;
	return false;
}

static bool is_first(const struct chart *c, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (strcmp(c->rows[i].place, c->rows[row].place) == 0)
			return false;
	return true;
}

static void follow(struct reader *r, struct wishes *w)
{
	struct poll *p, *next;

	r->guard = w->guard;
	for (p = TAILQ_FIRST(&r->polls); p; p = next) {
		next = TAILQ_NEXT(p, entry);
		if (!is_row(&w->chart, p))
			poll_free(p);
	}
	for (size_t i = 0; i < w->chart.n; i++) {
		const struct chart_row *row = &w->chart.rows[i];

		if (!is_first(&w->chart, i))
			continue;
		p = find(r, row->place);
		if (p) {
			poll_set_row(p, row);
			poll_again(p);
		} else {
			p = poll_new(r, row);
			TAILQ_INSERT_TAIL(&r->polls, p, entry);
		}
	}
	chart_done(&r->chart);
	r->chart = w->chart;
}

/* Turns */

static void start_next(struct reader *r)
{
	struct poll *p;

	while (r->fetching < READER_AT_ONCE && (p = TAILQ_FIRST(&r->waiting))) {
		TAILQ_REMOVE(&r->waiting, p, queued);
		r->fetching++;
		poll_fetch(p);
	}
}

void reader_enqueue(struct reader *r, struct poll *p)
{
	TAILQ_INSERT_TAIL(&r->waiting, p, queued);
	start_next(r);
}

void reader_fetched(struct reader *r)
{
	r->fetching--;
	start_next(r);
}

int reader_new(struct reader **ret, struct bridge *b, const struct rss_conf *conf)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	struct reader *r;
	struct wishes w;
	int result;

	if (read_wishes(conf, &w, &why) != 0)
		return -EINVAL;
	r = base_alloc(1, sizeof(*r));
	r->bridge = b;
	r->conf = conf;
	TAILQ_INIT(&r->polls);
	TAILQ_INIT(&r->waiting);
	rng_seed(&r->rng, entropy_id(&entropy_system));
	result = http_new(&r->http, bridge_loop(b), READER_AT_ONCE);
	if (result < 0) {
		chart_done(&w.chart);
		free(r);
		return result;
	}
	follow(r, &w);
	*ret = r;
	return 0;
}

void reader_free(struct reader *r)
{
	struct poll *p;

	if (!r)
		return;
	r->fetching += READER_AT_ONCE; /* nobody's turn any more */
	while ((p = TAILQ_FIRST(&r->polls)))
		poll_free(p);
	http_free(r->http);
	chart_done(&r->chart);
	free(r);
}

void reader_reload(struct reader *r)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	struct wishes w;

	if (read_wishes(r->conf, &w, &why) == 0)
		follow(r, &w);
	else
		log_error("feeds_not_reloaded", LOG_TEXT("why", buf_span(&why)));
}

void reader_status(const struct reader *r, struct buf *out)
{
	const struct poll *p;

	TAILQ_FOREACH(p, &r->polls, entry)
	poll_status(p, out);
}

/* A feed that fails is its owner's business; that all of them do is this machine's. */
bool reader_ready(const struct reader *r, struct buf *why)
{
	const struct poll *p;
	size_t n = 0;

	TAILQ_FOREACH(p, &r->polls, entry)
	{
		if (poll_is_well(p))
			return true;
		n++;
	}
	if (n)
		buf_addf(why, "none of %zu feeds can be read", n);
	return n == 0;
}

void reader_numbers(const struct reader *r, double ret[READER_NUMBERS])
{
	memcpy(ret, r->numbers, sizeof(r->numbers));
}
