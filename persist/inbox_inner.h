/* inbox_inner.h - shared by inbox.c (what comes in) and outcome.c (what goes out). */
#pragma once

#include "persist/hasher.h"
#include "persist/inbox.h"
#include "rt/map.h"

/* A process that dialled in. */
struct peer {
	struct link *link;
	uint64_t number;     /* of the link, for commits */
	uint64_t connection; /* of the connection, for calls; 0 while it is down */
	uint64_t instance;
	unsigned role;
	uint64_t received; /* highest batch that was put in line */
	/* Its epoch ended: nothing more is taken, and the link ends when it knows. */
	bool is_refused;
	uint64_t refused_us, refusal; /* sequence of BatchRefused, 0: did not fit */
	struct job_list held;	      /* LoadTrees that wait for a batch to come in */
};

struct inbox {
	struct inbox_conf conf;
	struct link_hub *hub;
	struct keeper *keeper;
	struct hasher *hasher;
	struct queue results;
	struct event *wake;
	struct loop_timer sweep;
	struct map64 peers; /* by number and by connection: one counter */
	uint64_t last_number;
	size_t n_peers;
	/* What the store has, as of the last word of the keeper. */
	struct store_world *worlds;
	size_t n_worlds;
	bool is_open, was_open, is_stopping;
	char trouble[256];
	struct job_list unsent; /* answers the link had no room for */
	size_t n_calls, n_hashing;
	size_t n_commits;   /* with the keeper */
	uint64_t commit_us; /* since when it has been at the first of these */
	struct route_stats stats;
	struct metric metrics[GAUGE_COUNT_];
	/* While a record or call is being dispatched: */
	struct peer *from;
	struct job *job;
};

static inline uint64_t inbox_now(const struct inbox *in)
{
	return clock_mono(in->conf.clock);
}

static inline void inbox_count(struct inbox *in, enum gauge g, double n)
{
	in->metrics[g].value += n;
}

/* outcome.c */
/* Progress of a world, made when absent. */
struct store_world *outcome_world(struct inbox *in, uint32_t world);
/* Sends j's reply and frees it. Counted calls only: inbox_count_call(). */
void outcome_answer(struct inbox *in, struct job *j);
/* The eventfd of `results`. */
void outcome_ready(evutil_socket_t fd, short what, void *ctx);
/* Sends again what had no room; ends refused peers. */
void outcome_sweep(void *ctx);
void outcome_forget(struct inbox *in, struct peer *p);
