/*
 * players.h - the inside of player.c: who is in the world, by order of arrival and by name.
 */
#pragma once

#include "world/core/player.h"

struct players;

struct players *players_new(void);
void players_free(struct world *w);
void players_add(struct world *w, struct ent e);
void players_remove(struct world *w, struct ent e);
void players_name(struct world *w, struct ent e);   /* its name is known now */
void players_unname(struct world *w, struct ent e); /* is about to change */
/* When it leaves for want of a connection; 0: it stays. */
void players_set_leaves(struct world *w, struct ent e, uint64_t tick);
size_t players_leaving(const struct world *w); /* how many there are with such a time */
/* Who is connected to it; not stored, so not a change. */
void players_link(struct world *w, struct ent e, uint64_t session);
