/*
 * item.c - things; see item.h.
 */
#include "world/core/item.h"

#include <stdlib.h>

#include "rt/log.h"
#include "world/core/comps.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/protos.h"

const struct item *item_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_ITEM);
}

unsigned item_flags(const struct world *w, struct ent e)
{
	const struct item *it = item_get(w, e);

	return it && it->proto ? it->proto->flags : 0;
}

uint32_t item_holds(const struct world *w, struct ent e)
{
	const struct item *it = item_get(w, e);

	return it && it->proto && it->proto->flags & ITEM_CONTAINER ? it->proto->holds : 0;
}

bool item_same(const struct world *w, struct ent a, struct ent b)
{
	const struct item *x = item_get(w, a), *y = item_get(w, b);

	return x && y && x->proto && x->proto == y->proto && !place_count(w, a) &&
	       !place_count(w, b);
}

static void take_proto(struct world *w, struct ent e, struct item *it,
		       const struct pack_item *proto)
{
	it->proto = proto;
	if (proto)
		name_from(w, e, &proto->name, proto->look, proto->here);
}

struct ent item_new(struct world *w, const struct pack *pack, const struct pack_item *proto)
{
	struct ent e = ent_new(w, KIND_ITEM);
	struct item *it = comp_write(w, e, COMP_ITEM);

	it->key = protos_path(pack, proto->key);
	take_proto(w, e, it, proto);
	return e;
}

void item_done(void *c)
{
	free(((struct item *)c)->key);
}

void item_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	(void)w;
	(void)e;
	comp_save_text(out, "proto", ((const struct item *)c)->key);
}

int item_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct item *it = c;
	const struct pack *pack;
	struct span key;
	const int bad = protos_load(members, unknown, &it->key);

	if (bad || !it->key)
		return bad;
	pack = protos_pack(w, it->key, &key);
	take_proto(w, e, it, pack ? pack_item(pack, key) : NULL);
	if (!it->proto)
		log_warning("prototype_missing", LOG_ID("entity", ent_id(w, e)),
			    LOG_STR("proto", it->key));
	return 0;
}
