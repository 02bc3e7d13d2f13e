/*
 * telopt.h - which Telnet options are on, on either side (RFC 1143, the Q method).
 *
 * The options we know are one table in telopt.c; every other one is refused.  An answer is given
 * only to what asks for a change, so no two sides can keep each other busy; an option that a client
 * turns on and off more than TELOPT_CHANGES times a minute stays off, and after TELOPT_REFUSALS
 * refusals a minute no more are sent.  Nothing ever waits for an answer: many clients never give
 * one.
 */
#pragma once

#include "gateway/telnet.h"

enum { TELOPT_N = 13, TELOPT_CHANGES = 4, TELOPT_REFUSALS = 32 };

struct telopt {
	uint8_t us[TELOPT_N], him[TELOPT_N]; /* states of the Q method */
	uint8_t changes[TELOPT_N];	     /* by the client, in this minute */
	uint8_t refusals;
	bool hidden;	 /* the client is not to show what is typed */
	bool echo_asked; /* the client asked us to echo for it (character mode) */
	bool echo_offered;
	bool no_compression;
	uint32_t minute;
};

/* An option that has just been turned on or off. */
struct telopt_change {
	uint8_t option;
	bool us; /* on our side: WILL/DO; otherwise on the client's */
	bool on;
};

/* Says what we offer and ask for; without `compress` MCCP is neither offered nor accepted. */
void telopt_start(struct telopt *t, bool compress, struct buf *out);
/* WILL, WONT, DO or DONT from the client. True: *ret says what changed. */
bool telopt_receive(struct telopt *t, const struct telnet_event *ev, uint64_t now_us,
		    struct buf *out, struct telopt_change *ret);
/* Password: from now on the client shows nothing of what is typed, until told otherwise. */
void telopt_hide(struct telopt *t, bool on, struct buf *out);
bool telopt_us(const struct telopt *t, uint8_t option);
bool telopt_him(const struct telopt *t, uint8_t option);
/* What is typed is shown by us, one character at a time. */
static inline bool telopt_echoes(const struct telopt *t)
{
	return t->echo_asked && !t->hidden;
}
