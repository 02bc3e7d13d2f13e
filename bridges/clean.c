/*
 * clean.c - see clean.h.
 *
 * The harmless part is text_clean()'s; before it comes what that would lose: bytes of another encoding, and ends of
 * lines, which are to be spaces.
 */
#include "bridges/clean.h"

#include <string.h>
#include <utf8proc.h>

#include "rt/outname.h"
#include "rt/text.h"

/* 0x80 to 0x9f of Windows-1252; 0: nothing. What is above is Latin-1. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0,	0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,	0x017d, 0,	0,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,	0x017e, 0x0178,
};

static void add_point(struct buf *out, int32_t c)
{
	char *p = buf_reserve(out, 4);

	buf_commit(out, (size_t)utf8proc_encode_char(c, (uint8_t *)p));
}

static void from_windows_1252(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		const unsigned char c = (unsigned char)s.p[i];

		if (c < 0x80)
			buf_addc(out, s.p[i]);
		else if (c >= 0xa0)
			add_point(out, c);
		else
			add_point(out, windows_1252[c - 0x80] ? windows_1252[c - 0x80] : 0xfffd);
	}
}

/* Without the beginning of a character at its end. */
static struct span whole(struct span s)
{
	size_t back = 1;

	while (back < 4 && back < s.n && ((unsigned char)s.p[s.n - back] & 0xc0) == 0x80)
		back++;
	if (s.n < back || (unsigned char)s.p[s.n - back] < 0xc2)
		return s;
	return (struct span){ s.p, s.n - back };
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static void drop_nul(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\0')
			buf_addc(out, s.p[i]);
}

/* UTF-8, or what it was meant to be. A line that somebody cut within a character has only lost its end; one whose
 * only strange byte is the last is more likely of the other encoding. */
static void decode(struct buf *out, struct span s, bool repair)
{
	struct buf solid = { 0 };
	struct span kept;

	drop_nul(&solid, s);
	kept = buf_span(&solid);
	if (repair && !text_is_utf8(kept)) {
		const struct span cut = whole(kept);

		if (text_is_utf8(cut) && !is_ascii(cut))
			buf_add(out, cut.p, cut.n);
		else
			from_windows_1252(out, kept);
	} else {
		buf_add(out, kept.p, kept.n);
	}
	buf_done(&solid);
}

/* Length of the end of a line at the start of s; 0: there is none. \r\n is one. */
static size_t line_end(struct span s)
{
	static const char *const ends[] = { "\r\n", "\n",	"\r",		"\v",
					    "\f",   "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (s.n >= strlen(ends[i]) && memcmp(s.p, ends[i], strlen(ends[i])) == 0)
			return strlen(ends[i]);
	return 0;
}

static struct span from(struct span s, size_t n)
{
	return (struct span){ s.p + n, s.n - n };
}

/* A run of ends of lines and tabs is one space. */
static void flatten(struct buf *out, struct span s)
{
	bool in_run = false;

	while (s.n > 0) {
		size_t n = line_end(s);

		n = n ? n : s.p[0] == '\t';
		if (n && !in_run)
			buf_addc(out, ' ');
		else if (!n)
			buf_addc(out, s.p[0]);
		in_run = n > 0;
		s = from(s, n ? n : 1);
	}
}

/* UTF-8, nearly, in; a clean line out. */
static void add_line(struct buf *out, struct span s)
{
	struct buf flat = { 0 }, clean = { 0 };
	struct span line;

	flatten(&flat, s);
	text_clean(&clean, buf_span(&flat));
	line = text_trim(buf_span(&clean));
	buf_add(out, line.p, line.n);
	buf_done(&flat);
	buf_done(&clean);
}

void clean_line(struct buf *out, struct span s, bool repair)
{
	struct buf text = { 0 };

	decode(&text, s, repair);
	add_line(out, buf_span(&text));
	buf_done(&text);
}

static struct span next_line(struct span *rest)
{
	size_t n = 0, end = 0;
	struct span line;

	while (n < rest->n && !(end = line_end(from(*rest, n))))
		n++;
	line = (struct span){ rest->p, n };
	*rest = from(*rest, n + end);
	return line;
}

void clean_text(struct buf *out, struct span s, size_t max_lines)
{
	struct buf text = { 0 };
	struct span rest;
	size_t lines = 0;
	bool gap = false;

	decode(&text, s, false);
	rest = buf_span(&text);
	while (rest.n > 0 && lines < max_lines) {
		struct buf line = { 0 };

		add_line(&line, next_line(&rest));
		if (line.n == 0) {
			gap = true;
		} else if (lines + (lines > 0 && gap) < max_lines) {
			if (lines > 0)
				buf_adds(out, gap ? "\n\n" : "\n");
			buf_add(out, buf_p(&line), line.n);
			lines += lines > 0 && gap ? 2 : 1;
			gap = false;
		} else {
			lines = max_lines;
		}
		buf_done(&line);
	}
	buf_done(&text);
}

static int32_t next_point(struct span *s)
{
	int32_t c = 0xfffd;
	const size_t most = s->n < 4 ? s->n : 4;
	const utf8proc_ssize_t n =
		utf8proc_iterate((const uint8_t *)s->p, (utf8proc_ssize_t)most, &c);

	*s = from(*s, n > 0 ? (size_t)n : 1);
	return n > 0 ? c : 0xfffd;
}

static bool is_space(int32_t c)
{
	/* A pattern of Braille without dots is drawn as nothing. */
	return c == ' ' || c == '\n' || c == 0x2800 || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS;
}

static bool is_at(int32_t c)
{
	return c == '@' || c == 0xff20 || c == 0xfe6b;
}

/* Without "@" and what looks like it, one ordinary space for each run of them. */
static void add_plain(struct buf *out, struct span s)
{
	bool gap = false;

	while (s.n > 0) {
		const int32_t c = next_point(&s);

		if (is_at(c))
			continue;
		if (!is_space(c)) {
			if (gap && out->n > 0)
				buf_addc(out, ' ');
			add_point(out, c);
		}
		gap = is_space(c);
	}
}

static void add_name(struct buf *out, struct span s, size_t columns, bool spaced)
{
	enum { COLUMN_BYTES = 24 };
	struct buf line = { 0 }, plain = { 0 }, safe = { 0 };
	struct span name;

	clean_line(&line, s, true);
	add_plain(&plain, buf_span(&line));
	outname_add(&safe, buf_span(&plain), spaced);
	name = buf_span(&safe);
	name.n = text_cut(name, columns * COLUMN_BYTES);
	while (text_columns(name) > columns)
		name.n = text_cut(name, name.n - 1);
	name = text_trim(name);
	if (clean_is_blank(name))
		name = SPAN("somebody");
	buf_add(out, name.p, name.n);
	buf_done(&line);
	buf_done(&plain);
	buf_done(&safe);
}

void clean_name(struct buf *out, struct span s, size_t columns)
{
	add_name(out, s, columns, true);
}

void clean_nick(struct buf *out, struct span s, size_t columns)
{
	add_name(out, s, columns, false);
}

/* At most n bytes of s, and at least one, up to the border of a code point. */
static size_t point_cut(struct span s, size_t n)
{
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		return n;
	for (n = 1; n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
		n++;
	return n;
}

/* Where a piece of at most n bytes had better end: behind a word of its last third. */
static size_t word_cut(struct span s, size_t n)
{
	const size_t least = n - n / 3;

	for (size_t i = n; i > 0 && i >= least; i--)
		if (s.p[i] == ' ' && text_cut(s, i + 1) == i + 1)
			return i;
	return n;
}

struct span clean_piece(struct span *rest, size_t max)
{
	struct span piece;
	size_t n;

	*rest = text_trim(*rest);
	n = text_cut(*rest, max);
	if (n < rest->n)
		n = n > 0 ? word_cut(*rest, n) : point_cut(*rest, max);
	piece = text_trim((struct span){ rest->p, n });
	*rest = text_trim(from(*rest, n));
	return piece;
}

bool clean_is_blank(struct span s)
{
	while (s.n > 0) {
		const int32_t c = next_point(&s);
		const utf8proc_category_t k = utf8proc_category(c);
		const bool is_mark = k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_ME;

		if (!is_space(c) && !is_mark)
			return false;
	}
	return true;
}
