/*
 * bench_pack.h - the pack Mudlark is measured with: one entrance, and three one-way steps behind it
 * a room for each of 216 players, each with a pebble in it, so that commands are measured and not
 * crowds.
 */
#pragma once

#include "tests/bench/crowd.h"

enum { BENCH_ROOMS = 216 }; /* three steps with six directions each */

/* Writes DIR/bench/. */
void bench_pack_write(const char *dir);
/* Players in play walk to the rooms behind the entrance, so many to a room. */
void bench_pack_spread(struct crowd *c, unsigned to_a_room);
