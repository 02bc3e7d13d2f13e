/*
 * relay_node.c - a bridge to an outside that remembers everything, and lives of the bridge that do not.
 *
 * Two streams, each of which hears what is said in the other.  Each life opens them behind what the one before had,
 * reads from the store what lies before the place where the world begins, and says lines with ids until they are
 * taken; what was not, the next life says again.  The outside demands: of every stream each fact at
 * most once, in order, none that is not in the store; none missing in the end; no line twice in the game, and
 * none that was taken and is not there.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bridges.pb-c.h"
#include "rt/route.h"
#include "tests/sim/sim.h"
#include "world.pb-c.h"

enum { STREAMS = 2, CREDIT = 4, PENDING_MAX = 64, SAYS_MAX = 60 };

static char *const keys[STREAMS] = { "sim/#a", "sim/#b" };

/* What the outside knows of a stream. */
struct target {
	uint64_t first, at; /* cursor: where it began, how far it is */
	bool begun;
	uint64_t told;
};

struct line {
	unsigned id, target;
};

struct sim_outside {
	struct sim *sim;
	struct target targets[STREAMS];
	struct line pending[PENDING_MAX];
	size_t n_pending;
	unsigned said; /* so many lines, all in all */
	uint64_t next_us;
};

struct sim_relay {
	struct sim *sim;
	struct sim_outside *outside;
	struct link *link;
	struct sim_end *end;
	bool open[STREAMS];
	unsigned used[STREAMS]; /* credit */
};

struct sim_outside *sim_outside_new(struct sim *s)
{
	struct sim_outside *o = base_alloc(1, sizeof(*o));

	o->sim = s;
	return o;
}

void sim_outside_free(struct sim_outside *o)
{
	free(o);
}

static void send(struct sim_relay *b, const Mudlark__WorldIn *in)
{
	CLEANUP(base_freep) char *p = base_alloc(mudlark__world_in__get_packed_size(in) + 1, 1);
	const size_t n = mudlark__world_in__pack(in, (uint8_t *)p);

	(void)!link_send(b->link, (struct span){ p, n }, NULL);
}

/* ---- lines into the game ---- */

static void say(struct sim_relay *b, const struct line *l)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeSay m = MUDLARK__BRIDGE_SAY__INIT;
	char id[16], text[32];

	snprintf(id, sizeof(id), "%u", l->id);
	snprintf(text, sizeof(text), "o%uo", l->id);
	m.source = keys[l->target];
	m.id = id;
	m.channel = "chat";
	m.name = (ProtobufCBinaryData){ 3, (uint8_t *)(uintptr_t) "joe" };
	m.text = (ProtobufCBinaryData){ strlen(text), (uint8_t *)text };
	in.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_SAY;
	in.bridge_say = &m;
	send(b, &in);
}

static void say_more(struct sim_relay *b)
{
	struct sim_outside *o = b->outside;
	struct sim_queue *q = &b->sim->q;
	struct line l;

	if (q->now < o->next_us || o->n_pending == PENDING_MAX || o->said == SAYS_MAX ||
	    b->sim->healing)
		return;
	o->next_us = q->now + sim_between(q, 1000, 200000);
	l = (struct line){ .id = ++o->said, .target = (unsigned)rng_below(&q->rng, STREAMS) };
	o->pending[o->n_pending++] = l;
	say(b, &l);
	if (!rng_below(&q->rng, 8))
		say(b, &l);
}

static void taken(struct sim_relay *b, const Mudlark__BridgeTaken *m)
{
	struct sim_outside *o = b->outside;
	const unsigned id = (unsigned)strtoul(m->id, NULL, 10);

	if (m->refused.len)
		sim_fail(b->sim, "line %u was refused", id);
	if (sim_persist_said(b->sim->persist, id) != 1)
		sim_fail(b->sim, "P1: line %u was taken, and is not in the store once", id);
	for (size_t i = 0; i < o->n_pending; i++) {
		if (o->pending[i].id != id)
			continue;
		o->n_pending--;
		memmove(&o->pending[i], &o->pending[i + 1],
			(o->n_pending - i) * sizeof(*o->pending));
	}
}

/* ---- facts out of it ---- */

static void open_stream(struct sim_relay *b, uint32_t i)
{
	static char *kinds[] = { "channel:said" };
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeOpen m = MUDLARK__BRIDGE_OPEN__INIT;

	m.stream = i;
	m.key = keys[i];
	m.after = b->outside->targets[i].at;
	m.kinds = kinds;
	m.n_kinds = ARRAY_LEN(kinds);
	m.more = CREDIT;
	in.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_OPEN;
	in.bridge_open = &m;
	b->open[i] = false;
	b->used[i] = 0;
	send(b, &in);
}

/* One fact reaches the outside. */
static void hand_over(struct sim_relay *b, uint32_t i, uint64_t seq)
{
	struct target *t = &b->outside->targets[i];

	if (seq <= t->at)
		sim_fail(b->sim, "fact %" PRIu64 " came to %s behind %" PRIu64, seq, keys[i],
			 t->at);
	if (sim_persist_next_said(b->sim->persist, t->at, keys[i]) != seq)
		sim_fail(b->sim, "fact %" PRIu64 " is not what the store has for %s next", seq,
			 keys[i]);
	t->at = seq;
	t->told++;
	b->sim->relayed++;
}

static void opened(struct sim_relay *b, const Mudlark__BridgeOpened *m)
{
	struct target *t = &b->outside->targets[m->stream];
	uint64_t seq;

	b->open[m->stream] = true;
	if (!t->begun) {
		t->begun = true;
		t->first = t->at = m->from;
	}
	while ((seq = sim_persist_next_said(b->sim->persist, t->at, keys[m->stream])) &&
	       seq <= m->from)
		hand_over(b, m->stream, seq);
	if (t->at < m->from)
		t->at = m->from;
}

static void more(struct sim_relay *b, uint32_t i)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__BridgeMore m = MUDLARK__BRIDGE_MORE__INIT;

	m.stream = i;
	m.n = b->used[i];
	in.body_case = MUDLARK__WORLD_IN__BODY_BRIDGE_MORE;
	in.bridge_more = &m;
	b->used[i] = 0;
	send(b, &in);
}

static void fact(struct sim_relay *b, const Mudlark__BridgeFact *m)
{
	if (!b->open[m->stream])
		sim_fail(b->sim, "a fact came to a stream that is not open");
	if (++b->used[m->stream] > CREDIT)
		sim_fail(b->sim, "more facts than credit");
	hand_over(b, m->stream, m->seq);
	if (!rng_below(&b->sim->q.rng, 2))
		more(b, m->stream);
}

static void passed(struct sim_relay *b, const Mudlark__BridgePassed *m)
{
	struct target *t = &b->outside->targets[m->stream];
	const uint64_t next = sim_persist_next_said(b->sim->persist, t->at, keys[m->stream]);

	if (next && next <= m->seq)
		sim_fail(b->sim, "fact %" PRIu64 " was passed over", next);
	if (m->seq > t->at)
		t->at = m->seq;
}

static void record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct sim_relay *b = ctx;
	Mudlark__BridgeIn *m = mudlark__bridge_in__unpack(NULL, body.n, (const uint8_t *)body.p);

	if (!m)
		sim_fail(b->sim, "a malformed input reached a bridge");
	if (m->body_case == MUDLARK__BRIDGE_IN__BODY_OPENED)
		opened(b, m->opened);
	else if (m->body_case == MUDLARK__BRIDGE_IN__BODY_FACT)
		fact(b, m->fact);
	else if (m->body_case == MUDLARK__BRIDGE_IN__BODY_PASSED)
		passed(b, m->passed);
	else if (m->body_case == MUDLARK__BRIDGE_IN__BODY_BEHIND)
		open_stream(b, m->behind->stream);
	else if (m->body_case == MUDLARK__BRIDGE_IN__BODY_TAKEN)
		taken(b, m->taken);
	mudlark__bridge_in__free_unpacked(m, NULL);
}

/* ---- a life ---- */

static void up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
	       enum link_up how)
{
	struct sim_relay *b = ctx;

	if (how == LINK_RESUMED)
		return;
	for (uint32_t i = 0; i < STREAMS; i++)
		open_stream(b, i);
	for (size_t i = 0; i < b->outside->n_pending; i++)
		say(b, &b->outside->pending[i]);
}

static void down(UNUSED void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
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

static void turn(void *ctx)
{
	struct sim_relay *b = ctx;

	link_flush(b->link);
}

void sim_relay_tick(struct sim_relay *b)
{
	link_tick(b->link);
	if (link_is_up(b->link)) {
		say_more(b);
		for (uint32_t i = 0; i < STREAMS; i++)
			if (b->open[i] && b->used[i])
				more(b, i);
	}
	link_flush(b->link);
}

struct sim_relay *sim_relay_new(struct sim *s, struct sim_outside *o)
{
	struct sim_relay *b = base_alloc(1, sizeof(*b));
	const struct link_events events = {
		up, down, record, acked, call, cancelled, room, NULL, b
	};
	struct link_conf c = { .role = "bridge",
			       .name = "sim",
			       .auto_take = true,
			       .clock = &s->clock,
			       .entropy = &s->entropy };
	struct link_wire wire;

	b->sim = s;
	b->outside = o;
	c.instance = entropy_id(&s->entropy);
	b->end = sim_end_dial(s->net, SIM_WORLD_BUS, &wire);
	b->link = link_dial_new(&c, &wire, &events);
	sim_end_link(b->end, b->link);
	sim_end_turn(b->end, turn, b);
	return b;
}

void sim_relay_free(struct sim_relay *b)
{
	if (!b)
		return;
	sim_end_die(b->end);
	link_free(b->link);
	free(b);
}

/* ---- in the end ---- */

bool sim_outside_settled(const struct sim_outside *o)
{
	for (size_t i = 0; i < STREAMS; i++)
		if (!o->targets[i].begun ||
		    sim_persist_next_said(o->sim->persist, o->targets[i].at, keys[i]))
			return false;
	return !o->n_pending;
}

void sim_outside_check(const struct sim_outside *o)
{
	for (unsigned id = 1; id <= o->said; id++) {
		const uint64_t n = sim_persist_said(o->sim->persist, id);

		if (n != 1)
			sim_fail(o->sim, "line %u is %" PRIu64 " times in the store", id, n);
	}
	for (size_t i = 0; i < STREAMS; i++) {
		uint64_t n = 0, at = o->targets[i].first;

		while ((at = sim_persist_next_said(o->sim->persist, at, keys[i])))
			n++;
		if (n != o->targets[i].told)
			sim_fail(o->sim, "%s was told %" PRIu64 " facts of %" PRIu64, keys[i],
				 o->targets[i].told, n);
	}
}

void sim_outside_report(const struct sim_outside *o)
{
	fprintf(stderr, "outside: %u said, %zu pending", o->said, o->n_pending);
	for (size_t i = 0; i < STREAMS; i++)
		fprintf(stderr, "; %s told %" PRIu64 ", at %" PRIu64, keys[i], o->targets[i].told,
			o->targets[i].at);
	fputc('\n', stderr);
}
