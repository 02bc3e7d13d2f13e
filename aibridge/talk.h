/*
 * talk.h - a conversation between one person of the world and one player, as it is stored: document
 * (TALK_COLLECTION, talk_key()).
 *
 * { "who": "Ana", "since": ms, "at": ms, "turns": [ { "p": "player's words", "n": "answer", "at": ms } ... ],
 *   "older": "summary of what was before" , "count": 17 }
 *
 * The last `keep` turns are kept word by word; what falls out is drawn together into `older`, at most
 * TALK_OLDER_MAX bytes (the first sentence of each, the oldest dropped first; a model may write a better
 * one, talk_set_older()).
 */
#pragma once

#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/buf.h"

#define TALK_COLLECTION "ai.talk"

enum { TALK_TURNS_MAX = 40, TALK_OLDER_MAX = 1024, TALK_TEXT_MAX = 1000, TALK_KEY_MAX = 128 };

struct talk_turn {
	struct span player, npc; /* player empty: a greeting */
	int64_t at_ms;
};

struct talk {
	struct talk_turn *turns;
	size_t n_turns;
	struct span older;
	uint64_t count; /* of all turns ever */
	int64_t since_ms, at_ms;
};

/* "00010000000004d2/foreshore/marrable": all of a character's begin alike. */
void talk_key(char ret[TALK_KEY_MAX], uint64_t who, const char *npc);
/* An empty or malformed body is an empty conversation (false when it is malformed). In `a`. */
bool talk_load(struct arena *a, struct span body, struct talk *ret);
/* Appends a turn and lets go what is beyond `keep`. */
void talk_add(struct arena *a, struct talk *t, const struct talk_turn *turn, size_t keep);
void talk_set_older(struct arena *a, struct talk *t, struct span older);
/* How many turns wait in `older` in no better form than first sentences: when it is time to have a
 * model summarize. */
void talk_save(const struct talk *t, const char *who, struct buf *out);
