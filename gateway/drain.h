/*
 * drain.h - the slow end of a gateway that others stand beside: players are told, go on elsewhere, and
 * only who is left at the end is sent away.  A state machine over interfaces; time comes in.
 *
 *	OPEN     /readyz says "draining"; connections are still taken, as a balancer in front needs a
 *	         moment to notice: a tenth of the time, at most DRAIN_OPEN_US
 *	LEAVING  the listeners are shut; everybody is told; clients that take up their session elsewhere
 *	         by themselves are sent away, some at a time
 *	WAITING  for those who are left to go by themselves
 *	WARNED   told again: the last quarter, at most DRAIN_WARN_US
 *	OVER     `over` was called: the time has passed, or nobody is left
 */
#pragma once

#include "rt/base.h"

#define DRAIN_OPEN_US ((uint64_t)5000000)
#define DRAIN_WARN_US ((uint64_t)30000000)
#define DRAIN_STEP_US ((uint64_t)100000) /* between two calls of `move` */

enum drain_state {
	DRAIN_OFF,
	DRAIN_OPEN,
	DRAIN_LEAVING,
	DRAIN_WAITING,
	DRAIN_WARNED,
	DRAIN_OVER,
	DRAIN_STATES,
};

struct drain_io {
	void (*shut)(void *ctx);		     /* the listeners */
	void (*say)(void *ctx, const char *markup);  /* to everybody */
	bool (*move)(void *ctx, const char *markup); /* some; true: there may be more */
	void (*over)(void *ctx);
	void *ctx;
};

struct drain {
	struct drain_io io;
	enum drain_state state;
	uint64_t begin_us, length_us;
	uint64_t due_us; /* UINT64_MAX: nothing to do */
};

void drain_init(struct drain *d, const struct drain_io *io);
/* Twice is harmless. */
void drain_begin(struct drain *d, uint64_t length_us, uint64_t now_us);
/* When `due_us` has come. */
void drain_tick(struct drain *d, uint64_t now_us);
/* Nobody is connected. */
void drain_empty(struct drain *d);
bool drain_is_on(const struct drain *d);
