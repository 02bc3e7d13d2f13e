/*
 * walk.h - going from room to room, for whoever goes.
 */
#pragma once

#include "world/core/entity.h"
#include "world/pack/dir.h"

/* Goes through an exit; those who are left and those who are met are told, the one who goes sees
 * the room. False: there is no way, which is said to the one who tried. */
bool walk(struct world *w, struct ent actor, enum dir d);
