/*
 * api.h - the APIs as one table: what each demands of a request, and how its answers and errors look.
 *
 * check() either understands a request or refuses it with the status and words of the real one.  An answer is put
 * into pieces, each an event or a line as a whole, with the bytes of model text in it for the bill.
 */
#pragma once

#include <jansson.h>
#include "rt/buf.h"
#include "tests/fake/json.h"
#include "tests/fake/server.h"

struct refusal {
	int status;
	const char *code;  /* OpenAI's; NULL: none */
	const char *param; /* OpenAI's; NULL: none */
	char message[300];
};

/* A request that was understood. */
struct asked {
	json_t *body;
	const char *model;
	bool stream, wants_usage;
	uint64_t max_tokens; /* 0: as many as there are */
	struct buf system;   /* all of it */
	struct buf last;     /* what the user said last */
	json_t *tools;	     /* [{"name", "schema"}] */
	uint64_t tokens_in;
};

struct answer {
	struct buf text;
	json_t *calls; /* [{"name", "arguments"}]; may be empty */
	bool cut_short, refused, usage, extras;
	size_t piece_bytes;
	uint64_t tokens_out;
	uint64_t id, at_s;
};

struct piece {
	struct buf bytes;
	size_t text; /* bytes of model text, for the bill */
};

struct pieces {
	struct piece *all;
	size_t n, cap;
};

struct api {
	const char *name, *path;
	const char *type; /* of a stream */
	bool moderates;	  /* `refused` says that a text is flagged; never a stream */
	/* false: refused. */
	bool (*check)(const struct request *r, const char *key, struct asked *ret,
		      struct refusal *no);
	void (*error)(const struct refusal *no, struct buf *out);
	void (*whole)(const struct asked *q, const struct answer *a, struct pieces *out);
	void (*stream)(const struct asked *q, const struct answer *a, struct pieces *out);
	/* What a stream says when it fails after HTTP 200. */
	void (*stream_error)(struct pieces *out);
};

extern const struct api api_anthropic, api_openai, api_responses, api_ollama, api_moderations;

/* NULL: nothing is there. */
const struct api *api_find(const char *path);
void asked_done(struct asked *q);

/* Appends an empty piece. */
struct piece *pieces_add(struct pieces *p);
void pieces_done(struct pieces *p);
/* A server-sent event; `name` NULL: without one. Takes `data`. */
struct piece *pieces_event(struct pieces *p, const char *name, json_t *data);
/* A line, or a whole answer. Takes `data`. */
struct piece *pieces_line(struct pieces *p, json_t *data);
/* Calls fn for a text bit by bit, cut at words where there are any. */
struct bit {
	const char *p;
	size_t n;
};
bool text_bit(struct span *text, size_t piece_bytes, struct bit *ret);
