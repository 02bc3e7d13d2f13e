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

static struct publish_conf publish_options(const struct rss_conf *c)
{
	return (struct publish_conf){ .listen = c->listen,
				      .title = c->title,
				      .base_url = c->base_url,
				      .what = c->publish,
				      .items = c->items,
				      .rate = c->rate,
				      .max_conns = c->max_conns };
}

static int start_publishing(struct rss *x)
{
	const struct publish_conf c = publish_options(x->conf);

	return *x->conf->listen ? publish_new(&x->publish, x->bridge, &c) : 0;
}

static int start_halves(struct rss *x)
{
	const int r = start_publishing(x);

	return r < 0 ? r : reader_new(&x->reader, x->bridge, x->conf);
}

static void rss_free(void *ctx)
{
	struct rss *x = ctx;

	if (!x)
		return;
	reader_free(x->reader);
	publish_free(x->publish);
	bridge_free(x->bridge);
	free(x);
}

int rss_check(const void *conf, struct buf *why)
{
	const struct rss_conf *c = conf;
	const struct publish_conf publish = publish_options(c);

	if (reader_check(c, why) != 0)
		return 1;
	return *c->listen ? publish_check(&publish, why) : 0;
}

static int start(void **ret, struct proc *proc, void *ctx)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	const struct rss_conf *conf = ctx;
	struct bridge_events e = { .status = on_status, .ready = on_ready, .stop = on_stop };
	struct rss *x;
	int r;

	if (rss_check(conf, &why) != 0) {
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

static void stop(void *ctx)
{
	struct rss *x = ctx;

	bridge_stop(x->bridge);
}

static void reload(void *ctx)
{
	struct rss *x = ctx;

	reader_reload(x->reader);
}

const struct bridge_program rss_program = { start, stop, reload, rss_free };
