/*
 * actor.h - who acts: players and people of the world (component of both).
 */
#pragma once

#include "world/core/entity.h"
#include "world/pack/pack.h"

struct actor {
	enum pack_pronoun pronoun;
	int32_t hp, hp_max;
};

enum pronoun_form { PRONOUN_SUBJECT, PRONOUN_OBJECT, PRONOUN_POSSESSIVE, PRONOUN_REFLEXIVE };

const struct actor *actor_get(const struct world *w, struct ent e); /* NULL: not an actor */
struct actor *actor_write(struct world *w, struct ent e);
/* he him his himself, they them their themselves, ... */
const char *actor_pronoun(const struct world *w, struct ent e, enum pronoun_form form);
