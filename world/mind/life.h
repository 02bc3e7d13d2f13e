/*
 * life.h - people and animals of the packs do small things by themselves: they mutter, and some
 * wander within their area.  A timer in the world's state drives them, so a restart neither doubles nor
 * loses a step; with world.life off they stand still.
 */
#pragma once

#include "world/core/world.h"

/* Once for a new world. */
void life_init(struct world *w);
