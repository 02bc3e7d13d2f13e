/*
 * guard_inner.h - the parts of guard.c that are files of their own; each looks for one kind of thing.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "aibridge/fold.h"

/* guard_words.c: what is never said, as keyed hashes in order. */
struct word_list {
	uint64_t *hashes;
	size_t n, cap;
};
void word_list_init(struct word_list *l); /* the built-in ones */
void word_list_done(struct word_list *l);
int word_list_read(struct word_list *l, const char *file) MUST_USE; /* -errno */
bool word_list_has(const struct word_list *l, struct span text);

/* guard_phrases.c: what only somebody says who is not of the world. */
struct phrase {
	struct buf words;  /* " language model" */
	struct buf closed; /* "languagemodel" */
};
struct phrase_list {
	struct phrase *v;
	size_t n;
};
void phrase_list_init(struct phrase_list *l);
void phrase_list_done(struct phrase_list *l);
bool phrase_list_has(const struct phrase_list *l, const struct fold *said);

/* guard_form.c */
bool guard_is_link(struct span text);
bool guard_is_form(const Mudlark__AiAsk *ask, struct span text);
