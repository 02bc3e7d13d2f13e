/*
 * encoding.c - see encoding.h.
 *
 *	HEAD   the first bytes are kept until the XML declaration is whole, or there can be none
 *	GUESS  ASCII goes through; what comes from the first other byte on is kept until there is enough to see whether the label is right
 *	FLOW   everything goes through iconv; a character that is cut by the end of a piece waits for the next one
 */
#include "bridges/rss/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "bridges/rss/charsets.h"
#include "rt/buf.h"

enum {
	HEAD_MAX = 1024,
	WINDOW_MAX = 4096,
	CARRY_MAX = 16, /* of a character that is cut */
	JOINED = CARRY_MAX * 2,
	LABEL_MAX = 64,
	SURE_SINGLE =
		3, /* characters of UTF-8 that are no accident in the bytes of another encoding */
	SURE_MULTI = 8,
};

enum stage { HEAD, GUESS, FLOW, FAILED };

struct encoding {
	void (*text)(void *ctx, struct span utf8);
	void *ctx;
	enum stage stage;
	char header[LABEL_MAX], declared[LABEL_MAX]; /* labels; empty: none */
	char unknown[LABEL_MAX];
	const struct charset *set, *other; /* what it is, and what it is when its bytes are not */
	struct buf kept;		   /* of HEAD and GUESS */
	iconv_t cd;
	bool open, begun;
	char carry[CARRY_MAX];
	size_t n_carry;
	unsigned lines_dropped;
};

struct mark {
	const char *bytes;
	size_t n, drop;
	const char *label;
};

/* Those of four bytes stand before those of two that they begin with. */
static const struct mark marks[] = {
	{ "\xff\xfe\0\0", 4, 4, "utf32le" }, { "\0\0\xfe\xff", 4, 4, "utf32be" },
	{ "\xef\xbb\xbf", 3, 3, "utf8" },    { "\xfe\xff", 2, 2, "utf16be" },
	{ "\xff\xfe", 2, 2, "utf16le" },     { "\0\0\0<", 4, 0, "utf32be" },
	{ "<\0\0\0", 4, 0, "utf32le" },	     { "\0<\0", 3, 0, "utf16be" },
	{ "<\0", 2, 0, "utf16le" },	     { "\0\n\0", 3, 0, "utf16be" },
	{ "\n\0", 2, 0, "utf16le" },	     { "\0 \0", 3, 0, "utf16be" },
	{ " \0", 2, 0, "utf16le" },
};

/* Labels */

static void keep_label(char dst[LABEL_MAX], struct span label)
{
	const size_t n = label.n < LABEL_MAX ? label.n : LABEL_MAX - 1;

	if (n)
		memcpy(dst, label.p, n);
	dst[n] = '\0';
}

/* What stands behind NAME, = and perhaps a quote; empty: nothing does. */
static struct span value_of(struct span s, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i + len < s.n; i++) {
		const char *p = s.p + i + len, *end = s.p + s.n, *start;

		if (strncasecmp(s.p + i, name, len) != 0)
			continue;
		while (p < end && strchr(" \t\r\n", *p))
			p++;
		if (p == end || *p != '=')
			continue;
		p++;
		while (p < end && strchr(" \t\r\n\"'", *p))
			p++;
		for (start = p; p < end && !strchr(" \t\r\n\"';?>", *p);)
			p++;
		return (struct span){ start, (size_t)(p - start) };
	}
	return (struct span){ 0 };
}

static struct span without_space(struct span s)
{
	while (s.n && strchr(" \t\r\n", *s.p) && *s.p)
		s = (struct span){ s.p + 1, s.n - 1 };
	return s;
}

static bool begins(struct span s, const char *text)
{
	const size_t n = strlen(text);

	return s.n >= n && memcmp(s.p, text, n) == 0;
}

/* What comes out */

/* XML has no characters below U+0020 but three, and neither U+FFFE nor U+FFFF. Whole characters. */
static void make_harmless(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)p[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			p[i] = ' ';
		else if (c == 0xef && i + 2 < n && (unsigned char)p[i + 1] == 0xbf &&
			 (unsigned char)p[i + 2] >= 0xbe)
			p[i + 2] = (char)0xbd;
	}
}

static void emit(struct encoding *e, char *p, size_t n)
{
	make_harmless(p, n);
	while (!e->begun && n) {
		if (!strchr(" \t\r\n", *p) && !(n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)) {
			e->begun = true;
			break;
		}
		e->lines_dropped += *p == '\n';
		n -= *p == '\xef' ? 3 : 1;
		p += *p == '\xef' ? 3 : 1;
	}
	if (n)
		e->text(e->ctx, (struct span){ p, n });
}

static void emit_bad(struct encoding *e)
{
	char bad[] = "\xef\xbf\xbd";

	emit(e, bad, sizeof(bad) - 1);
}

/* FLOW */

static size_t unit_of(const struct encoding *e)
{
	if (e->set->kind != CHARSET_WIDE)
		return 1;
	return strstr(e->set->iconv, "32") ? 4 : 2;
}

/* How many bytes were taken; what is left is the beginning of a character. */
static size_t convert_whole(struct encoding *e, const char *p, size_t n)
{
	char out[2048];
	const size_t unit = unit_of(e);
	char *in = (char *)(uintptr_t)p; /* iconv does not write there */
	size_t left = n;

	while (left) {
		char *to = out;
		size_t room = sizeof(out);
		const size_t r = iconv(e->cd, &in, &left, &to, &room);
		const int error = r == (size_t)-1 ? errno : 0;

		emit(e, out, sizeof(out) - room);
		if (error == EINVAL)
			break;
		if (error == EILSEQ) {
			const size_t skip = left < unit ? left : unit;

			emit_bad(e);
			in += skip;
			left -= skip;
		}
	}
	return n - left;
}

static void convert(struct encoding *e, struct span s)
{
	size_t taken;

	while (e->n_carry && s.n) {
		char joined[JOINED];
		const size_t more = s.n < CARRY_MAX ? s.n : CARRY_MAX, had = e->n_carry;

		memcpy(joined, e->carry, had);
		memcpy(joined + had, s.p, more);
		taken = convert_whole(e, joined, had + more);
		if (taken >= had) {
			e->n_carry = 0;
			s = (struct span){ s.p + (taken - had), s.n - (taken - had) };
		} else {
			/* Part of it was wrong, and the rest is the beginning of a character still. */
			e->n_carry = had + more - taken;
			if (e->n_carry > CARRY_MAX)
				e->n_carry = CARRY_MAX;
			memcpy(e->carry, joined + taken, e->n_carry);
			s = (struct span){ s.p + more, s.n - more };
		}
	}
	taken = convert_whole(e, s.p, s.n);
	if (taken == s.n)
		return;
	e->n_carry = s.n - taken < CARRY_MAX ? s.n - taken : CARRY_MAX;
	memcpy(e->carry, s.p + taken, e->n_carry);
}

static int begin_flow(struct encoding *e, const struct charset *set)
{
	e->set = set;
	e->cd = iconv_open("UTF-8", set->iconv);
	e->open = e->cd != (iconv_t)-1;
	e->stage = e->open ? FLOW : FAILED;
	if (!e->open)
		keep_label(e->unknown, (struct span){ set->iconv, strlen(set->iconv) });
	return e->open ? 0 : 1;
}

/* GUESS */

struct tally {
	size_t valid, wrong;
};

/* Bytes of the character of UTF-8 at p; 0: there is none; more than n: it is cut. */
static size_t character_at(const unsigned char *p, size_t n)
{
	const size_t len = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;

	if (*p < 0xc2 || *p > 0xf4)
		return 0;
	for (size_t i = 1; i < len && i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static struct tally count(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	struct tally t = { 0 };

	for (size_t i = 0; i < s.n;) {
		const size_t len = p[i] < 0x80 ? 1 : character_at(p + i, s.n - i);

		if (len > s.n - i)
			break;
		t.valid += len > 1;
		t.wrong += len == 0;
		i += len ? len : 1;
	}
	return t;
}

static const struct charset *guessed(const struct encoding *e)
{
	const struct span kept = buf_span(&e->kept);
	const struct tally t =
		count((struct span){ kept.p, kept.n < WINDOW_MAX ? kept.n : WINDOW_MAX });

	if (e->set->kind == CHARSET_UTF8)
		return t.wrong == 0 || t.valid > t.wrong ? e->set : e->other;
	if (t.wrong == 0 && t.valid >= (e->set->kind == CHARSET_SINGLE ? SURE_SINGLE : SURE_MULTI))
		return e->other;
	return e->set;
}

static int decide(struct encoding *e)
{
	const struct charset *set = guessed(e);
	struct buf kept = e->kept;

	e->kept = (struct buf){ 0 };
	if (!set) {
		e->stage = FAILED;
	} else if (begin_flow(e, set) == 0) {
		convert(e, buf_span(&kept));
	}
	buf_done(&kept);
	return e->stage == FAILED;
}

static int guess(struct encoding *e, struct span s)
{
	size_t ascii = 0;

	while (e->kept.n == 0 && ascii < s.n && !(s.p[ascii] & 0x80))
		ascii++;
	for (size_t at = 0; at < ascii;) {
		char piece[2048];
		const size_t n = ascii - at < sizeof(piece) ? ascii - at : sizeof(piece);

		memcpy(piece, s.p + at, n);
		emit(e, piece, n);
		at += n;
	}
	buf_add(&e->kept, s.p + ascii, s.n - ascii);
	return e->kept.n >= WINDOW_MAX ? decide(e) : 0;
}

/* HEAD */

static const struct mark *mark_of(struct span s)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (s.n >= marks[i].n && memcmp(s.p, marks[i].bytes, marks[i].n) == 0)
			return &marks[i];
	return NULL;
}

/* A label that can be true: the bytes are not those of a wide encoding. */
static const struct charset *believable(struct encoding *e, const char *label)
{
	const struct charset *set = charset_of((struct span){ label, strlen(label) });

	if (*label && !set && !*e->unknown)
		keep_label(e->unknown, (struct span){ label, strlen(label) });
	return set && set->kind != CHARSET_WIDE ? set : NULL;
}

static void weigh(struct encoding *e)
{
	const struct charset *header = believable(e, e->header);
	const struct charset *declared = believable(e, e->declared);
	const struct charset *utf8 = charset_of(SPAN("utf8"));

	e->set = header ? header : declared ? declared : utf8;
	if (e->set->kind != CHARSET_UTF8)
		e->other = utf8;
	else if (declared && declared->kind != CHARSET_UTF8)
		e->other = declared;
	else
		e->other = *e->unknown ? NULL : charset_of(SPAN("windows1252"));
}

static bool head_is_whole(struct span s)
{
	const struct span text = without_space(s);

	if (s.n < 4)
		return false;
	if (s.n >= HEAD_MAX || mark_of(s))
		return true;
	return text.n >= 5 && (!begins(text, "<?xml") || memchr(text.p, '>', text.n));
}

/* The first bytes say what there is to say. */
static int leave_head(struct encoding *e)
{
	struct buf kept = e->kept;
	struct span s = buf_span(&kept);
	const struct mark *m = mark_of(s);
	int r;

	e->kept = (struct buf){ 0 };
	if (m) {
		s = (struct span){ s.p + m->drop, s.n - m->drop };
		r = begin_flow(e, charset_of((struct span){ m->label, strlen(m->label) }));
		if (r == 0)
			convert(e, s);
	} else {
		const struct span text =
			without_space((struct span){ s.p, s.n < HEAD_MAX ? s.n : HEAD_MAX });
		const char *end = begins(text, "<?xml") ? memchr(text.p, '>', text.n) : NULL;

		if (end)
			keep_label(e->declared,
				   value_of((struct span){ text.p, (size_t)(end - text.p) },
					    "encoding"));
		weigh(e);
		e->stage = GUESS;
		r = e->set->kind == CHARSET_STATEFUL ? decide(e) : 0;
		if (r == 0)
			r = encoding_feed(e, s);
	}
	buf_done(&kept);
	return r;
}

struct encoding *encoding_new(struct span content_type, void (*text)(void *ctx, struct span utf8),
			      void *ctx)
{
	struct encoding *e = base_alloc(1, sizeof(*e));

	e->text = text;
	e->ctx = ctx;
	keep_label(e->header, value_of(content_type, "charset"));
	return e;
}

void encoding_free(struct encoding *e)
{
	if (!e)
		return;
	if (e->open)
		iconv_close(e->cd);
	buf_done(&e->kept);
	free(e);
}

void encoding_freep(struct encoding **e)
{
	encoding_free(*e);
}

int encoding_feed(struct encoding *e, struct span bytes)
{
	if (bytes.n == 0)
		return e->stage == FAILED;
	switch (e->stage) {
	case HEAD:
		buf_add(&e->kept, bytes.p, bytes.n);
		return head_is_whole(buf_span(&e->kept)) ? leave_head(e) : 0;
	case GUESS:
		return guess(e, bytes);
	case FLOW:
		convert(e, bytes);
		return 0;
	case FAILED:
		break;
	}
	return 1;
}

int encoding_end(struct encoding *e)
{
	char out[64], *to = out;
	size_t room = sizeof(out);

	if (e->stage == HEAD && leave_head(e) != 0)
		return 1;
	if (e->stage == GUESS && decide(e) != 0)
		return 1;
	if (e->stage == FAILED)
		return 1;
	if (e->n_carry)
		emit_bad(e);
	e->n_carry = 0;
	iconv(e->cd, NULL, NULL, &to, &room); /* what BIG5-HKSCS holds back */
	emit(e, out, sizeof(out) - room);
	return 0;
}

const char *encoding_name(const struct encoding *e)
{
	if (e->stage == FAILED)
		return e->unknown;
	return e->stage == FLOW ? e->set->iconv : NULL;
}

unsigned encoding_lines_dropped(const struct encoding *e)
{
	return e->lines_dropped;
}
