/*
 * errands.h - which errands a player was offered, has taken and has done (component of players).
 *
 * They are known by path; what no pack knows any more is kept and means nothing.  What is done stays
 * here for good, so that it is rewarded once: whose book is full can take nothing on.
 */
#pragma once

#include "world/core/entity.h"
#include "world/mind/errand.h"

enum { ERRANDS_KEPT = 160 };

struct errand_entry {
	char *path; /* "foreshore/seal" */
	char *step; /* key of the one to be done; NULL: not taken */
	enum errand_state state;
};

struct errands {
	struct errand_entry *v; /* in the order in which they were offered */
	size_t n, cap;
	size_t n_taken;
};

const struct errands *errands_get(const struct world *w,
				  struct ent player); /* NULL: not a player */
const struct errand_entry *errands_find(const struct world *w, struct ent player, const char *path);
/* Puts it into this state (not ERRAND_NONE); false: there is no room for one more. Pointers to entries are
 * good until the next call. */
bool errands_set(struct world *w, struct ent player, const char *path, enum errand_state state,
		 const char *step);
