/*
 * name.h - how a thing is called and what it looks like (component of everything).
 *
 * Things from a pack borrow the names of their prototype; a player has a name of its own.
 */
#pragma once

#include "world/core/entity.h"
#include "world/pack/pack.h"

struct name {
	struct pack_name called; /* borrowed from the pack, or pointing into `own` */
	const char *look;	 /* markup, borrowed; NULL: nothing special */
	const char *here;	 /* its line in a room, borrowed; NULL: made from the name */
	char *own;		 /* a name that is not the pack's */
	char *own_word;		 /* the same, lower case */
	const char *words[1];
};

const struct name *name_get(const struct world *w, struct ent e);
/* Gives it a name of its own (proper, without article): players. Letters only, no markup. */
void name_set(struct world *w, struct ent e, const char *own);
/* Borrowed from a pack. Not a change of the stored entity: the prototype's key says it. */
void name_from(struct world *w, struct ent e, const struct pack_name *n, const char *look,
	       const char *here);

/* "a copper coin", "Ana"; with n > 1 "3 copper coins". Appends. */
void name_add(const struct world *w, struct ent e, uint32_t n, struct buf *out);
/* "the copper coin", "Ana". Appends. */
void name_add_the(const struct world *w, struct ent e, struct buf *out);
/* The noun alone: "copper coin", "Ana"; "something" for a stale handle. */
const char *name_of(const struct world *w, struct ent e);
/* A word by which a player may call it: the first of its name where that is one ("jem" of Jem Pottle); NULL: none. */
const char *name_word(const struct world *w, struct ent e);
