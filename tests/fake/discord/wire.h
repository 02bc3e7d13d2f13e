/*
 * wire.h - the server's end of a WebSocket (RFC 6455): messages in, messages out, a close with any code, or none.
 *
 * What comes is checked by wslay (masks, UTF-8, opcodes, fragments).  After wire_close() and wire_cut() nobody is called
 * back any more; the wire frees itself.
 */
#pragma once

#include "rt/base.h"
#include "tests/fake/server.h"

enum { WIRE_BROKEN = 1 }; /* a `code`: the other side broke the protocol */

struct wire;

struct wire_events {
	void (*message)(void *ctx, bool binary, struct span s);
	/* The other side closed with this code, 0: with none; the wire is gone when it returns. */
	void (*closed)(void *ctx, uint16_t code);
	void *ctx;
};

/* The request was a proper upgrade and is accepted. Else NULL, and it was answered with 400 or 426. */
struct wire *wire_open(struct conn *c, const struct request *r, const struct wire_events *e);
/* A text message, in frames of at most `piece` bytes; 0: in one. */
void wire_send(struct wire *w, struct span text, size_t piece);
void wire_ping(struct wire *w);
void wire_binary(struct wire *w, struct span s);
void wire_close(struct wire *w, uint16_t code, const char *reason);
/* Without a word. */
void wire_cut(struct wire *w);
