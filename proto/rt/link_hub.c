/*
 * link_hub.c - the binding end: finds the link of an address, and makes links of hellos.
 *
 * An address belongs to one link at a time and a link has an address only while it is up.  Links are
 * taken out of the list at once but the list is closed up only when nobody walks it.
 */
#include "rt/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rt/arena.h"
#include "rt/link_state.h"
#include "rt/log.h"
#include "rt/map.h"
#include "rt/route.h"

enum { MAX_PEERS = 256, FORGET_US = 60000000 };

struct link_hub {
	struct link_hub_conf conf;
	struct link_hub_wire wire;
	struct link_events events;
	struct strmap by_addr;
	struct link **links; /* NULL: a hole left while somebody walks */
	size_t n, cap, live;
	unsigned depth;
	bool dying;
	struct link_hub_stats stats;
};

struct addr {
	const void *p;
	size_t n;
};

static struct span key_of(struct addr a)
{
	return (struct span){ a.p, a.n };
}

static int send_link(void *ctx, struct span head, struct span body)
{
	struct link *l = ctx;
	struct link_hub *h = l->hub;

	return h->wire.send(h->wire.ctx, l->addr, l->n_addr, head, body);
}

struct link_hub *link_hub_new(const struct link_hub_conf *c, const struct link_hub_wire *w,
			      const struct link_events *e)
{
	struct link_hub *h = base_alloc(1, sizeof(*h));

	h->conf = *c;
	h->conf.max_peers = c->max_peers ? c->max_peers : MAX_PEERS;
	h->conf.forget_us = c->forget_us ? c->forget_us : FORGET_US;
	h->wire = *w;
	h->events = *e;
	strmap_init(&h->by_addr, NULL);
	return h;
}

static void destroy(struct link_hub *h)
{
	strmap_done(&h->by_addr);
	free(h->links);
	free(h);
}

static void close_up(struct link_hub *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		if (h->links[i])
			h->links[n++] = h->links[i];
	}
	h->n = n;
}

static void enter(struct link_hub *h)
{
	h->depth++;
}

static void leave(struct link_hub *h)
{
	if (--h->depth)
		return;
	if (h->dying)
		destroy(h);
	else if (h->live < h->n)
		close_up(h);
}

void link_hub_free(struct link_hub *h)
{
	if (!h || h->dying)
		return;
	enter(h);
	h->dying = true;
	for (size_t i = 0; i < h->n; i++) {
		link_free(h->links[i]);
		h->links[i] = NULL;
	}
	leave(h);
}

static struct link *find(const struct link_hub *h, uint64_t instance)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->links[i] && h->links[i]->peer.instance == instance)
			return h->links[i];
	}
	return NULL;
}

static struct link *add(struct link_hub *h)
{
	struct link *l;

	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 16;
		h->links = base_realloc(h->links, h->cap, sizeof(struct link *));
	}
	l = link_new(&h->conf.link, &(struct link_wire){ .send = send_link }, &h->events);
	l->wire.ctx = l;
	l->hub = h;
	h->links[h->n++] = l;
	h->live++;
	return l;
}

void link_hub_gone(struct link *l)
{
	(void)strmap_del(&l->hub->by_addr, (struct span){ (const char *)l->addr, l->n_addr });
	l->n_addr = 0;
	l->down_us = link_now(l);
}

static void count_breaks(struct link_hub *h, const struct link *l)
{
	const unsigned role = route_role_of(l->peer_role);

	if (role)
		h->stats.breaks[__builtin_ctz(role)] += l->stats.breaks;
}

/* Takes a link that is down out of the hub, and ends it. */
static void forget(struct link_hub *h, struct link *l)
{
	size_t i = 0;

	while (i < h->n && h->links[i] != l)
		i++;
	if (i == h->n)
		return;
	h->links[i] = NULL;
	h->live--;
	count_breaks(h, l);
	link_enter(l);
	log_debug("link_forgotten", LOG_STR("role", l->peer_role),
		  LOG_ID("instance", l->peer.instance));
	if (h->conf.forgotten && l->stats.connections)
		h->conf.forgotten(h->events.ctx, l);
	link_free(l);
	link_leave(l);
}

static void refuse(struct link_hub *h, struct addr to, uint64_t conversation, const char *why,
		   bool final)
{
	uint8_t out[LINK_CONTROL_MAX];
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Refuse r = MUDLARK__REFUSE__INIT;

	r.why = (char *)(uintptr_t)why;
	r.final = final;
	m.conversation = conversation;
	m.kind_case = MUDLARK__LINK_HEAD__KIND_REFUSE;
	m.refuse = &r;
	h->stats.refused++;
	/* If it does not go out, the dialler's own patience ends. */
	(void)!h->wire.send(h->wire.ctx, to.p, to.n, link_control_pack(&m, out),
			    (struct span){ NULL, 0 });
}

void link_hub_drop(struct link_hub *h, struct link *l)
{
	enter(h);
	link_enter(l);
	if (l->state == LINK_UP && !l->dying) {
		refuse(h, (struct addr){ l->addr, l->n_addr }, l->conversation, "dropped", false);
		link_lost(l, "dropped");
	}
	if (!l->dying)
		forget(h, l);
	link_leave(l);
	leave(h);
}

/* NULL, or why this hello will never be welcome. */
static const char *objection(const struct link_hub *h, const struct link *l,
			     const Mudlark__Hello *m)
{
	const uint32_t world = h->conf.link.world;

	if (m->version >> 8 != LINK_VERSION >> 8)
		return "the versions of the link do not fit";
	if (world && m->world && world != m->world)
		return "this process belongs to another world";
	if (!(h->conf.roles & route_role_of(m->role)))
		return "this role does not dial in here";
	if (!m->instance)
		return "an instance is a number above 0";
	if (l && strcmp(l->peer_role, m->role) != 0)
		return "an instance has one role";
	return h->wire.fault ? h->wire.fault(h->wire.ctx, m->role) : NULL;
}

static struct link_peer peer_of(const Mudlark__Hello *m)
{
	return (struct link_peer){ .instance = m->instance,
				   .role = m->role,
				   .name = m->name,
				   .build = m->build,
				   .world = m->world,
				   .version = m->version };
}

/* NULL, or why not now. */
static const char *delay(struct link_hub *h, const Mudlark__Hello *m)
{
	const struct link_peer peer = peer_of(m);

	if (!find(h, m->instance) && h->live >= h->conf.max_peers)
		return "there are too many peers";
	return h->conf.admit ? h->conf.admit(h->events.ctx, &peer) : NULL;
}

struct agreed {
	enum link_up how; /* for our owner */
	bool resumed;	  /* for the dialler */
};

/*
 * Both streams, as the hello leaves them.  In memory they go on only when the dialler speaks of the
 * numbering we speak of; by `known` its stream goes on and ours begins anew, keeping what it never saw.
 */
static struct agreed agree(struct link *l, const Mudlark__Hello *m)
{
	struct link_hub *h = l->hub;
	uint64_t have = 0;

	if (l->since && m->peer == l->conf.instance && m->since == l->since) {
		if (m->have + 1 >= l->ring.first && m->have <= l->ring.high) {
			link_ring_rewind(&l->ring, m->have + 1);
			return (struct agreed){ LINK_RESUMED, true };
		}
		log_warning("link_numbers_differ", LOG_ID("instance", m->instance),
			    LOG_U64("have", m->have), LOG_U64("acked", l->ring.first - 1),
			    LOG_U64("sent", l->ring.high));
	}
	l->since = entropy_id(l->conf.entropy);
	if (h->conf.known && h->conf.known(h->events.ctx, &l->peer, &have)) {
		const bool whole = l->ring.first == 1;

		if (whole)
			link_ring_rewind(&l->ring, 1);
		else
			link_ring_reset(&l->ring);
		l->received = l->taken = have;
		return (struct agreed){ whole ? LINK_RESUMED : LINK_FRESH, true };
	}
	link_begin(l);
	return (struct agreed){ LINK_FRESH, false };
}

static int say_welcome(struct link *l, bool resumed)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Welcome w = MUDLARK__WELCOME__INIT;

	w.version = LINK_VERSION;
	w.role = l->role;
	w.name = l->name;
	w.build = l->build;
	w.instance = l->conf.instance;
	w.resumed = resumed;
	w.have = l->taken;
	w.next = l->ring.first;
	w.since = l->since;
	m.window = link_window(l);
	m.kind_case = MUDLARK__LINK_HEAD__KIND_WELCOME;
	m.welcome = &w;
	l->told = l->taken;
	l->granted = m.window;
	return link_say(l, &m);
}

static void welcome(struct link *l, const Mudlark__LinkHead *m)
{
	const Mudlark__Hello *hello = m->hello;
	const uint64_t credit = m->window > hello->have ? m->window - hello->have : 0;
	const struct link_peer peer = peer_of(hello);
	uint64_t acked;
	struct agreed a;

	link_set_peer(l, &peer);
	l->conversation = m->conversation;
	acked = l->ring.first - 1;
	a = agree(l, hello);
	/* A stream of ours that began anew has nothing acknowledged. */
	if (l->ring.first == 1)
		acked = 0;
	l->peer_window = l->ring.first - 1 + credit;
	l->stats.frames_in++;
	if (say_welcome(l, a.resumed) < 0)
		link_hub_gone(l);
	else
		link_go_up(l, a.how, acked);
}

static void move_to(struct link *l, struct addr from)
{
	struct link *there = strmap_get(&l->hub->by_addr, key_of(from));

	if (there && there != l)
		link_lost(there, "replaced");
	link_lost(l, "replaced");
}

/* For good: the dialler will not come again, and somebody has to know which one it was. */
static void tell_refusal(const Mudlark__Hello *m, const char *why, bool final)
{
	const struct span role = { m->role, strlen(m->role) }, name = { m->name, strlen(m->name) };
	const struct span build = { m->build, strlen(m->build) };

	LOG_AT(final ? LOG_WARNING : LOG_INFO, "link_refused", LOG_STR("why", why),
	       LOG_TEXT("role", role), LOG_TEXT("name", name), LOG_TEXT("build", build),
	       LOG_U64("link", m->version));
}

static void in_hello(struct link_hub *h, struct addr from, const Mudlark__LinkHead *m)
{
	struct link *l = find(h, m->hello->instance);
	const char *never, *why;

	if (l && m->conversation <= l->conversation) {
		h->stats.stale++;
		return;
	}
	never = objection(h, l, m->hello);
	why = never ? never : delay(h, m->hello);
	if (why) {
		tell_refusal(m->hello, why, never != NULL);
		refuse(h, from, m->conversation, why, never != NULL);
		return;
	}
	if (!l)
		l = add(h);
	link_enter(l);
	move_to(l, from);
	if (!l->dying && !h->dying) {
		memcpy(l->addr, from.p, from.n);
		l->n_addr = from.n;
		(void)strmap_put(&h->by_addr, key_of(from), l);
		welcome(l, m);
	}
	link_leave(l);
}

static void in_control(struct link_hub *h, struct addr from, struct span head, struct span body)
{
	struct link *l = strmap_get(&h->by_addr, key_of(from));
	struct arena a;
	ProtobufCMessage *unpacked;
	const Mudlark__LinkHead *m;

	arena_init(&a, 0);
	unpacked = route_unpack(&mudlark__link_head__descriptor, head, &a);
	m = (const Mudlark__LinkHead *)(const void *)unpacked;
	if (m && m->kind_case == MUDLARK__LINK_HEAD__KIND_HELLO)
		in_hello(h, from, m);
	else if (l && m)
		link_in_control(l, m, body);
	else if (l)
		link_break(l, "malformed frame");
	else
		h->stats.strays++;
	arena_done(&a);
}

void link_hub_receive(struct link_hub *h, const void *addr, size_t n_addr, struct span head,
		      struct span body)
{
	const struct addr from = { addr, n_addr };
	struct link_frame f;
	struct link *l;

	if (h->dying || !n_addr || n_addr > LINK_ADDR_MAX) {
		h->stats.strays++;
		return;
	}
	enter(h);
	if (link_frame_parse(&f, head) != 0) {
		in_control(h, from, head, body);
	} else {
		l = strmap_get(&h->by_addr, key_of(from));
		if (l)
			link_in_plain(l, &f, body);
		else
			h->stats.strays++;
	}
	leave(h);
}

size_t link_hub_each(struct link_hub *h, void (*fn)(void *ctx, struct link *l), void *ctx)
{
	const size_t n = h->live;

	enter(h);
	for (size_t i = 0; fn && i < h->n && !h->dying; i++) {
		if (h->links[i])
			fn(ctx, h->links[i]);
	}
	leave(h);
	return n;
}

static void writable_one(UNUSED void *ctx, struct link *l)
{
	link_writable(l);
}

void link_hub_writable(struct link_hub *h)
{
	(void)link_hub_each(h, writable_one, NULL);
}

static void tick_one(void *ctx, struct link *l)
{
	struct link_hub *h = ctx;

	if (l->state == LINK_IDLE && link_now(l) - l->down_us >= h->conf.forget_us)
		forget(h, l);
	else
		link_tick(l);
}

void link_hub_tick(struct link_hub *h)
{
	(void)link_hub_each(h, tick_one, h);
}

static void flush_one(UNUSED void *ctx, struct link *l)
{
	link_flush(l);
}

void link_hub_flush(struct link_hub *h)
{
	(void)link_hub_each(h, flush_one, NULL);
}

void link_hub_stats(const struct link_hub *h, struct link_hub_stats *ret)
{
	*ret = h->stats;
}
