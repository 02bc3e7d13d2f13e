/*
 * rss.c - see rss.h.
 */
#include "bridges/rss/rss.h"

#include <errno.h>
#include <stdlib.h>
#include "bridges/rss/publish.h"
#include "bridges/rss/reader.h"
#include "rt/log.h"

struct rss {
	const struct rss_conf *conf;
	struct bridge *bridge;
	struct reader *reader;	 /* always: rows may come by a reload */
	struct publish *publish; /* NULL: rss.listen is empty */
};

enum { NUMBERS = READER_NUMBERS + PUBLISH_NUMBERS };

/* The numbers of the reader, then those of the publisher. */
static struct metric metrics[NUMBERS] = {
	[READER_POLLS] = { "mudlark_rss_polls_total", "answers of feeds, of whatever kind",
			   .kind = METRIC_COUNTER },
	[READER_SAME] = { "mudlark_rss_not_modified_total", "feeds that had not changed",
			  .kind = METRIC_COUNTER },
	[READER_FAILURES] = { "mudlark_rss_failures_total", "feeds that could not be read",
			      .kind = METRIC_COUNTER },
	[READER_REFUSED] = { "mudlark_rss_refused_total",
			     "feeds that led to an address they may not lead to",
			     .kind = METRIC_COUNTER },
	[READER_ITEMS] = { "mudlark_rss_items_total", "items told in the game",
			   .kind = METRIC_COUNTER },
	[READER_LEFT_OUT] = { "mudlark_rss_items_left_out_total",
			      "new items beyond what is told at once", .kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_REQUESTS] = { "mudlark_rss_requests_total",
						"requests for the feeds of the game",
						.kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_NOT_MODIFIED] = { "mudlark_rss_requests_same_total",
						    "of these, answered by 304",
						    .kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_REFUSED] = { "mudlark_rss_requests_refused_total",
					       "of these, refused", .kind = METRIC_COUNTER },
	[READER_NUMBERS + PUBLISH_ITEMS] = { "mudlark_rss_published_items",
					     "items in the feeds of the game",
					     .kind = METRIC_GAUGE },
};

static void on_refresh(void *ctx)
{
	struct rss *x = ctx;
	double numbers[NUMBERS] = { 0 };

	if (x->reader)
		reader_numbers(x->reader, numbers);
	if (x->publish)
		publish_numbers(x->publish, numbers + READER_NUMBERS);
	for (size_t i = 0; i < NUMBERS; i++)
		metrics[i].value = numbers[i];
}

static void on_status(void *ctx, struct buf *out)
{
	const struct rss *x = ctx;

	if (x->reader)
		reader_status(x->reader, out);
	if (x->publish)
		publish_status(x->publish, out);
}

static bool on_ready(void *ctx, struct buf *why)
{
	const struct rss *x = ctx;

	return !x->reader || reader_ready(x->reader, why);
}

/* Nothing outside has to be told goodbye. */
static void on_stop(void *ctx)
{
	struct rss *x = ctx;

	bridge_stopped(x->bridge);
}

static int start_publishing(struct rss *x)
{
	const struct publish_conf c = { .listen = x->conf->listen,
					.title = x->conf->title,
					.base_url = x->conf->base_url,
					.what = x->conf->publish,
					.items = x->conf->items,
					.rate = x->conf->rate,
					.max_conns = x->conf->max_conns };

	return *x->conf->listen ? publish_new(&x->publish, x->bridge, &c) : 0;
}

static int start_halves(struct rss *x)
{
	const int r = start_publishing(x);

	return r < 0 ? r : reader_new(&x->reader, x->bridge, x->conf);
}

int rss_start(struct rss **ret, struct proc *proc, struct rss_conf *conf)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	struct bridge_events e = { .status = on_status, .ready = on_ready, .stop = on_stop };
	struct rss *x;
	int r;

	if (reader_check(conf, &why) != 0) {
		log_error("option_wrong", LOG_TEXT("why", buf_span(&why)));
		return -EINVAL;
	}
	x = base_alloc(1, sizeof(*x));
	x->conf = conf;
	e.ctx = x;
	r = bridge_start(&x->bridge, proc, &conf->common, "rss", &e);
	if (r == 0) {
		bridge_metrics(x->bridge, metrics, NUMBERS, on_refresh, x);
		r = start_halves(x);
	}
	if (r < 0) {
		rss_free(x);
		return r;
	}
	*ret = x;
	return 0;
}

void rss_stop(struct rss *x)
{
	bridge_stop(x->bridge);
}

void rss_reload(struct rss *x)
{
	reader_reload(x->reader);
}

void rss_free(struct rss *x)
{
	if (!x)
		return;
	reader_free(x->reader);
	publish_free(x->publish);
	bridge_free(x->bridge);
	free(x);
}
