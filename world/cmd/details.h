/*
 * details.h - what a room's description mentions and one can look at: the rail, the sky.
 */
#pragma once

#include "world/cmd/target.h"
#include "world/pack/pack.h"

/* NULL: the room has nothing of that name. */
const struct pack_detail *details_find(const struct world *w, struct ent room,
				       const struct target *t);
