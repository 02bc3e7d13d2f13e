/*
 * charsets.h - the labels of encodings that feeds use, and what each is really read as: as browsers do, the widest
 * encoding that goes by the name (GB 18030 for gb2312, windows-1252 for ISO-8859-1).
 */
#pragma once

#include "rt/base.h"

enum charset_kind {
	CHARSET_UTF8,
	CHARSET_SINGLE,	  /* one byte each, ASCII below 0x80 */
	CHARSET_MULTI,	  /* several, ASCII stands for itself where a character begins */
	CHARSET_STATEFUL, /* ISO-2022: nothing stands for itself */
	CHARSET_WIDE,	  /* two bytes or four */
};

struct charset {
	const char *label; /* small letters and digits alone */
	const char *iconv;
	enum charset_kind kind;
};

/* NULL: it is not known. */
const struct charset *charset_of(struct span label);
