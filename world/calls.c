/*
 * calls.c - calls to persist under way; see calls.h and world_call().
 */
#include "world/calls.h"

#include <stdlib.h>

#include "rt/log.h"
#include "rt/route.h"
#include "world/core/timer.h"
#include "world/session.h"
#include "world/turn.h"

struct call {
	uint64_t id, arg, due; /* tick */
	void (*done)(struct world *w, uint64_t arg, const Mudlark__PersistReply *reply);
};

struct calls {
	struct call v[CALLS_MAX];
	size_t n;
	uint64_t next_id;
};

struct calls *calls_new(void)
{
	struct calls *t = base_alloc(1, sizeof(*t));

	t->next_id = 1;
	return t;
}

void calls_free(struct world *w)
{
	free(w->calls);
	w->calls = NULL;
}

uint64_t world_call(struct world *w, const Mudlark__PersistCall *call, uint64_t arg,
		    void (*done)(struct world *w, uint64_t arg, const Mudlark__PersistReply *reply))
{
	struct calls *t = w->calls;
	struct call *c;

	if (t->n == CALLS_MAX)
		return 0;
	c = &t->v[t->n++];
	*c = (struct call){ .id = t->next_id++,
			    .arg = arg,
			    .due = w->tick + timer_seconds(w, CALL_SECONDS),
			    .done = done };
	w->stats.calls++;
	w->env.call(w->env.ctx, c->id, call, CALL_SECONDS * 1000);
	return c->id;
}

static bool take(struct calls *t, uint64_t id, struct call *ret)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].id == id) {
			*ret = t->v[i];
			t->v[i] = t->v[--t->n];
			return true;
		}
	}
	return false;
}

void calls_forget(struct world *w, uint64_t id)
{
	struct call c;

	(void)take(w->calls, id, &c);
}

void calls_done(struct world *w, const Mudlark__CallDone *m)
{
	const struct span bytes = { (const char *)m->reply.data, m->reply.len };
	const Mudlark__PersistReply *reply = NULL;
	struct call c;

	if (!take(w->calls, m->id, &c)) {
		w->stats.late_answers++;
		return;
	}
	if (!m->failed)
		reply = (const Mudlark__PersistReply *)(const void *)
			route_unpack(&mudlark__persist_reply__descriptor, bytes, &w->scratch);
	if (!m->failed && !reply)
		log_error("reply_malformed", LOG_U64("call", m->id));
	turn_set_own(w, session_get(w, c.arg));
	c.done(w, c.arg, reply);
}

bool calls_tick(struct world *w)
{
	struct calls *t = w->calls;

	for (size_t i = 0; i < t->n; i++) {
		const struct call c = t->v[i];

		if (c.due > w->tick)
			continue;
		t->v[i] = t->v[--t->n];
		turn_set_own(w, session_get(w, c.arg));
		c.done(w, c.arg, NULL);
		return true;
	}
	return false;
}
