/*
 * orders.h - `@ai`: staff asks the aibridges, and what they tell staff.
 *
 * The line that asked is done when all who were asked have answered, are gone, or have let their time
 * pass: what they say is a part of its answer, so that `echo @ai status | mudlark console` has it.
 */
#pragma once

#include "world/core/world.h"

struct orders *orders_new(void);
void orders_free(struct world *w);

/* `words` go to the aibridges (status, budget: all of them; others: one); what comes back is told to
 * `staff` as it comes, that nobody is there at once. The line being run waits for it (session.h). */
void orders_ask(struct world *w, struct ent staff, struct span words);
void orders_text(struct world *w, uint64_t peer, const Mudlark__AiText *m);
void orders_lost(struct world *w, uint64_t instance); /* told at the next tick */
bool orders_tick(struct world *w);		      /* true: one is over, others may be, too */
void orders_notice(struct world *w, const Mudlark__AiNotice *m);
