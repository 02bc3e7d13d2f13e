/*
 * clock.h - time as an interface, so that tests and the simulator own it.
 *
 * mono_us: monotonic microseconds, for every deadline and order.  wall_ms: Unix milliseconds, for
 * display and storage only.
 */
#pragma once

#include "rt/base.h"

struct clock {
	uint64_t (*mono_us)(void *ctx);
	int64_t (*wall_ms)(void *ctx);
	void *ctx;
};

extern const struct clock clock_system;

static inline uint64_t clock_mono(const struct clock *c)
{
	return c->mono_us(c->ctx);
}

static inline int64_t clock_wall(const struct clock *c)
{
	return c->wall_ms(c->ctx);
}
