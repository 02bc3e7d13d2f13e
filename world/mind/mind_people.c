/*
 * mind_people.c - what players have to do with minds: with whom each of them talks, how much a minute,
 * and who greets whom without being asked.  In memory alone: after a restart talk begins anew.
 */
#include "world/mind/mind_inner.h"

#include <stdlib.h>

#include "world/core/event.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/core/world.h"
#include "world/mind/bond.h"
#include "world/mind/forgets.h"

enum { MINUTE_S = 60, GREETED_S = 600, GREETS_S = 60, GREETS_OF = 3 };

struct talker *mind_talker(struct world *w, struct ent player)
{
	struct map64 *all = &w->minds->talkers;
	struct talker *k = map64_get(all, ent_id(w, player));

	if (k)
		return k;
	k = base_alloc(1, sizeof(*k));
	k->player = ent_id(w, player);
	k->came = w->tick;
	map64_put(all, k->player, k);
	return k;
}

void mind_people_free(struct minds *m)
{
	size_t it = 0;
	uint64_t id;
	void *k;

	while (map64_next(&m->talkers, &it, &id, &k))
		free(k);
	map64_done(&m->talkers);
}

bool mind_may_talk(struct world *w, struct talker *k, struct ent player)
{
	if (!k->minute || w->tick >= k->minute + timer_seconds(w, MINUTE_S)) {
		k->minute = w->tick;
		k->n = 0;
	}
	if (!w->conf.talk_rate || k->n < w->conf.talk_rate) {
		k->n++;
		return true;
	}
	say_reply(w, player, "You have said so much that nobody can follow. Give them a minute.");
	return false;
}

/* ---- greetings of their own ---- */

static bool was_greeted(const struct world *w, const struct talker *k, uint64_t npc)
{
	for (size_t i = 0; i < GREETED_MAX; i++)
		if (k->greeted[i].npc == npc &&
		    w->tick < k->greeted[i].tick + timer_seconds(w, GREETED_S))
			return true;
	return false;
}

/* It knows the player, has not seen it for a while, and is at rest. */
static bool would_greet(const struct world *w, struct ent npc, struct ent player,
			const struct talker *k)
{
	const struct bond *b = bond_get(w, player, mind_key(w, npc));
	const struct thoughts *t = mind_thoughts(w, npc);

	if (!b || !b->met || w->tick < b->last + timer_seconds(w, GREETED_S) ||
	    was_greeted(w, k, ent_id(w, npc)))
		return false;
	return !mind_is_busy(w, npc) &&
	       (!t || !t->greeted_tick || w->tick >= t->greeted_tick + timer_seconds(w, GREETS_S));
}

static void greet(struct world *w, struct ent npc, struct ent player, struct talker *k)
{
	struct thoughts *t = mind_open(w, npc);

	k->greeted[k->n_greeted % GREETED_MAX].npc = ent_id(w, npc);
	k->greeted[k->n_greeted++ % GREETED_MAX].tick = w->tick;
	t->greeted_tick = w->tick;
	if (!mind_own_line(w, npc, player, MIND_GREET))
		return;
	t->next_say = w->tick + timer_seconds(w, 1);
	mind_busy(w, t);
}

/* Who comes in talks with nobody any more; one of those who know him may say a word. */
static int on_entered(void *ctx, struct world *w, const struct fact *f)
{
	struct talker *k = map64_get(&w->minds->talkers, f->actor ? f->actor : UINT64_MAX);
	struct ent player, npc = ENT_NONE;
	const struct player *p;

	(void)ctx;
	if (k) {
		k->npc = 0;
		k->came = w->tick;
	}
	if (!w->conf.life || !f->actor)
		return 0;
	player = ent_by_id(w, f->actor);
	p = player_get(w, player);
	if (!p || p->hidden)
		return 0;
	while (ent_is(npc = mind_next(w, place_room(w, player), npc))) {
		if (!bond_get(w, player, mind_key(w, npc)))
			continue;
		k = mind_talker(w, player);
		if (!would_greet(w, npc, player, k) || world_random(w, GREETS_OF))
			continue;
		greet(w, npc, player, k);
		break;
	}
	return 0;
}

/* Somebody here may know it: from before this world did, too. */
static bool is_known(const struct world *w, struct ent player)
{
	const struct bonds *bonds = comp_get(w, player, COMP_BONDS);

	return bonds && bonds->n;
}

/* A guest is gone for good, and what was said with it. */
static int on_left(void *ctx, struct world *w, const struct fact *f)
{
	const struct ent player = ent_by_id(w, f->actor);
	const struct player *p = player_get(w, player);
	struct talker *k = f->actor ? map64_del(&w->minds->talkers, f->actor) : NULL;

	(void)ctx;
	if (p && p->guest && (k || is_known(w, player)))
		forgets_add(w, f->actor, NULL);
	free(k);
	return 0;
}

void mind_people_init(struct world *w)
{
	event_on(w, FACT_ROOM_ENTERED, on_entered, NULL);
	event_on(w, FACT_PLAYER_LEFT, on_left, NULL);
}
