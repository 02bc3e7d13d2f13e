/*
 * bond.h - what people of the world make of a player: how often they met, how they like it, what they
 * chose to remember, what they told (component of players, stored with them).
 *
 * At most BONDS_MAX of them and about BONDS_BYTES; who was not met for longest forgets first.  What was
 * told and given once and for all is never lost by that, nor by bond_forget(): it has BONDS_KEPT_BYTES of its
 * own, and when they are used up nothing more is told or given once and for all.
 */
#pragma once

#include "world/core/entity.h"

enum {
	BONDS_MAX = 64,
	BONDS_BYTES = 16 * 1024, /* of a player's row */
	BONDS_KEPT_BYTES = 32 * 1024,
	BOND_MEMORIES = 8,
	BOND_MEMORY_MAX = 160,
	BOND_KEY_MAX = 80,
	BOND_TOLD_MAX = 64, /* as many topics as a mind has */
	BOND_REGARD_MAX = 100,
	BOND_PAUSE_SECONDS = 600 /* without a word: what comes then is another conversation */
};

struct bond {
	char *npc;		       /* "foreshore/marrable" */
	uint32_t met;		       /* conversations */
	int32_t regard;		       /* -100 .. 100 */
	uint64_t last;		       /* tick of the last word */
	char *memories[BOND_MEMORIES]; /* plain text, oldest first; NULL behind the last */
	char *told[BOND_TOLD_MAX];     /* keys of topics that are to be kept in mind (`marks`) */
	char *gave[BOND_MEMORIES];     /* keys of items it gave once and for all */
};

/* The component. */
struct bonds {
	struct bond *v; /* in the order in which they met */
	size_t n, cap;
};

/* NULL: they never met. */
const struct bond *bond_get(const struct world *w, struct ent player, const char *npc);
/* A word is exchanged; it begins a conversation, which counts, when there was none for ten minutes. */
void bond_meet(struct world *w, struct ent player, const char *npc);
/* Conversations before the present one. */
uint32_t bond_met_before(const struct world *w, struct ent player, const char *npc);
void bond_regard(struct world *w, struct ent player, const char *npc, int32_t change);
/* Made clean and cut; the oldest makes room. What is remembered already, or empty, is not added. */
void bond_remember(struct world *w, struct ent player, const char *npc, struct span text);
bool bond_was_told(const struct world *w, struct ent player, const char *npc, const char *topic);
/* False: it was told before, or that cannot be kept in mind. */
bool bond_told(struct world *w, struct ent player, const char *npc, const char *topic);
bool bond_gave(const struct world *w, struct ent player, const char *npc, const char *item);
/* Nobody can give more than BOND_MEMORIES kinds of things to one player, or anything that cannot be kept in
 * mind: beyond that, bond_gave() is true of all. */
void bond_note_gift(struct world *w, struct ent player, const char *npc, const char *item);
/* The memories, the regard and how often they met; NULL: of all. What was told and given stays. Returns
 * how many people knew something. */
size_t bond_forget(struct world *w, struct ent player, const char *npc);
