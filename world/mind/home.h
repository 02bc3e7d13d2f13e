/*
 * home.h - what somebody was brought for an errand is put back, after a while, to where its pack puts it:
 * so the next one can bring it, too, and nothing heaps up.
 *
 * And what any errand wants brought is not taken out of the game: when the character that carries it leaves, and one
 * of its kind is missing where its pack puts them, it goes back there at once, whoever's errand it is.
 */
#pragma once

#include "world/core/world.h"

void home_init(struct world *w);
/* A thing that a person of the world has now. What no pack puts anywhere is used up. */
void home_later(struct world *w, struct ent item);
