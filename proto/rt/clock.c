/*
 * clock.c - the system's clocks.
 */
#include "rt/clock.h"

#include <time.h>

static uint64_t system_mono_us(UNUSED void *ctx)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static int64_t system_wall_ms(UNUSED void *ctx)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + (int64_t)t.tv_nsec / 1000000;
}

const struct clock clock_system = { .mono_us = system_mono_us, .wall_ms = system_wall_ms };
