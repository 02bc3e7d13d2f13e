/*
 * clean.h - text of strangers on its way out and in: harmless, of the right length, whole characters.
 *
 * In: anything at all becomes what the game takes (valid UTF-8, NFC, no control, bidi, zero-width or tag characters, at
 * most four combining marks on one base: text_clean()), with line ends as spaces.  Out: what the game
 * holds, cut into pieces that fit.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* Appends. Bytes that are no UTF-8 are taken for Windows-1252 as a whole when `repair`, else become U+FFFD. Line ends and
 * tabs become one space; trimmed. */
void clean_line(struct buf *out, struct span s, bool repair);
/* The same for a text of several lines: \n stays, at most `max_lines`, no more than one empty line in a row. */
void clean_text(struct buf *out, struct span s, size_t max_lines);
/* A name to be shown: clean, no spaces at its ends, no "@", "_" for what stands around names (rt/outname.h), at most
 * `columns`; "somebody" when nothing is left. */
void clean_name(struct buf *out, struct span s, size_t columns);
/* The same as one word: for a name within a text that says something of who is called so. */
void clean_nick(struct buf *out, struct span s, size_t columns);

/* Splits off the next piece of at most `max` bytes at a grapheme border, at a space where there is one in the last third;
 * spaces at the border go. Empty: there is no more. A grapheme longer than max is cut between code points. */
struct span clean_piece(struct span *rest, size_t max);

/* Bidi, zero-width and the like are gone already; this tells whether a text has anything that a person reads. */
bool clean_is_blank(struct span s);
