/*
 * address.h - lines that begin with no command but with words for somebody: "jem, what about the tide?"
 */
#pragma once

#include "rt/base.h"
#include "world/core/entity.h"

/* Is it said aloud? It calls somebody who is here by name, up to a comma or colon, or begins
 * with a word that only a person can be meant by (hello, yes, sorry). */
bool address_is_speech(const struct world *w, struct ent actor, struct span line);
/* Whom with a mind, in the same room, a word names without it; ENT_NONE: nobody. */
struct ent address_whom(const struct world *w, struct ent actor, struct span word);
