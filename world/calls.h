/*
 * calls.h - the inside of world_call(): who waits for which answer of persist.
 */
#pragma once

#include "world/core/world.h"

struct calls *calls_new(void);
void calls_free(struct world *w);
void calls_done(struct world *w, const Mudlark__CallDone *m);
/* The answer is not wanted any more. */
void calls_forget(struct world *w, uint64_t id);
