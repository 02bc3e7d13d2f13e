/*
 * calls.h - the inside of world_call(): who waits for which answer of persist.
 */
#pragma once

#include "world/core/world.h"

enum { CALL_SECONDS = 10 }; /* an answer comes by then, or that there is none */

struct calls *calls_new(void);
void calls_free(struct world *w);
void calls_done(struct world *w, const Mudlark__CallDone *m);
/* One that was not answered in time fails, whatever has become of the surroundings. True: there may be more. */
bool calls_tick(struct world *w);
/* The answer is not wanted any more. */
void calls_forget(struct world *w, uint64_t id);
