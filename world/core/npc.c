/*
 * npc.c - people and animals; see npc.h.
 */
#include "world/core/npc.h"

#include <stdlib.h>

#include "rt/log.h"
#include "world/core/actor.h"
#include "world/core/comps.h"
#include "world/core/ents.h"
#include "world/core/name.h"
#include "world/core/protos.h"

const struct npc *npc_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_NPC);
}

size_t npc_count(const struct world *w)
{
	const struct pool *p = &w->ents->comps[COMP_NPC];

	return p->n_used - p->n_spare;
}

static void take_proto(struct world *w, struct ent e, struct npc *n, const struct pack_npc *proto)
{
	n->proto = proto;
	if (!proto)
		return;
	name_from(w, e, &proto->name, proto->look, proto->here);
	actor_write(w, e)->pronoun = proto->pronoun;
}

struct ent npc_new(struct world *w, const struct pack *pack, const struct pack_npc *proto)
{
	struct ent e = ent_new(w, KIND_NPC);
	struct npc *n = comp_write(w, e, COMP_NPC);

	n->key = protos_path(pack, proto->key);
	take_proto(w, e, n, proto);
	return e;
}

void npc_done(void *c)
{
	free(((struct npc *)c)->key);
}

void npc_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	(void)w;
	(void)e;
	comp_save_text(out, "proto", ((const struct npc *)c)->key);
}

int npc_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct npc *n = c;
	const struct pack *pack;
	struct span key;
	const int bad = protos_load(members, unknown, &n->key);

	if (bad || !n->key)
		return bad;
	pack = protos_pack(w, n->key, &key);
	take_proto(w, e, n, pack ? pack_npc(pack, key) : NULL);
	if (!n->proto)
		log_warning("prototype_missing", LOG_ID("entity", ent_id(w, e)),
			    LOG_STR("proto", n->key));
	return 0;
}
