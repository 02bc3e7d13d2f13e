/*
 * life.c - one timer for each npc that has something to do; see life.h.
 */
#include "world/mind/life.h"

#include "world/cmd/walk.h"
#include "world/core/event.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/core/timers.h"

enum { PAUSE_MIN_S = 50, PAUSE_SPREAD_S = 100 };

static const struct pack_npc *proto_of(const struct world *w, struct ent e)
{
	const struct npc *npc = npc_get(w, e);

	return npc ? npc->proto : NULL;
}

static bool has_life(const struct pack_npc *p)
{
	return p && (p->n_barks || p->greeting || p->wanders);
}

static void come_again(struct world *w, struct ent e)
{
	uint64_t seconds = PAUSE_MIN_S + world_random(w, PAUSE_SPREAD_S);

	timer_add(w, TIMER_NPC, timer_seconds(w, seconds), ent_id(w, e), 0);
}

static bool is_watched(const struct world *w, struct ent room)
{
	return place_players(w, room) > 0;
}

/* One of its barks, or what it says to whoever is there. */
static void mutter(struct world *w, struct ent e, const struct pack_npc *p)
{
	size_t n = p->n_barks + (p->greeting != NULL), i;

	if (!n || !is_watched(w, place_room(w, e)))
		return;
	i = world_random(w, n);
	act(w, &(struct act){ .actor = e,
			      .markup = i < p->n_barks ? p->barks[i] : p->greeting,
			      .to_others = i < p->n_barks ? "$x" : "$n says, \"{say}$x{/}\"",
			      .class = MUDLARK__TEXT_CLASS__TEXT_AMBIENT });
}

/* Through one of the ways that stay in the area; false: there is none. */
static bool wander(struct world *w, struct ent e)
{
	struct ent here = place_room(w, e);
	const struct room *room = room_get(w, here), *there;
	enum dir ways[N_DIRS];
	size_t n = 0;

	for (enum dir d = 0; room && d < N_DIRS; d++) {
		there = room_get(w, room_exit(w, here, d));
		if (there && there->def->area == room->def->area)
			ways[n++] = d;
	}
	return n && walk(w, e, ways[world_random(w, n)]);
}

static void on_timer(struct world *w, const struct timer *t)
{
	struct ent e = ent_by_id(w, t->entity);
	const struct pack_npc *p = proto_of(w, e);

	if (!w->conf.life || !has_life(p))
		return;
	if (!p->wanders || world_random(w, 2) || !wander(w, e))
		mutter(w, e, p);
	come_again(w, e);
}

static int on_started(void *ctx, struct world *w, const struct fact *f)
{
	(void)ctx;
	(void)f;
	if (!w->conf.life)
		return 0;
	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e))
		if (has_life(proto_of(w, e)) && !timers_pending(w, TIMER_NPC, ent_id(w, e)))
			come_again(w, e);
	return 0;
}

void life_init(struct world *w)
{
	timer_handle(w, TIMER_NPC, on_timer);
	event_on(w, FACT_SERVER_STARTED, on_started, NULL);
}
