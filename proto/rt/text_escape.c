/*
 * text_escape.c - text inside quotes: for log lines and for JSON.  Both use JSON's escapes, so that
 * one reader's eyes and tools fit both; control and hidden characters never come out raw.
 */
#include "rt/text.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { ESCAPE_MAX = 12 }; /* bytes one code point may take: two \uXXXX */

static size_t escape_u(char *dst, int32_t c)
{
	if (c < 0x10000)
		return (size_t)snprintf(dst, ESCAPE_MAX + 1, "\\u%04x", (unsigned)c);
	c -= 0x10000;
	return (size_t)snprintf(dst, ESCAPE_MAX + 1, "\\u%04x\\u%04x",
				0xd800u + (unsigned)(c >> 10), 0xdc00u + (unsigned)(c & 0x3ff));
}

static char short_escape(int32_t c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

/* Writes one code point (n bytes at p), escaped where `hide` says so or quoting needs it. */
static size_t put_point(char *dst, const char *p, size_t n, int32_t c, bool hide)
{
	char letter = short_escape(c);

	if (letter) {
		dst[0] = '\\';
		dst[1] = letter;
		return 2;
	}
	if (c < 0x20 || c == 0x7f || hide)
		return escape_u(dst, c);
	memcpy(dst, p, n);
	return n;
}

static bool is_hidden(int32_t c)
{
	utf8proc_category_t k;

	if (c < 0x80)
		return false;
	k = utf8proc_category(c);
	return k == UTF8PROC_CATEGORY_CC || k == UTF8PROC_CATEGORY_CF ||
	       k == UTF8PROC_CATEGORY_ZL || k == UTF8PROC_CATEGORY_ZP || k == UTF8PROC_CATEGORY_CN;
}

static size_t decode(struct span s, size_t at, int32_t *ret)
{
	size_t left = s.n - at > 4 ? 4 : s.n - at;
	utf8proc_ssize_t r;

	if ((unsigned char)s.p[at] < 0x80) {
		*ret = s.p[at];
		return 1;
	}
	r = utf8proc_iterate((const uint8_t *)s.p + at, (utf8proc_ssize_t)left, ret);
	return r > 0 ? (size_t)r : 0;
}

static size_t put_bad(char *dst, char byte, bool json)
{
	return (size_t)snprintf(dst, ESCAPE_MAX + 1, json ? "\\ufffd" : "\\x%02x",
				(unsigned)(unsigned char)byte);
}

size_t text_quote_to(char *dst, size_t cap, struct span s, size_t max, bool json)
{
	enum { TAIL = 32 }; /* ...(+bytes)" and the terminator */
	size_t n = 0, i = 0;

	if (cap < ESCAPE_MAX + TAIL)
		return 0;
	dst[n++] = '"';
	while (i < s.n) {
		int32_t c = 0;
		size_t len = decode(s, i, &c);

		if (i + (len ? len : 1) > max)
			break;
		if (cap - n < ESCAPE_MAX + 1 + TAIL)
			return 0;
		n += len ? put_point(dst + n, s.p + i, len, c, is_hidden(c))
			 : put_bad(dst + n, s.p[i], json);
		i += len ? len : 1;
	}
	if (i < s.n)
		n += (size_t)snprintf(dst + n, TAIL, "...(+%zu)", s.n - i);
	dst[n++] = '"';
	return n;
}

void text_quote(struct buf *out, struct span s, size_t max)
{
	size_t shown = s.n < max ? s.n : max;
	size_t cap = shown * 6 + 64;

	buf_commit(out, text_quote_to(buf_reserve(out, cap), cap, s, max, false));
}

void json_quote(struct buf *out, struct span s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n;) {
		char piece[ESCAPE_MAX + 1];
		size_t run = i, len;
		int32_t c = 0;

		while (run < s.n && s.p[run] >= 0x20 && s.p[run] < 0x7f && s.p[run] != '"' &&
		       s.p[run] != '\\')
			run++;
		buf_add(out, s.p + i, run - i);
		i = run;
		if (i == s.n)
			break;
		len = decode(s, i, &c);
		if (len)
			buf_add(out, piece, put_point(piece, s.p + i, len, c, false));
		else
			buf_adds(out, "\xef\xbf\xbd");
		i += len ? len : 1;
	}
	buf_addc(out, '"');
}

void json_member(struct buf *out, const char *key)
{
	if (out->n == 0 || buf_p(out)[out->n - 1] != '{')
		buf_addc(out, ',');
	json_quote(out, (struct span){ key, strlen(key) });
	buf_addc(out, ':');
}

void json_int(struct buf *out, int64_t v)
{
	buf_addf(out, "%lld", (long long)v);
}
