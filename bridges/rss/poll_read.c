/*
 * poll_read.c - a feed while it comes: which of its items are new.
 */
#include "bridges/rss/poll_inner.h"

#include "rt/log.h"

enum { BROKEN_FOR_GOOD = 3 }; /* readings in a row */

static void on_item(void *ctx, const struct feed_item *item)
{
	struct poll *p = ctx;
	const size_t place = p->place++;
	bool same_seen;

	if (place >= SEEN_LISTED) {
		p->unlisted++;
		return;
	}
	if (seen_list(&p->kept.seen, item->id))
		return;
	same_seen = seen_has_same(&p->kept.seen, item->same);
	seen_put(&p->kept.seen, item->id, item->same);
	if (p->kept.known)
		news_add(&p->news, item, place, same_seen, p->now_ms);
}

static bool on_body(void *ctx, struct span content_type, const char *base, struct span piece)
{
	struct poll *p = ctx;
	const struct feed_events e = { .item = on_item, .ctx = p };

	if (!p->feed)
		p->feed = feed_new(content_type, base, p->now_ms, &e);
	return feed_write(p->feed, piece);
}

static void on_done(void *ctx, const struct fetch_result *r)
{
	struct poll *p = ctx;
	struct fetch *over = TAKE(p->fetch);

	poll_conclude(p, r);
	fetch_free(over);
	reader_fetched(p->reader);
}

void poll_begin(struct poll *p)
{
	const struct rss_conf *conf = p->reader->conf;
	const struct fetch_spec q = { .url = p->kept.url ? p->kept.url : p->url,
				      .etag = p->kept.etag,
				      .modified = p->kept.modified,
				      .max_bytes = (size_t)conf->max_bytes,
				      .deadline_us = (uint64_t)conf->deadline,
				      .ca_file = conf->ca_file };
	const struct fetch_events e = { .body = on_body, .done = on_done, .ctx = p };

	p->place = p->unlisted = 0;
	p->had = p->kept.seen.n;
	p->now_ms = bridge_wall_ms(p->reader->bridge);
	seen_begin_poll(&p->kept.seen);
	p->fetch = fetch_start(p->reader->http, &p->reader->guard, &q, &e);
}

/* Nothing of what was there is listed any more, but something of the same title and link is: all ids have changed. */
static bool ids_have_changed(const struct poll *p)
{
	size_t same = 0;

	for (size_t i = 0; i < p->news.n; i++)
		same += p->news.items[i].same_seen;
	return p->had && p->kept.seen.listed == 0 && same > 0;
}

/* What was listed before anybody listened is known now. A feed that could not be read to its end shows the rest next
 * time, as if that were new; so it counts only when it stays like that. */
static bool is_first_reading(const struct poll *p)
{
	return p->kept.failures == 0 || (p->place > 0 && p->kept.failures >= BROKEN_FOR_GOOD);
}

void poll_settle(struct poll *p)
{
	if (!p->feed)
		return;
	if (ids_have_changed(p))
		news_drop_same(&p->news);
	if (!p->kept.known && is_first_reading(p)) {
		p->kept.known = true;
		log_info("feed_followed", LOG_STR("feed", p->key), LOG_U64("items", p->place));
	}
	if (p->news.left_out)
		log_warning("feed_items_left_out", LOG_STR("feed", p->key),
			    LOG_U64("items", p->news.left_out));
	p->reader->numbers[READER_LEFT_OUT] += (double)p->news.left_out;
	seen_end_poll(&p->kept.seen);
}
