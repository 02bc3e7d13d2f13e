/*
 * sentence.c - see sentence.h.
 *
 * Nothing is decided before all bytes it depends on are there, so it does not matter how the text is
 * cut into pieces; and they never reach further than SENTENCE_MAX bytes.
 */
#include "aibridge/sentence.h"

#include <string.h>

enum { SENTENCE_SHORT = 14, SENTENCE_CUT_FROM = 80 };

/* Beyond the length of any text: more has to come first. */
#define NEED_MORE SIZE_MAX

static const char *const abbreviations[] = {
	"mr",  "mrs", "ms",	"dr", "st", "prof", "capt", "sgt", "lt",  "col", "gen",
	"rev", "hon", "messrs", "jr", "sr", "vs",   "e.g",  "i.e", "viz", "cf",
};

/* Signs of more than one byte. */
static const char *const wide_ends[] = { "\xe3\x80\x82", "\xef\xbc\x81", "\xef\xbc\x9f" };
static const char *const wide_closers[] = { "\xe2\x80\x9d", "\xe2\x80\x99", "\xc2\xbb",
					    "\xe3\x80\x8d", "\xe3\x80\x8f" };
static const char ellipsis[] = "\xe2\x80\xa6";

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t starts(struct span s, size_t at, const char *sign)
{
	const size_t n = strlen(sign);

	return s.n - at >= n && memcmp(s.p + at, sign, n) == 0 ? n : 0;
}

static size_t starts_any(struct span s, size_t at, const char *const *signs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (starts(s, at, signs[i]))
			return strlen(signs[i]);
	}
	return 0;
}

/* How many bytes the character there says it has. */
static size_t char_bytes(char c)
{
	const unsigned char b = (unsigned char)c;

	return b < 0xc0 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
}

/* The rest of an end: more of . ! ? and what closes. */
static size_t closing(struct span s, size_t at)
{
	const size_t wide = starts_any(s, at, wide_closers, ARRAY_LEN(wide_closers));

	if (s.p[at] && strchr(".!?\"')]*_", s.p[at]))
		return 1;
	return wide ? wide : starts(s, at, ellipsis);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "Mr", "e.g", or the single letter of a first name stands before the full stop at `dot`. */
static bool is_abbreviated(struct span s, size_t dot)
{
	char word[8];
	size_t from = dot, n;

	while (from > 0 && (is_letter(s.p[from - 1]) || s.p[from - 1] == '.'))
		from--;
	n = dot - from;
	if (n == 1)
		return s.p[from] != 'I';
	if (!n || n >= sizeof(word))
		return false;
	for (size_t i = 0; i < n; i++)
		word[i] = s.p[from + i] >= 'A' && s.p[from + i] <= 'Z'
				  ? (char)(s.p[from + i] + ('a' - 'A'))
				  : s.p[from + i];
	word[n] = 0;
	for (size_t i = 0; i < ARRAY_LEN(abbreviations); i++) {
		if (strcmp(abbreviations[i], word) == 0)
			return true;
	}
	return false;
}

/* Behind an ellipsis a small letter goes on with the sentence. */
static int goes_on(struct span s, size_t at, bool ended)
{
	while (at < s.n && s.p[at] == ' ')
		at++;
	if (at >= SENTENCE_MAX)
		return 0;
	if (at == s.n)
		return ended ? 0 : -1;
	return s.p[at] >= 'a' && s.p[at] <= 'z';
}

/* A sentence that may end with the sign at `at`: where it does; 0: it does not. */
static size_t end_at(struct span s, size_t at, bool ended)
{
	const size_t wide = starts_any(s, at, wide_ends, ARRAY_LEN(wide_ends));
	const bool soft = starts(s, at, ellipsis) || starts(s, at, "..") ||
			  (at && s.p[at] == '.' && s.p[at - 1] == '.');
	size_t end = at + (wide ? wide : char_bytes(s.p[at]));
	int on;

	while (end < s.n && end < SENTENCE_MAX) {
		const size_t n = closing(s, end);

		if (!ended && end + char_bytes(s.p[end]) > s.n)
			return NEED_MORE;
		if (!n)
			break;
		end += n;
	}
	if (end >= SENTENCE_MAX)
		return 0;
	if (end == s.n)
		return ended ? end : NEED_MORE;
	if (wide)
		return end;
	if (!is_space(s.p[end]) || (s.p[at] == '.' && !soft && is_abbreviated(s, at)))
		return 0;
	on = soft ? goes_on(s, end, ended) : 0;
	return on < 0 ? NEED_MORE : on > 0 ? 0 : end;
}

/* One that is too long is parted behind a comma, else at a space, else anywhere between characters. */
static size_t cut(struct span s)
{
	size_t space = 0, at = SENTENCE_MAX;

	for (size_t i = SENTENCE_MAX; i > SENTENCE_CUT_FROM; i--) {
		if (s.p[i] != ' ')
			continue;
		if (s.p[i - 1] == ',' || s.p[i - 1] == ';' || s.p[i - 1] == ':')
			return i;
		space = space ? space : i;
	}
	if (space)
		return space;
	for (size_t back = 0; back < 3 && ((unsigned char)s.p[at] & 0xc0) == 0x80; back++)
		at--;
	return at;
}

/* Where the first sentence ends; NEED_MORE. */
static size_t find_end(struct span s, bool ended)
{
	for (size_t i = 0; i < s.n && i < SENTENCE_MAX; i += char_bytes(s.p[i])) {
		size_t end = 0;

		if (s.p[i] == '\n')
			return i;
		if (i + char_bytes(s.p[i]) > s.n && !ended)
			return NEED_MORE;
		if ((s.p[i] && strchr(".!?", s.p[i])) || starts(s, i, ellipsis) ||
		    starts_any(s, i, wide_ends, ARRAY_LEN(wide_ends)))
			end = end_at(s, i, ended);
		if (end == NEED_MORE || (end && end >= SENTENCE_SHORT))
			return end;
	}
	if (s.n > SENTENCE_MAX)
		return cut(s);
	return ended ? s.n : NEED_MORE;
}

static void give_out(struct sentences *s, bool ended)
{
	for (;;) {
		struct span held = buf_span(&s->held), one;
		size_t blank = 0, end;

		while (blank < held.n && is_space(held.p[blank]))
			blank++;
		buf_drain(&s->held, blank);
		held = buf_span(&s->held);
		if (!held.n)
			return;
		end = find_end(held, ended);
		if (end == NEED_MORE)
			return;
		one = (struct span){ held.p, end };
		while (one.n && is_space(one.p[one.n - 1]))
			one.n--;
		s->fn(s->ctx, one);
		buf_drain(&s->held, end);
	}
}

void sentences_feed(struct sentences *s, struct span piece)
{
	buf_add(&s->held, piece.p, piece.n);
	give_out(s, false);
}

void sentences_end(struct sentences *s)
{
	give_out(s, true);
}

void sentences_done(struct sentences *s)
{
	buf_done(&s->held);
}
