/*
 * harmless.h - may these bytes be sent to a terminal?  What a renderer lets out is CR LF, colours (SGR), a
 * doubled IAC, printable text in the client's character set; and for who reads MXP text in which
 * nothing is a tag but ours, each made secure by itself.
 */
#pragma once

#include <string.h>
#include "gateway/markup.h"
#include "rt/text.h"

static inline bool begins_with(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Length of an SGR sequence at the front; 0: it is none. */
static inline size_t harmless_sgr(struct span s)
{
	size_t n = 2;

	if (!begins_with(s, "\033["))
		return 0;
	while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == ';'))
		n++;
	return n < s.n && s.p[n] == 'm' ? n + 1 : 0;
}

/* Length of one of our own tags at the front; 0: it is none. */
static inline size_t harmless_tag(struct span s)
{
	static const char begin[] = "\033[4z<SEND href=\"", end[] = "\033[4z</SEND>";
	size_t n = sizeof(begin) - 1;

	if (begins_with(s, end))
		return sizeof(end) - 1;
	if (!begins_with(s, begin))
		return 0;
	while (n < s.n && (uint8_t)s.p[n] >= 0x20 && !strchr("\"<>|\177", s.p[n]))
		n++;
	return n + 1 < s.n && s.p[n] == '"' && s.p[n + 1] == '>' ? n + 2 : 0;
}

static inline size_t harmless_entity(struct span s)
{
	return begins_with(s, "&lt;") || begins_with(s, "&gt;") ? 4
	       : begins_with(s, "&amp;")			? 5
								: 0;
}

static inline size_t harmless_escape(struct span s, struct markup_kind kind)
{
	size_t n = kind.colour != COLOUR_NONE ? harmless_sgr(s) : 0;

	return n > 0 || !kind.mxp ? n : harmless_tag(s);
}

/* Bytes of what may leave; 0: it may not. */
static inline size_t harmless_at(struct span s, struct markup_kind kind)
{
	uint8_t c = (uint8_t)s.p[0];

	if (c == '\r')
		return begins_with(s, "\r\n") ? 2 : 0;
	if (c == 0xff)
		return begins_with(s, "\xff\xff") && kind.charset != CHARSET_UTF8 ? 2 : 0;
	if (c == 0x1b)
		return harmless_escape(s, kind);
	if (kind.mxp && (c == '<' || c == '>'))
		return 0;
	if (kind.mxp && c == '&')
		return harmless_entity(s);
	if (c < 0x20 || c == 0x7f || (c >= 0x80 && kind.charset == CHARSET_ASCII))
		return 0;
	if (c >= 0x81 && (kind.charset == CHARSET_GBK || kind.charset == CHARSET_BIG5))
		return s.n > 1 && (uint8_t)s.p[1] >= 0x40 && (uint8_t)s.p[1] != 0x7f ? 2 : 0;
	return c >= 0x80 && c < 0xa0 && kind.charset == CHARSET_LATIN1 ? 0 : 1;
}

static inline bool is_harmless(struct span s, struct markup_kind kind)
{
	bool good = kind.charset != CHARSET_UTF8 || text_is_utf8(s);

	while (good && s.n > 0) {
		size_t n = harmless_at(s, kind);

		good = n > 0;
		s = (struct span){ s.p + n, s.n - n };
	}
	return good;
}
