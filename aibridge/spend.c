/* spend.c - how fast money goes: a ring of minutes; see spend.h. */
#include "aibridge/spend.h"

#include <string.h>

enum { SPIKE_FACTOR = 5, SPIKE_SHARE = 10, QUIET_MINUTES = 60 };

#define MINUTE_US 60000000u

static uint64_t add(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Empties the minutes that have begun since the last call. */
static void turn_to(struct spend *s, uint64_t now_us)
{
	const uint64_t now = now_us / MINUTE_US;

	if (now > s->at + SPEND_MINUTES) {
		memset(s->minute, 0, sizeof(s->minute));
		memset(s->tokens, 0, sizeof(s->tokens));
		s->at = now;
	}
	while (s->at < now) {
		s->at++;
		s->minute[s->at % SPEND_MINUTES] = 0;
		s->tokens[s->at % SPEND_MINUTES] = 0;
	}
}

void spend_add(struct spend *s, uint64_t now_us, uint64_t nanos, uint64_t tokens)
{
	turn_to(s, now_us);
	const size_t i = s->at % SPEND_MINUTES;

	if (!s->first)
		s->first = s->at + 1;
	s->minute[i] = add(s->minute[i], nanos);
	s->tokens[i] = add(s->tokens[i], tokens);
	s->total = add(s->total, nanos);
	s->total_tokens = add(s->total_tokens, tokens);
}

/* n minutes, the newest `back` before this one. */
static uint64_t sum(const uint64_t ring[SPEND_MINUTES], uint64_t at, unsigned back, unsigned n)
{
	uint64_t total = 0;

	for (uint64_t i = back; i < (uint64_t)back + n && i < SPEND_MINUTES && i <= at; i++)
		total = add(total, ring[(at - i) % SPEND_MINUTES]);
	return total;
}

uint64_t spend_last(struct spend *s, uint64_t now_us, unsigned minutes, uint64_t *ret_tokens)
{
	turn_to(s, now_us);
	if (ret_tokens)
		*ret_tokens = sum(s->tokens, s->at, 0, minutes);
	return sum(s->minute, s->at, 0, minutes);
}

bool spend_spikes(struct spend *s, uint64_t now_us, uint64_t day_budget)
{
	const bool has_budget = day_budget != UINT64_MAX;
	const uint64_t recent = spend_last(s, now_us, SPEND_RECENT, NULL);
	const uint64_t age = s->first ? s->at + 1 - s->first : 0; /* minutes before this one */
	const uint64_t known = age < SPEND_RECENT ? 0 : age - SPEND_RECENT + 1;
	uint64_t before = sum(s->minute, s->at, SPEND_RECENT, SPEND_DAY);

	if (s->warned_us && now_us - s->warned_us < (uint64_t)SPEND_RECENT * MINUTE_US)
		return false;
	if (has_budget && known < SPEND_DAY)
		before = add(before, day_budget / SPEND_DAY * (SPEND_DAY - known));
	else if (!has_budget && age < QUIET_MINUTES)
		return false;
	const uint64_t days = has_budget || known > SPEND_DAY ? SPEND_DAY : known;
	/* recent > SPIKE_FACTOR * before / (days / SPEND_RECENT), without a product that overflows */
	if (recent / SPIKE_FACTOR <= before / days * SPEND_RECENT ||
	    (has_budget && recent <= day_budget / SPIKE_SHARE))
		return false;
	s->warned_us = now_us ? now_us : 1;
	return true;
}
