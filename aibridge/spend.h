/*
 * spend.h - how fast money goes: sums over the last minutes, up to a day; and when that is a spike (the last
 * ten minutes cost more than five times as much as ten minutes of the day before them did, and more than a
 * tenth of the day's budget).  Pure: time comes in.
 *
 * Of a process that is younger than a day, the time before its first call counts as an even spending of the
 * day's budget; without one nothing is a spike in its first hour.
 */
#pragma once

#include "rt/base.h"

enum { SPEND_RECENT = 10, SPEND_DAY = 24 * 60, SPEND_MINUTES = SPEND_RECENT + SPEND_DAY };

struct spend {
	uint64_t minute[SPEND_MINUTES]; /* nanos, a ring */
	uint64_t tokens[SPEND_MINUTES];
	uint64_t at;	/* the minute (of the clock) of the newest */
	uint64_t first; /* the minute of the first, + 1; 0: nothing yet */
	uint64_t total, total_tokens;
	uint64_t warned_us; /* 0: never */
};

void spend_add(struct spend *s, uint64_t now_us, uint64_t nanos, uint64_t tokens);
/* Of the last n minutes, this one included; `ret_tokens` may be NULL. */
uint64_t spend_last(struct spend *s, uint64_t now_us, unsigned minutes, uint64_t *ret_tokens);
/* True once for each spike, at most every ten minutes. day_budget UINT64_MAX: there is none. */
bool spend_spikes(struct spend *s, uint64_t now_us, uint64_t day_budget);
