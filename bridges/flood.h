/*
 * flood.h - how fast: a token bucket for a speaker or a target, and the count of what was left out, so that it can be
 * said once, when there is room again: "(12 lines were left out)".
 */
#pragma once

#include "rt/base.h"
#include "rt/map.h"

struct flood {
	uint64_t every_us; /* a token */
	double burst;
	double tokens;
	uint64_t at_us;
	uint32_t dropped; /* since it was last said */
};

void flood_init(struct flood *f, uint64_t every_us, unsigned burst, uint64_t now_us);
/* True: goes. False: drop it; counted. */
bool flood_take(struct flood *f, uint64_t now_us);
/* When there is a token again: us from now, 0 now. */
uint64_t flood_wait(const struct flood *f, uint64_t now_us);
/* How many were dropped and not said; 0 when there is no token to say it with. Takes a token and forgets them. */
uint32_t flood_confess(struct flood *f, uint64_t now_us);

/* One for each speaker, by name: at most `max`, the longest silent is forgotten. What floods_of() returns is
 * valid until it is called again. */
struct floods;
struct floods *floods_new(uint64_t every_us, unsigned burst, size_t max);
void floods_free(struct floods *t);
struct flood *floods_of(struct floods *t, struct span who, uint64_t now_us);
