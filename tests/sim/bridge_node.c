/*
 * bridge_node.c - one life of an aibridge that has no model: it answers what it is asked after a while,
 * or fails, or says something and no more, or nothing at all.
 *
 * Every sentence it says is the only one of its kind in a run (a<ask>n<number>a), so players can tell
 * when they hear one twice.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/route.h"
#include "tests/sim/sim.h"
#include "world.pb-c.h"

enum { ASKED_MAX = 64, SENTENCES = 3 };

enum ending { ENDS, FAILS, HANGS, ENDINGS = 8 /* the others are ENDS, too */ };

/* What it will do about an ask. */
struct asked {
	uint64_t ask, next_us;
	uint32_t n, last; /* sentences: said, to be said */
	enum ending end;
};

struct sim_bridge {
	struct sim *sim;
	struct link *link;
	struct sim_end *end;
	struct asked v[ASKED_MAX];
	size_t n;
};

static void up(UNUSED void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
	       UNUSED enum link_up how)
{
}

static void down(UNUSED void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
}

static void forget(struct sim_bridge *b, uint64_t ask)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->v[i].ask == ask)
			b->v[i--] = b->v[--b->n];
}

static void take(struct sim_bridge *b, uint64_t ask)
{
	struct sim_queue *q = &b->sim->q;

	if (b->n == ASKED_MAX)
		forget(b, b->v[0].ask);
	b->v[b->n++] = (struct asked){ .ask = ask,
				       .next_us = q->now + sim_between(q, 1000, 1500000),
				       .last = (uint32_t)rng_below(&q->rng, SENTENCES + 1),
				       .end = (enum ending)rng_below(&q->rng, ENDINGS) };
	b->sim->asks++;
}

static void record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct sim_bridge *b = ctx;
	Mudlark__AiIn *m = mudlark__ai_in__unpack(NULL, body.n, (const uint8_t *)body.p);

	if (!m)
		sim_fail(b->sim, "a malformed input reached an aibridge");
	if (m->body_case == MUDLARK__AI_IN__BODY_ASK)
		take(b, m->ask->ask);
	else if (m->body_case == MUDLARK__AI_IN__BODY_CANCEL)
		forget(b, m->cancel->ask);
	mudlark__ai_in__free_unpacked(m, NULL);
}

static void acked(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t seq)
{
}

static void call(UNUSED void *ctx, struct link *l, uint64_t id, UNUSED struct span body)
{
	(void)!link_reply(l, id, (struct span){ "", 0 });
}

static void cancelled(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t id)
{
}

static void room(UNUSED void *ctx, UNUSED struct link *l)
{
}

static void send(struct sim_bridge *b, const Mudlark__WorldIn *in)
{
	CLEANUP(base_freep) char *p = base_alloc(mudlark__world_in__get_packed_size(in) + 1, 1);
	const size_t n = mudlark__world_in__pack(in, (uint8_t *)p);

	(void)!link_send(b->link, (struct span){ p, n }, NULL);
}

static void say(struct sim_bridge *b, struct asked *a)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiSaid m = MUDLARK__AI_SAID__INIT;
	char text[64];

	m.ask = a->ask;
	m.n = ++a->n;
	snprintf(text, sizeof(text), "a%" PRIu64 "n%ua", a->ask, m.n);
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)text };
	in.body_case = MUDLARK__WORLD_IN__BODY_AI_SAID;
	in.ai_said = &m;
	send(b, &in);
	a->next_us = b->sim->q.now + sim_between(&b->sim->q, 1000, 400000);
}

static void end(struct sim_bridge *b, const struct asked *a)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiDone m = MUDLARK__AI_DONE__INIT;

	m.ask = a->ask;
	m.failed = a->end == FAILS && !a->n;
	m.cause = "simulated";
	in.body_case = MUDLARK__WORLD_IN__BODY_AI_DONE;
	in.ai_done = &m;
	send(b, &in);
}

/* True: it is over. */
static bool go_on(struct sim_bridge *b, struct asked *a)
{
	if (b->sim->q.now < a->next_us)
		return false;
	if (a->n < a->last) {
		say(b, a);
		return false;
	}
	if (a->end != HANGS)
		end(b, a);
	return true;
}

void sim_bridge_tick(struct sim_bridge *b)
{
	link_tick(b->link);
	for (size_t i = 0; i < b->n;)
		if (go_on(b, &b->v[i]))
			b->v[i] = b->v[--b->n];
		else
			i++;
	link_flush(b->link);
}

static void turn(void *ctx)
{
	struct sim_bridge *b = ctx;

	link_flush(b->link);
}

struct sim_bridge *sim_bridge_new(struct sim *s)
{
	struct sim_bridge *b = base_alloc(1, sizeof(*b));
	const struct link_events events = {
		up, down, record, acked, call, cancelled, room, NULL, b
	};
	struct link_conf c = { .role = "aibridge",
			       .name = "sim",
			       .auto_take = true,
			       .clock = &s->clock,
			       .entropy = &s->entropy };
	struct link_wire wire;

	b->sim = s;
	c.instance = entropy_id(&s->entropy);
	b->end = sim_end_dial(s->net, SIM_WORLD_BUS, &wire);
	b->link = link_dial_new(&c, &wire, &events);
	sim_end_link(b->end, b->link);
	sim_end_turn(b->end, turn, b);
	return b;
}

void sim_bridge_free(struct sim_bridge *b)
{
	if (!b)
		return;
	sim_end_die(b->end);
	link_free(b->link);
	free(b);
}
