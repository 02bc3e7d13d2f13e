/*
 * backoff.c - see backoff.h.
 */
#include "bridges/backoff.h"

void backoff_init(struct backoff *b, uint64_t min_us, uint64_t max_us, uint64_t seed)
{
	*b = (struct backoff){ .min_us = min_us, .max_us = max_us, .next_us = min_us };
	rng_seed(&b->rng, seed);
}

uint64_t backoff_next(struct backoff *b)
{
	const uint64_t whole = b->next_us;

	b->next_us = whole > b->max_us / 2 ? b->max_us : whole * 2;
	return whole / 2 + rng_below(&b->rng, whole / 2 + 1);
}

void backoff_well(struct backoff *b)
{
	b->next_us = b->min_us;
}
