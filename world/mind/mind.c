/*
 * mind.c - listening, thinking, answering; see mind.h.
 */
#include "world/mind/mind.h"

struct minds *minds_new(void)
{
	return NULL;
}

void minds_free(struct world *w)
{
	(void)w;
}

void mind_init(struct world *w)
{
	(void)w;
}

void mind_begin(struct world *w)
{
	(void)w;
}

bool mind_is(const struct world *w, struct ent npc)
{
	(void)w;
	(void)npc;
	return false;
}

void mind_turn_to(struct world *w, struct ent npc, struct ent player, enum mind_why why,
		  struct span text)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)why;
	(void)text;
}

void mind_still(struct world *w, struct ent npc)
{
	(void)w;
	(void)npc;
}

void mind_said(struct world *w, uint64_t peer, const Mudlark__AiSaid *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void mind_done(struct world *w, uint64_t peer, const Mudlark__AiDone *m)
{
	(void)w;
	(void)peer;
	(void)m;
}

void mind_lost(struct world *w, uint64_t instance)
{
	(void)w;
	(void)instance;
}

bool mind_tick(struct world *w)
{
	(void)w;
	return false;
}

const char *mind_mood(const struct world *w, struct ent npc)
{
	(void)w;
	(void)npc;
	return NULL;
}

void mind_set_mood(struct world *w, struct ent npc, struct span mood)
{
	(void)w;
	(void)npc;
	(void)mood;
}

void mind_follow(struct world *w, struct ent npc, struct ent whom)
{
	(void)w;
	(void)npc;
	(void)whom;
}

struct ent mind_follows(const struct world *w, struct ent npc)
{
	(void)w;
	(void)npc;
	return ENT_NONE;
}

const char *mind_refused(const struct world *w, struct ent npc, size_t i)
{
	(void)w;
	(void)npc;
	(void)i;
	return NULL;
}
