/*
 * rand.h - randomness: xoshiro256** streams whose state can be saved (for worlds and simulation),
 * and the system's entropy behind an interface (for ids and tokens).
 */
#pragma once

#include "rt/base.h"

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed); /* splitmix64 expansion */
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0..n-1 without bias; n > 0 */

/* Where unpredictable bytes come from. */
struct entropy {
	void (*fill)(void *ctx, void *p, size_t n);
	void *ctx;
};

extern const struct entropy entropy_system;   /* getrandom(2) */
uint64_t entropy_id(const struct entropy *e); /* random, never 0 */
