/*
 * backoff.h - when to try again: doubling from `min` to `max`, each time somewhere between half and all of it, so that
 * many do not come back in the same moment; forgotten by backoff_well().
 */
#pragma once

#include "rt/base.h"
#include "rt/rand.h"

struct backoff {
	uint64_t min_us, max_us, next_us;
	struct rng rng;
};

void backoff_init(struct backoff *b, uint64_t min_us, uint64_t max_us, uint64_t seed);
uint64_t backoff_next(struct backoff *b);
void backoff_well(struct backoff *b);
