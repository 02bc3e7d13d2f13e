/*
 * discord_traffic.h - a player and somebody on Discord who speak all the time, in numbered lines, while things break; and
 * what must be true in the end, whatever broke:
 *
 *  - no line was heard twice, and none before one that was said earlier;
 *  - a line of the game that the channel has not is one of those that a note of the bridge counts;
 *  - every line of the channel is heard in the game.
 */
#pragma once

#include "rt/rand.h"
#include "tests/scenario/discord_scene.h"
#include "tests/support/tally.h"

struct discord_traffic {
	struct discord_scene *scene;
	unsigned n_out, n_in;
	uint64_t every_us, next_us;
};

struct discord_verdict {
	struct tally out, in;
	size_t told; /* lines that notes in the channel say are missing */
};

void discord_traffic_start(struct discord_traffic *t, struct discord_scene *s, uint64_t every_us);
void discord_traffic_play(struct discord_traffic *t, uint64_t for_us);
/* Until a line each way has come through behind all others; dies with a sentence when anything is not true. */
struct discord_verdict discord_traffic_finish(struct discord_traffic *t);
