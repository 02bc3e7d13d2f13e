/*
 * schedule.c - see schedule.h.
 */
#include "bridges/rss/schedule.h"

enum { HOUR_MS = 3600000, HOURS_OF_WEEK = 168, THURSDAY = 4, DOUBLINGS_MAX = 16 };

static int64_t at_least(int64_t wait, uint64_t wanted)
{
	const uint64_t bounded = wanted < SCHEDULE_DAY_MS ? wanted : SCHEDULE_DAY_MS;

	return wait > (int64_t)bounded ? wait : (int64_t)bounded;
}

static bool is_skipped(const struct schedule *s, int64_t ms)
{
	const int64_t hours = ms / HOUR_MS;

	return (s->skip_hours & 1u << (hours % 24)) ||
	       (s->skip_days & 1u << ((hours / 24 + THURSDAY) % 7));
}

/* Who skips the whole week is not believed. */
static int64_t behind_skipped(const struct schedule *s, int64_t ms)
{
	int64_t at = ms;

	for (int i = 0; i < HOURS_OF_WEEK; i++) {
		if (!is_skipped(s, at))
			return at;
		at = (at / HOUR_MS + 1) * HOUR_MS;
	}
	return ms;
}

int64_t schedule_next(const struct schedule *s, int64_t now_ms, struct rng *rng)
{
	int64_t wait = s->every_ms;

	if (s->failures) {
		for (unsigned i = 1; i < s->failures && i < DOUBLINGS_MAX && wait < SCHEDULE_DAY_MS;
		     i++)
			wait *= 2;
		if (wait > SCHEDULE_DAY_MS && s->every_ms < SCHEDULE_DAY_MS)
			wait = SCHEDULE_DAY_MS;
	} else {
		wait = at_least(at_least(wait, s->wait_ms), s->max_age_ms);
	}
	wait = at_least(wait, s->retry_after_ms);
	wait += (int64_t)rng_below(rng, (uint64_t)wait / 10 + 1);
	return behind_skipped(s, now_ms + wait);
}
