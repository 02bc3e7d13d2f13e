/*
 * breaker.h - a provider that fails again and again is left alone for a while, then tried with one request;
 * and how long to wait before another attempt.  Pure: time comes in.
 */
#pragma once

#include "rt/base.h"
#include "rt/rand.h"

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF };

struct breaker {
	unsigned limit;	   /* failures in a row that open it */
	uint64_t pause_us; /* how long; doubled for each failed try, up to 8 times */
	unsigned failures, reopened;
	uint64_t until_us;
	enum breaker_state state;
	bool trying; /* half: one request is under way */
	unsigned
		round; /* how often it opened: answers to requests of an earlier one count for nothing */
};

void breaker_init(struct breaker *b, unsigned limit, uint64_t pause_us);
/* May a request be made now? True in the half-open state for one of them: breaker_done() or breaker_forget() must
 * follow, with the `round` that was when it was admitted. */
bool breaker_admit(struct breaker *b, uint64_t now_us);
void breaker_done(struct breaker *b, unsigned round, uint64_t now_us, bool failed);
/* One that was neither: cancelled, or our own fault. */
void breaker_forget(struct breaker *b, unsigned round);

/* Before attempt n (1: the first retry): 1 s, 2 s ... with jitter, at least what the provider asked for; ~0: it
 * asked for longer than `left_us`. */
uint64_t backoff_us(unsigned n, uint64_t retry_after_us, uint64_t left_us, struct rng *r);
