/*
 * charset.c - see charset.h.  A character that a set lacks is looked up in `spellings`; if it is
 * not there, it is taken apart (NFKD) and its base letters are used.
 */
#include "gateway/charset.h"

#include <string.h>
#include <utf8proc.h>
#include "rt/text.h"

/* clang-format off */
struct name_row {
	const char *name;
	enum charset set;
};

static const struct name_row names[] = {
	{ "UTF-8",          CHARSET_UTF8 },   { "UTF8",           CHARSET_UTF8 },
	{ "ISO-8859-1",     CHARSET_LATIN1 }, { "ISO_8859-1",     CHARSET_LATIN1 },
	{ "LATIN1",         CHARSET_LATIN1 }, { "LATIN-1",        CHARSET_LATIN1 },
	{ "ISO-8859-15",    CHARSET_LATIN1 }, { "WINDOWS-1252",   CHARSET_LATIN1 },
	{ "US-ASCII",       CHARSET_ASCII },  { "ASCII",          CHARSET_ASCII },
	{ "ANSI_X3.4-1968", CHARSET_ASCII },
};
/* clang-format on */

/* clang-format off */
struct spelling_row {
	int32_t point;
	const char *text;
};

static const struct spelling_row spellings[] = {
	{ 0xa1,   "!" },    { 0xab,   "<<" },   { 0xad,   "-" },    { 0xb7,   "." },
	{ 0xbb,   ">>" },   { 0xbc,   "1/4" },  { 0xbd,   "1/2" },  { 0xbe,   "3/4" },
	{ 0xbf,   "?" },    { 0xc4,   "Ae" },   { 0xc6,   "AE" },   { 0xd0,   "D" },
	{ 0xd6,   "Oe" },   { 0xd7,   "x" },    { 0xd8,   "O" },    { 0xdc,   "Ue" },
	{ 0xde,   "Th" },   { 0xdf,   "ss" },   { 0xe4,   "ae" },   { 0xe6,   "ae" },
	{ 0xf0,   "d" },    { 0xf6,   "oe" },   { 0xf8,   "o" },    { 0xfc,   "ue" },
	{ 0xfe,   "th" },   { 0x110,  "D" },    { 0x111,  "d" },    { 0x131,  "i" },
	{ 0x141,  "L" },    { 0x142,  "l" },    { 0x152,  "OE" },   { 0x153,  "oe" },
	{ 0x2010, "-" },    { 0x2011, "-" },    { 0x2012, "-" },    { 0x2013, "-" },
	{ 0x2014, "--" },   { 0x2015, "--" },   { 0x2018, "'" },    { 0x2019, "'" },
	{ 0x201a, "," },    { 0x201b, "'" },    { 0x201c, "\"" },   { 0x201d, "\"" },
	{ 0x201e, "\"" },   { 0x2020, "+" },    { 0x2022, "*" },    { 0x2026, "..." },
	{ 0x2030, "o/oo" }, { 0x2032, "'" },    { 0x2033, "\"" },   { 0x2039, "<" },
	{ 0x203a, ">" },    { 0x20ac, "EUR" },  { 0x2190, "<-" },   { 0x2191, "^" },
	{ 0x2192, "->" },   { 0x2193, "v" },    { 0x2212, "-" },    { 0x2500, "-" },
	{ 0x2502, "|" },    { 0x2713, "x" },    { 0x2717, "x" },
};
/* clang-format on */

int charset_of(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_eq_fold(name, (struct span){ names[i].name, strlen(names[i].name) }))
			return (int)names[i].set;
	return -1;
}

static void add_point(struct buf *out, int32_t c)
{
	char *p = buf_reserve(out, 4);

	buf_commit(out, (size_t)utf8proc_encode_char(c, (uint8_t *)p));
}

void charset_decode(struct buf *out, struct span bytes, enum charset from)
{
	if (from != CHARSET_LATIN1 && text_is_utf8(bytes)) {
		buf_add(out, bytes.p, bytes.n);
		return;
	}
	for (size_t i = 0; i < bytes.n; i++)
		add_point(out, (uint8_t)bytes.p[i]);
}

static bool has(enum charset set, int32_t c)
{
	return c < (set == CHARSET_ASCII ? 0x80 : 0x100);
}

static const char *spelling(int32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (spellings[i].point == c)
			return spellings[i].text;
	return NULL;
}

/* The base letters of c that the set has; false when there are none. */
static bool add_parts(struct buf *out, int32_t c, enum charset to)
{
	int32_t parts[32];
	utf8proc_ssize_t n;
	bool any = false;

	n = utf8proc_decompose_char(c, parts, ARRAY_LEN(parts),
				    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, NULL);
	if (n > (utf8proc_ssize_t)ARRAY_LEN(parts))
		n = 0;
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (!has(to, parts[i]) || parts[i] < 0x20 || parts[i] == 0x7f)
			continue;
		add_point(out, parts[i]);
		any = true;
	}
	return any;
}

static void add_reduced(struct buf *out, int32_t c, enum charset to)
{
	const char *text;
	utf8proc_category_t kind;

	if (has(to, c)) {
		add_point(out, c);
		return;
	}
	text = spelling(c);
	if (text) {
		buf_adds(out, text);
		return;
	}
	kind = utf8proc_category(c);
	if (kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_ME)
		return; /* a mark on the letter before */
	if (!add_parts(out, c, to))
		buf_addc(out, '?');
}

static size_t ascii_run(struct span s)
{
	size_t i = 0;

	while (i < s.n && (uint8_t)s.p[i] < 0x80)
		i++;
	return i;
}

void charset_reduce(struct buf *out, struct span s, enum charset to)
{
	if (to == CHARSET_UTF8) {
		buf_add(out, s.p, s.n);
		return;
	}
	while (s.n > 0) {
		size_t run = ascii_run(s);
		utf8proc_ssize_t n;
		int32_t c;

		buf_add(out, s.p, run);
		s.p += run;
		s.n -= run;
		if (s.n == 0)
			break;
		n = utf8proc_iterate((const uint8_t *)s.p, (utf8proc_ssize_t)s.n, &c);
		if (n <= 0) {
			c = '?';
			n = 1;
		}
		add_reduced(out, c, to);
		s.p += n;
		s.n -= (size_t)n;
	}
}

void charset_encode(struct buf *out, struct span s, enum charset to)
{
	struct buf reduced = { 0 };

	if (to != CHARSET_LATIN1) {
		charset_reduce(out, s, to);
		return;
	}
	charset_reduce(&reduced, s, to);
	for (size_t i = 0; i < reduced.n; i++) {
		uint8_t c = (uint8_t)buf_p(&reduced)[i];

		/* Two bytes 110000xx 10xxxxxx: the points 0x80 to 0xff. */
		if (c >= 0x80 && i + 1 < reduced.n)
			c = (uint8_t)((c << 6) | ((uint8_t)buf_p(&reduced)[++i] & 0x3f));
		buf_addc(out, (char)c);
	}
	buf_done(&reduced);
}
