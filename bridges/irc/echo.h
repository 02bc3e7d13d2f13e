/*
 * echo.h - loops: bots of others that say again what we said, here or in another channel of ours, with something around it.
 *
 * A line is an echo when it has one of our last ones in it, or begins as we write a line.  Who says several of them is
 * taken for such a bot, and not listened to for a while.
 */
#pragma once

#include "bridges/flood.h"
#include "rt/buf.h"

enum {
	ECHO_SAID = 100, /* last texts of ours */
	ECHO_BYTES = 12, /* shorter ones are said by chance */
};

struct echo {
	struct buf said[ECHO_SAID];
	size_t n_said;
	struct floods *speakers; /* a token for each echo */
};

enum echo_is { ECHO_NONE, ECHO_IS, ECHO_IS_BOT };

void echo_init(struct echo *e);
void echo_done(struct echo *e);
void echo_said(struct echo *e, struct span text);
/* What `who` says, to us who are called `nick`: ECHO_IS_BOT once, with the line that it is taken for a bot for. */
enum echo_is echo_look(struct echo *e, struct span who, struct span text, const char *nick,
		       uint64_t now_us);
