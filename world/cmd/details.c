/*
 * details.c - finds a detail: by whole words before beginnings, like things.
 */
#include "world/cmd/details.h"

#include "world/core/room.h"

const struct pack_detail *details_find(const struct world *w, struct ent room,
				       const struct target *t)
{
	const struct room *r = room_get(w, room);

	if (!r || !r->def || !t->n_words)
		return NULL;
	for (int fit = 2; fit > 0; fit--) {
		for (size_t i = 0; i < r->def->n_details; i++) {
			const struct pack_detail *d = &r->def->details[i];

			if (target_fits(t, d->words, d->n_words, NULL) >= fit)
				return d;
		}
	}
	return NULL;
}
