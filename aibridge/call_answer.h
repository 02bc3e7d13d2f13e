/*
 * call_answer.h - an answer as it is read: bytes of a body in, pieces of text and acts out.
 *
 * Pure but for its callbacks, which may stop it (answer_stop()).  The framing (SSE, lines, one
 * object) is done here, what the objects mean is the provider's (provider_kind.h), which uses the second half of
 * the functions.  It is over when the provider's own end was seen or something went wrong; later bytes are not
 * looked at.
 */
#pragma once

#include "aibridge/ndjson.h"
#include "aibridge/provider.h"
#include "aibridge/sse.h"

enum {
	ANSWER_TEXT_MAX = 32 * 1024,
	ANSWER_ACTS_MAX = 8, /* further ones are passed over */
	ANSWER_NAME_MAX = 64,
	ANSWER_ARGUMENTS_MAX = 8 * 1024,
};

struct provider_kind;

/* A tool call that comes in pieces. */
struct answer_act {
	bool used, done;
	uint64_t index; /* as the provider counts */
	char name[ANSWER_NAME_MAX + 1];
	struct buf arguments;
};

struct answer {
	const struct provider_kind *kind;
	bool stream;
	void (*text)(void *ctx, struct span piece);
	void (*act)(void *ctx, const char *name, json_t *arguments);
	void *ctx;

	struct sse sse;
	struct ndjson lines;
	struct buf whole;
	struct answer_act acts[ANSWER_ACTS_MAX];
	size_t text_bytes;
	bool some; /* an event or line came */

	struct usage usage;
	bool began; /* text or an act went out */
	bool over;
	bool reasoned;	/* why it stopped was said */
	bool cut_short; /* at max_tokens */
	bool refused;	/* the model or a filter declined */
	bool flagged;	/* moderation */
	enum call_error error;
	struct buf why;
};

/* text, act (both may be NULL) and ctx are set by the caller afterwards. */
void answer_init(struct answer *a, const struct provider_kind *kind, bool stream);
void answer_done(struct answer *a);
void answer_feed(struct answer *a, struct span piece);
void answer_close(struct answer *a); /* the body is complete; it is over */
void answer_stop(struct answer *a);  /* nothing more goes out */

/* For provider kinds.  Whatever comes after the end or a failure is without effect. */
void answer_say(struct answer *a, const json_t *o,
		const char *key); /* a text there, if it is one */
void answer_act_name(struct answer *a, uint64_t index, struct span name);
void answer_act_add(struct answer *a, uint64_t index, struct span arguments);
/* The arguments are complete: they go out if they are an object; none at all are an empty one. */
void answer_act_end(struct answer *a, uint64_t index);
void answer_acts_end(struct answer *a); /* all of them */
void answer_act(struct answer *a, struct span name, json_t *arguments);
void answer_act_text(struct answer *a, struct span name, struct span arguments);
void answer_usage(const json_t *usage, const char *key, uint64_t *ret, bool *ret_has);
void answer_end(struct answer *a); /* the provider's own end */
void answer_fail(struct answer *a, enum call_error error, const char *why);
void answer_fail_said(struct answer *a, const json_t *o); /* an error as the provider tells it */
