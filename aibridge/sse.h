/*
 * sse.h - server-sent events (WHATWG HTML, 9.2.6), as the providers stream them: bytes in, events out.
 *
 * Lines end with LF, CR or CRLF; several `data` lines are joined by LF; comments, `id` and `retry` are passed
 * over; an event goes out at its blank line and only then, so a stream that is cut loses its half event.
 * A line and an event may have SSE_MAX bytes.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { SSE_MAX = 256 * 1024, SSE_NAME_MAX = 64 };

/* Zero but for fn and ctx: a fresh stream. */
struct sse {
	/* `name` is empty when the event has none, and when it is longer than any we know. */
	void (*fn)(void *ctx, struct span name, struct span data);
	void *ctx;
	struct buf line, data;
	char name[SSE_NAME_MAX];
	size_t n_name;
	bool has_data;
	bool cr;      /* the byte before was a CR: an LF belongs to it */
	bool begun;   /* the first line is behind us: no byte order mark any more */
	bool stopped; /* set by fn: what follows is not looked at */
};

/* False: a line or an event was too long; nothing may follow. */
bool sse_feed(struct sse *s, struct span piece) MUST_USE;
void sse_done(struct sse *s);
