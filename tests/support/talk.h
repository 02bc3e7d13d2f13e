/*
 * talk.h - a player at a telnet client, for tests: types lines, waits for text with a deadline,
 * keeps the whole transcript.  Telnet commands are cut out of it; IAC GA and IAC EOR leave TALK_GO
 * there, so that a prompt can be waited for.  What does not come in time ends the test with the
 * transcript.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "tests/support/frame.h"

#define TALK_GO "\005"
#define TALK_PROMPT "> " TALK_GO

enum { TALK_US = 15000000 }; /* a patient player: recovery included */

struct talk {
	int fd;		 /* -1: closed, by either side */
	const char *who; /* for messages */
	struct buf text; /* transcript, without \r; terminated */
	size_t at;	 /* everything before was looked at */
	uint8_t telnet, verb;
	bool is_hidden;	       /* the server echoes: a password is wanted */
	struct secure *secure; /* NULL: plain */
	bool ws;	       /* by WebSocket; a message that does not end a line leaves TALK_GO */
	bool colour;	       /* inside a sequence of it, which by WebSocket is left out */
	struct frame frame;
	struct buf options; /* WILL, WONT, DO and DONT that were read: verb, option */
	size_t n_telnet;    /* telnet commands that were read, but for prompts */
	size_t n_answered;  /* for the test: of `options` */
	bool keeps_raw;
	struct buf raw; /* all bytes read, when kept */
};

struct talk_way {
	uint16_t port;
	const char *to;	  /* NULL: 127.0.0.1 */
	const char *from; /* our own address, "127.0.0.9"; NULL: any */
	bool tls, ws;
};

/* Connects; dies when nobody listens. */
void talk_open(struct talk *t, const char *who, uint16_t port);
/* false: nobody listens. */
bool talk_try(struct talk *t, const char *who, uint16_t port);
/* The same in any way there is; false also when TLS is refused. */
void talk_open_by(struct talk *t, const char *who, const struct talk_way *way);
bool talk_try_by(struct talk *t, const char *who, const struct talk_way *way);
void talk_close(struct talk *t);
void talk_line(struct talk *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void talk_bytes(struct talk *t, const void *p, size_t n);
/* Reads what has come, waiting at most so long for something. false: closed, or nothing came. */
bool talk_read(struct talk *t, uint64_t within_us);
/* Waits until the text comes after what was looked at, and goes behind it. */
void talk_expect(struct talk *t, const char *text);
/* Same, with a time of its own; false when it did not come. */
bool talk_sees(struct talk *t, const char *text, uint64_t within_us);
/* The server closes. */
void talk_expect_end(struct talk *t);
/* How often the text is in the whole transcript. */
size_t talk_count(const struct talk *t, const char *text);
/* The transcript behind what was looked at; valid until the next read. */
const char *talk_rest(const struct talk *t);

/* Splits the next line, without its end, off a part of a transcript. */
bool talk_next_line(struct span *rest, struct span *ret);
/* The line without the prompts that were shown before it came. */
struct span talk_unprompted(struct span line);
bool talk_begins(struct span line, const char *with);

/* `guest` and the first prompt. */
void talk_enter_guest(struct talk *t);
/* A new account from the first prompt on; then in play. */
void talk_enter_new(struct talk *t, const char *name, const char *password);
/* A known account; then in play. */
void talk_enter(struct talk *t, const char *name, const char *password);
