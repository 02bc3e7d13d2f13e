/*
 * place.c - lists of contents, linked by handles; see place.h.
 */
#include "world/core/place.h"

#include <string.h>

#include "rt/log.h"
#include "world/core/comps.h"
#include "world/core/ents.h"
#include "world/core/item.h"
#include "world/core/places.h"
#include "world/data.h"
#include "world/session.h"

static const struct place *get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_PLACE);
}

/* The lists of neighbours and owners are not stored by themselves: no dirty mark. */
static struct place *raw(const struct world *w, struct ent e)
{
	return (struct place *)(uintptr_t)comp_get(w, e, COMP_PLACE);
}

struct ent place_owner(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p ? p->owner : ENT_NONE;
}

struct ent place_first(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p ? p->first : ENT_NONE;
}

struct ent place_next(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p ? p->next : ENT_NONE;
}

uint32_t place_count(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p ? p->n : 0;
}

uint32_t place_players(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p ? p->n_players : 0;
}

uint32_t place_npcs(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p ? p->n_npcs : 0;
}

struct ent place_first_player(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	if (!p || !p->n_players)
		return ENT_NONE;
	return ent_is(p->last_other) ? place_next(w, p->last_other) : p->first;
}

bool place_is_touched(const struct world *w, struct ent e)
{
	const struct place *p = get(w, e);

	return p && p->touched;
}

struct ent place_room(const struct world *w, struct ent e)
{
	while (ent_is(e) && ent_kind(w, e) != KIND_ROOM)
		e = place_owner(w, e);
	return e;
}

bool place_inside(const struct world *w, struct ent e, struct ent outer)
{
	for (e = place_owner(w, e); ent_is(e); e = place_owner(w, e))
		if (ent_same(e, outer))
			return true;
	return false;
}

uint32_t place_weight(const struct world *w, struct ent e)
{
	const struct item *it = item_get(w, e);
	uint32_t sum = it && it->proto ? it->proto->weight : 0;

	for (struct ent in = place_first(w, e); ent_is(in); in = place_next(w, in))
		sum += place_weight(w, in);
	return sum;
}

/* Levels of things in things below e, 0: empty. */
static unsigned depth_below(const struct world *w, struct ent e)
{
	unsigned deepest = 0;

	for (struct ent in = place_first(w, e); ent_is(in); in = place_next(w, in)) {
		unsigned d = 1 + depth_below(w, in);

		if (d > deepest)
			deepest = d;
	}
	return deepest;
}

int place_check(const struct world *w, struct ent e, struct ent to)
{
	unsigned above = 0;

	if (!ent_is(to))
		return 0;
	if (ent_same(e, to) || place_inside(w, to, e))
		return PLACE_LOOP;
	for (struct ent o = to; ent_is(o); o = place_owner(w, o))
		above++;
	if (above + depth_below(w, e) > PLACE_DEPTH_MAX)
		return PLACE_DEEP;
	if (ent_kind(w, e) != KIND_PLAYER &&
	    place_count(w, to) - place_players(w, to) >= PLACE_CONTENTS_MAX)
		return PLACE_FULL;
	return 0;
}

void places_unlink(struct world *w, struct ent e)
{
	struct place *p = raw(w, e), *owner = p ? raw(w, p->owner) : NULL, *beside;

	if (!p)
		return;
	if (owner) {
		beside = raw(w, p->prev);
		*(beside ? &beside->next : &owner->first) = p->next;
		beside = raw(w, p->next);
		*(beside ? &beside->prev : &owner->last) = p->prev;
		if (ent_same(owner->last_other, e))
			owner->last_other = p->prev;
		owner->n_players -= ent_kind(w, e) == KIND_PLAYER;
		owner->n_npcs -= ent_kind(w, e) == KIND_NPC;
		owner->n--;
		owner->touched = true;
	}
	p->owner = p->next = p->prev = ENT_NONE;
	p->lost_owner = 0;
}

/* Into the list of `to` behind `after` (ENT_NONE: first). */
static void link_behind(struct world *w, struct ent e, struct ent to, struct ent after)
{
	struct place *p = raw(w, e), *owner = raw(w, to), *beside = raw(w, after);

	p->owner = to;
	p->prev = after;
	p->next = beside ? beside->next : owner->first;
	*(beside ? &beside->next : &owner->first) = e;
	beside = raw(w, p->next);
	*(beside ? &beside->prev : &owner->last) = e;
	if (ent_kind(w, e) == KIND_PLAYER)
		owner->n_players++;
	else if (ent_same(after, owner->last_other))
		owner->last_other = e;
	owner->n_npcs += ent_kind(w, e) == KIND_NPC;
	owner->n++;
}

/* The end of the part of the list where e belongs. */
static struct ent end_for(const struct world *w, struct ent e, struct ent to)
{
	return ent_kind(w, e) == KIND_PLAYER ? get(w, to)->last : get(w, to)->last_other;
}

int place_move(struct world *w, struct ent e, struct ent to)
{
	int r = place_check(w, e, to);
	struct ent from;
	struct place *p;

	if (r)
		return r;
	p = comp_write(w, e, COMP_PLACE);
	from = p->owner;
	places_unlink(w, e);
	p->order = ++w->ents->last_order;
	if (ent_is(to)) {
		link_behind(w, e, to, end_for(w, e, to));
		raw(w, to)->touched = true;
	}
	if (ent_kind(w, e) == KIND_PLAYER)
		session_placed(w, e);
	data_moved(w, e, from, to);
	return 0;
}

void places_loaded(struct world *w, struct ent e, uint64_t owner)
{
	raw(w, e)->lost_owner = owner;
}

/* Behind the last one that came before it; nearly always the end of the list. */
static void link_in_order(struct world *w, struct ent e, struct ent to)
{
	uint64_t order = raw(w, e)->order, id = ent_id(w, e);
	struct ent after = end_for(w, e, to);

	while (ent_is(after)) {
		const struct place *a = raw(w, after);

		if (ent_kind(w, after) != KIND_PLAYER && ent_kind(w, e) == KIND_PLAYER)
			break;

		if (a->order < order || (a->order == order && ent_id(w, after) < id))
			break;
		after = a->prev;
	}
	link_behind(w, e, to, after);
}

size_t places_settle(struct world *w, const struct ent *loaded, size_t n, struct ent fallback)
{
	size_t lost = 0;

	for (size_t i = 0; i < n; i++) {
		struct place *p = raw(w, loaded[i]);
		struct ent owner;

		if (!p || !p->lost_owner)
			continue;
		owner = ent_by_id(w, p->lost_owner);
		if (ent_is(owner) && !ent_same(owner, loaded[i]) &&
		    !place_inside(w, owner, loaded[i])) {
			p->lost_owner = 0;
			link_in_order(w, loaded[i], owner);
		} else if (ent_is(fallback)) {
			log_warning("owner_missing", LOG_ID("entity", ent_id(w, loaded[i])),
				    LOG_ID("owner", p->lost_owner));
			p->lost_owner = 0;
			link_in_order(w, loaded[i], fallback);
			ent_touch(w, loaded[i]);
			lost++;
		}
	}
	return lost;
}

void place_save(const struct world *w, struct ent e, const void *c, struct buf *out)
{
	const struct place *p = c;

	(void)w;
	(void)e;
	if (p->order)
		comp_save_int(out, "order", (int64_t)p->order);
}

int place_load(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown)
{
	struct place *p = c;
	const char *key;
	json_t *v;
	int bad = 0;

	(void)e;
	json_object_foreach(members, key, v)
	{
		if (!strcmp(key, "order"))
			p->order = (uint64_t)comp_int(v, &bad);
		else
			++*unknown;
	}
	if (!bad && p->order > w->ents->last_order)
		w->ents->last_order = p->order;
	return bad;
}
