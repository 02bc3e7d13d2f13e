/*
 * orders.h - `@ai` and `@bridge`: staff asks other processes, and what they tell staff.
 *
 * The line that asked is done when all who were asked have answered, are gone, or have let their time
 * pass: what they say is a part of its answer, so that `echo @ai status | mudlark console` has it.
 */
#pragma once

#include "world/core/world.h"

/* Who can be asked, and how. */
struct orders_to {
	const char *called; /* "aibridge" */
	void (*send)(struct world *w, uint64_t peer, uint64_t order, struct span words);
};

struct orders *orders_new(void);
void orders_free(struct world *w);

/* `words` go to one; what comes back is told to `staff` as it comes, that nobody is there at once. The line being
 * run waits for it (session.h). False: too many are under way. */
bool orders_send(struct world *w, struct ent staff, const struct orders_to *to, uint64_t peer,
		 struct span words) MUST_USE;
/* Lines of plain text that answer it; nothing more comes behind the `last`. */
void orders_answer(struct world *w, uint64_t peer, uint64_t order, struct span text, bool last);
void orders_lost(struct world *w, uint64_t instance); /* told at the next tick */
bool orders_tick(struct world *w);		      /* true: one is over, others may be, too */
/* Plain text to all staff who are in. */
void orders_tell_staff(struct world *w, struct span text);

/* To the aibridges (status, budget: all of them; others: one). */
void orders_ask(struct world *w, struct ent staff, struct span words);
void orders_text(struct world *w, uint64_t peer, const Mudlark__AiText *m);
void orders_notice(struct world *w, const Mudlark__AiNotice *m);
