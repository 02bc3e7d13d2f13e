/*
 * text.c - see text.h.
 *
 * Nearly everything typed is printable ASCII, so each function first runs over that without looking
 * at Unicode.  Cleaning goes: drop what may harm, cut runs of marks, compose (NFC), cut runs again
 * (composition may split a mark into two).  Cleaning what is clean changes nothing.
 */
#include "rt/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { TEXT_MARKS = 4, TEXT_NFC_FROM = 0x300, TEXT_BAD = 0xfffd };

/* Length of the run of printable ASCII at the start. */
static size_t ascii_run(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7f)
		i++;
	return i;
}

/* Decodes the code point at the start; its length, 0 when it is not UTF-8. */
static size_t decode(const char *p, size_t n, int32_t *ret)
{
	utf8proc_ssize_t r;

	if (n > 4)
		n = 4;
	r = utf8proc_iterate((const uint8_t *)p, (utf8proc_ssize_t)n, ret);
	return r > 0 ? (size_t)r : 0;
}

static void add_point(struct buf *out, int32_t c)
{
	char *p = buf_reserve(out, 4);

	buf_commit(out, (size_t)utf8proc_encode_char(c, (uint8_t *)p));
}

static bool is_mark(int32_t c)
{
	utf8proc_category_t k;

	if (c < 0x300)
		return false;
	k = utf8proc_category(c);
	return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ME;
}

/* What text from outside never may contain: it moves the cursor, reverses lines, or hides. */
static bool is_harmful(int32_t c)
{
	const utf8proc_property_t *property;

	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029)
		return true;
	if (c < 0xa0)
		return false;
	if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
		return true;
	/* Default-ignorable, and the unassigned points that are to be so. */
	property = utf8proc_get_property(c);
	if (property->ignorable || c == 0x2065 || (c >= 0xfff0 && c <= 0xfff8) ||
	    (c >= 0xe0000 && c <= 0xe0fff))
		return !is_mark(c);
	/* Format characters, but for the signs that are drawn in front of a number. */
	return property->category == UTF8PROC_CATEGORY_CF &&
	       property->boundclass != UTF8PROC_BOUNDCLASS_PREPEND;
}

bool text_is_utf8(struct span s)
{
	for (size_t i = 0; i < s.n;) {
		int32_t c;
		size_t n;

		i += ascii_run((struct span){ s.p + i, s.n - i });
		if (i == s.n)
			break;
		n = decode(s.p + i, s.n - i, &c);
		if (n == 0 || c == 0)
			return false;
		i += n;
	}
	return true;
}

/* Appends s without harmful points and long runs of marks; true when it may need composing. */
static bool filter(struct buf *out, struct span s)
{
	bool compose = false;
	unsigned marks = 0;

	for (size_t i = 0; i < s.n;) {
		int32_t c;
		size_t n = decode(s.p + i, s.n - i, &c);

		if (n == 0) {
			c = TEXT_BAD;
			n = 1;
		}
		i += n;
		if (c == '\t')
			c = ' ';
		if (is_harmful(c))
			continue;
		marks = is_mark(c) ? marks + 1 : 0;
		if (marks > TEXT_MARKS)
			continue;
		compose = compose || (c >= TEXT_NFC_FROM && c != TEXT_BAD);
		add_point(out, c);
	}
	return compose;
}

void text_clean(struct buf *out, struct span s)
{
	size_t run = ascii_run(s);
	struct buf rough = { 0 };
	uint8_t *composed = NULL;
	utf8proc_ssize_t n;

	if (run == s.n) {
		buf_add(out, s.p, s.n);
		return;
	}
	if (!filter(&rough, s)) {
		buf_add(out, buf_p(&rough), rough.n);
		buf_done(&rough);
		return;
	}
	n = utf8proc_map((const uint8_t *)buf_p(&rough), (utf8proc_ssize_t)rough.n, &composed,
			 UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n < 0)
		abort(); /* memory: the text itself is valid by now */
	filter(out, (struct span){ (const char *)composed, (size_t)n });
	free(composed);
	buf_done(&rough);
}

/* Only a mark is drawn over what stands before it: whatever else has no width of its own (signs in front
 * of a number, single parts of a syllable) is at least seen. */
static size_t width(int32_t c)
{
	const int n = utf8proc_charwidth(c);

	return n > 0 ? (size_t)n : !is_mark(c) && !is_harmful(c);
}

size_t text_columns(struct span s)
{
	size_t columns = 0;

	for (size_t i = 0; i < s.n;) {
		size_t run = ascii_run((struct span){ s.p + i, s.n - i });
		size_t n;
		int32_t c;

		columns += run;
		i += run;
		if (i == s.n)
			break;
		n = decode(s.p + i, s.n - i, &c);
		columns += n ? width(c) : 1;
		i += n ? n : 1;
	}
	return columns;
}

size_t text_cut(struct span s, size_t max_bytes)
{
	size_t border = 0, i = 0;
	int32_t state = 0, before = -1;

	if (s.n <= max_bytes)
		return s.n;
	/* A grapheme never ends before the first byte, and is bytes i.. until the next border. */
	while (i <= max_bytes) {
		int32_t c;
		size_t n = decode(s.p + i, s.n - i, &c);

		if (n == 0) {
			n = 1;
			c = TEXT_BAD;
		}
		if (before < 0 || utf8proc_grapheme_break_stateful(before, c, &state))
			border = i;
		before = c;
		i += n;
	}
	return border;
}

enum { FOLD_WORDS = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK };

/* The case-folded code points of a text, one by one. */
struct fold {
	struct span s;
	int more; /* FOLD_WORDS: without marks and differences of form; 0: with them */
	int32_t points[32];
	size_t n, at;
};

/* Takes the code point at the beginning; there is one. */
static int32_t fold_take(struct fold *f)
{
	int32_t c = (unsigned char)f->s.p[0];
	size_t n = 1;

	if (c >= 'A' && c <= 'Z')
		c += 'a' - 'A';
	if (c >= 0x80)
		n = decode(f->s.p, f->s.n, &c);
	if (n == 0) {
		n = 1;
		c = TEXT_BAD;
	}
	f->s.p += n;
	f->s.n -= n;
	return c;
}

/* -1 at the end. */
static int32_t fold_next(struct fold *f)
{
	const int options = UTF8PROC_CASEFOLD | f->more;

	if (f->at < f->n)
		return f->points[f->at++];
	while (f->s.n > 0) {
		int32_t c = fold_take(f);
		utf8proc_ssize_t r;

		if (c < 0x80)
			return c;
		r = utf8proc_decompose_char(c, f->points, ARRAY_LEN(f->points),
					    (utf8proc_option_t)options, NULL);
		if (r < 0 || (size_t)r > ARRAY_LEN(f->points))
			return c;
		if (r == 0)
			continue; /* a mark that does not count */
		f->n = (size_t)r;
		f->at = 1;
		return f->points[0];
	}
	return -1;
}

static bool same_fold(struct span whole, struct span part, bool to_the_end)
{
	struct fold a = { .s = whole }, b = { .s = part };

	for (;;) {
		int32_t x, y = fold_next(&b);

		if (y < 0 && !to_the_end)
			return true;
		x = fold_next(&a);
		if (x != y)
			return false;
		if (x < 0)
			return true;
	}
}

bool text_eq_fold(struct span a, struct span b)
{
	return same_fold(a, b, true);
}

bool text_prefix_fold(struct span whole, struct span prefix)
{
	return same_fold(whole, prefix, false);
}

void text_fold(struct buf *out, struct span s)
{
	struct fold f = { .s = s };
	int32_t c;

	while ((c = fold_next(&f)) >= 0)
		add_point(out, c);
}

static bool is_of_word(int32_t c)
{
	const utf8proc_category_t k = utf8proc_category(c);

	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) ||
	       (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

void text_words(struct buf *out, struct span s)
{
	struct fold f = { .s = s, .more = FOLD_WORDS };
	const size_t begin = out->n;
	bool between = false;
	int32_t c;

	while ((c = fold_next(&f)) >= 0) {
		if (!is_of_word(c)) {
			between = true;
			continue;
		}
		if (between && out->n > begin)
			buf_addc(out, ' ');
		between = false;
		add_point(out, c);
	}
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span text_trim(struct span s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static void advance(struct span *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

struct span text_word(struct span *rest)
{
	struct span word;
	size_t n = 0;

	while (rest->n > 0 && is_space(rest->p[0]))
		advance(rest, 1);
	while (n < rest->n && !is_space(rest->p[n]))
		n++;
	word = (struct span){ rest->p, n };
	advance(rest, n);
	while (rest->n > 0 && is_space(rest->p[0]))
		advance(rest, 1);
	return word;
}
