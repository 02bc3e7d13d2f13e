/*
 * events.h - the inside of event.c, for the turn, the commit and the start.
 */
#pragma once

#include "world/core/event.h"
#include "world/core/world.h"

struct events *events_new(void);
void events_free(struct world *w);
void events_turn(struct world *w); /* a new turn: caps begin anew */
void events_tick(struct world *w); /* waiters whose time is over */
/* Rows of the durable facts of this turn; events_taken() when they are in a commit. */
Mudlark__EventRow **events_rows(struct world *w, size_t *ret_n);
void events_taken(struct world *w);
size_t events_estimate(const struct world *w);
/* Numbers are reserved in blocks, so that facts nobody stores cost no commit. */
uint64_t events_seq(const struct world *w);
void events_restore(struct world *w, uint64_t seq);
bool events_needs_block(const struct world *w);
uint64_t events_reserve(struct world *w); /* new upper bound, to be stored */
