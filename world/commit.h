/*
 * commit.h - the end of a turn: everything that changed as one record for persist.
 *
 * One turn is one commit, all or nothing (promise P5).  Batches are numbered from 1 in each life of a
 * world and issued without waiting for each other.
 */
#pragma once

#include "world/core/world.h"
#include "world/session.h"

/* A turn ends at the first; what passes the second is a bug and ends the world, as no link takes it. */
enum { COMMIT_SOFT = 256 * 1024, COMMIT_HARD = 900 * 1024 };

struct commits *commits_new(void);
void commits_free(struct world *w);

/* The session's row is to be stored with this turn: as it is at its end, or as ended. */
void commit_session(struct world *w, const struct session *s);
void commit_session_ended(struct world *w, uint64_t session, uint64_t gateway);
size_t commit_estimate(const struct world *w);
/* Issues the turn's commit when there is anything to store. */
void commit_turn(struct world *w);

uint64_t commits_issued(const struct world *w);
/* The last batch that is known to be durable. */
uint64_t commits_stored(const struct world *w);
/* The batch by which everything is stored that has happened until now, this turn included. */
uint64_t commits_next_durable(const struct world *w);
/* Outputs up to this batch may be shown. */
uint64_t commits_visible(const struct world *w);
/* No room for more until persist has caught up. */
bool commits_full(const struct world *w);
void commits_durable(struct world *w, uint64_t batch);
void commits_stalled(struct world *w, bool stalled);
/* What a batch holds will never be stored: from now on nothing is issued, durable or shown. */
void commits_fail(struct world *w, uint64_t batch, const char *why);
bool commits_are_stalled(const struct world *w);

/* Ids below this are never given out again, whatever happens. */
void commits_restore(struct world *w, const Mudlark__WorldState *state);
uint64_t commits_safe_id(const struct world *w);
