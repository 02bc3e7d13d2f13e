/*
 * slot.c - see slot.h.  Idle -> pending -> ready or failed -> pending ...; only slot_cancel() leads
 * back to idle.
 */
#include "world/mind/slot.h"

#include <stdlib.h>
#include <string.h>

bool slot_begin(struct slot *s, uint64_t generation, uint64_t deadline)
{
	if (s->state == SLOT_PENDING)
		return false;
	s->state = SLOT_PENDING;
	s->generation = generation;
	s->deadline = deadline;
	return true;
}

bool slot_awaits(const struct slot *s, uint64_t generation)
{
	return s->state == SLOT_PENDING && s->generation == generation;
}

void slot_keep(struct slot *s, struct span good, uint64_t tick)
{
	free(s->good);
	s->good = base_dup(good.p, good.n);
	s->good_tick = tick;
}

bool slot_good(struct slot *s, uint64_t generation)
{
	if (!slot_awaits(s, generation))
		return false;
	s->state = SLOT_READY;
	return true;
}

bool slot_fail(struct slot *s, uint64_t generation, const char *cause)
{
	size_t n = strlen(cause);

	if (!slot_awaits(s, generation))
		return false;
	s->state = SLOT_FAILED;
	free(s->cause);
	s->cause = base_dup(cause, n < SLOT_CAUSE_MAX ? n : SLOT_CAUSE_MAX);
	return true;
}

uint64_t slot_cancel(struct slot *s)
{
	if (s->state != SLOT_PENDING)
		return 0;
	s->state = SLOT_IDLE;
	return s->generation;
}

bool slot_due(const struct slot *s, uint64_t tick)
{
	return s->state == SLOT_PENDING && s->deadline <= tick;
}

uint64_t slot_age(const struct slot *s, uint64_t tick)
{
	return s->good ? tick - s->good_tick : UINT64_MAX;
}

void slot_done(struct slot *s)
{
	free(s->cause);
	free(s->good);
	*s = (struct slot){ 0 };
}
