/*
 * breaker.c - see breaker.h.
 */
#include "aibridge/breaker.h"

enum { DOUBLED_MAX = 3 /* 8 times */, BACKOFF_US = 1000000 };

void breaker_init(struct breaker *b, unsigned limit, uint64_t pause_us)
{
	*b = (struct breaker){ .limit = limit, .pause_us = pause_us };
}

bool breaker_admit(struct breaker *b, uint64_t now_us)
{
	if (b->state == BREAKER_OPEN && now_us >= b->until_us)
		b->state = BREAKER_HALF;
	switch (b->state) {
	case BREAKER_CLOSED:
		return true;
	case BREAKER_HALF:
		if (b->trying)
			return false;
		b->trying = true;
		return true;
	case BREAKER_OPEN:
		break;
	}
	return false;
}

static void open_up(struct breaker *b, uint64_t now_us)
{
	b->state = BREAKER_OPEN;
	b->trying = false;
	b->round++;
	b->until_us = now_us + (b->pause_us << b->reopened);
	if (b->reopened < DOUBLED_MAX)
		b->reopened++;
}

void breaker_done(struct breaker *b, unsigned round, uint64_t now_us, bool failed)
{
	/* How requests end that were under way when it opened says nothing about now. */
	if (round != b->round)
		return;
	if (!failed) {
		breaker_init(b, b->limit, b->pause_us);
		b->round = round;
	} else if (b->state == BREAKER_HALF || ++b->failures >= b->limit) {
		open_up(b, now_us);
	}
}

void breaker_forget(struct breaker *b, unsigned round)
{
	if (round == b->round)
		b->trying = false;
}

uint64_t backoff_us(unsigned n, uint64_t retry_after_us, uint64_t left_us, struct rng *r)
{
	const unsigned doubled = n > DOUBLED_MAX ? DOUBLED_MAX : n ? n - 1 : 0;
	const uint64_t whole = (uint64_t)BACKOFF_US << doubled;
	const uint64_t drawn = whole / 2 + rng_below(r, whole / 2 + 1);
	const uint64_t wait = drawn > retry_after_us ? drawn : retry_after_us;

	return wait > left_us ? UINT64_MAX : wait;
}
