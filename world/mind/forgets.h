/*
 * forgets.h - what players want to be forgotten, until it is.
 *
 * Conversations are in the store, in the hands of aibridges.  Whatever is to be deleted of them is a debt: it is
 * stored with the turn that makes it (document of the collection "ai"), told to all aibridges at once, again
 * whenever one dials in and once a minute, and is over when every aibridge that was told last has said that
 * persist has done it.  So neither a process that dies nor a store that is away loses one.
 */
#pragma once

#include "world/core/world.h"

enum {
	FORGETS_MAX = 1000,
	FORGETS_SINGLE = 16, /* of a player; beyond, he is forgotten by all */
	FORGETS_AGAIN_S = 60,
	FORGETS_LOST_S = 5
};

struct forgets;

struct forgets *forgets_new(void);
void forgets_free(struct world *w);
void forgets_load(struct world *w,
		  const Mudlark__DocumentRow *row); /* any key but its own is passed over */

/* Conversations of a player with one (NULL: all) of the people of the world. False: too much is to be forgotten
 * already, and nothing of this will be. */
bool forgets_add(struct world *w, uint64_t player, const char *npc);
size_t forgets_count(const struct world *w);
/* Tells them all again. */
void forgets_repeat(struct world *w);
/* That aibridge is gone: what it was told is told again soon. */
void forgets_lost(struct world *w, uint64_t peer);
/* The same of those that are due. */
void forgets_tick(struct world *w);
/* An aibridge says that one is done. */
void forgets_done(struct world *w, uint64_t peer, const Mudlark__AiForgot *m);
