/*
 * spend.h - how fast money goes: sums over the last minute, ten minutes and hour; and when that is a spike
 * (the last ten minutes cost five times as much as ten minutes of the day before it did, and more than a
 * hundredth of the day's budget).  Pure: time comes in.
 */
#pragma once

#include "rt/base.h"

enum { SPEND_MINUTES = 60 };

struct spend {
	uint64_t minute[SPEND_MINUTES]; /* nanos, a ring */
	uint64_t tokens[SPEND_MINUTES];
	uint64_t at; /* the minute (since the start) of the newest */
	uint64_t total, total_tokens;
	uint64_t warned_us;
};

void spend_add(struct spend *s, uint64_t now_us, uint64_t nanos, uint64_t tokens);
/* Of the last n minutes. */
uint64_t spend_last(struct spend *s, uint64_t now_us, unsigned minutes, uint64_t *ret_tokens);
/* True once for each spike, at most every ten minutes. */
bool spend_spikes(struct spend *s, uint64_t now_us, uint64_t day_budget);
