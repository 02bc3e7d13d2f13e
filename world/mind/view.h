/*
 * view.h - what somebody may know when it answers: built when it is asked, never before.
 *
 * Only what it perceives (the room, who is in it and not hidden, what was done there of late, and said
 * while the one it talks to was there), what its pack says about it, and what it remembers of that one.  A topic whose
 * condition does not hold is not in it at all, so no words can get it out.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "rt/arena.h"
#include "world/core/world.h"
#include "world/pack/pack.h"

/* Plain texts in `a`; the whole packs into less than 24 KiB. */
void view_build(struct world *w, struct ent npc, struct ent player, struct arena *a,
		Mudlark__AiView *ret);
/* Is this topic open to the player now? NULL: no such topic, or not now. */
const struct pack_topic *view_topic(const struct world *w, struct ent npc, struct ent player,
				    const char *key);
/* Markup to plain text: `{say}x{/}` becomes `x`. Adds to out. */
void view_plain(struct buf *out, const char *markup);
