/*
 * view.c - what somebody may know; see view.h.
 */
#include "world/mind/view.h"

void view_build(struct world *w, struct ent npc, struct ent player, struct arena *a,
		Mudlark__AiView *ret)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)a;
	(void)ret;
}

const struct pack_topic *view_topic(const struct world *w, struct ent npc, struct ent player,
				    const char *key)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)key;
	return NULL;
}

void view_plain(struct buf *out, const char *markup)
{
	(void)out;
	(void)markup;
}
