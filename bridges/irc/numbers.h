/*
 * numbers.h - what the bridge counts, for /metrics.
 */
#pragma once

#include "rt/metric.h"

enum number {
	N_NETWORKS,
	N_ONLINE,
	N_CHANNELS,
	N_JOINED,
	N_SENT,
	N_HEARD,
	N_UNSURE,
	N_LEFT,
	N_DIALS,
	NUMBERS
};

/* Names and kinds; values are 0. */
void irc_numbers(struct metric m[NUMBERS]);
