/*
 * frame.h - just enough of WebSocket (RFC 6455) for players that come by the thousand: a line is a binary
 * message, text is what comes in binary messages, all else is passed over.  Nothing is checked; ws.h is
 * the client that does.
 */
#pragma once

#include "rt/base.h"

enum { FRAME_MORE = 16 }; /* a frame is longer than its payload by less than this */

/* A frame of the server's that is being read. */
struct frame {
	uint64_t left; /* payload that has not come */
	uint8_t opcode, n, need;
	uint8_t head[10];
};

enum frame_byte { FRAME_NOTHING, FRAME_TEXT, FRAME_END };

/* The request that asks for a WebSocket; the answer to it ends with an empty line. */
struct span frame_request(void);
/* Text as one message; `ret` has room for FRAME_MORE more bytes. Returns its length. */
size_t frame_put(uint8_t *ret, const char *text, size_t n);
/* One byte of the server's: FRAME_TEXT: it is text; FRAME_END: text, and a message of text ends with it. */
enum frame_byte frame_take(struct frame *f, uint8_t c);
