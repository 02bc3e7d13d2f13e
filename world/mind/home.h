/*
 * home.h - what somebody was brought for an errand is put back, after a while, to where its pack puts it:
 * so the next one can bring it, too, and nothing heaps up.
 *
 * And nobody takes what an errand wants out of the game: when a character leaves with it, and none is left where
 * its pack puts them nor with anybody else, another one is there.  A guest, who keeps nothing, leaves his own.
 */
#pragma once

#include "world/core/world.h"

void home_init(struct world *w);
/* A thing that a person of the world has now. What no pack puts anywhere is used up. */
void home_later(struct world *w, struct ent item);
