/*
 * gateways.c - the bus where gateways, aibridges and bridges dial in: their records become inputs, outputs become
 * theirs.
 *
 * A durable output is remembered with the link's number of it, so that the link's acknowledgement
 * tells the core which outputs a gateway has.  A gateway whose ring is full has not read for long; it
 * is dropped, and its sessions with it.  So is a bridge that goes on speaking while the world, whose store
 * is away, does nothing: what it said it will say again.
 */
#include "world/server.h"

#include <assert.h>
#include <string.h>

#include "rt/log.h"
#include "rt/route.h"
#include "world/outbox.h"
#include "world/turn.h"

/* What may wait for a gateway that is away, before it is given up. */
enum { BRIDGE_WAITING_BYTES = 4 << 20, BRIDGES_WAITING_BYTES = 16 << 20 };
enum { GATEWAY_RING_BYTES = 32 << 20, GATEWAY_RING_RECORDS = 1 << 18, LIFE_MAX = 64 };

static struct gateway_link *by_link(struct server *s, const struct link *l)
{
	for (size_t i = 0; i < s->n_gateways; i++)
		if (s->gateways[i].link == l)
			return &s->gateways[i];
	return NULL;
}

static struct gateway_link *by_instance(struct server *s, uint64_t instance)
{
	for (size_t i = 0; i < s->n_gateways; i++)
		if (s->gateways[i].instance == instance)
			return &s->gateways[i];
	return NULL;
}

static const char *role_of(const struct link *l)
{
	return link_peer(l)->role;
}

/* Before all else: which life of the world this is. */
static void say_life(const struct server *s, struct link *l)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Life m = MUDLARK__LIFE__INIT;
	uint8_t bytes[LIFE_MAX];

	m.instance = s->instance;
	m.oseq = outbox_first(s->epoch);
	in.body_case = MUDLARK__GATEWAY_IN__BODY_LIFE;
	in.life = &m;
	assert(mudlark__gateway_in__get_packed_size(&in) <= sizeof(bytes));
	const size_t n = mudlark__gateway_in__pack(&in, bytes);
	const int r = link_send(l, (struct span){ (const char *)bytes, n }, NULL);

	if (r)
		log_error("life_not_taken", LOG_INT("result", r));
}

static void on_up(void *ctx, struct link *l, const struct link_peer *peer, enum link_up how)
{
	struct server *s = ctx;
	struct gateway_link *g = by_link(s, l);
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__PeerUp m = MUDLARK__PEER_UP__INIT;

	if (!g && s->n_gateways < GATEWAYS_MAX) {
		g = &s->gateways[s->n_gateways++];
		*g = (struct gateway_link){ .instance = peer->instance, .link = l };
	}
	if (!g) {
		log_warning("too_many_peers", LOG_STR("role", peer->role),
			    LOG_STR("name", peer->name));
		return;
	}
	if (how == LINK_FRESH)
		buf_reset(&g->sent);
	if (how == LINK_FRESH && route_role_of(peer->role) == ROLE_GATEWAY)
		say_life(s, l);
	log_info("peer_up", LOG_STR("role", peer->role), LOG_STR("name", peer->name),
		 LOG_ID("instance", peer->instance),
		 LOG_STR("how", how == LINK_FRESH ? "fresh" : "resumed"));
	m.peer = peer->instance;
	m.role = (char *)(uintptr_t)peer->role;
	m.name = (char *)(uintptr_t)peer->name;
	m.resumed = how == LINK_RESUMED;
	in.body_case = MUDLARK__WORLD_IN__BODY_PEER_UP;
	in.peer_up = &m;
	server_feed(s, 0, &in);
}

static void feed_down(struct server *s, uint64_t instance, bool gone)
{
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__PeerDown m = MUDLARK__PEER_DOWN__INIT;

	m.peer = instance;
	m.gone = gone;
	in.body_case = MUDLARK__WORLD_IN__BODY_PEER_DOWN;
	in.peer_down = &m;
	server_feed(s, 0, &in);
}

static void on_down(void *ctx, struct link *l, const char *why)
{
	struct server *s = ctx;
	const struct gateway_link *g = by_link(s, l);

	if (!g)
		return;
	log_info("peer_down", LOG_STR("role", role_of(l)), LOG_ID("instance", g->instance),
		 LOG_STR("reason", why));
	feed_down(s, g->instance, false);
}

static void on_forgotten(void *ctx, struct link *l)
{
	struct server *s = ctx;
	struct gateway_link *g = by_link(s, l);

	if (!g)
		return;
	log_warning("peer_gone", LOG_STR("role", role_of(l)), LOG_ID("instance", g->instance));
	feed_down(s, g->instance, true);
	buf_done(&g->sent);
	*g = s->gateways[--s->n_gateways];
}

/* What waits is counted only when so much was said that it could be too much. */
static bool is_too_much(const struct server *s, uint64_t peer, size_t n, size_t *fed, size_t most)
{
	*fed += n;
	if (*fed > most)
		*fed = turn_waiting(s->world, peer) + n;
	return *fed > most;
}

/* True: the bridge is to be dropped. */
static bool is_flooding(struct server *s, struct gateway_link *g, size_t n)
{
	if (!s->world || g->doomed)
		return g->doomed;
	g->doomed = is_too_much(s, g->instance, n, &g->fed, BRIDGE_WAITING_BYTES) ||
		    is_too_much(s, 0, n, &s->bridges_fed, BRIDGES_WAITING_BYTES);
	if (!g->doomed)
		return false;
	log_error("bridge_says_too_much", LOG_STR("name", link_peer(g->link)->name),
		  LOG_ID("instance", g->instance), LOG_U64("waiting_bytes", g->fed));
	loop_timer_soon(&s->drops);
	return true;
}

static void on_record(void *ctx, struct link *l, uint64_t seq, struct span body)
{
	struct server *s = ctx;
	const struct link_peer *peer = link_peer(l);
	const unsigned role = route_role_of(peer->role);
	struct gateway_link *g = role == ROLE_BRIDGE ? by_link(s, l) : NULL;

	(void)seq;
	if (g && is_flooding(s, g, body.n))
		return;
	inbox_record(s, peer->instance, role, body);
}

static void on_acked(void *ctx, struct link *l, uint64_t seq)
{
	struct server *s = ctx;
	struct gateway_link *g = by_link(s, l);
	Mudlark__WorldIn in = MUDLARK__WORLD_IN__INIT;
	Mudlark__PeerAcked m = MUDLARK__PEER_ACKED__INIT;
	struct sent first;

	while (g && g->sent.n) {
		memcpy(&first, buf_p(&g->sent), sizeof(first));
		if (first.seq > seq)
			break;
		m.oseq = first.oseq;
		buf_drain(&g->sent, sizeof(first));
	}
	if (!m.oseq)
		return;
	m.peer = g->instance;
	in.body_case = MUDLARK__WORLD_IN__BODY_PEER_ACKED;
	in.peer_acked = &m;
	server_feed(s, 0, &in);
}

/* Gateways are dropped from the loop, never from inside a turn. */
static void on_doomed(void *ctx)
{
	struct server *s = ctx;

	for (size_t i = 0; i < s->n_gateways;) {
		if (!s->gateways[i].doomed) {
			i++;
			continue;
		}
		s->gateways[i].doomed = false;
		link_hub_drop(wire_hub(s->bus), s->gateways[i].link);
	}
}

void gateways_output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq)
{
	struct server *s = ctx;
	struct gateway_link *g = by_instance(s, gateway);
	struct sent sent = { .oseq = oseq };

	if (!g || g->doomed)
		return;
	if (link_send(g->link, record, &sent.seq)) {
		log_error("peer_reads_nothing", LOG_STR("role", role_of(g->link)),
			  LOG_ID("instance", gateway));
		g->doomed = true;
		loop_timer_soon(&s->drops);
		return;
	}
	phases_output(record);
	if (oseq)
		buf_add(&g->sent, &sent, sizeof(sent));
}

void gateways_drop(void *ctx, uint64_t peer)
{
	struct server *s = ctx;
	struct gateway_link *g = by_instance(s, peer);

	if (!g)
		return;
	g->doomed = true;
	loop_timer_soon(&s->drops);
}

int gateways_bind(struct server *s)
{
	const struct proc_common *common = proc_common(s->proc);
	const struct wire_spec spec = {
		.endpoint = s->options->bus,
		.security = { .insecure = s->proc->insecure,
			      .key_file = common->bus_key_file,
			      .allow_file = common->bus_allow_file,
			      .peer_key = common->bus_peer_key },
		.link = { .role = "world",
			  .name = s->proc->name,
			  .instance = s->instance,
			  .world = (uint32_t)s->options->number,
			  .auto_take = true,
			  .ring_bytes = GATEWAY_RING_BYTES,
			  .ring_records = GATEWAY_RING_RECORDS },
		.events = { .up = on_up,
			    .down = on_down,
			    .record = on_record,
			    .acked = on_acked,
			    .ctx = s },
	};
	const struct link_hub_conf hub = { .roles = ROLE_GATEWAY | ROLE_AIBRIDGE | ROLE_BRIDGE,
					   .max_peers = GATEWAYS_MAX,
					   .forgotten = on_forgotten };

	loop_timer_init(s->loop, &s->drops, on_doomed, s);
	return wire_bind(&s->bus, s->loop, &spec, &hub);
}

void gateways_done(struct server *s)
{
	wire_freep(&s->bus);
	for (size_t i = 0; i < s->n_gateways; i++)
		buf_done(&s->gateways[i].sent);
	s->n_gateways = 0;
}
