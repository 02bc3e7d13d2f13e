/*
 * core_rig.h - the core of a bridge between a world and a persist that the test plays: facts happen, calls wait until
 * they are served, each of the three can die at any moment.
 *
 * The world is as world/relay has it: what is told goes out by credit from a ring of the last RIG_RING facts; a new
 * world has an empty one.
 */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../rt/unit.h"
#include "bridges/bridge_inner.h"
#include "bridges/stream.h"
#include "rt/log.h"

enum {
	RIG_CALLS = 4096,
	RIG_DOCS = 4096,
	RIG_FACTS = 20000,
	RIG_RING = 1000,
	RIG_STREAMS = 64,
	RIG_TOLD = 8192
};

#define RIG_WALL INT64_C(1780000000000)

struct rig_call {
	uint64_t id;
	struct buf body;
	void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why);
	void *ctx;
};

struct rig_doc {
	char *key;
	struct buf body;
};

struct rig_fact {
	uint64_t seq;
	int64_t wall_ms;
	const char *kind;
	char body[120];
};

struct rig_stream {
	uint32_t number;
	uint64_t at;
	size_t credit;
	char *key;
	bool is_behind;
};

struct rig {
	struct bridge b;
	struct bridge_conf conf;
	struct clock clock;
	uint64_t now;
	int64_t wall;
	bool has_bridge, wakes, ended;
	/* persist */
	struct rig_call calls[RIG_CALLS];
	size_t n_calls, n_puts, n_pages;
	uint64_t last_id, oldest; /* facts below are gone */
	struct rig_doc docs[RIG_DOCS];
	size_t n_docs;
	struct rig_fact facts[RIG_FACTS];
	size_t n_facts;
	/* the world */
	bool has_world, no_room;
	uint64_t seq, floor; /* facts up to `floor` are not in the ring */
	bool muted;
	char *muted_channel; /* NULL: none */
	struct rig_stream streams[RIG_STREAMS];
	size_t n_streams;
	Mudlark__WorldIn *told[RIG_TOLD]; /* but for what streams are about */
	size_t n_told;
	size_t most; /* credit that was ever out */
};

static inline uint64_t rig_mono(void *ctx)
{
	return ((struct rig *)ctx)->now;
}

static inline int64_t rig_wall(void *ctx)
{
	return ((struct rig *)ctx)->wall;
}

/* ---- persist ---- */

static inline uint64_t rig_call(void *ctx, struct span body, UNUSED uint32_t deadline_ms,
				void (*done)(void *ctx, uint64_t id, const struct span *body,
					     const char *why),
				void *done_ctx)
{
	struct rig *r = ctx;
	struct rig_call *c = &r->calls[r->n_calls];

	if (r->n_calls == RIG_CALLS)
		return 0;
	*c = (struct rig_call){ .id = ++r->last_id, .done = done, .ctx = done_ctx };
	buf_add(&c->body, body.p, body.n);
	r->n_calls++;
	return c->id;
}

static inline struct rig_call rig_take_call(struct rig *r, size_t i)
{
	const struct rig_call c = r->calls[i];

	ck_assert_uint_lt(i, r->n_calls);
	r->n_calls--;
	memmove(&r->calls[i], &r->calls[i + 1], (r->n_calls - i) * sizeof(c));
	return c;
}

static inline void rig_cancel(void *ctx, uint64_t id)
{
	struct rig *r = ctx;
	struct rig_call c;
	size_t i = 0;

	while (i < r->n_calls && r->calls[i].id != id)
		i++;
	c = rig_take_call(r, i);
	buf_done(&c.body);
}

static inline struct rig_doc *rig_doc(struct rig *r, const char *key)
{
	for (size_t i = 0; i < r->n_docs; i++)
		if (strcmp(r->docs[i].key, key) == 0)
			return &r->docs[i];
	return NULL;
}

static inline void rig_put(struct rig *r, const char *key, struct span body)
{
	struct rig_doc *d = rig_doc(r, key);

	if (!d) {
		ck_assert_uint_lt(r->n_docs, RIG_DOCS);
		d = &r->docs[r->n_docs++];
		*d = (struct rig_doc){ .key = base_dup(key, strlen(key)) };
	}
	buf_reset(&d->body);
	buf_add(&d->body, body.p, body.n);
}

static inline bool rig_has_kind(const Mudlark__EventsAfter *q, const char *kind)
{
	for (size_t i = 0; i < q->n_kinds; i++)
		if (strcmp(q->kinds[i], kind) == 0)
			return true;
	return false;
}

static inline void rig_page(struct rig *r, const Mudlark__EventsAfter *q,
			    Mudlark__PersistReply *reply, Mudlark__EventRow *rows,
			    Mudlark__EventRow **list)
{
	ck_assert_uint_gt(q->n_kinds, 0);
	ck_assert_uint_gt(q->limit, 0);
	ck_assert_uint_le(q->limit, 1000);
	for (size_t i = 0; i < r->n_facts && reply->n_events < q->limit; i++) {
		const struct rig_fact *f = &r->facts[i];

		if (f->seq <= q->seq || f->seq > q->upto || f->seq < r->oldest ||
		    !rig_has_kind(q, f->kind))
			continue;
		mudlark__event_row__init(&rows[reply->n_events]);
		rows[reply->n_events].seq = f->seq;
		rows[reply->n_events].wall_ms = f->wall_ms;
		rows[reply->n_events].kind = (char *)(uintptr_t)f->kind;
		rows[reply->n_events].body.data = (uint8_t *)(uintptr_t)f->body;
		rows[reply->n_events].body.len = strlen(f->body);
		list[reply->n_events] = &rows[reply->n_events];
		reply->n_events++;
	}
	reply->events = list;
	reply->oldest = r->oldest ? r->oldest : r->n_facts ? r->facts[0].seq : 0;
	r->n_pages++;
}

static inline void rig_answer(const struct rig_call *c, const Mudlark__PersistReply *reply)
{
	struct buf packed = { 0 };
	const size_t n = mudlark__persist_reply__get_packed_size(reply);
	struct span body;

	mudlark__persist_reply__pack(reply, (uint8_t *)buf_reserve(&packed, n + 1));
	buf_commit(&packed, n);
	body = buf_span(&packed);
	c->done(c->ctx, c->id, &body, NULL);
	buf_done(&packed);
}

/* Does what a call says; `answers`: its bridge hears of it, else the link breaks meanwhile. */
static inline void rig_serve_one(struct rig *r, bool answers)
{
	static Mudlark__EventRow rows[1000], *list[1000];
	struct rig_call c = rig_take_call(r, 0);
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT, *row_p = &row;
	Mudlark__PersistCall *q =
		mudlark__persist_call__unpack(NULL, c.body.n, (const uint8_t *)buf_p(&c.body));
	const struct rig_doc *d;

	ck_assert_ptr_nonnull(q);
	if (q->body_case == MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT) {
		ck_assert_str_eq(q->document_put->collection, "bridge.irc");
		rig_put(r, q->document_put->key,
			(struct span){ (const char *)q->document_put->body.data,
				       q->document_put->body.len });
		r->n_puts++;
	} else if (q->body_case == MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET) {
		d = rig_doc(r, q->document_get->key);
		if (!d || !d->body.n)
			reply.status = MUDLARK__STATUS__STATUS_ABSENT;
		row.collection = q->document_get->collection;
		row.key = q->document_get->key;
		row.body.data = (uint8_t *)(uintptr_t)(d ? buf_p(&d->body) : "");
		row.body.len = d ? d->body.n : 0;
		reply.documents = &row_p;
		reply.n_documents = d && d->body.n ? 1 : 0;
	} else {
		ck_assert_int_eq(q->body_case, MUDLARK__PERSIST_CALL__BODY_EVENTS_AFTER);
		rig_page(r, q->events_after, &reply, rows, list);
	}
	if (answers)
		rig_answer(&c, &reply);
	else
		c.done(c.ctx, c.id, NULL, "lost");
	mudlark__persist_call__free_unpacked(q, NULL);
	buf_done(&c.body);
}

/* All that waits is refused. */
static inline void rig_refuse(struct rig *r, Mudlark__Status status)
{
	for (size_t n = r->n_calls; n > 0; n--) {
		struct rig_call c = rig_take_call(r, 0);
		Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;

		reply.status = status;
		reply.why = (char *)(uintptr_t) "because";
		rig_answer(&c, &reply);
		buf_done(&c.body);
	}
}

/* The link is lost: calls fail first. `done`: persist did what it had been asked, all the same. */
static inline void rig_store_down(struct rig *r, bool done)
{
	while (done && r->n_calls > 0)
		rig_serve_one(r, false);
	while (r->n_calls > 0) {
		struct rig_call c = rig_take_call(r, 0);

		c.done(c.ctx, c.id, NULL, "lost");
		buf_done(&c.body);
	}
	core_store_down(&r->b);
}

/* ---- the world ---- */

static inline void rig_send(struct rig *r, const Mudlark__BridgeIn *m)
{
	struct buf packed = { 0 };
	const size_t n = mudlark__bridge_in__get_packed_size(m);

	mudlark__bridge_in__pack(m, (uint8_t *)buf_reserve(&packed, n + 1));
	buf_commit(&packed, n);
	core_record(&r->b, buf_span(&packed));
	buf_done(&packed);
}

static inline void rig_opened(struct rig *r, uint32_t stream, uint64_t from, bool muted)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeOpened o = MUDLARK__BRIDGE_OPENED__INIT;

	o.stream = stream;
	o.from = from;
	o.muted = muted;
	o.muted_channels = &r->muted_channel;
	o.n_muted_channels = r->muted_channel != NULL;
	m.body_case = MUDLARK__BRIDGE_IN__BODY_OPENED;
	m.opened = &o;
	rig_send(r, &m);
}

static inline void rig_fact(struct rig *r, uint32_t stream, const struct rig_fact *f)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeFact b = MUDLARK__BRIDGE_FACT__INIT;

	b.stream = stream;
	b.seq = f->seq;
	b.wall_ms = f->wall_ms;
	b.kind = (char *)(uintptr_t)f->kind;
	b.body.data = (uint8_t *)(uintptr_t)f->body;
	b.body.len = strlen(f->body);
	m.body_case = MUDLARK__BRIDGE_IN__BODY_FACT;
	m.fact = &b;
	rig_send(r, &m);
}

static inline void rig_passed(struct rig *r, uint32_t stream, uint64_t seq)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgePassed p = MUDLARK__BRIDGE_PASSED__INIT;

	p.stream = stream;
	p.seq = seq;
	m.body_case = MUDLARK__BRIDGE_IN__BODY_PASSED;
	m.passed = &p;
	rig_send(r, &m);
}

static inline void rig_behind(struct rig *r, uint32_t stream)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeBehind b = MUDLARK__BRIDGE_BEHIND__INIT;

	b.stream = stream;
	m.body_case = MUDLARK__BRIDGE_IN__BODY_BEHIND;
	m.behind = &b;
	rig_send(r, &m);
}

static inline void rig_replaced(struct rig *r)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeReplaced t = MUDLARK__BRIDGE_REPLACED__INIT;

	m.body_case = MUDLARK__BRIDGE_IN__BODY_REPLACED;
	m.replaced = &t;
	rig_send(r, &m);
}

static inline void rig_taken(struct rig *r, const char *source, const char *id, const char *refused,
			     bool silent)
{
	Mudlark__BridgeIn m = MUDLARK__BRIDGE_IN__INIT;
	Mudlark__BridgeTaken t = MUDLARK__BRIDGE_TAKEN__INIT;

	t.source = (char *)(uintptr_t)source;
	t.id = (char *)(uintptr_t)id;
	t.refused.data = (uint8_t *)(uintptr_t)refused;
	t.refused.len = refused ? strlen(refused) : 0;
	t.silent = silent;
	m.body_case = MUDLARK__BRIDGE_IN__BODY_TAKEN;
	m.taken = &t;
	rig_send(r, &m);
}

static inline void rig_drop_stream(struct rig *r, size_t i)
{
	free(r->streams[i].key);
	r->streams[i] = r->streams[--r->n_streams];
}

static inline size_t rig_stream(const struct rig *r, uint32_t number)
{
	size_t i = 0;

	while (i < r->n_streams && r->streams[i].number != number)
		i++;
	return i;
}

static inline void rig_told_open(struct rig *r, const Mudlark__BridgeOpen *o)
{
	const size_t i = rig_stream(r, o->stream);
	struct rig_stream *s;

	if (i < r->n_streams)
		rig_drop_stream(r, i);
	ck_assert_uint_lt(r->n_streams, RIG_STREAMS);
	s = &r->streams[r->n_streams++];
	*s = (struct rig_stream){ .number = o->stream,
				  .key = base_dup(o->key, strlen(o->key)),
				  .credit = o->more };
	s->at = o->after && o->after >= r->floor && o->after < r->seq ? o->after : r->seq;
	s->is_behind = true; /* to be answered */
}

/* What was told waits until rig_world(), as it would on a link. */
static inline int rig_tell(void *ctx, struct span record)
{
	struct rig *r = ctx;
	Mudlark__WorldIn *m = mudlark__world_in__unpack(NULL, record.n, (const uint8_t *)record.p);
	size_t i;

	ck_assert_ptr_nonnull(m);
	if (r->no_room) {
		mudlark__world_in__free_unpacked(m, NULL);
		return 1;
	}
	ck_assert(r->has_world);
	switch (m->body_case) {
	case MUDLARK__WORLD_IN__BODY_BRIDGE_OPEN:
		rig_told_open(r, m->bridge_open);
		break;
	case MUDLARK__WORLD_IN__BODY_BRIDGE_MORE:
		i = rig_stream(r, m->bridge_more->stream);
		if (i < r->n_streams)
			r->streams[i].credit += m->bridge_more->n;
		if (i < r->n_streams && r->streams[i].credit > r->most)
			r->most = r->streams[i].credit;
		break;
	case MUDLARK__WORLD_IN__BODY_BRIDGE_CLOSE:
		i = rig_stream(r, m->bridge_close->stream);
		if (i < r->n_streams)
			rig_drop_stream(r, i);
		break;
	default:
		ck_assert_uint_lt(r->n_told, RIG_TOLD);
		r->told[r->n_told++] = m;
		return 0;
	}
	mudlark__world_in__free_unpacked(m, NULL);
	return 0;
}

/* Something happens and is durable. Returns its number. */
static inline uint64_t rig_happens(struct rig *r, const char *kind, const char *body)
{
	struct rig_fact *f = &r->facts[r->n_facts++];

	ck_assert_uint_le(r->n_facts, RIG_FACTS);
	*f = (struct rig_fact){ .seq = ++r->seq, .wall_ms = r->wall, .kind = kind };
	snprintf(f->body, sizeof(f->body), "%s", body);
	if (r->n_facts > RIG_RING && r->facts[r->n_facts - RIG_RING - 1].seq > r->floor)
		r->floor = r->facts[r->n_facts - RIG_RING - 1].seq;
	return f->seq;
}

static inline uint64_t rig_said(struct rig *r, unsigned n)
{
	char body[100];

	snprintf(body, sizeof(body), "{\"channel\":\"chat\",\"name\":\"Ana\",\"text\":\"%u\"}", n);
	return rig_happens(r, "channel:said", body);
}

static inline const struct rig_fact *rig_next_fact(const struct rig *r, uint64_t after)
{
	size_t lo = 0, hi = r->n_facts;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (r->facts[mid].seq > after)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < r->n_facts ? &r->facts[lo] : NULL;
}

/* The world tells what it may. */
static inline void rig_world(struct rig *r)
{
	for (size_t i = 0; r->has_world && i < r->n_streams; i++) {
		struct rig_stream *s = &r->streams[i];
		const struct rig_fact *f;

		if (s->is_behind) {
			s->is_behind = false;
			rig_opened(r, s->number, s->at, r->muted);
		}
		if (s->at < r->floor) {
			rig_behind(r, s->number);
			rig_drop_stream(r, i--);
			continue;
		}
		for (; s->credit > 0 && (f = rig_next_fact(r, s->at)); s->at = f->seq) {
			if (r->muted)
				continue;
			s->credit--;
			rig_fact(r, s->number, f);
		}
	}
}

static inline void rig_forget_streams(struct rig *r)
{
	while (r->n_streams > 0)
		rig_drop_stream(r, 0);
}

static inline void rig_forget_told(struct rig *r)
{
	while (r->n_told > 0)
		mudlark__world_in__free_unpacked(r->told[--r->n_told], NULL);
}

static inline void rig_world_down(struct rig *r)
{
	r->has_world = false;
	if (r->has_bridge)
		core_world_down(&r->b);
}

/* A new one, which has no facts of before. */
static inline void rig_world_fresh(struct rig *r)
{
	rig_forget_streams(r);
	r->floor = r->seq;
	r->has_world = true;
	if (r->has_bridge)
		core_world_up(&r->b, 1, true);
}

/* ---- the bridge ---- */

static inline void rig_wake(void *ctx)
{
	((struct rig *)ctx)->wakes = true;
}

static inline void rig_ended(void *ctx)
{
	((struct rig *)ctx)->ended = true;
}

static inline void rig_start(struct rig *r, const struct bridge_events *e)
{
	const struct bridge_io io = { rig_tell, rig_call, rig_cancel, rig_wake, rig_ended, r };
	const struct bridge_events none = { 0 };

	r->has_bridge = true;
	r->ended = false;
	core_init(&r->b, &io, &r->clock, &r->conf, "irc", 0xabc, e ? e : &none);
	core_store_up(&r->b);
	if (r->has_world)
		core_world_up(&r->b, 1, true);
}

static inline void rig_begin(struct rig *r, const struct bridge_events *e)
{
	log_init("test", LOG_ERROR, false);
	memset(r, 0, sizeof(*r));
	r->now = 1000000;
	r->wall = RIG_WALL;
	r->clock = (struct clock){ rig_mono, rig_wall, r };
	r->conf.max_age = INT64_C(900000000);
	r->has_world = true;
	rig_start(r, e);
}

/* As by kill -9. `done`: what it had asked of persist happens all the same. */
static inline void rig_kill(struct rig *r, bool done)
{
	while (done && r->n_calls > 0)
		rig_serve_one(r, false);
	r->has_bridge = false;
	core_done(&r->b);
	ck_assert_uint_eq(r->n_calls, 0);
	rig_forget_streams(r);
}

static inline void rig_end(struct rig *r)
{
	if (r->has_bridge)
		rig_kill(r, false);
	rig_forget_told(r);
	while (r->n_docs > 0) {
		free(r->docs[--r->n_docs].key);
		buf_done(&r->docs[r->n_docs].body);
	}
}

/* One turn of everybody: the bridge works, persist answers, the world tells. */
static inline void rig_turn(struct rig *r)
{
	core_tick(&r->b);
	while (r->n_calls > 0)
		rig_serve_one(r, true);
	rig_world(r);
	core_tick(&r->b);
}

static inline void rig_turns(struct rig *r, unsigned n)
{
	while (n-- > 0)
		rig_turn(r);
}

static inline void rig_later(struct rig *r, uint64_t us)
{
	r->now += us;
	r->wall += (int64_t)(us / 1000);
}
