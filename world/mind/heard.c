/*
 * heard.c - what was perceived of late; see heard.h.
 */
#include "world/mind/heard.h"

struct heard *heard_new(void)
{
	return NULL;
}

void heard_free(struct world *w)
{
	(void)w;
}

void heard_init(struct world *w)
{
	(void)w;
}

const char *heard_at(const struct world *w, struct ent npc, size_t i)
{
	(void)w;
	(void)npc;
	(void)i;
	return NULL;
}

void heard_forget(struct world *w, struct ent npc)
{
	(void)w;
	(void)npc;
}

void heard_forget_player(struct world *w, struct ent player)
{
	(void)w;
	(void)player;
}
