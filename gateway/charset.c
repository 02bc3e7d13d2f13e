/*
 * charset.c - see charset.h.  A character that a set lacks is looked up in `spellings`; if it is
 * not there, it is taken apart (NFKD) and its base letters are used.
 *
 * An iconv_t lives for one call: opening one costs about as much as converting a line.
 */
#include "gateway/charset.h"

#include <iconv.h>
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
	{ "GBK",            CHARSET_GBK },    { "GB2312",         CHARSET_GBK },
	{ "CP936",          CHARSET_GBK },    { "EUC-CN",         CHARSET_GBK },
	{ "BIG5",           CHARSET_BIG5 },   { "BIG-5",          CHARSET_BIG5 },
	{ "CP950",          CHARSET_BIG5 },   { "CP437",          CHARSET_CP437 },
	{ "IBM437",         CHARSET_CP437 },  { "437",            CHARSET_CP437 },
	{ "ISO-8859-1",     CHARSET_LATIN1 }, { "ISO_8859-1",     CHARSET_LATIN1 },
	{ "ISO 8859-1",     CHARSET_LATIN1 }, { "ISO8859-1",      CHARSET_LATIN1 },
	{ "LATIN1",         CHARSET_LATIN1 }, { "LATIN-1",        CHARSET_LATIN1 },
	{ "ISO-8859-15",    CHARSET_LATIN1 }, { "WINDOWS-1252",   CHARSET_LATIN1 },
	{ "US-ASCII",       CHARSET_ASCII },  { "ASCII",          CHARSET_ASCII },
	{ "ANSI_X3.4-1968", CHARSET_ASCII },
};

static const char *const common_names[CHARSETS] = {
	[CHARSET_UTF8]   = "UTF-8",
	[CHARSET_GBK]    = "GBK",
	[CHARSET_BIG5]   = "BIG5",
	[CHARSET_CP437]  = "CP437",
	[CHARSET_LATIN1] = "ISO-8859-1",
	[CHARSET_ASCII]  = "US-ASCII",
};

/* What iconv calls those that it converts for us. */
static const char *const iconv_names[CHARSETS] = {
	[CHARSET_GBK]   = "GBK",
	[CHARSET_BIG5]  = "BIG5",
	[CHARSET_CP437] = "CP437",
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

const char *charset_name(enum charset set)
{
	return common_names[set];
}

/* NULL: not one of iconv's, or not there. */
static iconv_t open_to(enum charset set)
{
	iconv_t cd = iconv_names[set] ? iconv_open(iconv_names[set], "UTF-8") : NULL;

	return cd == (iconv_t)-1 ? NULL : cd;
}

static iconv_t open_from(enum charset set)
{
	iconv_t cd = iconv_names[set] ? iconv_open("UTF-8", iconv_names[set]) : NULL;

	return cd == (iconv_t)-1 ? NULL : cd;
}

static void close_iconv(iconv_t cd)
{
	if (cd)
		iconv_close(cd);
}

int charset_warm(struct charset_warm *ret)
{
	int missing = 0;

	*ret = (struct charset_warm){ 0 };
	for (int set = 0; set < CHARSETS; set++) {
		ret->to[set] = open_to((enum charset)set);
		ret->from[set] = open_from((enum charset)set);
		if (iconv_names[set] && (!ret->to[set] || !ret->from[set]))
			missing++;
	}
	return missing;
}

void charset_cool(struct charset_warm *w)
{
	for (int set = 0; set < CHARSETS; set++) {
		close_iconv(w->to[set]);
		close_iconv(w->from[set]);
	}
	*w = (struct charset_warm){ 0 };
}

/* Converts as far as it goes; false: stopped at something, *s begins with it. */
static bool convert(struct buf *out, struct span *s, iconv_t cd)
{
	while (s->n > 0) {
		size_t room = 4 * s->n + 16, left = room;
		char *in = (char *)(uintptr_t)s->p, *to = buf_reserve(out, room);
		size_t r = iconv(cd, &in, &s->n, &to, &left);

		s->p = in;
		buf_commit(out, room - left);
		if (r == (size_t)-1)
			return false;
	}
	return true;
}

static void add_point(struct buf *out, int32_t c)
{
	char *p = buf_reserve(out, 4);

	buf_commit(out, (size_t)utf8proc_encode_char(c, (uint8_t *)p));
}

/* What is no character of the set becomes U+FFFD, byte by byte. */
static void decode_by(struct buf *out, struct span bytes, iconv_t cd)
{
	while (!convert(out, &bytes, cd)) {
		iconv(cd, NULL, NULL, NULL, NULL);
		add_point(out, 0xfffd);
		bytes.p++;
		bytes.n--;
	}
}

static bool is_utf8(struct span bytes, enum charset from)
{
	return (from == CHARSET_UTF8 || from == CHARSET_ASCII) && text_is_utf8(bytes);
}

void charset_decode(struct buf *out, struct span bytes, enum charset from)
{
	iconv_t cd;

	if (is_utf8(bytes, from)) {
		buf_add(out, bytes.p, bytes.n);
		return;
	}
	cd = open_from(from);
	if (cd)
		decode_by(out, bytes, cd);
	else
		for (size_t i = 0; i < bytes.n; i++)
			add_point(out, (uint8_t)bytes.p[i]);
	close_iconv(cd);
}

/* Text on its way into a set. */
struct reducer {
	struct buf *out;
	enum charset to;
	iconv_t cd; /* NULL: not by iconv */
};

static bool has(const struct reducer *r, int32_t c)
{
	char utf8[4], bytes[16], *in = utf8, *out = bytes;
	size_t n, left = sizeof(bytes);

	if (c < 0x80)
		return true;
	if (!r->cd)
		return r->to == CHARSET_LATIN1 && c < 0x100;
	n = (size_t)utf8proc_encode_char(c, (uint8_t *)utf8);
	if (iconv(r->cd, &in, &n, &out, &left) == 0)
		return true;
	iconv(r->cd, NULL, NULL, NULL, NULL);
	return false;
}

static const char *spelling(int32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		if (spellings[i].point == c)
			return spellings[i].text;
	return NULL;
}

/* The base letters of c that the set has; false when there are none. */
static bool add_parts(const struct reducer *r, int32_t c)
{
	int32_t parts[32];
	utf8proc_ssize_t n;
	bool any = false;

	n = utf8proc_decompose_char(c, parts, ARRAY_LEN(parts),
				    UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, NULL);
	if (n > (utf8proc_ssize_t)ARRAY_LEN(parts))
		n = 0;
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (!has(r, parts[i]) || parts[i] < 0x20 || parts[i] == 0x7f)
			continue;
		add_point(r->out, parts[i]);
		any = true;
	}
	return any;
}

static void add_reduced(const struct reducer *r, int32_t c)
{
	const char *text;
	utf8proc_category_t kind;

	if (has(r, c)) {
		add_point(r->out, c);
		return;
	}
	text = spelling(c);
	if (text) {
		buf_adds(r->out, text);
		return;
	}
	kind = utf8proc_category(c);
	if (kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_ME)
		return; /* a mark on the letter before */
	if (!add_parts(r, c))
		buf_addc(r->out, '?');
}

static size_t ascii_run(struct span s)
{
	size_t i = 0;

	while (i < s.n && (uint8_t)s.p[i] < 0x80)
		i++;
	return i;
}

static void reduce_by(const struct reducer *r, struct span s)
{
	while (s.n > 0) {
		size_t run = ascii_run(s);
		utf8proc_ssize_t n;
		int32_t c;

		buf_add(r->out, s.p, run);
		s.p += run;
		s.n -= run;
		if (s.n == 0)
			break;
		n = utf8proc_iterate((const uint8_t *)s.p, (utf8proc_ssize_t)s.n, &c);
		if (n <= 0) {
			c = '?';
			n = 1;
		}
		add_reduced(r, c);
		s.p += n;
		s.n -= (size_t)n;
	}
}

void charset_reduce(struct buf *out, struct span s, enum charset to)
{
	struct reducer r = { .out = out, .to = to };

	if (to == CHARSET_UTF8 || ascii_run(s) == s.n) {
		buf_add(out, s.p, s.n);
		return;
	}
	r.cd = open_to(to);
	reduce_by(&r, s);
	close_iconv(r.cd);
}

static void pack_latin1(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		/* Two bytes 110000xx 10xxxxxx: the points 0x80 to 0xff. */
		if (c >= 0x80 && i + 1 < s.n)
			c = (uint8_t)((c << 6) | ((uint8_t)s.p[++i] & 0x3f));
		buf_addc(out, (char)c);
	}
}

/* s is reduced; should iconv stop all the same, it is at a character that it had taken alone. */
static void pack_by(struct buf *out, struct span s, iconv_t cd)
{
	while (!convert(out, &s, cd)) {
		iconv(cd, NULL, NULL, NULL, NULL);
		buf_addc(out, '?');
		do {
			s.p++;
			s.n--;
		} while (s.n > 0 && ((uint8_t)s.p[0] & 0xc0) == 0x80);
	}
}

void charset_pack(struct buf *out, struct span s, enum charset to)
{
	iconv_t cd;

	if (to == CHARSET_UTF8 || to == CHARSET_ASCII || ascii_run(s) == s.n) {
		buf_add(out, s.p, s.n);
		return;
	}
	if (to == CHARSET_LATIN1) {
		pack_latin1(out, s);
		return;
	}
	cd = open_to(to);
	if (cd)
		pack_by(out, s, cd);
	close_iconv(cd);
}

void charset_encode(struct buf *out, struct span s, enum charset to)
{
	struct buf reduced = { 0 };

	charset_reduce(&reduced, s, to);
	charset_pack(out, buf_span(&reduced), to);
	buf_done(&reduced);
}
