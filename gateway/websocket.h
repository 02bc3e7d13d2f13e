/*
 * websocket.h - RFC 6455 as a framing of clients: messages in place of a stream of bytes.
 *
 * wslay checks and joins what comes.  Its contexts are large, so one exists only while a frame or a
 * message is partly here; what goes out is written without any state, so an idle connection holds
 * struct websocket and nothing else.  No extension is spoken: no permessage-deflate.
 *
 * What is said in a turn becomes one binary message.  Text messages of the turn stand in front of it,
 * those that must not be read before it (websocket_text_behind) behind it.
 */
#pragma once

#include "gateway/protocol.h"
#include "rt/buf.h"

enum {
	WEBSOCKET_MESSAGE_MAX = 64 << 10,
	WEBSOCKET_FRAGMENTS = 64,	  /* frames of one message */
	WEBSOCKET_CONTROLS = 60,	  /* pings, pongs and the like of a client in a minute */
	WEBSOCKET_PATIENCE_US = 60000000, /* for one message to come whole */
	WEBSOCKET_REASON_MAX = 123,	  /* bytes of text in a close frame */
};

enum websocket_code {
	WEBSOCKET_NORMAL = 1000,
	WEBSOCKET_PROTOCOL = 1002,
	WEBSOCKET_NOT_TEXT = 1007,
	WEBSOCKET_POLICY = 1008,
	WEBSOCKET_TOO_BIG = 1009,
	WEBSOCKET_INTERNAL = 1011,
	WEBSOCKET_RESTART = 1012,
	WEBSOCKET_LATER = 1013,
};

struct websocket;

extern const struct framing framing_websocket;

/* For client_guest.frames; owned by the client from client_open() on. */
struct websocket *websocket_new(void) MUST_USE;
void websocket_free(struct websocket *w);
/* Of the message that is being received. */
bool websocket_is_text(const struct client *c);
/* Nothing is partly here: the connection holds no more than struct websocket. */
bool websocket_is_idle(const struct client *c);
/* A text message; `text` has to be UTF-8. */
void websocket_text(struct client *c, struct span text);
void websocket_text_behind(struct client *c, struct span text);

/* What the server answers to Sec-WebSocket-Key; false: the key is not 16 bytes in Base64. */
bool websocket_accept(struct span key, char ret[29]);
/* The code that a close frame tells for an end of this reason (client_doom(), lobby_end()). */
enum websocket_code websocket_code_of(const char *reason);
/* Appends one frame; `first` is FIN and opcode. */
void websocket_frame(struct buf *out, uint8_t first, struct span payload);
