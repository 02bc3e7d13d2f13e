/*
 * schedule.h - when a feed is asked next.
 */
#pragma once

#include "rt/base.h"
#include "rt/rand.h"

enum { SCHEDULE_DAY_MS = 86400000 };

struct schedule {
	int64_t every_ms; /* as its row or the option says */
	/* What the other side wants, 0: nothing. None of it counts for more than a day. */
	uint64_t wait_ms;	 /* ttl, sy:updatePeriod */
	uint64_t max_age_ms;	 /* Cache-Control */
	uint64_t retry_after_ms; /* after a refusal */
	uint32_t skip_hours;	 /* bits, of UTC */
	uint8_t skip_days;	 /* bits, Sunday is 0 */
	unsigned failures;	 /* in a row: each doubles the wait, up to a day */
};

/* Unix milliseconds; later by up to a tenth, so that feeds do not all come at once. */
int64_t schedule_next(const struct schedule *s, int64_t now_ms, struct rng *rng);
