/*
 * places.h - the inside of place.c, for what creates, loads and ends entities.
 */
#pragma once

#include "world/core/place.h"

/* Out of the list it is in, without more. */
void places_unlink(struct world *w, struct ent e);
/* A loaded entity has this owner, which may come later. */
void places_loaded(struct world *w, struct ent e, uint64_t owner);
/* Puts loaded entities whose owner is there now into its list, in their stored order. Those of
 * `lost` (ids ascending) that nobody owns are put into `fallback`; returns how many those were. */
size_t places_settle(struct world *w, const struct ent *loaded, size_t n, struct ent fallback);
