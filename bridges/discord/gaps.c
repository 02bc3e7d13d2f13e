/*
 * gaps.c - see gaps.h.
 */
#include "bridges/discord/gaps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	STORE_US = 2 * SECOND,
	LOOK_US = SECOND / 5, /* whether all is in the game */
	READ_AGAIN_US = SECOND / 2,
	PAGE = 100,
	PAGES = 5,
	HELD = 500, /* events of a channel that wait for its history */
};

#define KEY "heard"
#define SINCE_MS 1420070400000 /* ids count from there */

/* An event that waits. */
struct held {
	STAILQ_ENTRY(held) entry;
	const char *event; /* one of `holding` */
	json_t *d;
	uint64_t seq;
};

static const char *const holding[] = { "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE" };

/* A channel that is heard. */
struct heard {
	LIST_ENTRY(heard) entry;
	struct gaps *of;
	char channel[TARGET_ID];
	char last[TARGET_ID];	/* the newest message */
	char after[TARGET_ID];	/* what is missing lies behind this one */
	char oldest[TARGET_ID]; /* the newest of those that are too old */
	size_t n_old;
	unsigned pages;
	bool asking;
	STAILQ_HEAD(, held) held;
	size_t n_held;
};

struct gaps {
	struct gaps_conf conf;
	LIST_HEAD(, heard) all;
	struct loop_timer storing, reading;
	size_t asking;
	bool known, wanted; /* the document is read; asked before it was */
};

int64_t gaps_wall_ms(const char *id)
{
	return (int64_t)(strtoull(id, NULL, 10) >> 22) + SINCE_MS;
}

static bool is_newer(const char *a, const char *b)
{
	return strtoull(a, NULL, 10) > strtoull(b, NULL, 10);
}

static bool take_id(const json_t *o, const char *key, char ret[TARGET_ID])
{
	struct span s;

	ret[0] = 0;
	if (!jsonin_text(o, key, &s) || !s.n || s.n >= TARGET_ID)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = 0;
	return true;
}

/* NULL: nothing that is said there is heard. */
static struct target *target_of(const struct gaps *g, const char *channel)
{
	struct target *t = targets_find(g->conf.targets, (struct span){ channel, strlen(channel) });

	return t && t->n_ways ? t : NULL;
}

static struct heard *heard_of(struct gaps *g, const char *channel, bool make)
{
	struct heard *h;

	LIST_FOREACH(h, &g->all, entry)
	if (!strcmp(h->channel, channel))
		return h;
	if (!make)
		return NULL;
	h = base_alloc(1, sizeof(*h));
	h->of = g;
	snprintf(h->channel, sizeof(h->channel), "%s", channel);
	STAILQ_INIT(&h->held);
	LIST_INSERT_HEAD(&g->all, h, entry);
	return h;
}

/* ---- what is kept ---- */

static void store(struct gaps *g)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	const struct heard *h;

	buf_addc(&body, '{');
	LIST_FOREACH(h, &g->all, entry)
	if (target_of(g, h->channel))
		buf_addf(&body, "%s\"%s\":\"%s\"", body.n > 1 ? "," : "", h->channel, h->last);
	buf_addc(&body, '}');
	if (body.n <= BRIDGE_KEEP_BYTES)
		bridge_keep_put(g->conf.bridge, KEY, buf_span(&body), NULL, NULL);
}

/* What lies before a message that is kept is never read again: it has to be in the game, and no gap open. */
static void on_storing(void *ctx)
{
	struct gaps *g = ctx;

	if (g->known && !g->asking && g->conf.calm(g->conf.ctx))
		store(g);
	else
		loop_timer_in(&g->storing, LOOK_US);
}

static void set_last(struct gaps *g, struct heard *h, const char *id)
{
	if (!is_newer(id, h->last))
		return;
	snprintf(h->last, sizeof(h->last), "%s", id);
	if (!g->storing.pending)
		loop_timer_in(&g->storing, STORE_US);
}

static void read_kept(struct gaps *g, json_t *kept)
{
	const char *channel;
	json_t *v;

	json_object_foreach(kept, channel, v)
	{
		char id[TARGET_ID];
		struct heard *h;

		if (!target_of(g, channel) || !take_id(kept, channel, id))
			continue;
		h = heard_of(g, channel, true);
		snprintf(h->after, sizeof(h->after), "%s", id);
		if (is_newer(id, h->last))
			snprintf(h->last, sizeof(h->last), "%s", id);
	}
}

static void ask_all(struct gaps *g);

static void on_kept(void *ctx, const struct span *body, bool failed)
{
	CLEANUP(jsonin_freep) json_t *kept = body ? jsonin_object(*body) : NULL;
	struct gaps *g = ctx;

	if (failed) {
		loop_timer_in(&g->reading, READ_AGAIN_US);
		return;
	}
	g->known = true;
	read_kept(g, kept);
	if (g->wanted)
		ask_all(g);
}

static void on_reading(void *ctx)
{
	struct gaps *g = ctx;

	bridge_keep_get(g->conf.bridge, KEY, on_kept, g);
}

/* ---- what waits ---- */

static void drop_held(struct heard *h)
{
	struct held *e = STAILQ_FIRST(&h->held);

	STAILQ_REMOVE_HEAD(&h->held, entry);
	h->n_held--;
	json_decref(e->d);
	free(e);
}

static void release(struct heard *h)
{
	const struct gaps_conf *c = &h->of->conf;

	while (!STAILQ_EMPTY(&h->held)) {
		const struct held *e = STAILQ_FIRST(&h->held);

		c->held(c->ctx, e->event, e->d, e->seq);
		drop_held(h);
	}
}

static void hold(struct heard *h, const char *event, const json_t *d, uint64_t seq)
{
	struct held *e = base_alloc(1, sizeof(*e));

	*e = (struct held){ .event = event, .d = json_deep_copy(d), .seq = seq };
	STAILQ_INSERT_TAIL(&h->held, e, entry);
	h->n_held++;
}

bool gaps_hold(struct gaps *g, const char *event, const json_t *d, uint64_t seq)
{
	char channel[TARGET_ID];
	struct heard *h;

	if (!g->asking || !take_id(d, "channel_id", channel))
		return false;
	h = heard_of(g, channel, false);
	if (!h || !h->asking || h->n_held == HELD)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(holding); i++)
		if (!strcmp(holding[i], event)) {
			hold(h, holding[i], d, seq);
			return true;
		}
	return false;
}

uint64_t gaps_settled(const struct gaps *g, uint64_t seq)
{
	const struct heard *h;

	LIST_FOREACH(h, &g->all, entry)
	{
		const struct held *e = STAILQ_FIRST(&h->held);

		if (e && e->seq <= seq)
			seq = e->seq - 1;
	}
	return seq;
}

/* ---- reading what was missed ---- */

static void ask(struct heard *h);

static void end(struct heard *h, bool more)
{
	struct gaps *g = h->of;
	struct target *t = target_of(g, h->channel);

	h->asking = false;
	g->asking--;
	if (t && (h->n_old || more))
		g->conf.old(g->conf.ctx, t, *h->oldest ? h->oldest : h->after, h->n_old, more);
	release(h);
}

static void take_message(struct heard *h, struct target *t, const json_t *m)
{
	const struct gaps_conf *c = &h->of->conf;
	char id[TARGET_ID];

	if (!take_id(m, "id", id))
		return;
	if (is_newer(id, h->after))
		snprintf(h->after, sizeof(h->after), "%s", id);
	if (bridge_wall_ms(c->bridge) - gaps_wall_ms(id) <= *c->max_age / 1000) {
		c->missed(c->ctx, t, m);
	} else {
		h->n_old++;
		snprintf(h->oldest, sizeof(h->oldest), "%s", id);
	}
	set_last(h->of, h, id);
}

static void on_page(void *ctx, const struct rest_answer *a)
{
	struct heard *h = ctx;
	struct target *t = target_of(h->of, h->channel);
	const size_t n = json_is_array(a->body) ? json_array_size(a->body) : 0;

	if (a->end != REST_DONE || !t) {
		log_warning("discord_gap_not_read", LOG_STR("channel", h->channel),
			    LOG_STR("why", a->why));
		end(h, false);
		return;
	}
	for (size_t i = n; i > 0; i--) /* the newest is first */
		take_message(h, t, json_array_get(a->body, i - 1));
	if (n >= PAGE && ++h->pages < PAGES)
		ask(h);
	else
		end(h, n >= PAGE);
}

static void ask(struct heard *h)
{
	char path[120], route[64];

	snprintf(path, sizeof(path), "/channels/%s/messages?limit=%d&after=%s", h->channel, PAGE,
		 h->after);
	snprintf(route, sizeof(route), "history channels/%s", h->channel);
	if (rest_ask(h->of->conf.rest, &(struct rest_ask){ .method = "GET",
							   .path = path,
							   .route = route,
							   .repeatable = true,
							   .done = on_page,
							   .ctx = h }) != 0)
		end(h, false);
}

static void ask_all(struct gaps *g)
{
	struct heard *h;

	g->wanted = false;
	LIST_FOREACH(h, &g->all, entry)
	{
		if (h->asking || !*h->after || !target_of(g, h->channel))
			continue;
		h->asking = true;
		g->asking++;
		h->pages = 0;
		h->n_old = 0;
		*h->oldest = 0;
		ask(h);
	}
}

void gaps_ask(struct gaps *g)
{
	struct heard *h;

	g->wanted = !g->known;
	if (!g->known)
		return;
	LIST_FOREACH(h, &g->all, entry)
	if (!h->asking)
		snprintf(h->after, sizeof(h->after), "%s", h->last);
	ask_all(g);
}

/* ---- what is heard ---- */

static void on_message(struct gaps *g, const json_t *d)
{
	char channel[TARGET_ID], id[TARGET_ID];

	if (take_id(d, "channel_id", channel) && take_id(d, "id", id) && target_of(g, channel))
		set_last(g, heard_of(g, channel, true), id);
}

/* Where nothing was heard yet, what there is now is from before. */
static void on_guild(struct gaps *g, const json_t *d)
{
	const json_t *channels = jsonin_list(d, "channels");

	for (size_t i = 0; i < json_array_size(channels); i++) {
		const json_t *c = json_array_get(channels, i);
		char channel[TARGET_ID], last[TARGET_ID];

		if (!take_id(c, "id", channel) || !target_of(g, channel) ||
		    heard_of(g, channel, false))
			continue;
		if (!take_id(c, "last_message_id", last))
			memcpy(last, channel, sizeof(last));
		set_last(g, heard_of(g, channel, true), last);
	}
}

void gaps_event(struct gaps *g, const char *event, const json_t *d)
{
	if (!strcmp(event, "MESSAGE_CREATE"))
		on_message(g, d);
	else if (!strcmp(event, "GUILD_CREATE"))
		on_guild(g, d);
}

struct gaps *gaps_new(const struct gaps_conf *c)
{
	struct gaps *g = base_alloc(1, sizeof(*g));

	g->conf = *c;
	LIST_INIT(&g->all);
	loop_timer_init(bridge_loop(c->bridge), &g->storing, on_storing, g);
	loop_timer_init(bridge_loop(c->bridge), &g->reading, on_reading, g);
	on_reading(g);
	return g;
}

void gaps_free(struct gaps *g)
{
	if (!g)
		return;
	bridge_forget(g->conf.bridge, g);
	while (!LIST_EMPTY(&g->all)) {
		struct heard *h = LIST_FIRST(&g->all);

		rest_forget(g->conf.rest, h);
		while (!STAILQ_EMPTY(&h->held))
			drop_held(h);
		LIST_REMOVE(h, entry);
		free(h);
	}
	loop_timer_done(&g->storing);
	loop_timer_done(&g->reading);
	free(g);
}
