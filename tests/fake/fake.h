/*
 * fake.h - a provider of models that costs nothing: Anthropic Messages, OpenAI Chat Completions,
 * Responses and Moderations, and Ollama, at one port of 127.0.0.1.
 *
 *	build/tests/fake/ai                            any free port; prints "port N"
 *	build/tests/fake/ai 18080 --mode '{"latency_ms":2000}'
 *	curl -d '{"status":429,"retry_after":1,"times":3}' 127.0.0.1:18080/fake/mode
 *	curl 127.0.0.1:18080/fake/stats
 *
 * It refuses what the real ones refuse, with the bodies of their errors, so that a request that is
 * understood here is one that they understand.  How it behaves is set by mode.h.
 *
 *	POST /v1/messages, /v1/chat/completions, /v1/responses, /v1/moderations, /api/chat
 *	POST /fake/mode    the mode from now on; what is not named is as it is at the start
 *	GET  /fake/stats   counters (struct stats)
 *	GET  /fake/last    the body of the last request, as it came
 *
 * The bill follows a fixed rule, so tests know it: a token is four bytes, begun ones count.  What goes in is
 * the body of the request, what comes out the text and the names and arguments of calls.  `in` is billed
 * when a request is taken, also when it is never answered; `out` as it is sent.
 */
#pragma once

#include <jansson.h>
#include "rt/buf.h"
#include "rt/loop.h"
#include "tests/fake/mode.h"

#define FAKE_KEY "sk-fake-0123456789abcdef"
#define FAKE_NO_MODEL "no-such-model" /* any other is there */

enum { FAKE_BYTES_OF_TOKEN = 4, FAKE_MAX_BODY = 1 << 20, FAKE_MAX_TOKENS = 64000 };

struct stats {
	uint64_t requests;  /* at an API, whatever came of them */
	uint64_t refused;   /* because they were wrong, not because the mode says so */
	uint64_t failed;    /* because the mode says so */
	uint64_t answered;  /* to their end */
	uint64_t cancelled; /* the other side closed before that */
	uint64_t in_flight, in_flight_max;
	uint64_t connections, connections_now;
	uint64_t tokens_in, tokens_out; /* billed */
	uint64_t moderations, flagged;
	char why[400]; /* of the last refusal */
};

struct fake {
	struct loop *loop;
	const char *key;
	struct mode mode;
	struct stats stats;
	struct buf last;
	uint64_t counter; /* for ids */
};

static inline uint64_t fake_tokens(uint64_t bytes)
{
	return (bytes + FAKE_BYTES_OF_TOKEN - 1) / FAKE_BYTES_OF_TOKEN;
}
