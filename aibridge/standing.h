/*
 * standing.h - how much of the budgets that all share (for ever, of today) is spent, for /metrics: the ledger is
 * asked for it now and then, as every aibridge spends of them.  Of players and people nothing is told here.
 */
#pragma once

#include "aibridge/budget.h"
#include "aibridge/store.h"

#define STANDING_EVERY_US UINT64_C(15000000)

enum { STANDING_SCOPES = BUDGET_DAY + 1 }; /* all, day */

struct standing {
	struct store *store;
	const struct clock *clock;
	const struct budgets *budgets;
	uint64_t due_us;
	struct store_call *call; /* under way, of `scope` */
	enum budget_scope scope;
	/* Spent, with what is reserved, of what may be spent, by scope: the larger of money and tokens. NAN:
	 * there is no such budget, or it is not known. */
	double ratio[STANDING_SCOPES];
};

void standing_init(struct standing *s, struct store *store, const struct clock *clock,
		   const struct budgets *budgets);
void standing_stop(struct standing *s);
/* When standing_tick() has something to do; UINT64_MAX: never. */
uint64_t standing_due(const struct standing *s);
void standing_tick(struct standing *s);
