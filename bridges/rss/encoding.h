/*
 * encoding.h - what a document is written in, and UTF-8 of it, piece by piece.
 *
 * In order of precedence, as RFC 7303 has it: a byte order mark; bytes that can be nothing but UTF-16 or UTF-32; the charset of the HTTP
 * header; the XML declaration; UTF-8 (also for text/xml).  Labels that are certainly wrong are passed over: what is said to be UTF-8 and
 * mostly is not is what the declaration says, or windows-1252; what is said to be something
 * else and has several characters of valid UTF-8 and nothing else is UTF-8.  The first 4 KiB from the first character
 * on that is not ASCII decide.
 *
 * What comes out is valid UTF-8 of characters that XML allows: wrong bytes become U+FFFD, controls become spaces.  White
 * space and a mark in front of the document are dropped.
 */
#pragma once

#include "rt/base.h"

struct encoding;

/* `content_type` as in the header; may be empty. */
struct encoding *encoding_new(struct span content_type, void (*text)(void *ctx, struct span utf8),
			      void *ctx);
void encoding_free(struct encoding *e);
void encoding_freep(struct encoding **e);
/* 0; 1: it is in an encoding that is not known here, encoding_name(). Nothing more comes then. */
int encoding_feed(struct encoding *e, struct span bytes) MUST_USE;
int encoding_end(struct encoding *e) MUST_USE;
/* What was decided, as iconv calls it; the label where it is not known; NULL: not yet. */
const char *encoding_name(const struct encoding *e);
/* Lines in front of the document that were dropped. */
unsigned encoding_lines_dropped(const struct encoding *e);
