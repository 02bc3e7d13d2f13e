/*
 * rss.c - see rss.h.
 */
#include "bridges/rss/rss.h"

#include <errno.h>
#include <stdlib.h>
#include "bridges/rss/numbers.h"
#include "bridges/rss/publish.h"
#include "bridges/rss/reader.h"
#include "rt/log.h"

struct rss {
	const struct rss_conf *conf;
	struct bridge *bridge;
	struct reader *reader;	 /* always: rows may come by a reload */
	struct publish *publish; /* NULL: rss.listen is empty */
};

static void on_refresh(void *ctx)
{
	struct rss *x = ctx;
	double values[RSS_NUMBERS] = { 0 };

	if (x->reader)
		reader_numbers(x->reader, values);
	if (x->publish)
		publish_numbers(x->publish, values + READER_NUMBERS);
	rss_numbers_set(values);
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
		bridge_metrics(x->bridge, rss_numbers(), RSS_NUMBERS, on_refresh, x);
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
