/*
 * orders.h - `@ai`: staff asks the aibridges, and what they tell staff.
 */
#pragma once

#include "world/core/world.h"

struct orders *orders_new(void);
void orders_free(struct world *w);

/* `words` go to the aibridges (status, budget: all of them; others: one); what comes back is told to
 * `staff` as it comes, that nobody is there at once. */
void orders_ask(struct world *w, struct ent staff, struct span words);
void orders_text(struct world *w, uint64_t peer, const Mudlark__AiText *m);
void orders_lost(struct world *w, uint64_t instance);
void orders_tick(struct world *w);
void orders_notice(struct world *w, const Mudlark__AiNotice *m);
