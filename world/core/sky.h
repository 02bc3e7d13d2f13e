/*
 * sky.h - time of day, tide and weather, as functions of the tick alone: no state, the same for ever.
 *
 * A day of the world is two hours of its logical time; the tide has two highs in it.
 */
#pragma once

#include "world/core/world.h"

struct sky {
	unsigned hour, minute; /* 0..23, 0..59 */
	bool rising;	       /* the tide */
	const char *time;      /* "late afternoon" */
	const char *tide;      /* "the tide is going out" */
	const char *weather;   /* "a thin rain" */
};

struct sky sky_now(const struct world *w);
