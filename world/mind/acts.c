/*
 * acts.c - what somebody proposes to do; see acts.h.
 */
#include "world/mind/acts.h"

bool acts_do(struct world *w, struct ent npc, struct ent player, const Mudlark__AiAct *act,
	     struct buf *why)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)act;
	(void)why;
	return false;
}

bool acts_type(struct world *w, struct ent npc, struct span line, struct buf *why)
{
	(void)w;
	(void)npc;
	(void)line;
	(void)why;
	return false;
}

void acts_list(struct world *w, struct ent npc, struct ent player, struct arena *a,
	       Mudlark__AiView *ret)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)a;
	(void)ret;
}
