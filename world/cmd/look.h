/*
 * look.h - what an actor sees: for `look`, for walking, for those who have just arrived.
 */
#pragma once

#include "rt/buf.h"
#include "world/core/entity.h"

/* Appends the room around the actor: title, description, things, people, and the line `Exits:`. */
void look_room(const struct world *w, struct ent actor, struct buf *out);
/* Appends what a thing or person looks like. */
void look_entity(const struct world *w, struct ent actor, struct ent e, struct buf *out);
/* Appends what is in a container. */
void look_inside(const struct world *w, struct ent e, struct buf *out);
