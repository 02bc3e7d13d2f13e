/*
 * talk.h - a conversation between one person of the world and one player, as it is stored: document
 * (TALK_COLLECTION, talk_key()).
 *
 * { "who": "Ana", "since": ms, "at": ms, "count": 17,
 *   "turns": [ { "p": "player's words", "n": "answer", "t": "topic", "at": ms } ... ],
 *   "told": [ { "t": "topic", "n": 2 } ... ], "older": "summary of what was before" }
 *
 * The last `keep` turns are kept word by word; what falls out is drawn together into `older`, at most
 * TALK_OLDER_MAX bytes: a line with the first sentences of each, the oldest dropped first; a model may
 * write a better one (talk_set_older()).  How often each topic was told is kept apart, that of the
 * TALK_TOLD_MAX told last.
 */
#pragma once

#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/buf.h"

#define TALK_COLLECTION "ai.talk"

enum {
	TALK_TURNS_MAX = 40,
	TALK_OLDER_MAX = 1024,
	TALK_TEXT_MAX = 1000,
	TALK_KEY_MAX = 128,
	TALK_TOLD_MAX = 32
};

struct talk_turn {
	struct span player, npc; /* player empty: a greeting */
	struct span topic;	 /* its key, when one was told; else empty */
	int64_t at_ms;
};

struct talk_told {
	struct span topic;
	uint64_t n;
};

struct talk {
	struct talk_turn *turns;
	size_t n_turns;
	struct talk_told told[TALK_TOLD_MAX]; /* the one told last at the end */
	size_t n_told;
	struct span older;
	uint64_t count; /* of all turns ever */
	int64_t since_ms, at_ms;
};

/* "00010000000004d2/foreshore/marrable": all of a character's begin alike. */
void talk_key(char ret[TALK_KEY_MAX], uint64_t who, const char *npc);
/* An empty or malformed body is an empty conversation (false when it is malformed). In `a`. */
bool talk_load(struct arena *a, struct span body, struct talk *ret);
/* Appends a turn (texts cut at TALK_TEXT_MAX) and lets go what is beyond `keep`. */
void talk_add(struct arena *a, struct talk *t, const struct talk_turn *turn, size_t keep);
/* How often a topic was told. */
uint64_t talk_told(const struct talk *t, const char *topic);
/* A model's summary in the place of all that `older` says. */
void talk_set_older(struct arena *a, struct talk *t, struct span older);
/* How many turns wait in `older` in no better form than first sentences: when it is time to have a
 * model summarize. */
size_t talk_rough(const struct talk *t);
void talk_save(const struct talk *t, const char *who, struct buf *out);
