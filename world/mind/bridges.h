/*
 * bridges.h - the aibridges that have dialled in: who answers for the people of the world.
 *
 * An ask goes to the one with the fewest under way (of equals: that which came first), so several
 * share the work.  One whose connection breaks is not waited for: what it had been asked has failed
 * (mind_lost()), and what it still says is dropped by generation.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "world/core/world.h"

struct bridges *bridges_new(void);
void bridges_free(struct world *w);

/* It is told at once whether the providers are paused, and what is to be forgotten. */
void bridges_up(struct world *w, uint64_t instance, const char *name);
/* False: that is no aibridge. */
bool bridges_down(struct world *w, uint64_t instance);
size_t bridges_count(const struct world *w);
uint64_t bridges_at(const struct world *w, size_t i); /* 0: no such one */
size_t bridges_asks(const struct world *w);	      /* under way, with all of them */

/* Sends an ask; returns the instance of who has it, 0: there is nobody. bridges_ended() when it is over. */
uint64_t bridges_ask(struct world *w, Mudlark__AiAsk *ask);
void bridges_ended(struct world *w, uint64_t instance);
/* Anything else, to one, or (0) to all. */
void bridges_send(struct world *w, uint64_t instance, const Mudlark__AiIn *in);

/* `@ai pause`: kept in a document, so that it outlives every restart. */
void bridges_pause(struct world *w, bool paused);
bool bridges_paused(const struct world *w);
/* A document of the collection "ai". */
void bridges_load(struct world *w, const Mudlark__DocumentRow *row);
