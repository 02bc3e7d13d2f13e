/*
 * npc.h - people and animals of a pack (component of NPCs).
 */
#pragma once

#include "world/core/entity.h"
#include "world/pack/pack.h"

struct npc {
	const struct pack_npc *proto; /* NULL: no pack defines it any more */
	char *key;		      /* "pack/key" as stored */
};

const struct npc *npc_get(const struct world *w, struct ent e); /* NULL: not one */
size_t npc_count(const struct world *w);
struct ent npc_new(struct world *w, const struct pack *pack, const struct pack_npc *proto);
