/*
 * target.h - what a player means by "2.penny", "all.coin", "3 pennies", "the brass lantern", "me".
 *
 * A phrase names a thing by words of its name or by their beginnings, every one of which must fit;
 * articles are skipped.  Where anything fits by whole words, what fits by beginnings alone does not
 * count.
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"

enum { TARGET_WORDS = 6 };

struct target {
	struct span text; /* the phrase without count and article, for sentences */
	struct span words[TARGET_WORDS];
	size_t n_words; /* 0: anything ("all") */
	uint32_t first; /* 2.penny: 2, otherwise 1 */
	uint32_t most;	/* how many are meant: 1, 3 pennies: 3, all: UINT32_MAX */
};

/* False: the phrase is empty, too long, or counts nonsense (0.penny). */
bool target_parse(struct span phrase, struct target *ret) MUST_USE;
/* "letter from bottle" with "from in" -> letter, bottle; false: none of these words stands between
 * two phrases, and *ret_what is all of it. */
bool target_split(struct span args, const char *between, struct span *ret_what,
		  struct span *ret_where);
/* Do the words of a name fit? 0 no, 1 by beginnings, 2 by whole words. */
int target_fits(const struct target *t, const char *const *words, size_t n_words,
		const char *plural);

/* Where to look for things, in this order. */
enum { TARGET_PLACES = 3 };
struct target_places {
	struct ent owner[TARGET_PLACES]; /* ENT_NONE: skipped */
};

/* The entities meant, among those directly in the places, that the actor can perceive; in the
 * scratch of the turn. `kinds`: bits 1 << enum ent_kind. Returns how many. */
size_t target_find(struct world *w, struct ent actor, const struct target *t,
		   const struct target_places *in, unsigned kinds, struct ent **ret);
/* The one thing or person a phrase means, seen from the actor: carried, in the room, me, here;
 * ENT_NONE. */
struct ent target_one(struct world *w, struct ent actor, struct span phrase, unsigned kinds);
/* Can the actor know that e is there? */
bool target_visible(const struct world *w, struct ent actor, struct ent e);

#define KINDS_THINGS (1u << KIND_ITEM)
#define KINDS_PEOPLE (1u << KIND_PLAYER | 1u << KIND_NPC)
#define KINDS_ALL (KINDS_THINGS | KINDS_PEOPLE | 1u << KIND_ROOM)

/* "You see no lantern here." with the phrase as typed. */
void target_none(struct world *w, struct ent actor, const char *before, struct span phrase,
		 const char *after);
