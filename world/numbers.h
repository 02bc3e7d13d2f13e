/*
 * numbers.h - what the world tells operators: /metrics and /readyz.
 */
#pragma once

#include "rt/base.h"
#include "world/tick.h"

struct server;

/* What is timed, each a histogram. */
enum timed {
	TIMED_TURN,
	TIMED_INBOX,
	TIMED_COMMAND,
	TIMED_COMMIT,
	TIMED_TICK,
	TIMED_SYSTEM, /* one for each system of tick.c */
	TIMED = TIMED_SYSTEM + TICK_SYSTEMS
};

void numbers_observe(unsigned timed, uint64_t us);
int numbers_serve(struct server *s) MUST_USE;
