/*
 * state.h - what is known of a feed, kept over restarts as a document ("feed/...").
 */
#pragma once

#include "bridges/rss/seen.h"
#include "rt/base.h"
#include "rt/buf.h"

enum { STATE_MOVES = 3 };

struct state {
	bool known; /* it has been read once: what it listed then is seen */
	bool gone;  /* 410: it is not asked any more */
	char *url;  /* where it has moved to for good; NULL: it is where the row says */
	char *moving; /* where it was permanently redirected to the last `moves` times; NULL: it was not */
	unsigned moves, failures;
	char *etag, *modified; /* verbatim; NULL: none */
	char *title;	       /* clean; NULL: none */
	char *why;	       /* what is wrong with it; NULL: nothing */
	int64_t next_ms;
	int64_t until_ms; /* its server wants no request before; 0: it did not say */
	struct seen seen;
};

void state_init(struct state *s);
void state_done(struct state *s);
void state_write(const struct state *s, struct buf *out);
/* Into one that was initialised. False: it is none of ours, and nothing is known. */
bool state_read(struct state *s, struct span json) MUST_USE;
/* Replaces a text by a copy; empty or NULL: there is none. */
void state_set(char **text, const char *value);
/* A permanent redirect to `url`, or NULL: none this time. True: it has moved. */
bool state_redirected(struct state *s, const char *url);
