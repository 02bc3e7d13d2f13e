/*
 * words.h - words that are not said on channels and boards: single ones, or up to four in a row.
 *
 * They are compared as text_words() has them, so case, accents and forms of letters do not count, and
 * "ass" is not found in "class".  Kept in documents "speech"/"word:...".
 */
#pragma once

#include <jansson.h>

#include "rt/base.h"
#include "world/core/world.h"

enum { WORDS_IN_A_ROW = 4, WORDS_BYTES = 64 };

struct word {
	struct word *prev, *next; /* in order of being blocked */
	char *text;		  /* as text_words() has it */
	char *by;
};

struct words;
struct words *words_new(void);
void words_free(struct words *t);

/* 0; 1: there is nothing in it that could be found, or it is too long; 2: there are too many. */
int words_block(struct world *w, struct words *t, struct span typed, const char *by) MUST_USE;
/* False: it was not blocked. */
bool words_unblock(struct world *w, struct words *t, struct span typed);
bool words_find(const struct words *t, struct span text);
const struct word *words_next(const struct words *t, const struct word *previous);
/* A stored one, by the rest of its key. False: malformed. */
bool words_load(struct words *t, struct span text, const json_t *body);
