/*
 * mode.h - how the fake behaves, as JSON: {"latency_ms": 2000, "chunking": "bytes"}.
 *
 * `status` and `fault` strike the next `times` requests, all of them when that is 0.
 */
#pragma once

#include <jansson.h>
#include "rt/buf.h"

enum chunking {
	CHUNK_EVENTS, /* each event or line is a piece */
	CHUNK_WHOLE,  /* all in one */
	CHUNK_BYTES,  /* every byte by itself */
	CHUNK_MIDDLE, /* each event is cut within its text, in a character where there is a long one */
};

enum fault {
	FAULT_NONE,
	FAULT_HANG,  /* never a byte */
	FAULT_STALL, /* silent after `after` pieces */
	FAULT_CUT,   /* closes after `after` pieces */
	FAULT_ERROR, /* HTTP 200, then the API's own way to say that it failed, after `after` pieces */
	FAULT_HTML,  /* a page of a proxy, with status 200 */
	FAULT_JSON,  /* an event that is no JSON, after `after` pieces */
	FAULT_DEEP,  /* JSON of a hundred thousand arrays */
	FAULT_HUGE,  /* a hundred megabytes of answer, each piece well formed */
	FAULT_LINE,  /* a line that never ends */
	FAULT_WRONG, /* well-formed JSON with other types than the API has */
};

struct mode {
	int64_t latency_ms;  /* before the first byte */
	int64_t piece_ms;    /* between pieces */
	int64_t piece_bytes; /* of the answer's text in a piece */
	int chunking;	     /* enum chunking */
	int64_t status; /* 0: all is well; 400 401 403 404 408 409 413 422 429 500 502 503 529 */
	int64_t retry_after; /* seconds; -1: not said */
	int fault;	     /* enum fault */
	int64_t after, times;
	bool usage;    /* false: it never says what it cost */
	bool extras;   /* thinking, pings, unknown events and deltas between what counts */
	bool obey;     /* obey.h */
	bool refuses;  /* the model declines */
	char *text;    /* what it answers */
	char *flag;    /* what moderation flags: texts with this word; NULL: none */
	json_t *calls; /* [{"name": "give", "arguments": {...}}] with the answer; NULL: none */
};

void mode_init(struct mode *m);
void mode_done(struct mode *m);
/* All anew from a text. false: a sentence in *why, and nothing has changed. */
bool mode_set(struct mode *m, struct span json, struct buf *why);
