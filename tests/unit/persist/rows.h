/* rows.h - commits made by hand for the tests of persist, in an arena. */
#pragma once

#include <stdarg.h>
#include <string.h>

#include "persist/row.h"
#include "persist/store.h"

#define WORLD_ 1u

static inline ProtobufCBinaryData bytes_of(const char *s)
{
	return (ProtobufCBinaryData){ .len = strlen(s), .data = (uint8_t *)s };
}

static inline Mudlark__Commit *a_commit(struct arena *a, uint64_t epoch, uint64_t batch)
{
	Mudlark__Commit *c = row_alloc(a, sizeof(*c));

	mudlark__commit__init(c);
	c->world = WORLD_;
	c->epoch = epoch;
	c->batch = batch;
	return c;
}

/* Appends one pointer to an array of n in the arena. */
#define APPEND(a, list, n, item)                                                                   \
	do {                                                                                       \
		__typeof__(list) list_ = row_alloc(a, ((n) + 1) * sizeof(*list_));                 \
		if (n)                                                                             \
			memcpy(list_, list, (n) * sizeof(*list_));                                 \
		list_[(n)++] = (item);                                                             \
		(list) = list_;                                                                    \
	} while (0)

static inline void put(struct arena *a, Mudlark__Commit *c, uint64_t id, uint64_t owner,
		       const char *kind, const char *body)
{
	Mudlark__EntityRow *e = row_alloc(a, sizeof(*e));

	mudlark__entity_row__init(e);
	e->id = id;
	e->owner = owner;
	e->kind = (char *)kind;
	e->body = bytes_of(body);
	e->version = 1;
	APPEND(a, c->put, c->n_put, e);
}

static inline void del(struct arena *a, Mudlark__Commit *c, uint64_t id)
{
	APPEND(a, c->del, c->n_del, id);
}

static inline void document(struct arena *a, Mudlark__Commit *c, const char *collection,
			    const char *key, const char *body)
{
	Mudlark__DocumentRow *d = row_alloc(a, sizeof(*d));

	mudlark__document_row__init(d);
	d->collection = (char *)collection;
	d->key = (char *)key;
	d->body = bytes_of(body);
	APPEND(a, c->documents, c->n_documents, d);
}

static inline void event(struct arena *a, Mudlark__Commit *c, uint64_t seq, const char *kind)
{
	Mudlark__EventRow *e = row_alloc(a, sizeof(*e));

	mudlark__event_row__init(e);
	e->seq = seq;
	e->wall_ms = 1000 + (int64_t)seq;
	e->kind = (char *)kind;
	e->body = bytes_of("{\"what\":1}");
	APPEND(a, c->events, c->n_events, e);
}

static inline void session(struct arena *a, Mudlark__Commit *c, uint64_t id, uint64_t character,
			   uint64_t applied)
{
	Mudlark__SessionRow *s = row_alloc(a, sizeof(*s));

	mudlark__session_row__init(s);
	s->session = id;
	s->gateway = 0xfeedfacecafebeefu;
	s->character = character;
	s->account = 7;
	s->applied = applied;
	APPEND(a, c->sessions, c->n_sessions, s);
}

static inline void outbox(struct arena *a, Mudlark__Commit *c, uint64_t gateway, uint64_t oseq,
			  const char *records)
{
	Mudlark__OutboxRow *o = row_alloc(a, sizeof(*o));

	mudlark__outbox_row__init(o);
	o->gateway = gateway;
	o->oseq = oseq;
	o->records = bytes_of(records);
	APPEND(a, c->outbox, c->n_outbox, o);
}

static inline void trim(struct arena *a, Mudlark__Commit *c, uint64_t gateway, uint64_t upto)
{
	Mudlark__OutboxTrim *t = row_alloc(a, sizeof(*t));

	mudlark__outbox_trim__init(t);
	t->gateway = gateway;
	t->upto = upto;
	APPEND(a, c->trim, c->n_trim, t);
}

static inline void state(struct arena *a, Mudlark__Commit *c, uint64_t tick)
{
	Mudlark__WorldState *s = row_alloc(a, sizeof(*s));

	mudlark__world_state__init(s);
	s->tick = tick;
	s->next_id = tick * 10;
	s->event_seq = tick * 100;
	s->random = (ProtobufCBinaryData){ .len = 5,
					   .data = (uint8_t *)"a\0b\xff"
							      "c" };
	s->timers = bytes_of("[{\"at\":12}]");
	c->state = s;
}
