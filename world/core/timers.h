/*
 * timers.h - the inside of timer.c, for the turn and the commit.
 */
#pragma once

#include "world/core/timer.h"
#include "world/core/world.h"

struct timers *timers_new(void);
void timers_free(struct world *w);
bool timers_due(const struct world *w);
void timers_run_one(struct world *w); /* the next one that is due */
bool timers_pending(const struct world *w, enum timer_kind kind);
bool timers_changed(const struct world *w); /* since the last timers_saved() */
void timers_saved(struct world *w);
void timers_save(const struct world *w, struct buf *out); /* JSON array, in order */
int timers_load(struct world *w, struct span json) MUST_USE;
