/*
 * keeper.h - the one thread that holds the store, and the line in front of it.
 *
 * Commits and calls stand in one line, so a call sees every commit that came before it.  Commits at the
 * head are joined (batch.h).  When the store goes away the line stands still, the thread tries to open it
 * anew with growing pauses, and calls are answered when they have waited long enough; commits wait as
 * long as it takes, bounded by the links' windows since nothing of them is taken over.
 *
 * A failed connection is never used again: what it was doing is unknown, and only what a fresh one
 * reads is known (a failed fsync above all).
 */
#pragma once

#include "persist/queue.h"
#include "rt/clock.h"
#include "rt/rand.h"

struct keeper;

struct keeper_conf {
	const struct store_ops *ops;
	const char *where;
	struct queue *out; /* finished jobs and JOB_STATE; lives longer */
	const struct clock *clock;
	const struct entropy *entropy;
	uint32_t create_rate; /* account.h */
	uint64_t event_keep;  /* store.h */
};

int keeper_start(struct keeper **ret, const struct keeper_conf *conf) MUST_USE;
/* 0; 1: stopping. */
int keeper_push(struct keeper *k, struct job *j) MUST_USE;
size_t keeper_waiting(struct keeper *k);
/* Nothing more comes in. The line is finished if the store is there, then STORE_CLOSED is sent. */
void keeper_stop(struct keeper *k);
/* After STORE_CLOSED. */
void keeper_free(struct keeper *k);
