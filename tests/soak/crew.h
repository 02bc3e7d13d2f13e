/*
 * crew.h - some hundred players who come, play a while and leave, for as long as one likes: by telnet, TLS, WebSocket and
 * both, as guests and with accounts.  They look, walk, carry, talk to each other and to the people of the world,
 * post and read.  Behind every line each of them types one more that only he is answered, and waits for that answer.
 */
#pragma once

#include "rt/rand.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"

enum { CREW_NAME = 16 };

enum crew_state { CREW_OUT, CREW_ENTERING, CREW_IN, CREW_LEAVING };

struct crew_player {
	struct talk talk;
	enum crew_state state;
	uint32_t number, step; /* of the way in */
	int account;	       /* -1: a guest */
	bool is_new;
	uint32_t token; /* of the line that is waited for; 0: none */
	uint64_t next_us, until_us, since_us;
};

struct crew {
	struct crew_player *players;
	size_t n, n_entering;
	struct rng rng;
	const struct mud *mud;
	uint8_t *accounts; /* bit 0: made; bit 1: in use */
	size_t n_accounts;
	uint64_t lines, visits, left, longest_us;
};

void crew_init(struct crew *c, const struct mud *m, size_t n, uint64_t seed);
/* They play until then. Ends the test at the first one who is not answered or thrown out. */
void crew_play(struct crew *c, uint64_t until_us);
/* How many are in play. */
size_t crew_in(const struct crew *c);
void crew_done(struct crew *c);
