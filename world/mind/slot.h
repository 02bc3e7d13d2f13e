/*
 * slot.h - something the world has asked for and goes on without: one ask at a time, one answer to it.
 *
 * While it is pending another ask is refused, before any work is done for it.  An ask has a
 * generation, which is never used twice; what comes for any other is late and dropped.  It has a
 * deadline, so nothing waits for ever, and can be cancelled.  A failure leaves what was last good.
 * What is asked, and of whom, is the owner's: a mind's answer, a character from the store, an order.
 */
#pragma once

#include "rt/base.h"

enum slot_state {
	SLOT_IDLE,
	SLOT_PENDING,
	SLOT_READY,  /* the last ask was answered */
	SLOT_FAILED, /* it was not; `cause` says why */
};

enum { SLOT_CAUSE_MAX = 80 };

/* All zero is an idle one. Times are ticks. */
struct slot {
	enum slot_state state;
	uint64_t generation; /* of what is pending, or was last; 0: never asked */
	uint64_t deadline;
	char *cause;	    /* of the last failure; NULL: none yet */
	char *good;	    /* NULL: none yet */
	uint64_t good_tick; /* when that came */
};

/* False: something is pending. `generation` is not 0. */
bool slot_begin(struct slot *s, uint64_t generation, uint64_t deadline) MUST_USE;
/* Is this what it waits for? */
bool slot_awaits(const struct slot *s, uint64_t generation);
/* Part of an answer is there: kept as the last good one; the slot goes on waiting. */
void slot_keep(struct slot *s, struct span good, uint64_t tick);
/* The answer is complete. False: it is late. */
bool slot_good(struct slot *s, uint64_t generation);
/* There is none. False: it is late. */
bool slot_fail(struct slot *s, uint64_t generation, const char *cause);
/* It is not wanted any more: the generation to be called off; 0: nothing was pending. */
uint64_t slot_cancel(struct slot *s);
/* Its deadline is over: time for slot_fail(). */
bool slot_due(const struct slot *s, uint64_t tick);
/* Of what was last good, in ticks; UINT64_MAX: there is none. */
uint64_t slot_age(const struct slot *s, uint64_t tick);
void slot_done(struct slot *s);
