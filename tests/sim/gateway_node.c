/* gateway_node.c - one life of a gateway: the lobby on a link, players instead of sockets. */
#include <stdlib.h>
#include <string.h>

#include "gateway/lobby.h"
#include "gateway/resume.h"
#include "tests/sim/sim.h"

struct sim_gateway {
	struct sim *sim;
	struct lobby lobby;
	struct lobby_conf conf;
	struct link *link;
	struct sim_end *end;
	bool paused;
};

static int to_world(void *ctx, const Mudlark__WorldIn *m)
{
	struct sim_gateway *g = ctx;
	CLEANUP(base_freep) char *p = NULL;
	const size_t n = mudlark__world_in__get_packed_size(m);

	p = base_alloc(n + 1, 1);
	mudlark__world_in__pack(m, (uint8_t *)p);
	return link_send(g->link, (struct span){ p, n }, NULL);
}

static void text(UNUSED void *ctx, struct session *s, const struct lobby_text *t)
{
	if (s->owner)
		sim_player_text(s->owner, t->markup);
}

static void data(UNUSED void *ctx, UNUSED struct session *s, UNUSED const struct lobby_data *d)
{
}

static void resumed(UNUSED void *ctx, struct session *s, const struct lobby_resumed *r)
{
	if (s->owner)
		sim_player_resumed(s->owner, !r->why, r->line, r->gap);
}

static void hide(UNUSED void *ctx, UNUSED struct session *s)
{
}

static void close_session(UNUSED void *ctx, struct session *s, UNUSED const char *reason)
{
	if (s->owner)
		sim_player_closed(s->owner);
}

static void up(void *ctx, UNUSED struct link *l, UNUSED const struct link_peer *peer,
	       enum link_up how)
{
	struct sim_gateway *g = ctx;

	lobby_up(&g->lobby, how);
}

static void down(void *ctx, UNUSED struct link *l, UNUSED const char *why)
{
	struct sim_gateway *g = ctx;

	lobby_down(&g->lobby);
}

static void record(void *ctx, UNUSED struct link *l, UNUSED uint64_t seq, struct span body)
{
	struct sim_gateway *g = ctx;

	lobby_record(&g->lobby, body);
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

static void room(void *ctx, UNUSED struct link *l)
{
	struct sim_gateway *g = ctx;

	lobby_room(&g->lobby);
}

/* What a client is told behind the text of a turn. */
static void tell_news(struct sim_gateway *g)
{
	char token[RESUME_HEX + 1];
	uint64_t key, at, line;
	void *value;

	for (size_t it = 0; map64_next(&g->lobby.sessions, &it, &key, &value);) {
		struct session *s = value;

		if (!s->owner || !s->resume || !s->playing)
			continue;
		if (resume_news_token(s->resume, token))
			sim_player_token(s->owner, token);
		if (resume_news_place(s->resume, &at, &line))
			sim_player_place(s->owner, at, line);
	}
}

static void turn(void *ctx)
{
	struct sim_gateway *g = ctx;

	tell_news(g);
	lobby_flush(&g->lobby);
	link_flush(g->link);
}

struct sim_gateway *sim_gateway_new(struct sim *s)
{
	struct sim_gateway *g = base_alloc(1, sizeof(*g));
	const struct lobby_io io = {
		.to_world = to_world,
		.text = text,
		.data = data,
		.hide = hide,
		.close = close_session,
		.resumed = resumed,
		.ctx = g,
	};
	const struct link_events events = {
		up, down, record, acked, call, cancelled, room, NULL, g
	};
	struct link_conf c = { .role = "gateway",
			       .name = "sim",
			       .auto_take = true,
			       .ring_bytes = 64 << 10,
			       .clock = &s->clock,
			       .entropy = &s->entropy };
	struct link_wire wire;

	g->sim = s;
	g->conf = (struct lobby_conf){ .input_queue = 12, .resume_grace_us = 600000000 };
	lobby_init(&g->lobby, &g->conf, &io, &s->clock, &s->entropy);
	c.instance = entropy_id(&s->entropy);
	g->end = sim_end_dial(s->net, SIM_WORLD_BUS, &wire);
	g->link = link_dial_new(&c, &wire, &events);
	sim_end_link(g->end, g->link);
	sim_end_turn(g->end, turn, g);
	return g;
}

void sim_gateway_free(struct sim_gateway *g)
{
	if (!g)
		return;
	sim_end_die(g->end);
	link_free(g->link);
	lobby_done(&g->lobby);
	free(g);
}

void sim_gateway_pause(struct sim_gateway *g, bool paused)
{
	g->paused = paused;
	sim_end_pause(g->end, paused);
}

void sim_gateway_tick(struct sim_gateway *g)
{
	const uint64_t now = clock_mono(&g->sim->clock);
	const struct session *s;
	uint64_t key;
	void *value;

	if (g->paused)
		return;
	link_tick(g->link);
	if (lobby_due(&g->lobby) <= now)
		lobby_tick(&g->lobby);
	turn(g);
	for (size_t it = 0; map64_next(&g->lobby.sessions, &it, &key, &value);) {
		s = value;
		if (s->n_lines > g->conf.input_queue)
			sim_fail(g->sim, "P8: a session holds %u lines", s->n_lines);
	}
}

void sim_gateway_type(struct sim_gateway *g, struct session *s, struct span line, uint64_t tag)
{
	lobby_line_tagged(s, line, tag, false);
	sim_end_wake(g->end);
}

struct session *sim_gateway_open(struct sim_gateway *g, struct sim_player *p)
{
	const struct lobby_guest guest = { .peer = "192.0.2.1", .owner = p };

	return lobby_open(&g->lobby, &guest);
}

void sim_gateway_hang_up(UNUSED struct sim_gateway *g, struct session *s)
{
	s->owner = NULL;
	lobby_hangup(s, "hung up");
}

void sim_gateway_resumable(struct sim_gateway *g, struct session *s)
{
	lobby_resumable(s);
	sim_end_wake(g->end);
}

void sim_gateway_resume(struct sim_gateway *g, struct session *s, const char *token, uint64_t at,
			const char *next)
{
	lobby_resume(s, &(struct resume_claim){ .token = { token, strlen(token) },
						.at = at,
						.next = { next, strlen(next) } });
	sim_end_wake(g->end);
}

void sim_gateway_notice_loss(struct sim_gateway *g, uint64_t session)
{
	struct session *s = map64_get(&g->lobby.sessions, session);

	if (s)
		lobby_hangup(s, "lost");
}
