/*
 * irc_pipe.h - a connection that speaks in lines, plain or over TLS, as both ends of IRC do: what came is kept
 * as a transcript, and is waited for with a deadline.  What does not come in time ends the test with the transcript.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { IRC_US = 15000000 }; /* a patient one: recovery included */

struct irc_pipe {
	int fd;		 /* -1: closed, by either side */
	const char *who; /* for messages */
	struct secure *secure;
	struct buf text; /* all lines that came, each ended by \n, terminated */
	size_t at;	 /* everything before was looked at */
	struct buf part; /* of a line that has not ended */
	/* A line that came, before it is in the transcript: appends it in the form that is wanted, or nothing. NULL: as
	 * it is. */
	void (*line)(struct irc_pipe *p, struct span line);
};

/* To 127.0.0.1. false: nobody listens, or TLS was refused. */
bool irc_pipe_open(struct irc_pipe *p, uint16_t port, bool tls);
/* Nothing more comes or goes; the transcript stays. */
void irc_pipe_hang_up(struct irc_pipe *p);
void irc_pipe_close(struct irc_pipe *p);
/* All of it; false: the other side is gone. */
bool irc_pipe_send(struct irc_pipe *p, struct span bytes);
/* Reads what has come, waiting at most so long for something. false: closed, or nothing came. */
bool irc_pipe_read(struct irc_pipe *p, uint64_t within_us);
/* The next line behind what was looked at, without its end, valid until the next read; p NULL: none came. */
struct span irc_pipe_line(struct irc_pipe *p, uint64_t within_us);
/* Waits until the text comes behind what was looked at, and goes behind it. */
bool irc_pipe_sees(struct irc_pipe *p, const char *text, uint64_t within_us);
void irc_pipe_expect(struct irc_pipe *p, const char *text);
/* The other side closes. */
void irc_pipe_expect_end(struct irc_pipe *p);
/* How often the text is in the whole transcript. */
size_t irc_pipe_count(const struct irc_pipe *p, const char *text);
/* The transcript behind what was looked at; valid until the next read. */
const char *irc_pipe_rest(const struct irc_pipe *p);
