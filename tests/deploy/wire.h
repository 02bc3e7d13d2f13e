/*
 * wire.h - a player's connection in one of three ways, over which nothing ends the program: a server that goes away
 * is what is looked at here.
 */
#pragma once

#include "tests/support/talk.h"
#include "tests/support/ws.h"

enum wire_way { WIRE_TELNET, WIRE_TLS, WIRE_WS, WIRE_WAYS };

/* Where the server is, and who we are. */
struct wire_to {
	const char *host, *from; /* addresses; from NULL: any */
	uint16_t ports[WIRE_WAYS];
};

struct wire {
	enum wire_way way;
	struct talk talk;
	struct ws ws; /* when `way` says so */
};

/* As @sites calls it. */
const char *wire_name(enum wire_way way);
/* False: nobody took it. */
bool wire_open(struct wire *w, const char *who, enum wire_way way, const struct wire_to *to);
void wire_close(struct wire *w);
/* To be polled; -1: it is broken. What came before it broke can still be read. */
int wire_fd(const struct wire *w);
/* Takes what has come, without waiting. */
void wire_read(struct wire *w);
/* What has come and was not taken. TALK_GO stands behind prompts, WS_DATA before data. */
struct span wire_rest(const struct wire *w);
void wire_skip(struct wire *w, size_t n);
/* The next whole line, without its end and without prompts before it. Valid until the next call. */
bool wire_line(struct wire *w, struct span *ret);
/* That it is broken is found when reading. */
void wire_type(struct wire *w, const char *line);
/* `Package json`, by WebSocket. */
void wire_tell(struct wire *w, const char *message);
