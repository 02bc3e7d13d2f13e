/*
 * provider.h - the providers as one table: how each is asked, and how its answer is read.
 *
 * A call is one HTTP request: no retry, no queue, no budget (attempt.h and ask.h have these).  Events come in
 * order: any number of text pieces (UTF-8, cut anywhere) and whole tool calls, then one end.  HTTP 200 is no
 * success until the provider's own end was seen.
 */
#pragma once

#include <jansson.h>
#include "aibridge/aibridge.h"
#include "rt/http.h"
#include "aibridge/prompt.h"

/* What went wrong, for retry, breaker and fallback. */
enum call_error {
	CALL_OK,
	CALL_BAD,     /* 400, 404, 413, 422: our request; no other attempt helps */
	CALL_KEY,     /* 401, 403 */
	CALL_LIMIT,   /* 429 */
	CALL_BUSY,    /* 408, 409, 503, 529 */
	CALL_FAULT,   /* other 5xx */
	CALL_GATEWAY, /* 502, 504: who stands before the provider gave up on it */
	CALL_CONNECT,
	CALL_DEADLINE,
	CALL_STALL,
	CALL_CUT,     /* ended without its end */
	CALL_GARBAGE, /* not what the API says */
	CALL_REFUSED, /* the model or its filter declined */
	CALL_CANCELLED,
	CALL_ERRORS
};

struct usage {
	uint64_t in, out;
	bool has_in, has_out; /* the provider said so, and it is all there will be */
};

struct call_result {
	enum call_error error;
	char why[160]; /* for staff and logs; never a key */
	struct usage usage;
	bool began;		 /* a piece of an answer came */
	bool sent;		 /* the provider may have the request, so it may cost */
	bool cut_short;		 /* it stopped at max_tokens */
	uint64_t retry_after_us; /* 0: not said */
};

struct call_events {
	void (*text)(void *ctx, struct span piece);
	void (*act)(void *ctx, const char *name, json_t *arguments); /* borrowed; an object */
	void (*end)(void *ctx,
		    const struct call_result *r); /* last, exactly once; not after call_cancel() */
	void *ctx;
};

/* One line of the configuration: who is asked, with which model. */
struct provider {
	enum ai_provider kind;
	const char *name;  /* "anthropic" */
	char *model, *url; /* the whole address of the endpoint */
	char *key;	   /* NULL: none; wiped by provider_done() */
	bool stream;
	bool allow_http;
	uint64_t first_token_us, stall_us;
};

/*
 * From ai.provider... or a line of ai.fallback. `url`: https://host[:port][/path], "": the provider's own; without
 * a path, or when that is a bare /v1, the endpoint's is added. http:// is for this machine and for Ollama only.
 * A key file is 0600 or 0400 and belongs to us or root.  0; 1: a sentence in *why.
 */
int provider_init(struct provider *p, enum ai_provider kind, const char *model, const char *url,
		  const char *key_file, const struct ai_conf *conf, struct buf *why) MUST_USE;
void provider_done(struct provider *p);
const char *provider_name(enum ai_provider kind);
enum ai_provider provider_kind(struct span name); /* AI_PROVIDERS: unknown */

struct call;

/* Begins; never calls back before returning; `deadline_us` from now. The provider must outlive it, the prompt
 * need not. NULL: it cannot be begun. Not for AI_SCRIPTED. May be called, as call_cancel(), in any callback. */
struct call *call_start(struct http *h, const struct provider *p, const struct prompt *prompt,
			uint64_t deadline_us, const struct call_events *e);
void call_cancel(struct call *c);
/* What it counted so far; for one that is about to be cancelled. */
struct call_result call_so_far(const struct call *c);

bool call_may_retry(enum call_error e); /* before the first piece */
const char *call_error_name(enum call_error e);

/* The body as it was sent, for the audit: no headers, no key. Valid until end() returned. */
struct span call_request_body(const struct call *c);

/* Moderation (OpenAI's /v1/moderations at this provider's server, with its key): one answer, flagged or not. */
struct call *call_moderate(struct http *h, const struct provider *p, struct span text,
			   uint64_t deadline_us,
			   void (*end)(void *ctx, const struct call_result *r, bool flagged),
			   void *ctx);
