/*
 * hist.h - how long things took: a histogram of microseconds with at most 1.6 % error at any size
 * (64 steps for each power of two), so that a p99 of 80 us and a maximum of 3 s fit in one.
 */
#pragma once

#include <stdint.h>

enum { HIST_STEPS = 64, HIST_POWERS = 30 };

struct hist {
	uint64_t n, max;
	uint32_t count[HIST_POWERS * HIST_STEPS];
};

void hist_add(struct hist *h, uint64_t us);
/* The value that `share` (0..1) of all are at or below; 0 for an empty one. */
uint64_t hist_at(const struct hist *h, double share);
