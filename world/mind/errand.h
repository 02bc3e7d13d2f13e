/*
 * errand.h - small errands: somebody offers one, a player accepts it, does its steps in order and is
 * rewarded, once (component of players, stored with them).
 *
 * Steps are done by facts: a topic was told (`learn`), a thing was given to somebody (`bring`), a room was
 * entered (`reach`).  Nothing a model says changes an errand but an offer, and that only puts it up for
 * `accept`.
 */
#pragma once

#include "world/core/world.h"
#include "world/pack/pack.h"

enum { ERRANDS_MAX = 32 /* offered or taken, at once */ };
enum errand_state { ERRAND_NONE, ERRAND_OFFERED, ERRAND_TAKEN, ERRAND_DONE };

void errand_init(struct world *w);
/* `path`: "foreshore/seal". *ret_step (may be NULL): the step to be done, while taken. */
enum errand_state errand_state(const struct world *w, struct ent player, const char *path,
			       uint32_t *ret_step);
enum errand_state errand_state_of(const struct world *w, struct ent player,
				  const struct pack_errand *errand, uint32_t *ret_step);
/* Tells the player how to accept; nothing when it is taken or done. False: it is not this npc's to offer, or
 * its condition does not hold. */
bool errand_offer(struct world *w, struct ent npc, struct ent player, const char *path);
/* All that are offered or taken, in order: NULL to begin and at the end. */
const struct pack_errand *errand_next(const struct world *w, struct ent player,
				      const struct pack_errand *previous,
				      enum errand_state *ret_state, uint32_t *ret_step);
/* Takes it on; tells the player, also when it was not offered, is under way or done. */
void errand_accept(struct world *w, struct ent player, const struct pack_errand *errand);
/* Does this person want the thing from the player, for a step that is to be done now? */
bool errand_wants(const struct world *w, struct ent npc, struct ent player, struct ent item);
/* A topic of that npc was told to the player: marks it, offers, changes regard, does steps. */
void errand_told(struct world *w, struct ent npc, struct ent player,
		 const struct pack_topic *topic);
/* Does the condition hold? NULL does. */
bool errand_when(const struct world *w, struct ent player, const char *npc,
		 const struct pack_when *when);
