/*
 * line.h - a line of IRC: bytes in, its parts out; and the one place where lines are made.
 *
 *	[@tags SP] [:nick!user@host SP] command params [SP :text] CR LF
 *
 * RFC 1459, IRCv3 message tags.  What comes in may be anything: a part points into the bytes, and is what the server sent.
 * What goes out holds no NUL, CR or LF and has at most 512 bytes without its tags, whatever went in.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum {
	IRC_LINE_BYTES = 512,  /* with CR LF, without tags */
	IRC_TAGS_BYTES = 8191, /* that a server may send */
	IRC_INPUT_BYTES = IRC_TAGS_BYTES + IRC_LINE_BYTES,
	IRC_PARAMS = 15,
	IRC_LABEL_BYTES = 64,
};

struct irc_line {
	struct span tags;	      /* raw, without @ */
	struct span source;	      /* without : */
	struct span nick, user, host; /* of source; a server has a nick alone */
	struct span command;
	struct span params[IRC_PARAMS];
	size_t n_params;
	unsigned numeric; /* 0: a word */
};

/* Lines out of a stream. A line longer than IRC_INPUT_BYTES is passed over whole. */
struct irc_reader {
	bool is_skipping;
	uint64_t skipped; /* lines */
};

/* The next line without its end; false: there is none yet. *used: bytes of `bytes` that are done with, also when false. */
bool irc_read(struct irc_reader *r, struct span bytes, size_t *used, struct span *ret_line);

/* False: there is no command in it. */
bool irc_parse(struct irc_line *ret, struct span line);
struct span irc_param(const struct irc_line *l, size_t i); /* empty when there is none */
struct span irc_last(const struct irc_line *l);
bool irc_is(const struct irc_line *l, const char *command); /* any case */
/* Its value, unescaped, appended; false: the tag is not there. `value` may be NULL. */
bool irc_tag(const struct irc_line *l, const char *name, struct buf *value);

/* What a line is made of. Middle parameters are words; the text is the last one and may be anything. */
struct irc_parts {
	const char *label; /* tag; NULL: none */
	const char *command;
	struct span middle[4]; /* up to the first with p == NULL */
	struct span text;      /* p NULL: none */
};
/* Appends a line with its end. The text is cut at a border of UTF-8 to what fits. 0; 1: it would not be one line of IRC, or
 * not the one that was meant: a byte 0, CR, LF; a middle parameter that is no word; too long without its text. */
int irc_build(struct buf *out, const struct irc_parts *parts) MUST_USE;
