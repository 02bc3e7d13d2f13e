/*
 * canon.c - canonical JSON; see canon.h.  A reader by descent that writes what it reads; the members of
 * an object are written as they come and put in order at its end.
 */
#include "persist/canon.h"

#include <stdlib.h>
#include <string.h>

#include "rt/text.h"

/* Where a member lies in the output: its key, quoted, and all of it. */
struct member {
	size_t start, key_end, end;
};

struct canon {
	const char *p, *end;
	struct buf *out;
	int depth;
	struct member *members; /* of all open objects, innermost last */
	size_t n, cap;
};

static void skip_blanks(struct canon *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static bool eat(struct canon *c, char wanted)
{
	if (c->p == c->end || *c->p != wanted)
		return false;
	c->p++;
	return true;
}

static char letter_of(unsigned char byte)
{
	switch (byte) {
	case '"':
	case '\\':
		return (char)byte;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
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

static void put_byte(struct buf *out, unsigned char byte)
{
	const char letter = letter_of(byte);

	if (letter) {
		buf_addc(out, '\\');
		buf_addc(out, letter);
	} else if (byte < 0x20) {
		buf_addf(out, "\\u%04x", byte);
	} else {
		buf_addc(out, (char)byte);
	}
}

/* Bytes that stand for themselves. */
static size_t plain_run(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && (unsigned char)*q >= 0x20 && *q != '"' && *q != '\\')
		q++;
	return (size_t)(q - p);
}

void canon_quote(struct buf *out, struct span text)
{
	const char *p = text.p, *end = text.p + text.n;

	buf_addc(out, '"');
	while (p < end) {
		const size_t n = plain_run(p, end);
		buf_add(out, p, n);
		p += n;
		if (p < end)
			put_byte(out, (unsigned char)*p++);
	}
	buf_addc(out, '"');
}

static void put_utf8(struct buf *out, uint32_t point)
{
	if (point >= 0x10000) {
		buf_addc(out, (char)(0xf0 | point >> 18));
		buf_addc(out, (char)(0x80 | (point >> 12 & 0x3f)));
	} else if (point >= 0x800) {
		buf_addc(out, (char)(0xe0 | point >> 12));
	}
	if (point >= 0x800)
		buf_addc(out, (char)(0x80 | (point >> 6 & 0x3f)));
	else
		buf_addc(out, (char)(0xc0 | point >> 6));
	buf_addc(out, (char)(0x80 | (point & 0x3f)));
}

static bool hex4(struct canon *c, uint32_t *ret)
{
	static const char digits[] = "0123456789abcdef";

	*ret = 0;
	for (int i = 0; i < 4; i++) {
		const char *at = c->p < c->end && *c->p ? strchr(digits, *c->p | 0x20) : NULL;
		/* Setting that bit makes a digit of a few control characters. */
		if (!at || (unsigned char)*c->p < '0')
			return false;
		*ret = *ret << 4 | (uint32_t)(at - digits);
		c->p++;
	}
	return true;
}

/* The second half of a pair, if it is one. */
static bool low_half(struct canon *c, uint32_t *ret)
{
	const char *const back = c->p;

	if (eat(c, '\\') && eat(c, 'u') && hex4(c, ret) && *ret >= 0xdc00 && *ret < 0xe000)
		return true;
	c->p = back;
	return false;
}

static bool unicode_escape(struct canon *c, bool decode)
{
	uint32_t point, low;

	if (!hex4(c, &point))
		return false;
	if (point >= 0xd800 && point < 0xdc00 && low_half(c, &low)) {
		put_utf8(c->out, 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00));
	} else if (point >= 0xd800 && point < 0xe000) {
		/* Half a pair is no character; JSON allows it. */
		if (decode)
			return false;
		buf_addf(c->out, "\\u%04x", point);
	} else if (point >= 0x80) {
		put_utf8(c->out, point);
	} else if (decode) {
		buf_addc(c->out, (char)point);
	} else {
		put_byte(c->out, (unsigned char)point);
	}
	return true;
}

static bool escape(struct canon *c, bool decode)
{
	static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";

	if (c->p == c->end)
		return false;
	if (eat(c, 'u'))
		return unicode_escape(c, decode);
	const char *at = *c->p ? strchr(letters, *c->p) : NULL;
	if (!at)
		return false;
	c->p++;
	if (decode)
		buf_addc(c->out, bytes[at - letters]);
	else
		put_byte(c->out, (unsigned char)bytes[at - letters]);
	return true;
}

/* With its quotes, unless it is decoded. */
static bool string(struct canon *c, bool decode)
{
	if (!eat(c, '"'))
		return false;
	if (!decode)
		buf_addc(c->out, '"');
	for (;;) {
		const size_t n = plain_run(c->p, c->end);
		buf_add(c->out, c->p, n);
		c->p += n;
		if (eat(c, '"'))
			break;
		if (!eat(c, '\\') || !escape(c, decode))
			return false;
	}
	if (!decode)
		buf_addc(c->out, '"');
	return true;
}

static bool digits(struct canon *c)
{
	const char *const start = c->p;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9')
		c->p++;
	return c->p > start;
}

static bool number(struct canon *c)
{
	const char *const start = c->p;

	(void)eat(c, '-');
	if (!eat(c, '0') && !digits(c))
		return false;
	if (eat(c, '.') && !digits(c))
		return false;
	if (eat(c, 'e') || eat(c, 'E')) {
		if (!eat(c, '+'))
			(void)eat(c, '-');
		if (!digits(c))
			return false;
	}
	buf_add(c->out, start, (size_t)(c->p - start));
	return true;
}

static bool word(struct canon *c, const char *text)
{
	const size_t n = strlen(text);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, text, n) != 0)
		return false;
	c->p += n;
	buf_add(c->out, text, n);
	return true;
}

static bool value(struct canon *c);

static bool array(struct canon *c)
{
	buf_addc(c->out, '[');
	skip_blanks(c);
	for (bool first = true; !eat(c, ']'); first = false) {
		if (!first) {
			if (!eat(c, ','))
				return false;
			buf_addc(c->out, ',');
			skip_blanks(c);
		}
		if (!value(c))
			return false;
		skip_blanks(c);
	}
	buf_addc(c->out, ']');
	return true;
}

static void note_member(struct canon *c, struct member m)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 32;
		c->members = base_realloc(c->members, c->cap, sizeof(*c->members));
	}
	c->members[c->n++] = m;
}

/* By the bytes of the key; the same key twice stays in the order it came in. */
static int by_key(const void *a, const void *b, void *text)
{
	const struct member *x = a, *y = b;
	const char *p = text;
	/* Without the quote at its end, which some characters come before. */
	const size_t nx = x->key_end - x->start - 1, ny = y->key_end - y->start - 1;
	const int r = memcmp(p + x->start, p + y->start, nx < ny ? nx : ny);

	if (r)
		return r;
	if (nx != ny)
		return nx < ny ? -1 : 1;
	return x->start < y->start ? -1 : 1;
}

/* Members from `first` on lie behind each other, with a comma between; they are moved into their order. */
static void sort_members(struct canon *c, size_t first)
{
	struct member *m = c->members + first;
	const size_t n = c->n - first;
	bool sorted = true;

	for (size_t i = 1; i < n && sorted; i++)
		sorted = by_key(&m[i - 1], &m[i], (void *)(uintptr_t)buf_p(c->out)) < 0;
	if (sorted)
		return;
	const size_t start = m[0].start, length = m[n - 1].end - start;
	CLEANUP(base_freep) char *was = base_dup(buf_p(c->out) + start, length);
	for (size_t i = 0; i < n; i++) {
		m[i].start -= start;
		m[i].key_end -= start;
		m[i].end -= start;
	}
	qsort_r(m, n, sizeof(*m), by_key, was);
	c->out->n -= length;
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(c->out, ',');
		buf_add(c->out, was + m[i].start, m[i].end - m[i].start);
	}
}

static bool member(struct canon *c)
{
	struct member m = { .start = c->out->n };

	if (!string(c, false))
		return false;
	m.key_end = c->out->n;
	skip_blanks(c);
	if (!eat(c, ':'))
		return false;
	buf_addc(c->out, ':');
	skip_blanks(c);
	if (!value(c))
		return false;
	m.end = c->out->n;
	note_member(c, m);
	return true;
}

static bool object(struct canon *c)
{
	const size_t first = c->n;

	buf_addc(c->out, '{');
	skip_blanks(c);
	while (!eat(c, '}')) {
		if (c->n > first) {
			if (!eat(c, ','))
				return false;
			buf_addc(c->out, ',');
			skip_blanks(c);
		}
		if (!member(c))
			return false;
		skip_blanks(c);
	}
	if (c->n > first)
		sort_members(c, first);
	c->n = first;
	buf_addc(c->out, '}');
	return true;
}

static bool nested(struct canon *c, bool (*read)(struct canon *c))
{
	if (++c->depth > CANON_DEPTH)
		return false;
	c->p++;
	const bool fine = read(c);
	c->depth--;
	return fine;
}

static bool value(struct canon *c)
{
	if (c->p == c->end)
		return false;
	switch (*c->p) {
	case '{':
		return nested(c, object);
	case '[':
		return nested(c, array);
	case '"':
		return string(c, false);
	case 't':
		return word(c, "true");
	case 'f':
		return word(c, "false");
	case 'n':
		return word(c, "null");
	default:
		return number(c);
	}
}

bool canon_value(struct buf *out, struct span *in)
{
	struct canon c = { .p = in->p, .end = in->p + in->n, .out = out };
	const size_t before = out->n;
	const bool fine = value(&c);

	free(c.members);
	if (fine)
		*in = (struct span){ c.p, (size_t)(c.end - c.p) };
	else
		out->n = before;
	return fine;
}

bool canon_json(struct buf *out, struct span text)
{
	const size_t before = out->n;
	struct canon c = { .p = text.p, .end = text.p + text.n };

	if (!text_is_utf8(text))
		return false;
	skip_blanks(&c);
	struct span in = { c.p, (size_t)(c.end - c.p) };
	if (!canon_value(out, &in))
		return false;
	c.p = in.p;
	skip_blanks(&c);
	if (c.p != c.end)
		out->n = before;
	return c.p == c.end;
}

bool canon_string(struct buf *out, struct span *in)
{
	struct canon c = { .p = in->p, .end = in->p + in->n, .out = out };
	const size_t before = out->n;
	const bool fine = string(&c, true);

	if (fine)
		*in = (struct span){ c.p, (size_t)(c.end - c.p) };
	else
		out->n = before;
	return fine;
}
