/*
 * calls.c - what is asked of persist.  A call is made once; where persist is away or silent who asked hears so,
 * and asks again when it wants to.
 */
#include <stdlib.h>

#include "bridges/bridge_inner.h"
#include "rt/log.h"

struct core_call {
	struct bridge *b;
	struct core_call *prev, *next;
	uint64_t id;
	void (*done)(void *ctx, const Mudlark__PersistReply *reply);
	void *ctx;
};

static void drop(struct core_call *c)
{
	*(c->prev ? &c->prev->next : &c->b->calls) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	free(c);
}

static const Mudlark__PersistReply *unpack(struct bridge *b, const struct span *body)
{
	const ProtobufCMessage *m;

	if (!body)
		return NULL;
	arena_reset(&b->scratch);
	m = route_unpack(&mudlark__persist_reply__descriptor, *body, &b->scratch);
	if (!m)
		log_error("reply_malformed");
	return (const Mudlark__PersistReply *)(const void *)m;
}

static void on_reply(void *ctx, UNUSED uint64_t id, const struct span *body, const char *why)
{
	struct core_call *c = ctx;
	const struct core_call was = *c;
	const Mudlark__PersistReply *reply = unpack(c->b, body);

	if (!reply) {
		core_count(c->b, N_STORE_FAILED, 1);
		log_debug("store_silent", LOG_STR("reason", why ? why : "malformed"));
	}
	drop(c);
	was.done(was.ctx, reply);
}

struct core_call *core_call(struct bridge *b, const Mudlark__PersistCall *q,
			    void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *ctx)
{
	const size_t n = mudlark__persist_call__get_packed_size(q);
	struct core_call *c;

	if (!b->store_up)
		return NULL;
	c = base_alloc(1, sizeof(*c));
	*c = (struct core_call){ .b = b, .next = b->calls, .done = done, .ctx = ctx };
	if (b->calls)
		b->calls->prev = c;
	b->calls = c;
	buf_reset(&b->packed);
	mudlark__persist_call__pack(q, (uint8_t *)buf_reserve(&b->packed, n + 1));
	buf_commit(&b->packed, n);
	c->id = b->io.call(b->io.ctx, buf_span(&b->packed), CORE_CALL_MS, on_reply, c);
	if (c->id)
		return c;
	core_count(b, N_STORE_FAILED, 1);
	drop(c);
	return NULL;
}

void core_cancel(struct core_call *c)
{
	if (!c)
		return;
	c->b->io.cancel(c->b->io.ctx, c->id);
	drop(c);
}

struct core_call *core_put(struct bridge *b, const char *key, struct span body,
			   void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *ctx)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentPut p = MUDLARK__DOCUMENT_PUT__INIT;

	p.collection = b->collection;
	p.key = (char *)(uintptr_t)key;
	p.body.data = (uint8_t *)(uintptr_t)body.p;
	p.body.len = body.n;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT;
	q.document_put = &p;
	return core_call(b, &q, done, ctx);
}

struct core_call *core_get(struct bridge *b, const char *key,
			   void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *ctx)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentGet g = MUDLARK__DOCUMENT_GET__INIT;

	g.collection = b->collection;
	g.key = (char *)(uintptr_t)key;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET;
	q.document_get = &g;
	return core_call(b, &q, done, ctx);
}

bool core_is_for_later(const Mudlark__PersistReply *reply)
{
	return !reply || reply->status == MUDLARK__STATUS__STATUS_BUSY ||
	       reply->status == MUDLARK__STATUS__STATUS_STORE;
}
