/*
 * in.h - what somebody on IRC said, made into what the game takes: formatting codes gone, the encoding repaired, CTCP told
 * from talk; and who it was.
 */
#pragma once

#include "bridges/irc/casemap.h"
#include "bridges/irc/line.h"
#include "rt/buf.h"

enum in_form {
	IN_SAID,
	IN_ACTION, /* CTCP ACTION */
	IN_CTCP,   /* another; *ret_text is its word */
};

enum in_form in_form(struct span raw, struct span *ret_text);
/* mIRC's codes (02 03 04 0F 11 16 1D 1E 1F) with their digits go, the rest is appended as it is. */
void in_strip(struct buf *out, struct span raw);
/* Appends a clean line without codes; nothing when there is nothing to read in it. */
void in_clean(struct buf *out, struct span raw);
/* Appends "irc/NET/account:ana" or "irc/NET/ana!user@host", small letters; nothing when it would be no good as a key. */
void in_identity(struct buf *out, const char *network, enum casemap m, const struct irc_line *l,
		 struct span account);
/* The reason of a QUIT when servers lose each other: "a.example b.example". */
bool in_is_split(struct span reason);
