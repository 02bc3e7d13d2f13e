/*
 * tick.h - what happens by itself: at each tick of logical time the systems of one table run in order.
 *
 * A system works in steps, each a unit of its own, so that a tick with much to do (a gateway with a
 * thousand players is gone) is spread over as many turns as its commits need.  The surroundings are
 * told which system runs and account its time.
 */
#pragma once

#include "world/core/world.h"

enum { TICK_SYSTEMS = 9 };

struct tick;

struct tick *tick_new(void);
void tick_free(struct world *w);
void tick_begin(struct world *w, int64_t wall_ms);
bool tick_is_running(const struct world *w);
void tick_step(struct world *w); /* one unit of the running tick */
/* A gateway is gone: the sessions it had are lost before anything else happens, so that nobody comes back
 * by it before they are. Not while a tick runs. */
void tick_lost(struct world *w);
/* Gateways and sessions that the world before this one left behind are not waited for any longer. */
void tick_attach_over(struct world *w);

const char *tick_system_name(unsigned system);
