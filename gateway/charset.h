/*
 * charset.h - character sets at the edge: inside Mudlark all text is UTF-8.
 *
 * In: bytes of a client become UTF-8; what is not valid UTF-8 is taken for Latin-1.  Out: a client
 * that has no UTF-8 gets Latin-1 or ASCII, with the nearest spelling of what these lack ("ß"
 * becomes "ss", "e with acute" becomes "e", a dash becomes "-", and what has no spelling becomes
 * "?").
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum charset { CHARSET_UTF8, CHARSET_LATIN1, CHARSET_ASCII };

/* By its IANA name, any case; -1: not one of ours. */
int charset_of(struct span name);
/* Appends valid UTF-8. from CHARSET_LATIN1: every byte is a character; otherwise as above. */
void charset_decode(struct buf *out, struct span bytes, enum charset from);
/* Appends valid UTF-8 s, still as UTF-8, with nothing in it that `to` lacks. */
void charset_reduce(struct buf *out, struct span s, enum charset to);
/* Appends s, reduced to `to`, in the bytes of that character set. */
void charset_encode(struct buf *out, struct span s, enum charset to);
