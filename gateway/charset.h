/*
 * charset.h - character sets at the edge: inside Mudlark all text is UTF-8.
 *
 * In: bytes of a client become UTF-8; unless another set was agreed on, what is not valid UTF-8 is taken
 * for Latin-1.  Out: a client that has no UTF-8 gets its own set, with the nearest spelling of what
 * that lacks ("ß" becomes "ss", "e with acute" becomes "e", a dash becomes "-", and what has no
 * spelling becomes "?").
 *
 * CP437, GBK and Big5 are glibc's iconv.  It loads a file for each when it is first used and keeps that
 * as long as somebody has it open; a process that gives up opening files has them open before
 * (charset_warm).  Where a set is missing it behaves like ASCII.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

/* The best for a client that offers several comes first. */
enum charset {
	CHARSET_UTF8,
	CHARSET_GBK,
	CHARSET_BIG5,
	CHARSET_CP437,
	CHARSET_LATIN1,
	CHARSET_ASCII,
	CHARSETS,
};

/* By its IANA name, any case; -1: not one of ours. */
int charset_of(struct span name);
/* The name clients know it by. */
const char *charset_name(enum charset set);
/* Appends valid UTF-8. from CHARSET_UTF8 and CHARSET_ASCII: UTF-8 if valid, else Latin-1. */
void charset_decode(struct buf *out, struct span bytes, enum charset from);
/* Appends valid UTF-8 s, still as UTF-8, with nothing in it that `to` lacks. */
void charset_reduce(struct buf *out, struct span s, enum charset to);
/* Appends s, which is reduced to `to`, in the bytes of that character set. */
void charset_pack(struct buf *out, struct span s, enum charset to);
/* Both. */
void charset_encode(struct buf *out, struct span s, enum charset to);

struct charset_warm {
	void *to[CHARSETS], *from[CHARSETS]; /* iconv_t; NULL: none */
};

/* Has every set of iconv ready until charset_cool(). The number of those that are missing. */
int charset_warm(struct charset_warm *ret);
void charset_cool(struct charset_warm *w);
