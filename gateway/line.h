/*
 * line.h - lines as players type them, out of the bytes of telnet text.
 *
 *	while (line_next(&l, &in, echo))
 *		line_take(&l, &text, charset) ...
 *
 * CR LF, CR NUL, LF and CR each end a line exactly once, wherever the network cut them.  Backspace
 * (BS, DEL), ^U (all) and ^W (a word) edit, for clients that send one character at a time and for
 * those that edit themselves alike; sequences of cursor keys are swallowed.  A line is cut at
 * LINE_MAX bytes.  Memory is held only while there is part of a line.
 */
#pragma once

#include "gateway/charset.h"
#include "rt/base.h"
#include "rt/buf.h"

enum { LINE_BYTES = 1024 };

struct line {
	struct buf raw;	 /* as typed so far */
	uint16_t echoed; /* bytes of raw that were shown */
	uint8_t escape;	 /* state in a sequence of a key */
	bool after_cr, full, ended;
};

void line_done(struct line *l);
/*
 * Takes bytes off *in until a line is complete; false when *in is used up.  `echo`, if not NULL,
 * gets what a client that leaves the echo to us is to be sent.
 */
bool line_next(struct line *l, struct span *in, struct buf *echo);
/* The complete line as clean UTF-8 (rt/text.h) of at most LINE_BYTES is appended to *out; true when
 * some of it had to be left out. */
bool line_take(struct line *l, struct buf *out, enum charset from);
/* Keys that Telnet has commands for. */
void line_erase(struct line *l, struct buf *echo);   /* EC: a character */
void line_discard(struct line *l, struct buf *echo); /* EL: all */
/* What is typed but not ended, to be shown again behind a new prompt. */
void line_show(struct line *l, struct buf *echo);
