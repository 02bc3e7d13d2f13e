/*
 * store_rig.h - a store whose persist is played by the test: calls wait until it answers them.
 */
#pragma once

#include <string.h>

#include "../rt/unit.h"
#include "aibridge/store.h"
#include "rt/buf.h"
#include "rt/log.h"

enum { STORE_RIG_CALLS = 16 };

#define STORE_RIG_MS INT64_C(1780000000000)

struct sent {
	uint64_t id;
	struct buf body;
	void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why);
	void *ctx;
};

struct store_rig {
	uint64_t now;
	struct clock clock;
	struct store store;
	struct sent sent[STORE_RIG_CALLS]; /* the one that waits longest first */
	size_t n;
	uint64_t last_id;
};

static inline uint64_t store_rig_mono(void *ctx)
{
	return ((struct store_rig *)ctx)->now;
}

static inline int64_t store_rig_wall(UNUSED void *ctx)
{
	return STORE_RIG_MS;
}

static inline uint64_t store_rig_call(void *ctx, struct span body, UNUSED uint32_t deadline_ms,
				      void (*done)(void *ctx, uint64_t id, const struct span *body,
						   const char *why),
				      void *done_ctx)
{
	struct store_rig *r = ctx;
	struct sent *s = &r->sent[r->n];

	if (r->n == STORE_RIG_CALLS)
		return 0;
	*s = (struct sent){ .id = ++r->last_id, .done = done, .ctx = done_ctx };
	buf_add(&s->body, body.p, body.n);
	r->n++;
	return s->id;
}

static inline struct sent store_rig_take(struct store_rig *r, size_t i)
{
	const struct sent s = r->sent[i];

	ck_assert_uint_lt(i, r->n);
	r->n--;
	memmove(&r->sent[i], &r->sent[i + 1], (r->n - i) * sizeof(s));
	return s;
}

static inline void store_rig_cancel(void *ctx, uint64_t id)
{
	struct store_rig *r = ctx;
	struct sent s;
	size_t i = 0;

	while (i < r->n && r->sent[i].id != id)
		i++;
	s = store_rig_take(r, i);
	buf_done(&s.body);
}

/* The link is up. */
static inline void store_rig_begin(struct store_rig *r)
{
	log_init("test", LOG_ERROR, false);
	*r = (struct store_rig){ .now = 1000000 };
	r->clock = (struct clock){ store_rig_mono, store_rig_wall, r };
	store_init(&r->store, &(struct store_io){ store_rig_call, store_rig_cancel, r }, &r->clock);
	store_up(&r->store);
}

static inline void store_rig_end(struct store_rig *r)
{
	store_done(&r->store);
	while (r->n > 0) {
		struct sent s = store_rig_take(r, 0);

		buf_done(&s.body);
	}
}

/* The call that waits longest; to be freed. */
static inline Mudlark__PersistCall *store_rig_asked(struct store_rig *r, size_t i,
						    Mudlark__PersistCall__BodyCase kind)
{
	Mudlark__PersistCall *q;

	ck_assert_uint_lt(i, r->n);
	q = mudlark__persist_call__unpack(NULL, r->sent[i].body.n,
					  (const uint8_t *)buf_p(&r->sent[i].body));
	ck_assert_ptr_nonnull(q);
	ck_assert_int_eq(q->body_case, kind);
	return q;
}

/* Answers it. */
static inline void store_rig_reply(struct store_rig *r, const Mudlark__PersistReply *m)
{
	struct sent s = store_rig_take(r, 0);
	struct buf packed = { 0 };
	struct span body;
	const size_t n = mudlark__persist_reply__get_packed_size(m);

	mudlark__persist_reply__pack(m, (uint8_t *)buf_reserve(&packed, n + 1));
	buf_commit(&packed, n);
	body = buf_span(&packed);
	s.done(s.ctx, s.id, &body, NULL);
	buf_done(&packed);
	buf_done(&s.body);
}

static inline void store_rig_status(struct store_rig *r, Mudlark__Status status)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;

	m.status = status;
	m.why = (char *)"because";
	store_rig_reply(r, &m);
}

/* As a link that is lost: all calls fail first. */
static inline void store_rig_lose(struct store_rig *r)
{
	while (r->n > 0) {
		struct sent s = store_rig_take(r, 0);

		s.done(s.ctx, s.id, NULL, "lost");
		buf_done(&s.body);
	}
	store_down(&r->store);
}
