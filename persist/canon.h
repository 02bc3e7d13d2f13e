/*
 * canon.h - one text for one JSON value: no blanks, members in the order of their keys' bytes, each
 * character escaped only where JSON wants it.  Numbers stay as they were written, so nothing is lost
 * and no library's way of printing them is in it.  Never longer than what it is made of.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum { CANON_DEPTH = 2048 }; /* as deep as a document may be (jansson's bound) */

/* Appends the canonical form of the value that is all of `text`. False, and nothing is appended: it is not
 * JSON (RFC 8259) in UTF-8, or too deep. */
bool canon_json(struct buf *out, struct span text) MUST_USE;
/* The same for the value at the beginning of *in, which is advanced past it; no blanks before it. */
bool canon_value(struct buf *out, struct span *in) MUST_USE;
/* The string at the beginning of *in, decoded; false also for one that is half a surrogate pair. */
bool canon_string(struct buf *out, struct span *in) MUST_USE;
/* Appends valid UTF-8, which may hold NUL, as a string. (json_quote() writes what is safe to be seen, which may
 * be longer than what it was read from.) */
void canon_quote(struct buf *out, struct span text);
