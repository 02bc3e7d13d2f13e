/*
 * errand.c - small errands; see errand.h.
 */
#include "world/mind/errand.h"

void errand_init(struct world *w)
{
	(void)w;
}

enum errand_state errand_state(const struct world *w, struct ent player, const char *path,
			       uint32_t *ret_step)
{
	(void)w;
	(void)player;
	(void)path;
	(void)ret_step;
	return (enum errand_state)0;
}

bool errand_offer(struct world *w, struct ent npc, struct ent player, const char *path)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)path;
	return false;
}

const struct pack_errand *errand_next(const struct world *w, struct ent player,
				      const struct pack_errand *previous,
				      enum errand_state *ret_state, uint32_t *ret_step)
{
	(void)w;
	(void)player;
	(void)previous;
	(void)ret_state;
	(void)ret_step;
	return NULL;
}

void errand_accept(struct world *w, struct ent player, const struct pack_errand *errand)
{
	(void)w;
	(void)player;
	(void)errand;
}

void errand_told(struct world *w, struct ent npc, struct ent player, const struct pack_topic *topic)
{
	(void)w;
	(void)npc;
	(void)player;
	(void)topic;
}

bool errand_when(const struct world *w, struct ent player, const char *npc,
		 const struct pack_when *when)
{
	(void)w;
	(void)player;
	(void)npc;
	(void)when;
	return false;
}
