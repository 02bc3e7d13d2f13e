/*
 * link_net.h - two ends of a link over a wire in memory, on a clock of the test's own.
 *
 * One dialler, one hub.  Messages wait in a list with a time of arrival; faults drop, double and delay
 * them.  Each end is an application that numbers what it sends from 1 in each life of a stream (a life
 * begins with up(FRESH)) and checks at each record, acknowledgement and up() that what the link promises
 * was kept.
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/link.h"
#include "rt/log.h"
#include "rt/rand.h"
#include "rt/route.h"

/* ck_assert writes to a file each time it holds, which is most of what a storm would do. */
#define HOLDS(x)                                                                                   \
	do {                                                                                       \
		if (!(x))                                                                          \
			ck_abort_msg("does not hold: %s", #x);                                     \
	} while (0)

struct net_message {
	uint64_t at;
	uint32_t addr;
	bool to_hub;
	struct span head, body;
};

/* Rows of records: what one application said to the other. */
struct net_record {
	uint64_t instance, life, number;
};

struct net;

struct net_app {
	struct net *net;
	const char *who;
	struct link *link; /* NULL: none, or down for good */
	bool up;
	uint64_t instance;	  /* of this process */
	uint64_t life, sent;	  /* our stream: its life, records in it */
	uint64_t from, from_life; /* the peer's stream that is being received */
	uint64_t got;		  /* records of it handed over */
	uint64_t taken;		  /* records of it taken over by hand */
	uint64_t acked;
	uint64_t ups, fresh, downs, records, rooms, refusals, calls_in, cancels;
	uint64_t calls_done, calls_failed;
	bool by_hand; /* link_take() at some later time */
	char why[80];
};

struct net {
	uint64_t now;
	struct rng rng;
	struct clock clock;
	struct entropy entropy;
	struct net_message *queue;
	size_t n, cap;
	uint32_t addr; /* the dialler's present connection */
	bool cut;      /* nothing goes over */
	bool redial_fails;
	int send_result;	    /* of both wires, when not 0 */
	unsigned drop, twice, late; /* in a thousand */
	struct link_conf conf;
	struct link_hub_conf hub_conf;
	struct link_hub *hub;
	struct net_app a, b;		     /* dialler; binder */
	uint64_t store_instance, store_have; /* survives a crash of the binder */
	bool stores;
	uint64_t lives;
	const char *not_now;
};

static inline uint64_t net_mono(void *ctx)
{
	return ((struct net *)ctx)->now;
}

static inline int64_t net_wall(void *ctx)
{
	return (int64_t)(((struct net *)ctx)->now / 1000);
}

static inline void net_fill(void *ctx, void *p, size_t n)
{
	struct net *net = ctx;

	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)rng_next(&net->rng);
}

static inline bool net_chance(struct net *net, unsigned in_thousand)
{
	return in_thousand && rng_below(&net->rng, 1000) < in_thousand;
}

static inline void net_queue(struct net *net, bool to_hub, uint32_t addr, struct span head,
			     struct span body)
{
	struct net_message *m;
	const uint64_t late = net_chance(net, net->late) ? rng_below(&net->rng, 200000) : 0;

	if (net->n == net->cap) {
		net->cap = net->cap ? net->cap * 2 : 64;
		net->queue = base_realloc(net->queue, net->cap, sizeof(*net->queue));
	}
	m = &net->queue[net->n++];
	*m = (struct net_message){
		net->now + late, addr, to_hub, { NULL, head.n }, { NULL, body.n }
	};
	m->head.p = base_dup(head.p, head.n);
	m->body.p = base_dup(body.n ? body.p : "", body.n);
}

static inline int net_post(struct net *net, bool to_hub, uint32_t addr, struct span head,
			   struct span body)
{
	if (net->send_result)
		return net->send_result;
	HOLDS(head.n + body.n <= 1 << 20);
	if (net->cut || net_chance(net, net->drop))
		return 0;
	net_queue(net, to_hub, addr, head, body);
	if (net_chance(net, net->twice))
		net_queue(net, to_hub, addr, head, body);
	return 0;
}

static inline int net_send_dialler(void *ctx, struct span head, struct span body)
{
	struct net *net = ctx;

	return net_post(net, true, net->addr, head, body);
}

static inline int net_redial(void *ctx)
{
	struct net *net = ctx;

	if (net->redial_fails)
		return -EIO;
	net->addr++;
	return 0;
}

static inline int net_send_hub(void *ctx, const void *addr, size_t n_addr, struct span head,
			       struct span body)
{
	uint32_t to;

	HOLDS(n_addr == sizeof(to));
	memcpy(&to, addr, sizeof(to));
	return net_post(ctx, false, to, head, body);
}

/* --- the two applications --- */

static inline void net_on_up(void *ctx, struct link *l, const struct link_peer *peer,
			     enum link_up how)
{
	struct net_app *app = ctx;

	/* A dialler that came anew: the binder ends the link of its former life. */
	if (app == &app->net->b && app->link && app->link != l)
		link_hub_drop(app->net->hub, app->link);
	HOLDS(!app->up);
	app->up = true;
	app->link = l;
	app->ups++;
	HOLDS(link_is_up(l));
	HOLDS(link_peer(l) == peer);
	if (how == LINK_FRESH || !app->life) {
		struct link_stats st;

		link_stats(l, &st);
		if (how == LINK_FRESH)
			HOLDS(st.ring_records == 0);
		app->fresh += how == LINK_FRESH;
		app->life = ++app->net->lives;
		app->sent = app->acked = 0;
	}
	if (how == LINK_FRESH || peer->instance != app->from) {
		app->from = peer->instance;
		app->from_life = 0;
		app->got = app->taken = 0;
		if (how == LINK_RESUMED && app == &app->net->b && app->net->stores)
			app->got = app->taken = app->net->store_have;
	}
}

static inline void net_on_down(void *ctx, struct link *l, const char *why)
{
	struct net_app *app = ctx;

	HOLDS(app->up);
	HOLDS(app->link == l);
	app->up = false;
	app->downs++;
	snprintf(app->why, sizeof(app->why), "%s", why);
}

static inline void net_on_record(void *ctx, UNUSED struct link *l, uint64_t seq, struct span body)
{
	struct net_app *app = ctx;
	struct net_record r;

	HOLDS(body.n >= sizeof(r));
	memcpy(&r, body.p, sizeof(r));
	HOLDS(app->up);
	HOLDS(r.instance == app->from);
	if (!app->from_life)
		app->from_life = r.life;
	HOLDS(r.life == app->from_life);
	HOLDS(r.number == app->got + 1);
	HOLDS(seq == r.number);
	app->got = r.number;
	app->records++;
}

static inline void net_on_acked(void *ctx, UNUSED struct link *l, uint64_t seq)
{
	struct net_app *app = ctx;
	struct net_app *other = app == &app->net->a ? &app->net->b : &app->net->a;

	HOLDS(seq > app->acked);
	HOLDS(seq <= app->sent);
	app->acked = seq;
	if (other->from == app->instance && other->from_life == app->life)
		HOLDS(seq <= other->by_hand ? other->taken : other->got);
	if (app == &app->net->a && app->net->stores)
		HOLDS(seq <= app->net->store_have);
}

static inline void net_on_room(void *ctx, UNUSED struct link *l)
{
	((struct net_app *)ctx)->rooms++;
}

static inline void net_on_refused(void *ctx, UNUSED struct link *l, const char *why)
{
	struct net_app *app = ctx;

	app->refusals++;
	snprintf(app->why, sizeof(app->why), "%s", why);
}

/* Answers with the same bytes; "wait" is not answered here. */
static inline void net_on_call(void *ctx, struct link *l, uint64_t id, struct span body)
{
	((struct net_app *)ctx)->calls_in++;
	if (body.n != 4 || memcmp(body.p, "wait", 4) != 0)
		HOLDS(link_reply(l, id, body) == 0);
}

static inline void net_on_cancelled(void *ctx, UNUSED struct link *l, UNUSED uint64_t id)
{
	((struct net_app *)ctx)->cancels++;
}

static inline void net_on_done(void *ctx, UNUSED uint64_t id, const struct span *body,
			       const char *why)
{
	struct net_app *app = ctx;

	HOLDS((body == NULL) == (why != NULL));
	if (body)
		app->calls_done++;
	else
		app->calls_failed++;
	if (why)
		snprintf(app->why, sizeof(app->why), "%s", why);
}

static inline struct link_events net_events(struct net_app *app)
{
	return (struct link_events){
		.up = net_on_up,
		.down = net_on_down,
		.record = net_on_record,
		.acked = net_on_acked,
		.call = net_on_call,
		.cancelled = net_on_cancelled,
		.room = net_on_room,
		.refused = net_on_refused,
		.ctx = app,
	};
}

static inline bool net_known(void *ctx, const struct link_peer *peer, uint64_t *ret_have)
{
	const struct net *net = ((struct net_app *)ctx)->net;

	if (!net->stores || net->store_instance != peer->instance)
		return false;
	*ret_have = net->store_have;
	return true;
}

static inline void net_forgotten(void *ctx, struct link *l)
{
	struct net_app *app = ctx;

	HOLDS(!link_is_up(l));
	if (app->link == l)
		app->link = NULL;
}

static inline const char *net_admit(void *ctx, UNUSED const struct link_peer *peer)
{
	return ((struct net_app *)ctx)->net->not_now;
}

/* --- life --- */

static inline void net_start_hub(struct net *net)
{
	const struct link_hub_wire wire = { .send = net_send_hub, .ctx = net };
	const struct link_events events = net_events(&net->b);

	net->b.instance = entropy_id(&net->entropy);
	net->hub_conf.link = net->conf;
	net->hub_conf.link.role = "world";
	net->hub_conf.link.name = "binder";
	net->hub_conf.link.instance = net->b.instance;
	net->hub_conf.link.auto_take = !net->b.by_hand;
	net->hub_conf.known = net_known;
	net->hub_conf.forgotten = net_forgotten;
	net->hub_conf.admit = net_admit;
	net->hub = link_hub_new(&net->hub_conf, &wire, &events);
}

static inline void net_start_dialler(struct net *net)
{
	struct link_conf conf = net->conf;
	const struct link_wire wire = { net_send_dialler, net_redial, net };
	const struct link_events events = net_events(&net->a);

	net->addr++;
	net->a.instance = entropy_id(&net->entropy);
	conf.role = "gateway";
	conf.name = "dialler";
	conf.instance = net->a.instance;
	conf.auto_take = !net->a.by_hand;
	net->a.link = link_dial_new(&conf, &wire, &events);
}

static inline void net_init(struct net *net, uint64_t seed)
{
	*net = (struct net){ .now = 1000000 };
	rng_seed(&net->rng, seed);
	net->clock = (struct clock){ net_mono, net_wall, net };
	net->entropy = (struct entropy){ net_fill, net };
	net->conf = (struct link_conf){
		.window = 16,
		.ring_bytes = 8192,
		.ring_records = 64,
		.silence_us = 300000,
		.backoff_min_us = 10000,
		.backoff_max_us = 50000,
		.clock = &net->clock,
		.entropy = &net->entropy,
	};
	net->hub_conf.roles = ROLE_GATEWAY;
	net->hub_conf.forget_us = 60000000;
	net->a.net = net->b.net = net;
	net->a.who = "dialler";
	net->b.who = "binder";
	log_set(LOG_ERROR, false);
}

static inline void net_start(struct net *net)
{
	net_start_hub(net);
	net_start_dialler(net);
}

/* Whatever the process knew is gone, but not what the test counts. */
static inline void net_forget_app(struct net_app *app)
{
	*app = (struct net_app){ .net = app->net,
				 .who = app->who,
				 .by_hand = app->by_hand,
				 .fresh = app->fresh,
				 .ups = app->ups,
				 .records = app->records };
}

static inline void net_crash_dialler(struct net *net)
{
	link_free(net->a.link);
	net_forget_app(&net->a);
	net_start_dialler(net);
}

static inline void net_crash_hub(struct net *net)
{
	link_hub_free(net->hub);
	net_forget_app(&net->b);
	net_start_hub(net);
}

static inline void net_done(struct net *net)
{
	link_free(net->a.link);
	link_hub_free(net->hub);
	for (size_t i = 0; i < net->n; i++) {
		free((void *)(uintptr_t)net->queue[i].head.p);
		free((void *)(uintptr_t)net->queue[i].body.p);
	}
	free(net->queue);
}

/* --- time --- */

static inline void net_deliver(struct net *net, const struct net_message *m)
{
	if (m->to_hub)
		link_hub_receive(net->hub, &m->addr, sizeof(m->addr), m->head, m->body);
	else if (m->addr == net->addr && net->a.link)
		link_receive(net->a.link, m->head, m->body);
	free((void *)(uintptr_t)m->head.p);
	free((void *)(uintptr_t)m->body.p);
}

/* Everything that is due, and what that sets off. */
static inline void net_settle(struct net *net)
{
	for (;;) {
		size_t due = 0;

		if (net->a.link)
			link_flush(net->a.link);
		link_hub_flush(net->hub);
		while (due < net->n && net->queue[due].at > net->now)
			due++;
		if (due == net->n)
			return;
		struct net_message m = net->queue[due];

		memmove(&net->queue[due], &net->queue[due + 1],
			(net->n - due - 1) * sizeof(*net->queue));
		net->n--;
		net_deliver(net, &m);
	}
}

static inline void net_pass(struct net *net, uint64_t us)
{
	const uint64_t end = net->now + us;

	while (net->now < end) {
		net->now += end - net->now < 10000 ? end - net->now : 10000;
		if (net->a.link)
			link_tick(net->a.link);
		link_hub_tick(net->hub);
		net_settle(net);
	}
}

/* One record from an application; the result of link_send. */
static inline int net_say(struct net_app *app, size_t extra)
{
	char bytes[4096] = { 0 };
	const struct net_record r = { app->instance, app->life, app->sent + 1 };
	uint64_t seq = 0;
	int result;

	if (!app->link || !app->life)
		return 1;
	memcpy(bytes, &r, sizeof(r));
	result = link_send(app->link, (struct span){ bytes, sizeof(r) + extra }, &seq);
	if (result == 0) {
		app->sent++;
		HOLDS(seq == app->sent);
	}
	return result;
}
