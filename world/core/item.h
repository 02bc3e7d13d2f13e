/*
 * item.h - things one can carry (component of items).
 */
#pragma once

#include "world/core/entity.h"
#include "world/pack/pack.h"

struct item {
	const struct pack_item *proto; /* NULL: no pack defines it any more */
	char *key;		       /* "pack/key" as stored */
};

const struct item *item_get(const struct world *w, struct ent e); /* NULL: not an item */
/* A new one, nowhere. */
struct ent item_new(struct world *w, const struct pack *pack, const struct pack_item *proto);
unsigned item_flags(const struct world *w, struct ent e); /* enum pack_item_flag; 0: not an item */
uint32_t item_holds(const struct world *w, struct ent e); /* containers: how many things */
/* Same prototype and nothing inside: may be shown as "3 copper coins". */
bool item_same(const struct world *w, struct ent a, struct ent b);
