/*
 * place.h - where things are: every entity is in at most one other (component of everything).
 *
 * Invariants: an entity is in exactly one list or nowhere; nothing is in itself, however deep; the
 * contents are in the order in which they came, players behind all others: whoever wants things need
 * not walk through a crowd.  That order is stored (`order`), so it is the same after a restart.
 */
#pragma once

#include "world/core/entity.h"

enum { PLACE_DEPTH_MAX = 8, PLACE_CONTENTS_MAX = 500 };

struct place {
	struct ent owner;
	struct ent first, last; /* contents */
	struct ent last_other;	/* the last of them that is not a player */
	struct ent next, prev;	/* beside it, in its owner */
	uint32_t n;		/* contents, not counting deeper ones */
	uint32_t n_players;	/* of these */
	uint32_t n_npcs;	/* and people of the world */
	uint64_t order;		/* when it came: larger is later */
	uint64_t lost_owner;	/* loaded before its owner was: id of that */
	bool touched;		/* something has come or gone in this life of the world */
};

enum place_refusal {
	PLACE_LOOP = 1, /* into itself */
	PLACE_DEEP,	/* more than PLACE_DEPTH_MAX */
	PLACE_FULL,	/* PLACE_CONTENTS_MAX are there already, not counting players */
};

/* Moves e (and what is in it) to the end of `to`; ENT_NONE: nowhere.  A player's connection hears
 * the room it is in.  0, or a place_refusal and nothing is changed. Emits no fact. */
int place_move(struct world *w, struct ent e, struct ent to) MUST_USE;
/* Would place_move() do it? */
int place_check(const struct world *w, struct ent e, struct ent to) MUST_USE;

struct ent place_owner(const struct world *w, struct ent e); /* ENT_NONE: nowhere */
struct ent place_room(const struct world *w, struct ent e);  /* the room around it, or ENT_NONE */
struct ent place_first(const struct world *w, struct ent e); /* contents, oldest first */
struct ent place_next(const struct world *w, struct ent e);  /* the one after it, same owner */
struct ent place_first_player(const struct world *w, struct ent e); /* of the contents */
uint32_t place_count(const struct world *w, struct ent e);
uint32_t place_players(const struct world *w, struct ent e);
uint32_t place_npcs(const struct world *w, struct ent e);
bool place_is_touched(const struct world *w, struct ent e);
bool place_inside(const struct world *w, struct ent e, struct ent outer); /* at any depth */
uint32_t place_weight(const struct world *w, struct ent e); /* grams, with what is in it */
