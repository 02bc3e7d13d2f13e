/*
 * batch.h - what becomes of waiting commits: pure logic over store_ops, without threads, clocks or
 * any I/O of its own.  The keeper's thread drives it, and so does the simulator.
 *
 * Commits wait in one line.  batch_join() says how many of them go into one transaction; batch_run()
 * brings those to their end, each of them exactly once and in order:
 *
 *   durable   - stored, or found to be stored already (a replay after an unknown outcome);
 *   poisoned  - refused by the database; found by halving, set aside, and the others stored;
 *   refused   - of an epoch that ended, or one that does not follow on what is stored: its world must
 *               start anew from the store.
 *
 * When the store goes away the rest is unknown: it stays in the line, and is run again on a fresh
 * connection.
 */
#pragma once

#include "persist/store.h"

enum { BATCH_COMMITS = 2000, BATCH_BYTES = 512 << 10 };

enum batch_outcome { BATCH_DURABLE, BATCH_POISONED, BATCH_REFUSED };

struct batch_item {
	Mudlark__Commit *commit;
	size_t bytes; /* as it came over the link */
};

struct batch_sink {
	/* Commit i is settled. `epoch` is the one that rules, for BATCH_REFUSED; `why` a sentence for
	 * the operator, for POISONED and REFUSED. */
	void (*settled)(void *ctx, size_t i, enum batch_outcome outcome, uint64_t epoch,
			const char *why);
	void *ctx;
};

/* n > 0; returns at least 1: commits of one world and epoch within BATCH_COMMITS and BATCH_BYTES. */
size_t batch_join(const struct batch_item *items, size_t n);
/* 0: all are settled. -errno: those that are not are unknown. */
int batch_run(const struct store_ops *ops, struct store *s, Mudlark__Commit *const *commits,
	      size_t n, const struct batch_sink *sink) MUST_USE;
