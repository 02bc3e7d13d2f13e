/*
 * irc_traffic.h - a player and somebody on IRC who speak all the time, in numbered lines, while things die; and what must
 * be true in the end, whatever died:
 *
 *  - no line was heard twice, and none before one that was said earlier;
 *  - what the channel did not hear of the game is not more than its notes say ("up to 3 lines may not have come through");
 *  - what the game did not hear of the channel was said while the bridge was not in it, or last before it or the server
 *    died: no later line of the same stay was heard.
 *
 * Whoever spoke on IRC comes back when the server does, under the same name; all he ever read is kept.
 */
#pragma once

#include "rt/rand.h"
#include "tests/scenario/irc_scene.h"
#include "tests/support/tally.h"

struct irc_traffic {
	struct irc_scene *scene;
	struct buf outside; /* what was read on IRC before the last connection */
	unsigned n_out, n_in, n_ends;
	bool is_deaf;	  /* nobody on IRC to speak or hear */
	size_t looked_at; /* of joe's transcript, for who comes and goes */
	uint32_t stay;	  /* of the bridge in the channel, as joe sees it; 0: it is not in */
	uint32_t n_stays;
	uint32_t *said_in; /* stay of each line of joe's */
	uint64_t out_every_us, in_every_us, next_out_us, next_in_us;
};

struct irc_verdict {
	struct tally out, in;
	size_t told; /* missing lines that the channel was told of */
};

void irc_traffic_start(struct irc_traffic *t, struct irc_scene *s, uint64_t every_us);
void irc_traffic_play(struct irc_traffic *t, uint64_t for_us);
/* The server was killed: joe is out. / It is there again. */
void irc_traffic_lose_joe(struct irc_traffic *t);
void irc_traffic_find_joe(struct irc_traffic *t);
/* Until a line each way has come through behind all others. They may go on after it. */
struct irc_verdict irc_traffic_finish(struct irc_traffic *t);
void irc_traffic_done(struct irc_traffic *t);
/* Dies with a sentence when anything was heard twice, out of order, or is missing without a word. */
void irc_verdict_check(const struct irc_traffic *t, const struct irc_verdict *v);
