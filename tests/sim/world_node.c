/*
 * world_node.c - one life of a world: the core on its links, started as world/start.c starts it.
 *
 * The edge here is the simulator's own (the product's needs a loop); everything it calls is the
 * product's.  It also watches: outputs in order, queues within their bounds, all items still there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/route.h"
#include "tests/sim/sim.h"
#include "world/cmd/table.h"
#include "world/core/place.h"
#include "world/mind/mind_inner.h"
#include "world/pack/pack.h"
#include "world/session.h"

enum { MAX_PEERS = 128, MAX_CALLS = 256, LOAD_KINDS = 4, TICK_US = 100000 };

struct sent {
	uint64_t seq, oseq;
};

struct pending {
	uint64_t core, link;
};

struct peer {
	struct link *link;
	uint64_t instance;
	const char *role;
	struct sent *sent; /* durable outputs in the link's ring, oldest first */
	size_t n_sent;
	uint64_t last_oseq;
};

struct sim_world {
	struct sim *sim;
	struct world *w;
	struct link *persist;
	struct sim_end *persist_end, *bus_end;
	struct link_hub *hub;
	struct peer peers[MAX_PEERS];
	size_t n_peers;
	struct pending calls[MAX_CALLS];
	size_t n_calls;
	uint64_t instance, epoch, ticks, next_tick_us;
	uint64_t acked, issued, stall_since;
	unsigned load; /* Mudlark__LoadPage__What */
	bool granted, ready, ended, paused, stalled;
	struct arena arena;
};

static void turns(struct sim_world *n)
{
	while (!n->ended && world_turn(n->w))
		;
}

static void feed(struct sim_world *n, uint64_t peer, Mudlark__WorldIn *in)
{
	world_feed(n->w, peer, in);
}

/* ---- persist ---- */

static void ask_page(struct sim_world *n, uint64_t after);
static void ask_grant(struct sim_world *n);
static void bind_bus(struct sim_world *n);

static uint64_t ask(struct sim_world *n, const Mudlark__PersistCall *c,
		    void (*done)(void *, uint64_t, const struct span *, const char *))
{
	CLEANUP(base_freep) char *p = base_alloc(mudlark__persist_call__get_packed_size(c) + 1, 1);
	const size_t size = mudlark__persist_call__pack(c, (uint8_t *)p);

	return link_call(n->persist, (struct span){ p, size }, 2000, done, n);
}

static const Mudlark__PersistReply *reply_of(struct sim_world *n, const struct span *body)
{
	const Mudlark__PersistReply *r = NULL;

	arena_reset(&n->arena);
	if (body)
		r = (const void *)route_unpack(&mudlark__persist_reply__descriptor, *body,
					       &n->arena);
	return r && r->status == MUDLARK__STATUS__STATUS_OK ? r : NULL;
}

static void paged(void *ctx, UNUSED uint64_t id, const struct span *body, UNUSED const char *why)
{
	struct sim_world *n = ctx;
	const Mudlark__PersistReply *r = reply_of(n, body);
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	uint64_t next;

	if (!r || !r->page) {
		n->ended = true; /* the supervisor starts another */
		return;
	}
	next = r->page->next;
	if (r->page->entities) {
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_ENTITIES;
		in.load_entities = r->page->entities;
	} else if (r->page->sessions) {
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_SESSIONS;
		in.load_sessions = r->page->sessions;
	} else if (r->page->outbox) {
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_OUTBOX;
		in.load_outbox = r->page->outbox;
	} else if (r->page->documents) {
		in.body_case = MUDLARK__WORLD_IN__BODY_LOAD_DOCUMENTS;
		in.load_documents = r->page->documents;
	}
	if (in.body_case)
		feed(n, 0, &in);
	if (!next && ++n->load == LOAD_KINDS)
		bind_bus(n);
	else
		ask_page(n, next);
}

static void ask_page(struct sim_world *n, uint64_t after)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LoadPage page = MUDLARK__LOAD_PAGE__INIT;

	page.world = 1;
	page.what = (Mudlark__LoadPage__What)n->load;
	page.after = after;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_LOAD_PAGE;
	c.load_page = &page;
	if (!ask(n, &c, paged))
		n->ended = true;
}

static void granted(void *ctx, UNUSED uint64_t id, const struct span *body, UNUSED const char *why)
{
	struct sim_world *n = ctx;
	const Mudlark__PersistReply *r = reply_of(n, body);
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Begin begin = MUDLARK__BEGIN__INIT;
	char strict[16], resume[32], channel[] = "channel=chat Talk";
	char *conf[] = { strict, resume, channel };

	if (!r || !r->granted) {
		n->ended = true;
		return;
	}
	n->granted = true;
	n->epoch = begin.epoch = r->granted->epoch;
	begin.conf = conf;
	begin.n_conf = ARRAY_LEN(conf);
	snprintf(strict, sizeof(strict), "strict=%d", !n->sim->available);
	snprintf(resume, sizeof(resume), "resume_bytes=%u", n->sim->resume_bytes);
	begin.world = 1;
	begin.seed = n->sim->seed;
	begin.state = r->granted->state;
	in.body_case = MUDLARK__WORLD_IN__BODY_BEGIN;
	in.begin = &begin;
	feed(n, 0, &in);
	ask_page(n, 0);
}

static void ask_grant(struct sim_world *n)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__Grant grant = MUDLARK__GRANT__INIT;

	grant.world = 1;
	grant.instance = n->instance;
	c.body_case = MUDLARK__PERSIST_CALL__BODY_GRANT;
	c.grant = &grant;
	if (!ask(n, &c, granted))
		n->ended = true;
}

static void persist_up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *p,
		       enum link_up how)
{
	struct sim_world *n = ctx;

	if (!n->granted)
		ask_grant(n);
	else if (how == LINK_FRESH)
		n->ended = true; /* another world was granted the epoch meanwhile */
}

static void persist_down(UNUSED void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
}

static void persist_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct sim_world *n = ctx;
	const Mudlark__WorldIn *in;

	arena_reset(&n->arena);
	in = (const void *)route_unpack(&mudlark__world_in__descriptor, body, &n->arena);
	if (in)
		world_feed(n->w, 0, in);
}

static void persist_acked(void *ctx, UNUSED struct link *l, uint64_t seq)
{
	struct sim_world *n = ctx;
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Committed c = MUDLARK__COMMITTED__INIT;

	if (seq > n->issued)
		sim_fail(n->sim, "batch %lu of %lu acknowledged", seq, n->issued);
	n->acked = c.batch = seq;
	in.body_case = MUDLARK__WORLD_IN__BODY_COMMITTED;
	in.committed = &c;
	feed(n, 0, &in);
}

static void no_call(UNUSED void *ctx, struct link *l, uint64_t id, UNUSED struct span body)
{
	(void)!link_reply(l, id, (struct span){ "", 0 });
}

static void no_cancel(UNUSED void *ctx, UNUSED struct link *l, UNUSED uint64_t id)
{
}

static void no_room(UNUSED void *ctx, UNUSED struct link *l)
{
}

/* ---- what the core wants ---- */

static void commit(void *ctx, const Mudlark__Commit *c, struct span record)
{
	struct sim_world *n = ctx;
	uint64_t seq = 0;

	if (link_send(n->persist, record, &seq) != 0)
		sim_fail(n->sim, "P8: the ring to persist is full at batch %lu", c->batch);
	if (seq != c->batch)
		sim_fail(n->sim, "batch %lu became record %lu", c->batch, seq);
	n->issued = c->batch;
	n->sim->commits++;
}

static struct peer *peer_of(struct sim_world *n, uint64_t instance)
{
	for (size_t i = 0; i < n->n_peers; i++)
		if (n->peers[i].instance == instance)
			return &n->peers[i];
	return NULL;
}

static void output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq)
{
	struct sim_world *n = ctx;
	struct peer *p = peer_of(n, gateway);
	uint64_t seq;

	if (!p || !p->link)
		return;
	if (oseq && oseq < p->last_oseq)
		sim_fail(n->sim, "outputs out of order: %lu after %lu", oseq, p->last_oseq);
	if (link_send(p->link, record, &seq) != 0)
		sim_fail(n->sim, "P8: the ring to a gateway is full");
	if (!oseq)
		return;
	p->last_oseq = oseq;
	p->sent = base_realloc(p->sent, p->n_sent + 1, sizeof(*p->sent));
	p->sent[p->n_sent++] = (struct sent){ seq, oseq };
}

/* Calls of the core under way: the link numbers them anew. */
static void pending_add(struct sim_world *n, uint64_t core, uint64_t link)
{
	if (n->n_calls == MAX_CALLS)
		sim_fail(n->sim, "P8: too many calls");
	n->calls[n->n_calls++] = (struct pending){ core, link };
}

static void call_done(struct sim_world *n, uint64_t core, const struct span *body)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__CallDone d = MUDLARK__CALL_DONE__INIT;

	d.id = core;
	d.failed = !body;
	if (body)
		d.reply = (ProtobufCBinaryData){ body->n, (uint8_t *)(uintptr_t)body->p };
	in.body_case = MUDLARK__WORLD_IN__BODY_CALL_DONE;
	in.call_done = &d;
	feed(n, 0, &in);
	sim_end_wake(n->persist_end);
}

static void called(void *ctx, uint64_t id, const struct span *body, UNUSED const char *why)
{
	struct sim_world *n = ctx;

	for (size_t i = 0; i < n->n_calls; i++) {
		if (n->calls[i].link == id) {
			const uint64_t core = n->calls[i].core;

			n->calls[i] = n->calls[--n->n_calls];
			call_done(n, core, body);
			return;
		}
	}
}

static void call(void *ctx, uint64_t id, const Mudlark__PersistCall *c, UNUSED uint32_t deadline_ms)
{
	struct sim_world *n = ctx;
	const uint64_t link = ask(n, c, called);

	if (link)
		pending_add(n, id, link);
	else
		call_done(n, id, NULL);
}

static void superseded(void *ctx, UNUSED uint64_t epoch)
{
	struct sim_world *n = ctx;

	n->ended = true;
}

/* ---- gateways ---- */

static void peer_input(struct sim_world *n, struct peer *p, bool up, bool flag)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__PeerUp u = MUDLARK__PEER_UP__INIT;
	Mudlark__PeerDown d = MUDLARK__PEER_DOWN__INIT;

	u.peer = d.peer = p->instance;
	u.role = (char *)(uintptr_t)p->role;
	u.name = (char *)(uintptr_t) "sim";
	u.resumed = d.gone = flag;
	in.body_case = up ? MUDLARK__WORLD_IN__BODY_PEER_UP : MUDLARK__WORLD_IN__BODY_PEER_DOWN;
	if (up)
		in.peer_up = &u;
	else
		in.peer_down = &d;
	feed(n, p->instance, &in);
}

static const char *role_name_of(const char *role)
{
	const unsigned bit = route_role_of(role);

	return bit == ROLE_AIBRIDGE ? "aibridge" : bit == ROLE_BRIDGE ? "bridge" : "gateway";
}

static void gateway_up(void *ctx, struct link *l, const struct link_peer *from, enum link_up how)
{
	struct sim_world *n = ctx;
	struct peer *p = peer_of(n, from->instance);

	if (!p) {
		if (n->n_peers == MAX_PEERS)
			sim_fail(n->sim, "too many gateways in one run");
		p = &n->peers[n->n_peers++];
		p->instance = from->instance;
		p->role = role_name_of(from->role);
	}
	if (how == LINK_FRESH) {
		p->n_sent = 0;
		p->last_oseq = 0;
	}
	p->link = l;
	link_set_owner(l, p);
	peer_input(n, p, true, how == LINK_RESUMED);
}

static void gateway_down(void *ctx, struct link *l, UNUSED const char *why)
{
	peer_input(ctx, link_owner(l), false, false);
}

static void gateway_record(void *ctx, struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct sim_world *n = ctx;
	const struct peer *p = link_owner(l);
	const Mudlark__WorldIn *in;

	arena_reset(&n->arena);
	in = (const void *)route_unpack(&mudlark__world_in__descriptor, body, &n->arena);
	if (!in)
		sim_fail(n->sim, "a malformed input reached the world");
	world_feed(n->w, p->instance, in);
}

static void gateway_acked(void *ctx, struct link *l, uint64_t seq)
{
	struct sim_world *n = ctx;
	struct peer *p = link_owner(l);
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__PeerAcked a = MUDLARK__PEER_ACKED__INIT;
	size_t i = 0;

	while (p && i < p->n_sent && p->sent[i].seq <= seq)
		a.oseq = p->sent[i++].oseq;
	if (!i)
		return;
	p->n_sent -= i;
	memmove(p->sent, p->sent + i, p->n_sent * sizeof(*p->sent));
	a.peer = p->instance;
	in.body_case = MUDLARK__WORLD_IN__BODY_PEER_ACKED;
	in.peer_acked = &a;
	feed(n, p->instance, &in);
}

static void gateway_forgotten(void *ctx, struct link *l)
{
	struct peer *p = link_owner(l);

	if (!p)
		return;
	p->link = NULL;
	p->n_sent = 0;
	peer_input(ctx, p, false, true);
}

static void turn(void *ctx)
{
	struct sim_world *n = ctx;

	if (n->ready)
		turns(n);
	link_flush(n->persist);
	if (n->hub)
		link_hub_flush(n->hub);
}

static void bind_bus(struct sim_world *n)
{
	const struct link_events events = { gateway_up,	   gateway_down, gateway_record,
					    gateway_acked, no_call,	 no_cancel,
					    no_room,	   NULL,	 n };
	struct link_hub_conf c = { .link = { .role = "world",
					     .name = "sim",
					     .instance = n->instance,
					     .world = 1,
					     .auto_take = true,
					     .clock = &n->sim->clock,
					     .entropy = &n->sim->entropy },
				   .roles = ROLE_GATEWAY | ROLE_AIBRIDGE | ROLE_BRIDGE,
				   .forget_us = n->sim->forget_us,
				   .forgotten = gateway_forgotten };
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Ready ready = MUDLARK__READY__INIT;
	struct link_hub_wire wire;

	in.body_case = MUDLARK__WORLD_IN__BODY_READY;
	in.ready = &ready;
	feed(n, 0, &in);
	n->ready = true;
	n->bus_end = sim_end_bind(n->sim->net, SIM_WORLD_BUS, &wire);
	n->hub = link_hub_new(&c, &wire, &events);
	sim_end_hub(n->bus_end, n->hub);
	sim_end_turn(n->bus_end, turn, n);
	n->next_tick_us = n->sim->q.now;
}

/* ---- life ---- */

struct sim_world *sim_world_new(struct sim *s)
{
	struct sim_world *n = base_alloc(1, sizeof(*n));
	const struct world_env env = { .ctx = n,
				       .commit = commit,
				       .output = output,
				       .call = call,
				       .superseded = superseded,
				       .run = cmd_run };
	const struct link_events events = { persist_up,	   persist_down, persist_record,
					    persist_acked, no_call,	 no_cancel,
					    no_room,	   NULL,	 n };
	struct link_conf c = { .role = "world",
			       .name = "sim",
			       .world = 1,
			       .auto_take = true,
			       .clock = &s->clock,
			       .entropy = &s->entropy };
	struct link_wire wire;

	n->sim = s;
	n->instance = c.instance = entropy_id(&s->entropy);
	arena_init(&n->arena, 0);
	n->w = world_new(&env, &s->pack, 1);
	n->persist_end = sim_end_dial(s->net, SIM_PERSIST_BUS, &wire);
	n->persist = link_dial_new(&c, &wire, &events);
	sim_end_link(n->persist_end, n->persist);
	sim_end_turn(n->persist_end, turn, n);
	return n;
}

void sim_world_free(struct sim_world *n)
{
	if (!n)
		return;
	n->ended = true;
	sim_end_die(n->persist_end);
	if (n->bus_end)
		sim_end_die(n->bus_end);
	link_hub_free(n->hub);
	link_free(n->persist);
	world_free(n->w);
	for (size_t i = 0; i < n->n_peers; i++)
		free(n->peers[i].sent);
	arena_done(&n->arena);
	free(n);
}

static void look_for_stall(struct sim_world *n)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__StoreState state = MUDLARK__STORE_STATE__INIT;
	const uint64_t now = n->sim->q.now;
	bool stalled;

	if (n->acked == n->issued)
		n->stall_since = now;
	stalled = n->sim->available && now - n->stall_since > 3000000;
	if (n->stalled == stalled)
		return;
	n->stalled = stalled;
	state.stalled = stalled;
	in.body_case = MUDLARK__WORLD_IN__BODY_STORE_STATE;
	in.store_state = &state;
	feed(n, 0, &in);
}

void sim_world_tick(struct sim_world *n)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__Tick t = MUDLARK__TICK__INIT;

	if (n->ended || n->paused)
		return;
	link_tick(n->persist);
	if (n->hub)
		link_hub_tick(n->hub);
	if (n->ready && !n->ended && n->sim->q.now >= n->next_tick_us) {
		n->next_tick_us += TICK_US;
		look_for_stall(n);
		t.number = ++n->ticks;
		t.wall_ms = clock_wall(&n->sim->clock);
		in.body_case = MUDLARK__WORLD_IN__BODY_TICK;
		in.tick = &t;
		feed(n, 0, &in);
	}
	turn(n);
}

void sim_world_pause(struct sim_world *n, bool paused)
{
	n->paused = paused;
	sim_end_pause(n->persist_end, paused);
	if (n->bus_end)
		sim_end_pause(n->bus_end, paused);
}

bool sim_world_ahead(const struct sim_world *n)
{
	return n->stalled && n->issued > n->acked;
}

bool sim_world_ready(const struct sim_world *n)
{
	return n->ready && !n->ended;
}

bool sim_world_ended(const struct sim_world *n)
{
	return n->ended;
}

uint64_t sim_world_items(const struct sim_world *n)
{
	uint64_t items = 0;

	for (struct ent e = ent_next(n->w, ENT_NONE); ent_is(e); e = ent_next(n->w, e)) {
		if (ent_kind(n->w, e) != KIND_ITEM)
			continue;
		items++;
		if (!ent_is(place_owner(n->w, e)))
			sim_fail(n->sim, "P5: a thing is nowhere");
	}
	return items;
}

unsigned sim_world_owes(const struct sim_world *n)
{
	unsigned owed = 0;

	for (struct ent e = ent_next(n->w, ENT_NONE); ent_is(e); e = ent_next(n->w, e)) {
		const struct thoughts *t = mind_thoughts(n->w, e);

		owed += t && (t->n_asks || t->n_lines || t->slot.state == SLOT_PENDING);
	}
	return owed;
}

int sim_world_holds(const struct sim_world *n, uint64_t session)
{
	const struct session *s = session_get(n->w, session);

	return s ? (int)place_count(n->w, s->actor) : -1;
}
