/*
 * mind_greet.c - who comes into the world for the first time is greeted by one of those who live where
 * he arrives, so that he learns that one can talk to them.
 *
 * The greeting waits a moment, until the newcomer has read where he is.  It is not said when he has gone
 * on, or has spoken to somebody himself; once it is said the two of them are in talk, so he may answer.
 */
#include "world/mind/mind_inner.h"

#include "world/core/event.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/timer.h"
#include "world/core/world.h"

enum { MOMENT_S = 3, VISIT_S = 120 };

/* Has never left: a guest, or a character on its first day. */
static bool is_newcomer(const struct player *p)
{
	return p && !p->hidden && !p->room;
}

static int on_came(void *ctx, struct world *w, const struct fact *f)
{
	const struct ent player = ent_by_id(w, f->actor);
	struct ent npc = ENT_NONE;
	struct thoughts *t;

	(void)ctx;
	if (!w->conf.life || !is_newcomer(player_get(w, player)))
		return 0;
	while (ent_is(npc = mind_next(w, place_room(w, player), npc)))
		if (!mind_is_busy(w, npc))
			break;
	if (!ent_is(npc))
		return 0;
	t = mind_open(w, npc);
	t->greets = f->actor;
	t->greets_tick = w->tick + timer_seconds(w, MOMENT_S);
	mind_busy(w, t);
	return 0;
}

void mind_greet_init(struct world *w)
{
	event_on(w, FACT_PLAYER_ENTERED, on_came, NULL);
}

void mind_greet_step(struct world *w, struct ent npc)
{
	struct thoughts *t = mind_thoughts(w, npc);
	const uint64_t id = t->greets;
	const struct ent player = ent_by_id(w, id);
	struct talker *k;

	if (w->tick < t->greets_tick)
		return;
	t->greets = 0;
	if (t->n_lines || !mind_is_here(w, t, id))
		return;
	k = mind_talker(w, player);
	if (k->npc || !mind_own_line(w, npc, player, MIND_GREET))
		return;
	k->npc = ent_id(w, npc);
	k->until = w->tick + timer_seconds(w, MIND_TALK_S);
}

void mind_greet_drop(struct world *w, struct ent npc)
{
	struct thoughts *t = mind_thoughts(w, npc);

	if (!t || t->begun)
		return;
	t->greets = 0;
	if (t->n_lines)
		mind_free_lines(mind_open(w, npc));
}

bool mind_in_visit(const struct world *w, struct ent npc, const struct talker *k)
{
	const struct thoughts *t = mind_thoughts(w, npc);
	const uint64_t visit = timer_seconds(w, VISIT_S), talk = timer_seconds(w, MIND_TALK_S);

	if (k->npc == ent_id(w, npc) && w->tick + talk < k->until + visit)
		return true;
	for (size_t i = 0; t && i < t->n_asks; i++)
		if (t->asks[i].player == k->player)
			return true;
	return t && t->answered == k->player && t->answered_tick > k->came &&
	       w->tick < t->answered_tick + visit;
}
