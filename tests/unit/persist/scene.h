/*
 * scene.h - persist as others see it, for tests: real links over a real bus, the keeper's thread and a real
 * database behind them, all in one loop.
 */
#pragma once

#include <time.h>

#include "both.h"
#include "persist/inbox.h"
#include "rt/wire.h"

enum { PATIENCE_S = 30 };

/* The process under test. */
struct persist {
	struct inbox *inbox;
	struct wire *wire;
	bool is_ready, has_ended;
	int status;
};

/* Somebody who dials in. */
struct world {
	struct wire *wire;
	uint64_t instance;
	bool is_up, was_fresh;
	unsigned ups;
	uint64_t acked, refused, poisoned;
	Mudlark__PersistReply *reply;
	bool has_answer;
	uint64_t epoch, sent;
};

struct scene {
	struct both b; /* where, and the arena; its store is not opened */
	char endpoint[128];
	struct loop *loop;
	struct persist persist;
};

static inline void on_ready(void *ctx)
{
	((struct persist *)ctx)->is_ready = true;
}

static inline void on_ended(void *ctx, int status)
{
	struct persist *p = ctx;
	p->has_ended = true;
	p->status = status;
}

static inline void persist_start(struct scene *s)
{
	struct persist *p = &s->persist;
	const struct inbox_conf conf = { .loop = s->loop,
					 .store = s->b.where,
					 .hash_threads = 1,
					 .call_wait_us = 300000,
					 .clock = loop_clock(s->loop),
					 .entropy = &entropy_system,
					 .ready = on_ready,
					 .ended = on_ended,
					 .ctx = p };
	memset(p, 0, sizeof(*p));
	ck_assert_int_eq(inbox_new(&p->inbox, &conf), 0);
	const struct wire_spec wire = { .endpoint = s->endpoint,
					.link = { .role = "persist",
						  .name = "persist",
						  .instance = entropy_id(&entropy_system) },
					.events = inbox_events(p->inbox) };
	struct link_hub_conf hub = { 0 };
	inbox_hub(p->inbox, &hub);
	ck_assert_int_eq(wire_bind(&p->wire, s->loop, &wire, &hub), 0);
	inbox_attach(p->inbox, wire_hub(p->wire));
}

/* As kill -9 would: whatever was not acknowledged is forgotten. */
static inline void persist_end(struct scene *s)
{
	wire_free(s->persist.wire);
	inbox_free(s->persist.inbox);
}

static inline void scene_open(struct scene *s, int which)
{
	memset(s, 0, sizeof(*s));
	both_where(&s->b, which);
	if (which == ON_PG)
		ck_assert_ptr_nonnull(mkdtemp(s->b.dir));
	snprintf(s->endpoint, sizeof(s->endpoint), "ipc://%s/run/persist.bus", s->b.dir);
	ck_assert_int_eq(loop_new(&s->loop), 0);
	persist_start(s);
}

static inline void scene_close(struct scene *s)
{
	persist_end(s);
	loop_free(s->loop);
	both_close(&s->b);
}

static inline time_t seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Turns the loop until the condition holds. */
#define UNTIL(s, condition)                                                                        \
	do {                                                                                       \
		const time_t end_ = seconds() + PATIENCE_S;                                        \
		while (!(condition)) {                                                             \
			ck_assert_msg(seconds() < end_, "never: %s", #condition);                  \
			turn(s);                                                                   \
		}                                                                                  \
	} while (0)

static inline void stop_turn(void *ctx)
{
	loop_stop(ctx, 0);
}

static inline void turn(struct scene *s)
{
	struct loop_timer t;
	loop_timer_init(s->loop, &t, stop_turn, s->loop);
	loop_timer_in(&t, 2000);
	ck_assert_int_eq(loop_run(s->loop), 0);
	loop_timer_done(&t);
}

static inline void world_up(void *ctx, struct link *l, const struct link_peer *peer,
			    enum link_up how)
{
	struct world *w = ctx;
	(void)l;
	(void)peer;
	w->is_up = true;
	w->was_fresh = how == LINK_FRESH;
	w->ups++;
}

static inline void world_down(void *ctx, struct link *l, const char *why)
{
	(void)l;
	(void)why;
	((struct world *)ctx)->is_up = false;
}

static inline void world_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	struct world *w = ctx;
	(void)l;
	(void)seq;
	Mudlark__WorldIn *m = mudlark__world_in__unpack(NULL, body.n, (const uint8_t *)body.p);
	ck_assert_ptr_nonnull(m);
	if (m->body_case == MUDLARK__WORLD_IN__BODY_BATCH_REFUSED)
		w->refused = m->batch_refused->epoch;
	if (m->body_case == MUDLARK__WORLD_IN__BODY_BATCH_POISONED)
		w->poisoned = m->batch_poisoned->batch;
	mudlark__world_in__free_unpacked(m, NULL);
}

static inline void world_acked(void *ctx, struct link *l, uint64_t seq)
{
	(void)l;
	((struct world *)ctx)->acked = seq;
}

static inline void world_call(void *ctx, struct link *l, uint64_t id, struct span body)
{
	(void)ctx;
	(void)l;
	(void)id;
	(void)body;
	ck_abort_msg("persist calls nobody");
}

static inline void world_cancelled(void *ctx, struct link *l, uint64_t id)
{
	(void)ctx;
	(void)l;
	(void)id;
}

static inline void world_room(void *ctx, struct link *l)
{
	(void)ctx;
	(void)l;
}

static inline void world_dial(struct scene *s, struct world *w, const char *role)
{
	memset(w, 0, sizeof(*w));
	w->instance = entropy_id(&entropy_system);
	const struct wire_spec spec = { .endpoint = s->endpoint,
					.link = { .role = role,
						  .name = role,
						  .instance = w->instance,
						  .world = WORLD_,
						  .auto_take = true },
					.events = { .up = world_up,
						    .down = world_down,
						    .record = world_record,
						    .acked = world_acked,
						    .call = world_call,
						    .cancelled = world_cancelled,
						    .room = world_room,
						    .ctx = w } };
	ck_assert_int_eq(wire_dial(&w->wire, s->loop, &spec), 0);
	UNTIL(s, w->is_up);
}

static inline void world_done(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct world *w = ctx;
	(void)id;
	(void)why;
	w->has_answer = true;
	if (body)
		w->reply = mudlark__persist_reply__unpack(NULL, body->n, (const uint8_t *)body->p);
}

static inline void world_ask(struct world *w, const Mudlark__PersistCall *q)
{
	uint8_t out[1024];
	const struct span body = { (const char *)out, mudlark__persist_call__pack(q, out) };

	if (w->reply)
		mudlark__persist_reply__free_unpacked(w->reply, NULL);
	w->reply = NULL;
	w->has_answer = false;
	ck_assert_uint_ne(link_call(wire_link(w->wire), body, 20000, world_done, w), 0);
}

static inline Mudlark__Status answer(struct scene *s, struct world *w)
{
	UNTIL(s, w->has_answer);
	ck_assert_ptr_nonnull(w->reply);
	return w->reply->status;
}

static inline void ask_grant(struct world *w)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__Grant g = MUDLARK__GRANT__INIT;

	g.world = WORLD_;
	g.instance = w->instance;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_GRANT;
	q.grant = &g;
	world_ask(w, &q);
}

static inline void ask_tree(struct world *w, uint64_t id, uint64_t after)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LoadTree t = MUDLARK__LOAD_TREE__INIT;

	t.id = id;
	t.after_batch = after;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LOAD_TREE;
	q.load_tree = &t;
	world_ask(w, &q);
}

static inline void ask_status(struct world *w)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__StoreStatus t = MUDLARK__STORE_STATUS__INIT;

	q.body_case = MUDLARK__PERSIST_CALL__BODY_STORE_STATUS;
	q.store_status = &t;
	world_ask(w, &q);
}

static inline void world_enter(struct scene *s, struct world *w)
{
	world_dial(s, w, "world");
	ask_grant(w);
	ck_assert_int_eq(answer(s, w), MUDLARK__STATUS__STATUS_OK);
	w->epoch = w->reply->granted->epoch;
}

/* The next batch: item `batch` with this body. */
static inline void world_commit(struct scene *s, struct world *w, const char *body)
{
	Mudlark__PersistIn in = MUDLARK__PERSIST_IN__INIT;
	Mudlark__Commit *c = a_commit(&s->b.a, w->epoch, ++w->sent);
	uint8_t out[2048];

	put(&s->b.a, c, w->sent, UINT64_MAX, "item", body);
	in.body_case = MUDLARK__PERSIST_IN__BODY_COMMIT;
	in.commit = c;
	const struct span record = { (const char *)out, mudlark__persist_in__pack(&in, out) };
	uint64_t seq;
	ck_assert_int_eq(link_send(wire_link(w->wire), record, &seq), 0);
	ck_assert_uint_eq(seq, w->sent);
	arena_reset(&s->b.a);
}

static inline void world_leave(struct world *w)
{
	if (w->reply)
		mudlark__persist_reply__free_unpacked(w->reply, NULL);
	wire_free(w->wire);
}
