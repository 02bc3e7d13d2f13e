/*
 * hist.c - see hist.h.  Below 64 a value is its own bucket; above, the bucket is the power of two
 * and the six bits that follow the highest.
 */
#include "tests/bench/hist.h"

static unsigned bucket_of(uint64_t us)
{
	unsigned high, bucket;

	if (us < HIST_STEPS)
		return (unsigned)us;
	high = 63u - (unsigned)__builtin_clzll(us);
	bucket = (high - 5) * HIST_STEPS + (unsigned)(us >> (high - 6)) - HIST_STEPS;
	return bucket < HIST_POWERS * HIST_STEPS ? bucket : HIST_POWERS * HIST_STEPS - 1;
}

/* The highest value that falls into it. */
static uint64_t bucket_top(unsigned bucket)
{
	unsigned power = bucket / HIST_STEPS;
	uint64_t step = bucket % HIST_STEPS;

	if (!power)
		return step;
	return ((step + HIST_STEPS + 1) << (power - 1)) - 1;
}

void hist_add(struct hist *h, uint64_t us)
{
	h->n++;
	h->count[bucket_of(us)]++;
	if (us > h->max)
		h->max = us;
}

uint64_t hist_at(const struct hist *h, double share)
{
	uint64_t wanted = (uint64_t)(share * (double)h->n + 0.5), seen = 0, top;

	for (unsigned b = 0; b < HIST_POWERS * HIST_STEPS; b++) {
		seen += h->count[b];
		if (!seen || seen < wanted)
			continue;
		top = bucket_top(b);
		return top < h->max ? top : h->max;
	}
	return h->max;
}
