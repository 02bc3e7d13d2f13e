/*
 * escape.h - text of the game as Discord shows it letter by letter: no markup, no mention, no masked link, no
 * invitation.  Names as Discord takes them for a webhook.
 *
 * What comes in is clean (text.h); what goes out may be longer: at most ESCAPE_GROWTH times as long.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum {
	ESCAPE_GROWTH = 5,
	ESCAPE_NAME = 80, /* code units of UTF-16, as Discord counts */
};

/* Appends `s`, which may have \n in it. */
void escape_text(struct buf *out, struct span s);
/* Appends a username for a webhook: 1 to 80 characters, none of the words and characters that Discord refuses. */
void escape_name(struct buf *out, struct span name);
/* How many characters Discord counts: code units of UTF-16, which is never less than it counts. */
size_t escape_units(struct span s);
/* Splits off the next piece of clean text that has, once escaped, at most `units`; as clean_piece(). */
struct span escape_piece(struct span *rest, size_t units);
/* An address for the picture of a speaker: {name} and {hash} of `pattern` filled in; pattern "": one of the
 * six faces that Discord has for who shows none. */
void escape_avatar(struct buf *out, const char *pattern, struct span name);
