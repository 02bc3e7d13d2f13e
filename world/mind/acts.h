/*
 * acts.h - what somebody proposes to do is checked as if it had typed it.
 *
 * A verb must be on its pack's list for it; then it becomes a line that is run as a command of that
 * npc (of say, emote, give, go, open, attack those that the game has: the others are not offered), or a thing of its own mind
 * (follow, offer, mood, remember).  It gives away only what its pack says it gives, under the
 * conditions there, once to each: proposed, or with a topic that was told.  Only the one it talks to is given, offered or followed.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "rt/arena.h"
#include "world/core/world.h"
#include "world/pack/pack.h"

enum { ACTS_MAX = 3 /* of one answer */, ACTS_TEXT_MAX = 200 };

/* False: it was refused; the reason, a sentence, is appended to `why`. Nothing has changed then. */
bool acts_do(struct world *w, struct ent npc, struct ent player, const Mudlark__AiAct *act,
	     struct buf *why);
/* What a topic would hand over to the player now; NULL: nothing (any more). */
const struct pack_item *acts_gift_of(struct world *w, struct ent npc, struct ent player,
				     const struct pack_topic *topic);
/* Hands it over. False: it could not be, as acts_do(). */
bool acts_hand_over(struct world *w, struct ent npc, struct ent player,
		    const struct pack_topic *topic, struct buf *why);
/* A line of an npc as a command; false when it had no effect, `why` gets what it was told, plain. Lines that do
 * not begin with one of the verbs above are refused. */
bool acts_type(struct world *w, struct ent npc, struct span line, struct buf *why);
/* The verbs it may propose now, with their targets, into the view. */
void acts_list(struct world *w, struct ent npc, struct ent player, struct arena *a,
	       Mudlark__AiView *ret);
