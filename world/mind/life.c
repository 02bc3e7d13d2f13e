/*
 * life.c - one timer for all npcs; see life.h.
 *
 * They have their turn one after the other, all of them in about ROUND_S.  The timer's entity is who
 * had it last.
 */
#include "world/mind/life.h"

#include "world/cmd/walk.h"
#include "world/core/event.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/core/timers.h"
#include "world/data_media.h"
#include "world/mind/mind.h"

enum { ROUND_S = 100, AT_ONCE_MAX = 100 };

static const struct pack_npc *proto_of(const struct world *w, struct ent e)
{
	const struct npc *npc = npc_get(w, e);

	return npc ? npc->proto : NULL;
}

static bool has_life(const struct pack_npc *p)
{
	return p && (p->n_barks || p->greeting || p->wanders);
}

/* After the last one comes the first. */
static struct ent next_npc(const struct world *w, struct ent e)
{
	do {
		e = ent_next(w, e);
	} while (!ent_is(e) || ent_kind(w, e) != KIND_NPC);
	return e;
}

/* How many have their turn together, so that a round takes its time and not much longer. */
static uint64_t at_once(const struct world *w)
{
	uint64_t n = npc_count(w) / timer_seconds(w, ROUND_S) + 1;

	return n < AT_ONCE_MAX ? n : AT_ONCE_MAX;
}

static void come_again(struct world *w, struct ent last)
{
	uint64_t pause = timer_seconds(w, ROUND_S) * at_once(w) / npc_count(w);

	timer_add(w, TIMER_LIFE, pause / 2 + world_random(w, pause + 1), ent_id(w, last), 0);
}

static bool is_watched(const struct world *w, struct ent room)
{
	return place_players(w, room) > 0;
}

/* Somebody talks here: no word to all and sundry comes between. */
static bool is_talk_in(const struct world *w, struct ent room)
{
	struct ent e = mind_next(w, room, ENT_NONE);

	while (ent_is(e) && !mind_is_busy(w, e))
		e = mind_next(w, room, e);
	return ent_is(e);
}

/* One of its barks, or what it says to whoever is there. */
static void mutter(struct world *w, struct ent e, const struct pack_npc *p)
{
	size_t n = p->n_barks, i;

	n += p->greeting && !is_talk_in(w, place_room(w, e));
	if (!n || !is_watched(w, place_room(w, e)))
		return;
	i = world_random(w, n);
	act(w, &(struct act){ .actor = e,
			      .markup = i < p->n_barks ? p->barks[i] : p->greeting,
			      .to_others = i < p->n_barks ? "$x" : "$n says, \"{say}$x{/}\"",
			      .class = MUDLARK__TEXT_CLASS__TEXT_AMBIENT });
	data_sound_room(w, place_room(w, e), p->sound);
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

static void live(struct world *w, struct ent e)
{
	const struct pack_npc *p = proto_of(w, e);

	if (mind_is_busy(w, e))
		return;
	if (has_life(p) && (!p->wanders || world_random(w, 2) || !wander(w, e)))
		mutter(w, e, p);
}

static void on_timer(struct world *w, const struct timer *t)
{
	struct ent e = ent_by_id(w, t->entity);

	if (!w->conf.life || !npc_count(w))
		return;
	for (uint64_t i = at_once(w); i; i--) {
		e = next_npc(w, e);
		live(w, e);
	}
	come_again(w, e);
}

static int on_started(void *ctx, struct world *w, const struct fact *f)
{
	(void)ctx;
	(void)f;
	if (w->conf.life && npc_count(w) && !timers_pending(w, TIMER_LIFE))
		come_again(w, ENT_NONE);
	return 0;
}

void life_init(struct world *w)
{
	timer_handle(w, TIMER_LIFE, on_timer);
	event_on(w, FACT_SERVER_STARTED, on_started, NULL);
}
