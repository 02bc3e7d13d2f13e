/*
 * keeps.c - documents of the bridge's own: read once, written until persist has the newest body.
 *
 * What waits to be written is what a reader gets; one document of a key is on its way at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "bridges/bridge_inner.h"
#include "rt/log.h"

struct keep_done {
	struct keep_done *next;
	void (*done)(void *ctx);
	void *ctx;
};

/* A key that is to be written. */
struct keep {
	struct keeps *of;
	struct keep *prev, *next;
	char *key, *body;
	size_t n_body;
	struct keep_done *dones; /* of the body that waits, ... */
	struct keep_done *under; /* ... and of the one on its way */
	struct core_call *call;
	bool is_dirty;
	uint64_t again_us;
};

/* A read. */
struct want {
	struct keeps *of;
	struct want *prev, *next;
	char *key;
	struct core_call *call;
	bool is_over; /* failed before it was asked */
	void (*done)(void *ctx, const struct span *body, bool failed);
	void *ctx;
};

struct keeps {
	struct bridge *b;
	struct strmap by_key;
	struct keep *first, *last;
	struct want *wants;
	struct keep_done *telling; /* who is being told right now */
	size_t n, n_wants;
};

struct keeps *keeps_new(struct bridge *b)
{
	struct keeps *t = base_alloc(1, sizeof(*t));

	t->b = b;
	strmap_init(&t->by_key, NULL);
	return t;
}

static struct span key_span(const char *key)
{
	return (struct span){ key, strlen(key) };
}

static void free_dones(struct keep_done *d)
{
	while (d) {
		struct keep_done *next = d->next;

		free(d);
		d = next;
	}
}

static void drop(struct keep *k)
{
	struct keeps *t = k->of;

	*(k->prev ? &k->prev->next : &t->first) = k->next;
	*(k->next ? &k->next->prev : &t->last) = k->prev;
	t->n--;
	(void)strmap_del(&t->by_key, key_span(k->key));
	core_cancel(k->call);
	free_dones(k->dones);
	free_dones(k->under);
	free(k->key);
	free(k->body);
	free(k);
}

static void drop_want(struct want *w)
{
	*(w->prev ? &w->prev->next : &w->of->wants) = w->next;
	if (w->next)
		w->next->prev = w->prev;
	w->of->n_wants--;
	core_cancel(w->call);
	free(w->key);
	free(w);
}

void keeps_free(struct keeps *t)
{
	while (t->first)
		drop(t->first);
	while (t->wants)
		drop_want(t->wants);
	strmap_done(&t->by_key);
	free(t);
}

bool keeps_flushed(const struct keeps *t)
{
	return !t->first;
}

/* ---- writing ---- */

/* In order of having been asked for. */
static void add_done(struct keep_done **list, void (*done)(void *ctx), void *ctx)
{
	struct keep_done *d = base_alloc(1, sizeof(*d));

	while (*list)
		list = &(*list)->next;
	*d = (struct keep_done){ .done = done, .ctx = ctx };
	*list = d;
}

/* Those of the older body come first. */
static void join(struct keep *k)
{
	struct keep_done **end = &k->under;

	while (*end)
		end = &(*end)->next;
	*end = k->dones;
	k->dones = NULL;
}

static void on_stored(struct keep *k)
{
	struct keeps *t = k->of;

	t->telling = k->under;
	k->under = NULL;
	if (!k->is_dirty)
		drop(k);
	while (t->telling) {
		struct keep_done *d = t->telling;

		t->telling = d->next;
		if (d->done)
			d->done(d->ctx);
		free(d);
	}
}

static void on_put(void *ctx, const Mudlark__PersistReply *reply)
{
	struct keep *k = ctx;

	k->call = NULL;
	if (reply && (reply->status == MUDLARK__STATUS__STATUS_OK ||
		      reply->status == MUDLARK__STATUS__STATUS_ABSENT)) {
		on_stored(k);
		return;
	}
	if (!core_is_for_later(reply))
		log_error("document_refused", LOG_STR("key", k->key),
			  LOG_STR("reason", reply->why));
	k->is_dirty = true;
	k->again_us = core_now(k->of->b) + CORE_AGAIN_US;
}

static void write_out(struct keep *k)
{
	struct bridge *b = k->of->b;

	if (!k->is_dirty || k->call || !b->store_up || k->again_us > core_now(b))
		return;
	k->call = core_put(b, k->key, (struct span){ k->body, k->n_body }, on_put, k);
	if (k->call) {
		k->is_dirty = false;
		join(k);
	} else {
		k->again_us = core_now(b) + CORE_AGAIN_US;
	}
}

static struct keep *keep_of(struct keeps *t, const char *key)
{
	struct keep *k = strmap_get(&t->by_key, key_span(key));

	if (k || t->n >= CORE_KEEPS_MAX)
		return k;
	k = base_alloc(1, sizeof(*k));
	*k = (struct keep){ .of = t, .prev = t->last, .key = base_dup(key, strlen(key)) };
	*(t->last ? &t->last->next : &t->first) = k;
	t->last = k;
	t->n++;
	(void)strmap_put(&t->by_key, key_span(key), k);
	return k;
}

void bridge_keep_put(struct bridge *b, const char *key, struct span body, void (*done)(void *ctx),
		     void *ctx)
{
	struct keep *k = body.n <= BRIDGE_KEEP_BYTES ? keep_of(b->keeps, key) : NULL;

	if (!k) {
		log_error("document_given_up", LOG_STR("key", key), LOG_U64("bytes", body.n));
		return;
	}
	free(k->body);
	k->body = base_dup(body.p ? body.p : "", body.n);
	k->n_body = body.n;
	k->is_dirty = true;
	if (done)
		add_done(&k->dones, done, ctx);
	b->io.wake(b->io.ctx);
}

/* ---- reading ---- */

static void end_want(struct want *w, const struct span *body, bool failed)
{
	const struct want was = *w;

	drop_want(w);
	if (was.done)
		was.done(was.ctx, body, failed);
}

static void on_got(void *ctx, const Mudlark__PersistReply *reply)
{
	struct want *w = ctx;
	struct span body;

	w->call = NULL;
	if (reply && reply->status == MUDLARK__STATUS__STATUS_ABSENT) {
		end_want(w, NULL, false);
	} else if (reply && reply->status == MUDLARK__STATUS__STATUS_OK &&
		   reply->n_documents == 1) {
		body = (struct span){ (const char *)reply->documents[0]->body.data,
				      reply->documents[0]->body.len };
		end_want(w, &body, false);
	} else {
		end_want(w, NULL, true);
	}
}

void bridge_keep_get(struct bridge *b, const char *key,
		     void (*done)(void *ctx, const struct span *body, bool failed), void *ctx)
{
	struct keeps *t = b->keeps;
	struct want *w = base_alloc(1, sizeof(*w));

	*w = (struct want){ .of = t,
			    .next = t->wants,
			    .key = base_dup(key, strlen(key)),
			    .done = done,
			    .ctx = ctx };
	if (t->wants)
		t->wants->prev = w;
	t->wants = w;
	w->is_over = ++t->n_wants > CORE_KEEPS_MAX || strmap_get(&t->by_key, key_span(key));
	if (!w->is_over)
		w->call = core_get(b, key, on_got, w);
	w->is_over = !w->call;
	b->io.wake(b->io.ctx);
}

/* Without persist: from what waits to be written, or not at all. */
static void answer(struct keeps *t, struct want *w)
{
	const struct keep *k = strmap_get(&t->by_key, key_span(w->key));
	CLEANUP(base_freep) char *body = k ? base_dup(k->body, k->n_body) : NULL;
	const struct span s = { body, k ? k->n_body : 0 };

	end_want(w, s.n ? &s : NULL, !k);
}

static struct want *next_over(const struct keeps *t)
{
	struct want *w = t->wants;

	while (w && !w->is_over)
		w = w->next;
	return w;
}

/* ---- the loop ---- */

uint64_t keeps_due(const struct keeps *t)
{
	uint64_t due = UINT64_MAX;

	for (const struct keep *k = t->first; k && t->b->store_up; k = k->next)
		if (k->is_dirty && !k->call)
			due = core_least(due, k->again_us);
	return due;
}

void keeps_tick(struct keeps *t)
{
	struct want *w;

	for (struct keep *k = t->first; k; k = k->next)
		write_out(k);
	while ((w = next_over(t)))
		answer(t, w);
}

static void forget(struct keep_done *d, const void *ctx)
{
	for (; d; d = d->next)
		if (d->ctx == ctx)
			d->done = NULL;
}

void keeps_forget(struct keeps *t, const void *ctx)
{
	for (struct keep *k = t->first; k; k = k->next) {
		forget(k->dones, ctx);
		forget(k->under, ctx);
	}
	forget(t->telling, ctx);
	for (struct want *w = t->wants; w; w = w->next)
		if (w->ctx == ctx)
			w->done = NULL;
}
