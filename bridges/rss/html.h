/*
 * html.h - the text of a piece of HTML, for a place that has only lines.
 *
 * Tags go; what is in script, style and the like goes with them, as do comments.  Blocks begin lines, items of lists have a
 * dash or their number, links are their text, pictures their `alt` in brackets; &entities; become what they
 * stand for, also those that somebody escaped once too often.  It never fails: what is no markup is text.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { HTML_ENTITY_MAX = 32 };

/* Appends at most `max` bytes, whole characters. Lines by \n, no spaces at their ends, no more than one empty line in a row, none at
 * the ends. Not cleaned (clean_text() does that); no tag is left that was one. */
void html_text(struct buf *out, struct span html, size_t max);
/* The character of a named entity, "eacute"; 0: it is not known. */
uint32_t html_entity(struct span name);
/* UTF-8 of a character of a reference: as browsers take it, &#150; is of windows-1252. */
size_t html_utf8(uint32_t c, char ret[4]);
