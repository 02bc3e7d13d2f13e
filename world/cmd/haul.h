/*
 * haul.h - things that change hands: what get, drop, put and give have in common.
 *
 * Each thing is checked and moved by itself; what was moved is told in one sentence for each point
 * of view, and of what was not the first reason is said.
 */
#pragma once

#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/event.h"

enum { CARRY_THINGS = 100, CARRY_GRAMS = 60000 };

struct haul {
	const struct cmd_call *call;
	struct target target; /* what was meant */
	struct ent to;
	struct ent target_person; /* who gets it (give), or ENT_NONE */
	struct ent container;	  /* what it is taken from or put into, or ENT_NONE */
	enum fact_kind fact;
	/* Templates of say.h; $x is what was moved, $O the container, $N the person. */
	const char *to_actor, *to_target, *to_others;
};

/* Moves the things and tells. */
void haul(const struct haul *h, struct ent *things, size_t n);
/* Finds among what the actor carries the things that `what` means, and hauls those; says so when there
 * are none. */
void haul_carried(struct haul *h, struct span what);
/* Why this thing cannot go there, as a sentence in the turn's scratch; NULL: it can. */
const char *haul_refusal(struct world *w, struct ent actor, struct ent thing, struct ent to);
