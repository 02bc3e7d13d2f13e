/*
 * retain.h - what is older than ai.keep is deleted: the audit, accounts and reservations of the ledger that
 * nothing happens to any more, and conversations in which nobody said anything since.  At the start and once an
 * hour, a piece at a time; every aibridge does it.
 *
 * A conversation is found by its `at` and deleted if it is still the one that was found; of these no more than
 * RETAIN_TALKS_MAX an hour.
 *
 * The ledger keeps two days at least, whatever ai.keep says: today's accounts are what today's budgets are
 * measured by.
 */
#pragma once

#include "aibridge/store.h"
#include "aibridge/talk.h"

enum {
	RETAIN_LEDGER_MS = 2 * 24 * 3600 * 1000,
	RETAIN_AT_ONCE = 500,
	RETAIN_TALKS = 50,
	RETAIN_TALKS_MAX = 1000
};

#define RETAIN_EVERY_US UINT64_C(3600000000)

enum retain_part { RETAIN_AUDIT, RETAIN_LEDGER, RETAIN_TALK, RETAIN_PARTS };

struct old_talk {
	char key[TALK_KEY_MAX];
	uint64_t version;
};

struct retain {
	struct store *store;
	const struct clock *clock;
	uint64_t keep_us;
	uint64_t due_us;
	struct store_call *call; /* under way */
	enum retain_part part;
	struct old_talk talks[RETAIN_TALKS]; /* to be deleted, the last one first */
	size_t n_talks, n_found;	     /* found: since it was due */
};

void retain_init(struct retain *r, struct store *store, const struct clock *clock,
		 uint64_t keep_us);
void retain_stop(struct retain *r);
/* When retain_tick() has something to do; UINT64_MAX: never. */
uint64_t retain_due(const struct retain *r);
void retain_tick(struct retain *r);
