/*
 * publish.c - the life of the feeds: read what was kept, then take lines, keep what they change, say so.
 *
 * Lines are taken up to WINDOW at a time; a moment after the first of them all feeds that changed are kept, and when persist has
 * them the lines are sent.
 */
#include "bridges/rss/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/rss/publish_inner.h"
#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/rand.h"
#include "rt/text.h"

enum { WINDOW = 128, MAX_PER_ADDRESS = 16 };

#define KEEP_US 200000ull
#define AGAIN_US 1000000ull
#define INDEX "out/index"

static const char *const always[] = { "announcements", "errands", "players", "server" };

static void read_more(struct publish *p);

static void key_of(const struct press_feed *f, char ret[FEED_NAME + 8])
{
	snprintf(ret, FEED_NAME + 8, "out/%s", f->name);
}

/* ---- keeping ---- */

static void on_kept(void *ctx)
{
	struct publish *p = ctx;

	if (--p->keeping)
		return;
	bridge_sent(p->stream, p->kept_seq);
	bridge_want(p->stream, WINDOW);
	if (p->seq > p->kept_seq)
		loop_timer_in(&p->timer, KEEP_US);
}

static void keep_index(struct publish *p)
{
	struct buf out = { 0 };

	buf_adds(&out, "{\"identity\":");
	json_quote(&out, (struct span){ p->identity, strlen(p->identity) });
	buf_adds(&out, ",\"feeds\":[");
	for (size_t i = 0; i < p->n; i++) {
		if (i)
			buf_addc(&out, ',');
		json_quote(&out, (struct span){ p->feeds[i].name, strlen(p->feeds[i].name) });
	}
	buf_adds(&out, "]}");
	p->index_dirty = false;
	p->keeping++;
	bridge_keep_put(p->bridge, INDEX, buf_span(&out), on_kept, p);
	buf_done(&out);
}

static void keep_feed(struct publish *p, struct press_feed *f)
{
	char key[FEED_NAME + 8];
	struct buf out = { 0 };

	key_of(f, key);
	items_save(&f->items, &out);
	f->kept = f->items.revision;
	p->keeping++;
	bridge_keep_put(p->bridge, key, buf_span(&out), on_kept, p);
	buf_done(&out);
}

static void keep(struct publish *p)
{
	if (p->keeping)
		return;
	p->kept_seq = p->seq;
	p->keeping++; /* until all are begun */
	if (p->index_dirty)
		keep_index(p);
	for (size_t i = 0; i < p->n; i++)
		if (p->feeds[i].kept != p->feeds[i].items.revision)
			keep_feed(p, &p->feeds[i]);
	on_kept(p);
}

static void on_timer(void *ctx)
{
	struct publish *p = ctx;

	if (p->stream)
		keep(p);
	else
		read_more(p);
}

/* ---- lines ---- */

static void on_line(void *ctx, const struct bridge_line *line)
{
	struct publish *p = ctx;

	press_line(p, line);
	if (!p->keeping && !p->timer.pending)
		loop_timer_in(&p->timer, KEEP_US);
}

static void on_skipped(void *ctx, uint64_t seq, enum skip_why why, size_t n, UNUSED int64_t from_ms,
		       UNUSED int64_t to_ms)
{
	struct publish *p = ctx;

	p->seq = seq;
	if (!p->keeping && !p->timer.pending)
		loop_timer_in(&p->timer, KEEP_US);
	log_warning("feed_items_lost", LOG_STR("why", why == SKIP_OLD ? "old" : "lost"),
		    LOG_U64("n", n));
}

static void listen_to_game(struct publish *p)
{
	const struct stream_spec spec = {
		.key = "rss/out",
		.kinds = LINE(LINE_NEWS) | LINE(LINE_POSTED) | LINE(LINE_REMOVED) |
			 LINE(LINE_ENTERED) | LINE(LINE_LEFT) | LINE(LINE_ERRAND) |
			 LINE(LINE_STARTED) | LINE(LINE_STOPPING),
		.from_start = true,
		.max_age = -1,
	};
	const struct stream_events e = { .line = on_line, .skipped = on_skipped, .ctx = p };

	p->stream = bridge_stream_open(p->bridge, &spec, &e);
	bridge_want(p->stream, WINDOW);
	if (p->index_dirty)
		keep(p);
}

/* ---- reading what was kept: the index, then one feed after the other ---- */

static struct press_feed *unread(struct publish *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->feeds[i].unread)
			return &p->feeds[i];
	return NULL;
}

static void read_next(struct publish *p);

static void on_feed(void *ctx, const struct span *body, bool failed)
{
	struct publish *p = ctx;
	struct press_feed *f = unread(p);

	if (failed || !f) {
		loop_timer_in(&p->timer, AGAIN_US);
		return;
	}
	if (body && items_load(&f->items, *body))
		log_error("feed_malformed", LOG_STR("feed", f->name));
	f->unread = false;
	f->kept = f->items.revision;
	read_next(p);
}

static void read_next(struct publish *p)
{
	const struct press_feed *f = unread(p);
	char key[FEED_NAME + 8];

	if (!f) {
		listen_to_game(p);
		return;
	}
	key_of(f, key);
	bridge_keep_get(p->bridge, key, on_feed, p);
}

static void take_identity(struct publish *p, const json_t *index)
{
	struct span identity;

	if (jsonin_text(index, "identity", &identity) && identity.n == IDENTITY_TEXT - 1) {
		memcpy(p->identity, identity.p, identity.n);
		return;
	}
	snprintf(p->identity, sizeof(p->identity), "%016llx%016llx",
		 (unsigned long long)entropy_id(&entropy_system),
		 (unsigned long long)entropy_id(&entropy_system));
	p->index_dirty = true;
}

/* Boards that are named are there before their first post. */
static void add_wanted_boards(struct publish *p)
{
	const size_t n = p->n;

	for (char *const *w = p->what; *w; w++)
		press_add(p, *w);
	p->index_dirty |= p->n != n;
}

static void on_index(void *ctx, const struct span *body, bool failed)
{
	struct publish *p = ctx;
	CLEANUP(jsonin_freep) json_t *index = NULL;
	size_t i;
	json_t *name;

	if (failed) {
		loop_timer_in(&p->timer, AGAIN_US);
		return;
	}
	if (body && !(index = jsonin_object(*body)))
		log_error("feed_malformed", LOG_STR("feed", INDEX));
	take_identity(p, index);
	for (i = 0; i < ARRAY_LEN(always); i++)
		press_add(p, always[i]);
	json_array_foreach(jsonin_list(index, "feeds"), i, name) if (json_is_string(name))
		press_add(p, json_string_value(name));
	add_wanted_boards(p);
	for (i = 0; i < p->n; i++)
		p->feeds[i].unread = true;
	read_next(p);
}

static void read_more(struct publish *p)
{
	if (unread(p))
		read_next(p);
	else
		bridge_keep_get(p->bridge, INDEX, on_index, p);
}

/* ---- beginning and end ---- */

static char *base_of(const struct publish_conf *c)
{
	struct buf out = { 0 };
	char *base;

	if (*c->base_url)
		buf_adds(&out, c->base_url);
	else
		buf_addf(&out, "http://%s", c->listen);
	while (out.n && buf_p(&out)[out.n - 1] == '/')
		out.n--;
	base = base_dup(buf_p(&out), out.n);
	buf_done(&out);
	return base;
}

int publish_check(const struct publish_conf *c, struct buf *why)
{
	CLEANUP(base_freep) char *base = base_of(c);

	for (char *const *w = c->what; *w; w++) {
		if (press_knows(*w))
			continue;
		buf_addf(why,
			 "rss.publish: \"%s\" is not one of announcements, errands, players, "
			 "server, boards and boards/NAME",
			 *w);
		return 1;
	}
	if (!strncmp(base, "http://", 7) || !strncmp(base, "https://", 8))
		return 0;
	buf_adds(why, "rss.base_url: it begins with http:// or https://");
	return 1;
}

static void copy_conf(struct publish *p, const struct publish_conf *c)
{
	size_t n = 0;

	p->conf = *c;
	p->title = base_dup(c->title, strlen(c->title));
	p->base = base_of(c);
	while (c->what[n])
		n++;
	p->what = base_alloc(n + 1, sizeof(*p->what));
	for (size_t i = 0; i < n; i++)
		p->what[i] = base_dup(c->what[i], strlen(c->what[i]));
}

int publish_new(struct publish **ret, struct bridge *b, const struct publish_conf *c)
{
	struct publish *p = base_alloc(1, sizeof(*p));
	const struct serve_conf serve = {
		.address = c->listen,
		.max_conns = (size_t)c->max_conns,
		.max_per_address = MAX_PER_ADDRESS,
		.rate = (unsigned)c->rate,
		.answer = publish_answer,
		.ctx = p,
	};
	int r;

	p->bridge = b;
	copy_conf(p, c);
	loop_timer_init(bridge_loop(b), &p->timer, on_timer, p);
	r = serve_new(&p->serve, bridge_loop(b), &serve);
	if (r)
		log_error("cannot_listen", LOG_STR("address", c->listen), LOG_ERRNO(r));
	if (r) {
		publish_free(p);
		return r;
	}
	read_more(p);
	*ret = p;
	return 0;
}

void publish_free(struct publish *p)
{
	if (!p)
		return;
	serve_free(p->serve);
	bridge_forget(p->bridge, p);
	if (p->stream)
		bridge_stream_close(p->stream);
	for (size_t i = 0; i < p->n; i++) {
		items_done(&p->feeds[i].items);
		for (size_t k = 0; k < PAPER_FORMATS; k++)
			serve_doc_unref(p->feeds[i].docs[k]);
	}
	serve_doc_unref(p->list);
	loop_timer_done(&p->timer);
	for (char **w = p->what; *w; w++)
		free(*w);
	free(p->what);
	free(p->title);
	free(p->base);
	free(p);
}

static size_t items_of(const struct publish *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->feeds[i].items.n;
	return n;
}

void publish_status(const struct publish *p, struct buf *out)
{
	struct serve_stats s;

	serve_stats(p->serve, &s);
	buf_addf(out, "feeds at %s: %s, %zu feeds with %zu items, %llu requests\n", p->base,
		 p->stream ? "served" : "waiting for what was kept", p->n, items_of(p),
		 (unsigned long long)s.requests);
}

void publish_numbers(const struct publish *p, double ret[PUBLISH_NUMBERS])
{
	struct serve_stats s;

	serve_stats(p->serve, &s);
	ret[PUBLISH_REQUESTS] = (double)s.requests;
	ret[PUBLISH_NOT_MODIFIED] = (double)s.not_modified;
	ret[PUBLISH_REFUSED] = (double)(s.refused + s.too_many);
	ret[PUBLISH_ITEMS] = (double)items_of(p);
}
