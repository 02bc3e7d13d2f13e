/*
 * sim.h - the simulator: gateways, a world and persist in one process on virtual time.
 *
 * The product's own code runs here - the gateway's lobby, the link, the world's core, persist's batches
 * and its SQLite store - between a simulated network (net.h) and scripted players (players.h); an
 * aibridge here makes up what it says (bridge_node.c), a bridge has an outside that remembers everything
 * (relay_node.c).  One seed is one run.  A run goes through two phases: faults, then healing, after which everything has to
 * converge.  A violated promise ends the process with the seed.
 */
#pragma once

#include "rt/link.h"
#include "tests/sim/net.h"
#include "tests/sim/queue.h"

enum { SIM_GATEWAYS = 2, SIM_BRIDGES = 2, SIM_PLAYERS = 8, SIM_FORGET_US = 20000000 };

struct sim;
struct pack;
struct session; /* the gateway's; the world's own is another (sim.mk) */
struct sim_player;
struct sim_players;
struct sim_gateway;
struct sim_world;
struct sim_persist;
struct sim_bridge;
struct sim_outside;
struct sim_relay;

/* Rates per million virtual milliseconds, but the second line is per million transactions. */
struct sim_rates {
	uint32_t crash_world, crash_persist, crash_gateway, stop_world, second_world, hang_up;
	uint32_t stop_gateway, crash_bridge, crash_relay;
	uint32_t lose; /* a client's connection, that it will take up again */
	uint32_t disk, unknown, slow_store, power;
};

struct sim {
	struct sim_queue q;
	struct sim_net *net;
	struct clock clock;
	struct entropy entropy;
	uint64_t seed;
	struct sim_faults faults;
	struct sim_rates rates;
	bool healing;
	bool verbose;
	bool available; /* durability in this run; otherwise strict */
	/* With `available`, a world that dies while it runs ahead of the store takes with it what
	 * players were told since: from then on only conservation is demanded. */
	bool forgiven;
	uint32_t resume_bytes; /* what the world keeps for clients that come back */
	uint64_t forget_us; /* a gateway that is away for so long is given up; it may come back */
	const struct pack *pack;
	struct sim_gateway *gateways[SIM_GATEWAYS];
	struct sim_world *world;  /* the newest */
	struct sim_world *zombie; /* one that was stopped and replaced */
	struct sim_persist *persist;
	struct sim_players *players;
	struct sim_bridge *bridges[SIM_BRIDGES];
	struct sim_outside *outside;
	struct sim_relay *relay;
	uint64_t commits, kills, lines, resumed, gaps, asks, answers, told,
		relayed; /* what the run did: a run that did nothing proves nothing */
};

/* Ends the process: which promise, which seed. */
_Noreturn void sim_fail(const struct sim *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* main.c: world and persist die at this very moment. */
void sim_power_cut(struct sim *s);

/* persist_node.c */
struct sim_persist *sim_persist_new(struct sim *s, const char *db);
void sim_persist_free(struct sim_persist *p);
void sim_persist_kill(struct sim_persist *p); /* comes back by itself */
void sim_persist_tick(struct sim_persist *p);
/* The last line of a session whose effects are stored; false: no such row. */
bool sim_persist_applied(struct sim_persist *p, uint64_t session, uint64_t *ret);
/* The same by the client's own number. */
bool sim_persist_tag(struct sim_persist *p, uint64_t session, uint64_t *ret);
/* Items in the store, and those whose owner is not there. */
void sim_persist_items(struct sim_persist *p, uint64_t *ret_items, uint64_t *ret_lost);

/* How many lines of the outside's with this number are stored. */
uint64_t sim_persist_said(struct sim_persist *p, unsigned id);
/* The next line above seq that did not come from `origin`; 0: none. */
uint64_t sim_persist_next_said(struct sim_persist *p, uint64_t seq, const char *origin);

/* world_node.c */
struct sim_world *sim_world_new(struct sim *s);
void sim_world_free(struct sim_world *w);
void sim_world_tick(struct sim_world *w);
void sim_world_pause(struct sim_world *w, bool paused);
/* It told players more than the store has, as `available` allows. */
bool sim_world_ahead(const struct sim_world *w);
bool sim_world_ready(const struct sim_world *w);
bool sim_world_ended(const struct sim_world *w);
uint64_t sim_world_items(const struct sim_world *w);
/* Things the character of a session carries; -1: no such session. */
int sim_world_holds(const struct sim_world *w, uint64_t session);

/* How many answers are owed, waited for or being said. */
unsigned sim_world_owes(const struct sim_world *w);

/* bridge_node.c */
struct sim_bridge *sim_bridge_new(struct sim *s);
void sim_bridge_free(struct sim_bridge *b);
void sim_bridge_tick(struct sim_bridge *b);

/* relay_node.c: the outside is there for the whole run, a bridge to it is one life */
struct sim_outside *sim_outside_new(struct sim *s);
void sim_outside_free(struct sim_outside *o);
struct sim_relay *sim_relay_new(struct sim *s, struct sim_outside *o);
void sim_relay_free(struct sim_relay *b);
void sim_relay_tick(struct sim_relay *b);
/* Everything was told and taken. */
bool sim_outside_settled(const struct sim_outside *o);
void sim_outside_check(const struct sim_outside *o);
void sim_outside_report(const struct sim_outside *o);

/* gateway_node.c */
struct sim_gateway *sim_gateway_new(struct sim *s);
void sim_gateway_free(struct sim_gateway *g);
void sim_gateway_tick(struct sim_gateway *g);
void sim_gateway_pause(struct sim_gateway *g, bool paused);
struct session *sim_gateway_open(struct sim_gateway *g, struct sim_player *p);
void sim_gateway_type(struct sim_gateway *g, struct session *s, struct span line, uint64_t tag);
void sim_gateway_resumable(struct sim_gateway *g, struct session *s);
void sim_gateway_resume(struct sim_gateway *g, struct session *s, const char *token, uint64_t at,
			const char *next);
/* The client of this session is gone for a while; now the gateway has noticed. */
void sim_gateway_notice_loss(struct sim_gateway *g, uint64_t session);
void sim_gateway_hang_up(struct sim_gateway *g, struct session *s);

/* players.c */
struct sim_players *sim_players_new(struct sim *s);
void sim_players_free(struct sim_players *p);
void sim_players_tick(struct sim_players *p);
/* What a gateway shows. */
void sim_player_text(struct sim_player *p, struct span text);
void sim_player_token(struct sim_player *p, const char *token);
void sim_player_place(struct sim_player *p, uint64_t at, uint64_t line);
void sim_player_resumed(struct sim_player *p, bool ok, uint64_t line, bool gap);
void sim_player_closed(struct sim_player *p);
bool sim_players_finished(const struct sim_players *p);
/* A gateway has died: its players come back on new connections. */
void sim_players_dropped(struct sim_players *p, unsigned gateway);
/* At the end of a run. */
void sim_players_check(const struct sim_players *p);
/* Where they are, on stderr, for a failure. */
void sim_players_report(const struct sim_players *p);
