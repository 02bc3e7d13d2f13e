/*
 * bond.c - what people make of a player; see bond.h.
 */
#include "world/mind/bond.h"

const struct bond *bond_get(const struct world *w, struct ent player, const char *npc)
{
	(void)w;
	(void)player;
	(void)npc;
	return NULL;
}

void bond_meet(struct world *w, struct ent player, const char *npc)
{
	(void)w;
	(void)player;
	(void)npc;
}

void bond_regard(struct world *w, struct ent player, const char *npc, int32_t change)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)change;
}

void bond_remember(struct world *w, struct ent player, const char *npc, struct span text)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)text;
}

bool bond_was_told(const struct world *w, struct ent player, const char *npc, const char *topic)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)topic;
	return false;
}

void bond_told(struct world *w, struct ent player, const char *npc, const char *topic)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)topic;
}

bool bond_gave(const struct world *w, struct ent player, const char *npc, const char *item)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)item;
	return false;
}

void bond_note_gift(struct world *w, struct ent player, const char *npc, const char *item)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)item;
}

size_t bond_forget(struct world *w, struct ent player, const char *npc)
{
	(void)w;
	(void)player;
	(void)npc;
	return 0;
}
