/*
 * gateway.c - see gateway.h.
 *
 * A turn of the loop: bytes and records come in and change sessions; at its end (on_idle) the lobby
 * sends what was put off, each client gets its one write, and after that the wire sends one frame to
 * the world.
 */
#include "gateway/gateway.h"

#include <malloc.h>
#include <stdlib.h>
#include "gateway/charset.h"
#include "gateway/client.h"
#include "gateway/drain.h"
#include "gateway/lobby.h"
#include "gateway/meter.h"
#include "gateway/ports.h"
#include "gateway/rights.h"
#include "gateway/sites.h"
#include "rt/log.h"
#include "rt/wire.h"

enum {
	GATEWAY_STOP_US = 900000,
	GATEWAY_CALM_US = 1000000,
	GATEWAY_MOVE = 100,	       /* clients sent elsewhere at once */
	GATEWAY_STORM_BYTES = 1 << 20, /* sent in GATEWAY_CALM_US */
};

struct gateway {
	struct proc *proc;
	const struct gateway_conf *conf;
	struct lobby_conf lobby_conf;
	struct client_conf client_conf;
	struct charset_warm charsets;
	struct lobby lobby;
	struct clients clients;
	struct ports *ports;
	struct sites sites;
	struct drain drain;
	struct wire *wire;
	struct metric_server *metrics;
	struct metric meters[METERS];
	struct loop_timer timer; /* of the lobby */
	struct loop_timer stop, calm, draining;
	uint64_t calm_bytes; /* sent when `calm` fired last */
	bool storm;
	uint64_t due_us; /* when `timer` fires */
	int64_t since_s; /* Unix time of the start */
	struct buf packed;
	bool ready, stopping;
};

static const char bye_line[] = "{system}The gates close for now. Come back soon.{/}";

/* The link */

/* The lobby's context is the table of clients, whose owner we are. */
static int to_world(void *ctx, const Mudlark__WorldIn *m)
{
	struct gateway *g = ((struct clients *)ctx)->ctx;
	size_t n = mudlark__world_in__get_packed_size(m);

	buf_reset(&g->packed);
	mudlark__world_in__pack(m, (uint8_t *)buf_reserve(&g->packed, n));
	buf_commit(&g->packed, n);
	return link_send(wire_link(g->wire), buf_span(&g->packed), NULL);
}

static void on_line_sent(void *ctx, struct session *s, uint64_t now_us)
{
	struct gateway *g = ((struct clients *)ctx)->ctx;

	metric_observe_us(&g->meters[METER_QUEUE_SECONDS], now_us - session_head(s)->typed_us);
}

static void on_line_done(void *ctx, struct session *s, uint64_t now_us)
{
	struct gateway *g = ((struct clients *)ctx)->ctx;

	metric_observe_us(&g->meters[METER_LINE_SECONDS], now_us - session_head(s)->sent_us);
	client_answered(s->owner, s->id, session_done(s) + 1, now_us);
}

static void on_output(void *ctx, uint64_t us)
{
	struct gateway *g = ctx;

	metric_observe_us(&g->meters[METER_OUTPUT_SECONDS], us);
}

static void on_up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
		  enum link_up how)
{
	struct gateway *g = ctx;

	lobby_up(&g->lobby, how);
	if (!g->ready)
		proc_ready(g->proc);
	g->ready = true;
}

static void on_down(void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
	struct gateway *g = ctx;

	lobby_down(&g->lobby);
}

static void on_record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct gateway *g = ctx;

	lobby_record(&g->lobby, body);
}

static void on_room(void *ctx, UNUSED struct link *l)
{
	struct gateway *g = ctx;

	lobby_room(&g->lobby);
}

static void on_refused(void *ctx, UNUSED struct link *l, const char *why)
{
	struct gateway *g = ctx;

	log_error("world_refuses", LOG_STR("reason", why));
	loop_stop(g->proc->loop, EXIT_UNAVAILABLE);
}

static int dial(struct gateway *g)
{
	const struct proc_common *common = proc_common(g->proc);
	struct wire_spec spec = {
		.endpoint = g->conf->bus,
		.security = {
			.insecure = g->proc->insecure,
			.key_file = common->bus_key_file,
			.allow_file = common->bus_allow_file,
			.peer_key = common->bus_peer_key,
		},
		.link = {
			.role = "gateway",
			.name = g->proc->name,
			.instance = entropy_id(&entropy_system),
			.auto_take = true,
		},
		.to = ROLE_WORLD,
		.events = {
			.up = on_up,
			.down = on_down,
			.record = on_record,
			.room = on_room,
			.refused = on_refused,
			.ctx = g,
		},
	};
	int r = wire_dial(&g->wire, g->proc->loop, &spec);

	if (r < 0)
		log_error("cannot_dial", LOG_STR("bus", g->conf->bus), LOG_ERRNO(r));
	return r;
}

static void on_gone(void *ctx, const struct client *c)
{
	struct gateway *g = ctx;

	ports_gone(g->ports, c);
}

/* The loop */

static void on_timer(void *ctx)
{
	struct gateway *g = ctx;

	g->due_us = UINT64_MAX;
	lobby_tick(&g->lobby);
}

static void arm_timer(struct gateway *g)
{
	uint64_t due = lobby_due(&g->lobby), now;

	if (due == g->due_us)
		return;
	g->due_us = due;
	if (due == UINT64_MAX) {
		loop_timer_stop(&g->timer);
		return;
	}
	now = clock_mono(loop_clock(g->proc->loop));
	loop_timer_in(&g->timer, due > now ? due - now : 0);
}

/*
 * A storm (thousands log in, a crowd talks) leaves free buffers strewn between what lives on.  When it
 * is over their pages go back to the system; while it lasts they are needed again at once.
 */
static void on_calm(void *ctx)
{
	struct gateway *g = ctx;
	uint64_t sent = g->clients.stats.bytes_out;
	bool storm = sent - g->calm_bytes > GATEWAY_STORM_BYTES;

	if (g->storm && !storm)
		malloc_trim(0);
	g->storm = storm;
	g->calm_bytes = sent;
	loop_timer_in(&g->calm, GATEWAY_CALM_US);
}

static void on_idle(void *ctx)
{
	struct gateway *g = ctx;

	lobby_flush(&g->lobby);
	clients_flush(&g->clients);
	ports_turn(g->ports, g->lobby.n_strangers);
	arm_timer(g);
	if (g->clients.n > 0)
		return;
	drain_empty(&g->drain);
	if (g->stopping)
		loop_stop(g->proc->loop, EXIT_DONE);
}

static void on_stop_time(void *ctx)
{
	struct gateway *g = ctx;

	loop_stop(g->proc->loop, EXIT_DONE);
}

static void on_stop(void *ctx)
{
	struct gateway *g = ctx;

	g->stopping = true;
	loop_timer_stop(&g->draining);
	ports_close(g->ports);
	if (drain_is_on(&g->drain))
		clients_finish(&g->clients, bye_line);
	else
		clients_farewell(&g->clients, bye_line);
	loop_timer_in(&g->stop, GATEWAY_STOP_US);
}

/* The slow end */

static void drain_shut(void *ctx)
{
	ports_close(((struct gateway *)ctx)->ports);
}

static void drain_say(void *ctx, const char *markup)
{
	clients_say(&((struct gateway *)ctx)->clients, markup);
}

static bool drain_move(void *ctx, const char *markup)
{
	return clients_move(&((struct gateway *)ctx)->clients, GATEWAY_MOVE, markup);
}

static void drain_over(void *ctx)
{
	proc_stop(((struct gateway *)ctx)->proc);
}

static void arm_drain(struct gateway *g)
{
	uint64_t now = clock_mono(loop_clock(g->proc->loop)), due = g->drain.due_us;

	if (due != UINT64_MAX)
		loop_timer_in(&g->draining, due > now ? due - now : 0);
}

static void on_draining(void *ctx)
{
	struct gateway *g = ctx;

	drain_tick(&g->drain, clock_mono(loop_clock(g->proc->loop)));
	arm_drain(g);
}

static bool on_put_off(void *ctx)
{
	struct gateway *g = ctx;

	if (g->conf->drain <= 0)
		return false;
	drain_begin(&g->drain, (uint64_t)g->conf->drain, clock_mono(loop_clock(g->proc->loop)));
	arm_drain(g);
	return true;
}

/* Options */

static void take_conf(struct gateway *g)
{
	const struct gateway_conf *c = g->conf;

	g->lobby_conf = (struct lobby_conf){
		.input_queue = (size_t)c->input_queue,
		.rate = (uint32_t)c->input_rate,
		.burst = (uint32_t)c->input_burst,
		.login_timeout_us = (uint64_t)c->login_timeout,
		.resume_grace_us = (uint64_t)c->resume_grace,
	};
	g->client_conf = (struct client_conf){
		.output_soft = (size_t)c->output_soft,
		.output_max = (size_t)c->output_max,
		.output_total = (size_t)c->output_total,
		.stuck_us = (uint64_t)c->output_stuck,
		.byte_rate = (uint64_t)c->byte_rate,
		.keepalive_us = (uint64_t)c->keepalive,
		.telnet_nop = c->telnet_nop,
		.compress = c->compress,
		.mssp = {
			.port = (uint16_t)ports_port(g->ports, PORT_TELNET),
			.tls_port = (uint16_t)ports_port(g->ports, PORT_TELNET_TLS),
			.compress = c->compress,
			.since_s = g->since_s,
		},
	};
}

static void on_reload(void *ctx)
{
	struct gateway *g = ctx;

	ports_reload(g->ports);
	take_conf(g);
}

/* Figures */

static void refresh_ports(struct gateway *g)
{
	struct ports_stats s;

	ports_stats(g->ports, &s);
	for (size_t i = 1; i < THROTTLE_VERDICTS; i++)
		g->meters[METER_REFUSED + i - 1].value = (double)s.refused[i];
	for (size_t i = 0; i < DOOR_ENDS; i++)
		g->meters[METER_DOOR_ENDS + i].value = (double)s.ends[i];
	g->meters[METER_DOOR].value = (double)s.in_door;
	g->meters[METER_HANDSHAKES].value = (double)s.handshakes;
	g->meters[METER_CERTIFICATE].value = (double)s.expires;
}

static void refresh(void *ctx)
{
	struct gateway *g = ctx;
	struct metric *m = g->meters;
	const struct lobby_stats *l = &g->lobby.stats;
	const struct client_stats *c = &g->clients.stats;
	struct link_stats k;

	link_stats(wire_link(g->wire), &k);
	m[METER_SESSIONS].value = (double)g->lobby.sessions.n;
	m[METER_CONNECTIONS].value = (double)g->clients.n;
	m[METER_CONNECTIONS_MAX].value = (double)g->conf->max_conns;
	for (size_t i = 0; i < CLIENT_KINDS; i++)
		m[METER_BY + i].value = (double)c->by_kind[i];
	m[METER_OPENED].value = (double)c->opened;
	m[METER_CLOSED].value = (double)c->closed;
	m[METER_BYTES_IN].value = (double)c->bytes_in;
	m[METER_BYTES_OUT].value = (double)c->bytes_out;
	m[METER_SENDS].value = (double)c->sends;
	m[METER_SAID].value = (double)c->mccp.said;
	m[METER_PACKED].value = (double)c->mccp.sent;
	m[METER_GOT_PACKED].value = (double)c->mccp.got;
	m[METER_INFLATED].value = (double)c->mccp.inflated;
	m[METER_BROKEN_PACKED].value = (double)c->mccp.broken;
	m[METER_OUTPUT_BYTES].value = (double)g->clients.queued;
	m[METER_DROPPED].value = (double)c->dropped;
	m[METER_SLOW].value = (double)c->slow;
	m[METER_LINES].value = (double)l->lines;
	m[METER_LINES_REFUSED].value = (double)l->refused;
	m[METER_LINES_LOST].value = (double)l->dropped;
	m[METER_LINES_WAITING].value = (double)l->queued;
	m[METER_REPEATED].value = (double)l->repeated;
	m[METER_ORPHANS].value = (double)l->orphans;
	m[METER_MALFORMED].value = (double)(l->malformed + l->routes.malformed);
	m[METER_WORLD_UP].value = g->lobby.up;
	m[METER_LINK_SENT].value = (double)k.sent;
	m[METER_LINK_RECEIVED].value = (double)k.received;
	m[METER_LINK_RESENT].value = (double)k.resent;
	m[METER_LINK_CONNECTIONS].value = (double)k.connections;
	m[METER_LINK_RING].value = (double)k.ring_bytes;
	refresh_ports(g);
}

static bool is_ready(void *ctx, struct buf *reason)
{
	struct gateway *g = ctx;

	if (drain_is_on(&g->drain))
		buf_adds(reason, "draining");
	else if (!g->lobby.up)
		buf_adds(reason, "the world is away");
	return g->lobby.up && !drain_is_on(&g->drain);
}

static const char *refusal(void *ctx, const struct sockaddr *from, uint64_t now_us)
{
	return sites_refusal(&((struct gateway *)ctx)->sites, from, now_us);
}

static int serve_metrics(struct gateway *g)
{
	struct metric_source src = {
		.metrics = g->meters,
		.n = METERS,
		.refresh = refresh,
		.ready = is_ready,
		.ctx = g,
	};
	int r = metric_serve(&g->metrics, g->proc->loop, g->conf->metrics, &src);

	proc_watch(g->proc, is_ready, g);
	if (r < 0)
		log_error("cannot_listen", LOG_STR("address", g->conf->metrics), LOG_ERRNO(r));
	return r;
}

/* Beginning and end */

static void init_parts(struct gateway *g)
{
	struct loop *loop = g->proc->loop;
	struct lobby_io io = { 0 };

	if (charset_warm(&g->charsets) > 0)
		log_warning("charset_missing");
	clients_io(&g->clients, &io);
	io.to_world = to_world;
	io.line_sent = on_line_sent;
	io.line_done = on_line_done;
	lobby_init(&g->lobby, &g->lobby_conf, &io, loop_clock(loop), &entropy_system);
	sites_init(&g->sites);
	g->lobby.sites = &g->sites;
	drain_init(&g->drain,
		   &(struct drain_io){ drain_shut, drain_say, drain_move, drain_over, g });
	clients_init(&g->clients, loop, &g->lobby, &g->client_conf);
	g->clients.on_gone = on_gone;
	g->clients.on_output = on_output;
	g->clients.ctx = g;
	meter_init(g->meters);
	loop_timer_init(loop, &g->timer, on_timer, g);
	loop_timer_init(loop, &g->stop, on_stop_time, g);
	loop_timer_init(loop, &g->calm, on_calm, g);
	loop_timer_init(loop, &g->draining, on_draining, g);
	loop_timer_in(&g->calm, GATEWAY_CALM_US);
	g->due_us = UINT64_MAX;
	loop_on_idle(loop, on_idle, g); /* before the wire's, which sends what it makes */
}

int gateway_start(struct gateway **ret, struct proc *p, const struct gateway_conf *conf)
{
	struct gateway *g = base_alloc(1, sizeof(*g));
	int r;

	*ret = g;
	g->proc = p;
	g->conf = conf;
	g->since_s = clock_wall(loop_clock(p->loop)) / 1000;
	init_parts(g);
	r = ports_open(&g->ports, p->loop, conf, &g->clients);
	if (r == 0)
		ports_refuse(g->ports, refusal, g);
	if (r == 0)
		r = serve_metrics(g);
	if (r == 0)
		r = rights_give_up(conf);
	if (r == 0)
		r = dial(g); /* starts threads, which have no more rights than we */
	if (r == 0)
		r = rights_lock(conf);
	if (r == 0)
		take_conf(g);
	if (r == 0)
		proc_hooks(p, &(struct proc_hooks){ on_stop, on_reload, g, on_put_off });
	return r;
}

void gateway_free(struct gateway *g)
{
	if (!g)
		return;
	metric_server_free(g->metrics);
	clients_done(&g->clients);
	ports_free(g->ports);
	wire_free(g->wire);
	lobby_done(&g->lobby);
	charset_cool(&g->charsets);
	loop_timer_done(&g->timer);
	loop_timer_done(&g->stop);
	loop_timer_done(&g->calm);
	loop_timer_done(&g->draining);
	sites_done(&g->sites);
	buf_done(&g->packed);
	free(g);
}
