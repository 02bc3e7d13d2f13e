/*
 * storm.h - two hundred scripted players who move things about while processes die, and an oracle
 * that knows what each of them must read.
 *
 * Players stand in ten rooms, twenty to a room, and type at random, up to three lines ahead: think, say,
 * get, drop, put, take out, give, score.  Checked for every player, line by line as it arrives:
 *
 *  - each typed line is answered exactly once, in order, by a sentence that belongs to it;
 *  - `score` says as many things as the oracle counted from the sentences read before it, so a
 *    `get` that was run twice, or a gift that got lost, is found at once;
 *
 * and in the end, for every room:
 *
 *  - all who stood there heard the same says in the same order, each exactly once;
 *  - all saw the same number of things happen;
 *
 * and over all: no connection dropped, no thing made or lost.
 */
#pragma once

#include "rt/rand.h"
#include "tests/support/mud.h"
#include "tests/support/talk.h"

enum {
	STORM_PLAYERS = 200,
	STORM_ROOMS = 10,
	STORM_AHEAD = 3,   /* lines typed before the first is answered */
	STORM_PEBBLES = 15 /* in every room */
};

enum storm_verb {
	VERB_THINK,
	VERB_SAY,
	VERB_GET,
	VERB_DROP,
	VERB_PUT,
	VERB_TAKE,
	VERB_GIVE,
	VERB_SCORE,
	VERBS
};

struct storm_player {
	struct talk talk;
	uint32_t number, room;
	char name[40];
	/* Lines typed and not answered, oldest first. */
	struct {
		enum storm_verb verb;
		uint32_t token;
		uint64_t sent_us;
	} waiting[STORM_AHEAD];
	size_t n_waiting;
	uint32_t tokens;
	int carried;	 /* by the sentences read */
	uint64_t events; /* things seen to happen in the room, one's own included */
	uint32_t *heard; /* speaker * 2^16 + token, in order */
	size_t n_heard, cap_heard;
	uint64_t next_us;    /* when it types again */
	uint64_t longest_us; /* wait for an answer */
	uint64_t answers, changes;
};

struct storm {
	struct storm_player *players;
	size_t n;
	struct rng rng;
	struct mud *mud;
	uint64_t answers, changes, longest_us;
};

/* Writes the pack the storm is played in to DIR/storm/. */
void storm_pack(const char *dir);
/* Players log in as guests and walk to their rooms. */
void storm_enter(struct storm *s, struct mud *m, size_t n, uint64_t seed);
/* They play until then. Ends the test at the first thing that is wrong. */
void storm_play(struct storm *s, uint64_t until_us);
/* Waits for all answers, then asks all that can only be asked at the end. */
void storm_finish(struct storm *s);
void storm_done(struct storm *s);
