/*
 * home.c - what was brought goes back; see home.h.
 */
#include "world/mind/home.h"

#include "world/core/item.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/protos.h"
#include "world/core/timer.h"

enum { HOME_SECONDS = 300 };

/* What stands there and is of this kind; ENT_NONE: nothing. */
static struct ent stands_in(const struct world *w, struct ent room, const struct pack_spawn *spawn)
{
	for (struct ent e = place_first(w, room); ent_is(e) && ent_kind(w, e) != KIND_PLAYER;
	     e = place_next(w, e)) {
		const struct item *it = item_get(w, e);

		const struct npc *n = npc_get(w, e);

		if ((spawn->item && it && it->proto == spawn->item) ||
		    (spawn->npc && n && n->proto == spawn->npc))
			return e;
	}
	return ENT_NONE;
}

/* Where its pack puts such a thing; what it stands in, or the room when that is not to be found. */
static struct ent home_of(const struct world *w, struct ent item)
{
	const struct item *it = item_get(w, item);
	const struct pack_spawn *spawn, *outer;
	const struct pack *pack;
	struct span key;
	struct ent room, in;

	pack = it && it->proto ? protos_pack(w, it->key, &key) : NULL;
	for (size_t i = 0; pack && i < pack->n_spawns; i++) {
		spawn = outer = &pack->spawns[i];
		if (spawn->item != it->proto)
			continue;
		while (outer->inside)
			outer = outer->inside;
		room = protos_room(w, pack, outer->room->key);
		in = spawn->inside ? stands_in(w, room, outer) : ENT_NONE;
		return ent_is(in) ? in : room;
	}
	return ENT_NONE;
}

/* What no pack puts anywhere is used up. */
static void go_home(struct world *w, struct ent item)
{
	struct ent home = home_of(w, item);

	if (ent_kind(w, place_owner(w, item)) != KIND_NPC)
		return;
	if (!ent_is(home) || place_move(w, item, home))
		ent_destroy(w, item);
}

static void on_home(struct world *w, const struct timer *t)
{
	go_home(w, ent_by_id(w, t->entity));
}

void home_later(struct world *w, struct ent item)
{
	if (!timer_add(w, TIMER_HOME, timer_seconds(w, HOME_SECONDS), ent_id(w, item), 0))
		go_home(w, item);
}

void home_init(struct world *w)
{
	timer_handle(w, TIMER_HOME, on_home);
}
