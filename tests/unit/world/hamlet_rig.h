/*
 * hamlet_rig.h - the hamlet (tests/unit/world/hamlet) with Ana and Ben on its green, for the tests of what
 * its people know, want and do.
 */
#pragma once

#include "stage.h"
#include "world/core/item.h"
#include "world/core/npc.h"
#include "world/mind/bond.h"
#include "world/mind/errand.h"

struct hamlet {
	struct stage st;
	struct ent ana, ben, wick, tam;
};

static inline struct ent hamlet_npc(const struct world *w, const char *key)
{
	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e)) {
		const struct npc *n = npc_get(w, e);

		if (n && n->proto && !strcmp(n->proto->key, key))
			return e;
	}
	ck_abort_msg("no %s", key);
	return ENT_NONE;
}

static inline void hamlet_open(struct hamlet *h)
{
	stage_open(&h->st, "tests/unit/world/hamlet");
	h->ana = stage_ent(&h->st, stage_enter(&h->st, "Ana"));
	h->ben = stage_ent(&h->st, stage_enter(&h->st, "Ben"));
	h->wick = hamlet_npc(h->st.world, "wick");
	h->tam = hamlet_npc(h->st.world, "tam");
	stage_forget(&h->st);
}

static inline void hamlet_close(struct hamlet *h)
{
	stage_close(&h->st);
}

/* One more of these, carried by somebody. */
static inline struct ent hamlet_give(struct hamlet *h, const char *key, struct ent to)
{
	const struct pack_item *proto = pack_item(h->st.pack, (struct span){ key, strlen(key) });
	struct ent item;

	ck_assert_ptr_nonnull(proto);
	item = item_new(h->st.world, h->st.pack, proto);
	ck_assert_int_eq(place_move(h->st.world, item, to), 0);
	return item;
}

/* How many of these somebody carries. */
static inline size_t hamlet_has(const struct hamlet *h, struct ent who, const char *key)
{
	size_t n = 0;

	for (struct ent e = place_first(h->st.world, who); ent_is(e);
	     e = place_next(h->st.world, e)) {
		const struct item *it = item_get(h->st.world, e);

		n += it && it->proto && !strcmp(it->proto->key, key);
	}
	return n;
}

/* That topic was told to the player. */
static inline void hamlet_tell(struct hamlet *h, struct ent npc, struct ent player,
			       const char *topic)
{
	const struct pack_mind *mind = npc_get(h->st.world, npc)->proto->mind;

	for (size_t i = 0; i < mind->n_topics; i++)
		if (!strcmp(mind->topics[i].key, topic)) {
			errand_told(h->st.world, npc, player, &mind->topics[i]);
			stage_tick(&h->st);
			return;
		}
	ck_abort_msg("no topic %s", topic);
}
