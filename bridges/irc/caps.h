/*
 * caps.h - what a server can do beyond RFC 1459 (IRCv3 capabilities), and what of that we want.
 */
#pragma once

#include "bridges/irc/line.h"

enum cap {
	CAP_SASL,
	CAP_MESSAGE_TAGS,
	CAP_SERVER_TIME,
	CAP_BATCH,
	CAP_LABELED_RESPONSE,
	CAP_ECHO_MESSAGE,
	CAP_ACCOUNT_TAG,
	CAP_ACCOUNT_NOTIFY,
	CAP_EXTENDED_JOIN,
	CAP_MULTI_PREFIX,
	CAP_CHGHOST,
	CAP_SETNAME,
	CAP_CAP_NOTIFY,
	CAP_STANDARD_REPLIES,
	CAP_INVITE_NOTIFY,
	CAPS
};
#define CAP(c) (1u << (c))

struct caps {
	unsigned offered, on, asked; /* CAP() bits */
	unsigned lists;		     /* lines of CAP LS so far */
	char mechanisms
		[256]; /* of SASL, as offered: "PLAIN,EXTERNAL"; "": the server does not say */
};

enum { CAPS_LISTS = 64 /* lines of one answer */ };

static inline bool caps_has(const struct caps *c, enum cap cap)
{
	return (c->on & CAP(cap)) != 0;
}

/* A line "CAP * LS * :..." and the like. */
enum caps_news {
	CAPS_NOTHING,
	CAPS_LISTED, /* the answer to LS is whole */
	CAPS_AGREED, /* to an ACK or NAK */
	CAPS_MORE,   /* there are new ones */
	CAPS_FLOOD,  /* a list without end */
};
enum caps_news caps_take(struct caps *c, const struct irc_line *l);
/* Appends the requests for what is offered, wanted and not on yet; `want` are CAP() bits. False: there is none. */
bool caps_request(struct caps *c, unsigned want, struct buf *out);
/* True when the server offers this mechanism, or does not say which. */
bool caps_has_mechanism(const struct caps *c, const char *name);
