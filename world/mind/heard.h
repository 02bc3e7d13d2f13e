/*
 * heard.h - what the people of the world perceived of late: who came, went, said and did what where they
 * are.  A short ring for each of them, in memory alone.
 */
#pragma once

#include "world/core/world.h"

enum { HEARD_MAX = 12, HEARD_TEXT_MAX = 160 };

struct heard *heard_new(void);
void heard_free(struct world *w);
void heard_init(struct world *w);
/* The i-th of the last, oldest first, plain text; NULL at the end. */
const char *heard_at(const struct world *w, struct ent npc, size_t i);
void heard_forget(struct world *w, struct ent npc);
/* Not any more anything about this player. */
void heard_forget_player(struct world *w, struct ent player);
