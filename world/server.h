/*
 * server.h - the world as a process: the pure core between its links, its clock and its files.
 *
 * Everything that happens becomes one WorldIn: logged if asked, fed to the core; at the end of each
 * turn of the loop the world takes its turn, just before the links send.  Nothing here decides what
 * happens in the game.
 */
#pragma once

#include "rt/loop.h"
#include "rt/proc.h"
#include "rt/wire.h"
#include "world/core/world.h"
#include "world/crashnote.h"
#include "world/inputlog.h"
#include "world/options.h"
#include "world/pack/pack.h"
#include "world/phases.h"
#include "world/secrets.h"

enum { GATEWAYS_MAX = 256, PACKS_MAX = 64 };

/* A durable output on its way: the link's number of it and the world's. */
struct sent {
	uint64_t seq, oseq;
};

struct gateway_link {
	uint64_t instance;
	struct link *link;
	struct buf sent; /* struct sent, oldest first */
	size_t fed;	 /* bytes, since what waits of it was last counted */
	bool doomed;	 /* its ring is full, or it says too much: to be dropped */
};

struct server {
	struct proc *proc;
	struct loop *loop;
	struct options *options;
	const char *where; /* what it is doing until it is ready, for /readyz */
	uint64_t instance, epoch;

	struct pack *packs[PACKS_MAX];
	size_t n_packs;
	struct world *world;
	struct secrets *secrets;
	struct crashnote *note;
	struct inputlog *log;
	struct arena arena; /* one input */

	struct wire *store; /* dialled */
	bool granted, store_up;
	uint64_t asking;    /* start: the call whose reply is waited for, 0: none */
	uint64_t oldest_us; /* since when a commit has been waiting without progress; 0: none */
	uint64_t issued, durable, told; /* told: that it is durable, to the core */
	bool stalled;
	uint64_t *failed; /* calls that could not be made */
	size_t n_failed, cap_failed;

	struct wire *bus; /* bound when the world is ready */
	struct gateway_link gateways[GATEWAYS_MAX];
	size_t n_gateways, bridges_fed; /* as `fed`, of all bridges */

	unsigned page; /* LoadPage.What being loaded, from page_after on */
	uint64_t page_after;
	struct loop_timer turn, tick, failures, drops, again, too_late, deadline;
	uint64_t next_tick_us, tick_lag_us; /* of the last one */
	struct phases phases;
	bool fed, is_stopping;
	uint64_t over_budget, budget_told_us; /* ticks that took longer than their period */
	uint64_t ticks_lost, lost_told_us;    /* ticks that were never run */
	int status;			      /* of the process, when it ends */
	uint64_t refused_inputs;
	struct metric_server *metrics;
};

/* server.c */
void server_init(struct server *s, struct proc *p, struct options *o);
void server_done(struct server *s);
void server_feed(struct server *s, uint64_t peer, const Mudlark__WorldIn *in);
void server_run_ticks(struct server *s);
/* How many ticks to run now; *next_us is moved on, also past those that are lost. */
unsigned server_ticks_due(uint64_t *next_us, uint64_t now, uint64_t period, bool full,
			  uint64_t *ret_lost);
/* SIGTERM: the turn is finished, the last commit waited for, sessions are not ended. */
void server_stop(struct server *s);
/* Ends at once with a status that says why. */
void server_fail(struct server *s, int status, const char *why);

extern const struct world_env server_env; /* ctx: a struct server */

/* start.c: persist, epoch, state, then the bus. */
int start_packs(struct server *s) MUST_USE; /* 0, or an exit status */
int start_server(struct server *s) MUST_USE;
void start_store_up(struct server *s);

/* chronicle.c: the link to persist. */
int chronicle_dial(struct server *s) MUST_USE;
void chronicle_commit(void *ctx, const Mudlark__Commit *c, struct span record);
void chronicle_call(void *ctx, uint64_t id, const Mudlark__PersistCall *call, uint32_t deadline_ms);
void chronicle_turn(struct server *s); /* before the world's turn */
void chronicle_tick(struct server *s);

/* gateways.c: the bus where gateways dial in. */
int gateways_bind(struct server *s) MUST_USE;
void gateways_output(void *ctx, uint64_t gateway, struct span record, uint64_t oseq);
void gateways_drop(void *ctx, uint64_t peer); /* from the loop, soon */
void gateways_done(struct server *s);

/* inbox.c: one record of a link; `peer` its instance. */
void inbox_record(struct server *s, uint64_t peer, unsigned role, struct span record);
