/*
 * ndjson.h - lines of JSON, as Ollama streams them: bytes in, lines out, of at most NDJSON_MAX bytes.
 *
 * A line ends with LF (a CR before it goes with it); empty ones are passed over.  What is left without an end
 * is no line.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { NDJSON_MAX = 256 * 1024 };

/* Zero but for fn and ctx: a fresh stream. */
struct ndjson {
	void (*fn)(void *ctx, struct span line);
	void *ctx;
	struct buf line;
	bool stopped; /* set by fn: what follows is not looked at */
};

/* False: a line was too long; nothing may follow. */
bool ndjson_feed(struct ndjson *l, struct span piece) MUST_USE;
void ndjson_done(struct ndjson *l);
