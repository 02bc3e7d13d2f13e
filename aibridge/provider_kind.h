/*
 * provider_kind.h - one provider's API as a row of data and functions; provider.c has the table.
 */
#pragma once

#include "aibridge/call_answer.h"
#include "aibridge/provider.h"

enum provider_framing { FRAMING_SSE, FRAMING_LINES };

struct provider_kind {
	const char *name;
	const char *url;  /* its own address, without a path */
	const char *path; /* of the endpoint */
	const char *key_header;
	const char *header; /* one more; NULL: none */
	bool wants_key;	    /* at its own address */
	bool local;	    /* http is in order for any host */
	enum provider_framing framing;
	const char
		*last; /* data of the event that ends the stream; NULL: the stream's objects tell */

	void (*request)(const struct provider *p, const struct prompt *q, struct buf *out);
	/* An object of the stream. */
	void (*event)(struct answer *a, const json_t *o);
	/* The answer when it was not streamed. */
	void (*whole)(struct answer *a, const json_t *o);
};

extern const struct provider_kind provider_anthropic, provider_openai, provider_responses,
	provider_ollama, provider_moderation;

/* NULL: scripted. */
const struct provider_kind *provider_row(enum ai_provider kind);

/* The address of another endpoint of the same server; freed by the caller. */
char *provider_url_beside(const struct provider *p, const char *path) MUST_USE;

/* Pieces of requests, for those that write them; provider_write.c. */
void provider_write_text(struct buf *out, const char *key, const char *value);
/* [{"role":"user","content":"..."}...], behind a system message if `system`. */
void provider_write_messages(struct buf *out, const struct prompt *q, bool system);
/* {"type":"object","properties":{...},"required":[...],"additionalProperties":false} */
void provider_write_schema(struct buf *out, const struct tool *t);
/* Of Chat Completions and Ollama: [{"type":"function","function":{...}}...] as member "tools", if there are any. */
void provider_write_functions(struct buf *out, const struct prompt *q);
/* Member "temperature", at most `max`, if the prompt has one. */
void provider_write_temperature(struct buf *out, const struct prompt *q, double max);
