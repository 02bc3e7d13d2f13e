/*
 * heard.h - what the people of the world perceived of late: who came, went, said and did what where they
 * are.  A short ring for each of them, in memory alone, and nothing older than ten minutes.
 */
#pragma once

#include "world/core/world.h"

enum { HEARD_MAX = 12, HEARD_TEXT_MAX = 160 };

struct heard *heard_new(void);
void heard_free(struct world *w);
void heard_init(struct world *w);
/* The i-th of the last that this player may know of, oldest first, plain text; NULL at the end.  Words
 * are only for those who were in the room when they were said; what a guest said or did is gone when
 * the guest is. */
const char *heard_at(const struct world *w, struct ent npc, struct ent player, size_t i);
void heard_forget(struct world *w, struct ent npc);
/* Not any more anything about this player. */
void heard_forget_player(struct world *w, struct ent player);
