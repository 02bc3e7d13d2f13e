/*
 * bench_pack.h - the pack Mudlark is measured with: one entrance, and three one-way steps behind it
 * a room for each of 216 players, each with a pebble in it, so that commands are measured and not
 * crowds.  And a second one, the same with people to talk to instead of pebbles, one for each of up to five
 * players in a room; and a third with such people in the first ten rooms alone.
 */
#pragma once

#include "tests/bench/crowd.h"

enum {
	BENCH_ROOMS = 216,
	BENCH_FOLK = 5,
	BENCH_FEW_ROOMS = 10
}; /* three steps with six directions each */

/* Writes DIR/bench/, DIR/folk/ and DIR/few/. */
void bench_pack_write(const char *dir);
/* Players in play walk to the rooms behind the entrance, so many to a room. */
void bench_pack_spread(struct crowd *c, unsigned to_a_room);
/* Whom a player talks to who was spread BENCH_FOLK to a room. */
const char *bench_pack_person(size_t player);
