/*
 * retain.h - what is older than ai.keep is deleted: the audit, and accounts and reservations of the ledger that
 * nothing happens to any more.  At the start and once an hour, a piece at a time; every aibridge does it.
 *
 * The ledger keeps two days at least, whatever ai.keep says: today's accounts are what today's budgets are
 * measured by.
 */
#pragma once

#include "aibridge/store.h"

enum { RETAIN_LEDGER_MS = 2 * 24 * 3600 * 1000, RETAIN_AT_ONCE = 500 };

#define RETAIN_EVERY_US UINT64_C(3600000000)

struct retain {
	struct store *store;
	const struct clock *clock;
	uint64_t keep_us;
	uint64_t due_us;
	struct store_call *call; /* under way */
	bool is_ledger;		 /* the second part */
};

void retain_init(struct retain *r, struct store *store, const struct clock *clock,
		 uint64_t keep_us);
void retain_stop(struct retain *r);
/* When retain_tick() has something to do; UINT64_MAX: never. */
uint64_t retain_due(const struct retain *r);
void retain_tick(struct retain *r);
