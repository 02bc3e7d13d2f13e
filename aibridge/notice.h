/*
 * notice.h - what staff are told without having asked: a provider is left alone or back, a budget is used up,
 * money goes faster than it did.  Each thing once: a budget for each account and day.
 */
#pragma once

#include "aibridge/roster.h"
#include "aibridge/spend.h"
#include "rt/map.h"

struct notices {
	void (*tell)(void *ctx, const char *text);
	void *ctx;
	struct strmap spent; /* accounts that were named; those of a day name it */
};

void notices_init(struct notices *n, void (*tell)(void *ctx, const char *text), void *ctx);
void notices_done(struct notices *n);
void notices_spent(struct notices *n, const char *account);
/* After each attempt. */
void notices_breaker(struct notices *n, struct candidate *c);
/* After each cost. */
void notices_spend(struct notices *n, struct spend *s, uint64_t now_us,
		   const struct budgets *budgets);
