/*
 * mind_follow.c - somebody walks behind a player: one step when that one is in the next room, never out
 * of the area, not for long.
 */
#include "world/mind/mind_inner.h"

#include "world/cmd/walk.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/core/world.h"

enum { FOLLOW_S = 600 };

void mind_follow(struct world *w, struct ent npc, struct ent whom)
{
	struct thoughts *t = ent_is(whom) || mind_thoughts(w, npc) ? mind_open(w, npc) : NULL;

	if (!t)
		return;
	t->follows = ent_id(w, whom);
	t->follows_until = w->tick + timer_seconds(w, FOLLOW_S);
	if (t->follows)
		mind_busy(w, t);
}

static void stay(struct world *w, struct ent npc)
{
	mind_follow(w, npc, ENT_NONE);
	act(w, &(struct act){ .actor = npc,
			      .to_others = "$n stays behind.",
			      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

void mind_follow_step(struct world *w, struct ent npc)
{
	const struct thoughts *t = mind_thoughts(w, npc);
	struct ent whom = ent_by_id(w, t->follows), here = place_room(w, npc);
	struct ent there = place_room(w, whom);
	const struct room *from = room_get(w, here), *to = room_get(w, there);
	enum dir d = 0;

	if (ent_same(here, there) && w->tick < t->follows_until)
		return;
	while (d < N_DIRS && !ent_same(room_exit(w, here, d), there))
		d++;
	if (!from || !to || from->def->area != to->def->area || d == N_DIRS ||
	    ent_same(here, there) || !walk(w, npc, d))
		stay(w, npc);
}
