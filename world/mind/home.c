/*
 * home.c - what errands want goes back; see home.h.
 *
 * Nothing is lost by it: what comes back from a person of the world or a guest is the thing itself, moved in
 * the turn of what moves it; who keeps one keeps it, and then it is another.
 */
#include "world/mind/home.h"

#include "rt/log.h"
#include "world/core/event.h"
#include "world/core/item.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/protos.h"
#include "world/core/timer.h"

enum { HOME_SECONDS = 300, DEPTH_MAX = 8 };

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

/* Where that is; what it stands in, or the room when that is not to be found. */
static struct ent place_of(const struct world *w, const struct pack *pack,
			   const struct pack_spawn *spawn)
{
	const struct pack_spawn *outer = spawn;
	struct ent room, in;

	while (outer->inside)
		outer = outer->inside;
	room = protos_room(w, pack, outer->room->key);
	in = spawn->inside ? stands_in(w, room, outer) : ENT_NONE;
	return ent_is(in) ? in : room;
}

static uint32_t count_in(const struct world *w, struct ent place, const struct pack_item *proto)
{
	uint32_t n = 0;

	for (struct ent e = place_first(w, place); ent_is(e); e = place_next(w, e)) {
		const struct item *it = item_get(w, e);

		n += it && it->proto == proto;
	}
	return n;
}

/* How many of its kind its pack puts there. */
static uint32_t count_put(const struct pack *pack, const struct pack_spawn *spawn)
{
	uint32_t n = 0;

	for (size_t i = 0; i < pack->n_spawns; i++) {
		const struct pack_spawn *s = &pack->spawns[i];

		if (s->item == spawn->item && s->room == spawn->room && s->inside == spawn->inside)
			n += s->count;
	}
	return n;
}

/* Where its pack puts such a thing and there are fewer than it puts there; ENT_NONE: none is missing. *ret_first: where
 * it puts one at all. */
static struct ent home_of(const struct world *w, struct ent item, struct ent *ret_first)
{
	const struct item *it = item_get(w, item);
	const struct pack *pack;
	struct span key;
	struct ent place;

	*ret_first = ENT_NONE;
	pack = it && it->proto ? protos_pack(w, it->key, &key) : NULL;
	for (size_t i = 0; pack && i < pack->n_spawns; i++) {
		if (pack->spawns[i].item != it->proto)
			continue;
		place = place_of(w, pack, &pack->spawns[i]);
		if (!ent_is(*ret_first))
			*ret_first = place;
		if (ent_is(place) &&
		    count_in(w, place, it->proto) < count_put(pack, &pack->spawns[i]))
			return place;
	}
	return ENT_NONE;
}

static bool add_timer(struct world *w, struct ent item)
{
	return timer_add(w, TIMER_HOME, timer_seconds(w, HOME_SECONDS), ent_id(w, item), 0);
}

/* What no pack puts anywhere is used up; where there is no room, it waits. */
static void go_home(struct world *w, struct ent item)
{
	struct ent first, missing = home_of(w, item, &first);

	if (ent_kind(w, place_owner(w, item)) != KIND_NPC)
		return;
	if (!ent_is(first) ||
	    (place_move(w, item, ent_is(missing) ? missing : first) && !add_timer(w, item)))
		ent_destroy(w, item);
}

/* ---- who leaves does not end an errand for the others ---- */

static bool is_wanted(const struct world *w, const struct pack_item *proto)
{
	for (size_t p = 0; proto && p < w->n_packs; p++)
		for (size_t i = 0; i < w->packs[p]->n_errands; i++)
			for (size_t k = 0; k < w->packs[p]->errands[i].n_steps; k++)
				if (w->packs[p]->errands[i].steps[k].bring == proto)
					return true;
	return false;
}

/* Is one of its kind left that the leaver does not have? */
static bool is_another(const struct world *w, const struct pack_item *proto, struct ent leaver)
{
	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e)) {
		const struct item *it = item_get(w, e);

		if (it && it->proto == proto && !place_inside(w, e, leaver))
			return true;
	}
	return false;
}

/* A guest keeps nothing: the thing itself goes back. */
static void part(struct world *w, struct ent item, struct ent home)
{
	if (place_move(w, item, home) && place_move(w, item, place_room(w, item)))
		log_warning("thing_not_home", LOG_ID("entity", ent_id(w, item)));
}

/* Others keep theirs: another one is found where it was found. */
static void replace(struct world *w, struct ent item, struct ent home, struct ent leaver)
{
	const struct item *it = item_get(w, item);
	struct span key;
	struct ent e;

	if (is_another(w, it->proto, leaver))
		return;
	e = item_new(w, protos_pack(w, it->key, &key), it->proto);
	if (place_move(w, e, home))
		ent_destroy(w, e);
}

static void look_through(struct world *w, struct ent owner, struct ent leaver, unsigned depth)
{
	struct ent next, first, home;

	for (struct ent e = place_first(w, owner); ent_is(e); e = next) {
		const struct item *it = item_get(w, e);

		next = place_next(w, e);
		if (depth && place_count(w, e))
			look_through(w, e, leaver, depth - 1);
		home = it && is_wanted(w, it->proto) ? home_of(w, e, &first) : ENT_NONE;
		if (ent_is(home) && player_get(w, leaver)->guest)
			part(w, e, home);
		else if (ent_is(home))
			replace(w, e, home, leaver);
	}
}

static int on_left(void *ctx, struct world *w, const struct fact *f)
{
	struct ent leaver = ent_by_id(w, f->actor);

	(void)ctx;
	if (player_get(w, leaver))
		look_through(w, leaver, leaver, DEPTH_MAX);
	return 0;
}

static void on_home(struct world *w, const struct timer *t)
{
	go_home(w, ent_by_id(w, t->entity));
}

void home_later(struct world *w, struct ent item)
{
	if (!add_timer(w, item))
		go_home(w, item);
}

void home_init(struct world *w)
{
	timer_handle(w, TIMER_HOME, on_home);
	event_on(w, FACT_PLAYER_LEFT, on_left, NULL);
}
