/*
 * room.h - a room (component of rooms). Rooms come from packs and hold no state of their own: what
 * is in them says where it is.
 */
#pragma once

#include "world/core/entity.h"
#include "world/pack/pack.h"

struct room {
	const struct pack *pack;
	const struct pack_room *def;
	struct ent exits[N_DIRS]; /* ENT_NONE: no way there */
};

const struct room *room_get(const struct world *w, struct ent e); /* NULL: not a room */
struct ent room_exit(const struct world *w, struct ent room, enum dir d);
/* Where characters begin. */
struct ent room_start(const struct world *w);
