/*
 * prompt_quote.c - see prompt_quote.h.
 */
#include "aibridge/prompt_quote.h"

#include <string.h>

#include "rt/text.h"

/* The marks themselves, and what might be taken for them. */
static const char *const marks[] = {
	"\xc2\xab",			/* « */
	"\xc2\xbb",			/* » */
	"\xe2\x80\xb9",			/* single ones */
	"\xe2\x80\xba", "\xe2\x89\xaa", /* much less, much greater */
	"\xe2\x89\xab", "\xe2\x8b\x98", "\xe2\x8b\x99", "\xe2\x9d\xae",
	"\xe2\x9d\xaf", "\xe2\x9f\xaa", /* double brackets */
	"\xe2\x9f\xab", "\xe3\x80\x8a", "\xe3\x80\x8b", "\xe2\xb8\xa8",
	"\xe2\xb8\xa9", "<<",		">>",
};

static size_t mark_at(struct span s, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		const size_t n = strlen(marks[i]);

		if (s.n - at >= n && memcmp(s.p + at, marks[i], n) == 0)
			return n;
	}
	return 0;
}

static void clean_line(struct buf *out, struct span s)
{
	struct buf line = { 0 };

	for (size_t i = 0; i < s.n; i++)
		buf_addc(&line, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
	text_clean(out, buf_span(&line));
	buf_done(&line);
}

void prompt_quote(struct buf *out, struct span s, size_t max)
{
	struct buf clean = { 0 }, data = { 0 };
	struct span line;

	clean_line(&clean, s);
	line = text_trim(buf_span(&clean));
	for (size_t i = 0; i < line.n;) {
		const size_t n = mark_at(line, i);

		buf_addc(&data, n ? '\'' : line.p[i]);
		i += n ? n : 1;
	}
	buf_adds(out, marks[0]);
	buf_add(out, buf_p(&data), text_cut(buf_span(&data), max));
	buf_adds(out, marks[1]);
	buf_done(&clean);
	buf_done(&data);
}

bool prompt_is_plain(struct span s)
{
	struct buf clean = { 0 };
	bool plain;

	clean_line(&clean, s);
	plain = clean.n == s.n && memcmp(buf_p(&clean), s.p, s.n) == 0;
	for (size_t i = 0; plain && i < s.n; i++)
		plain = !mark_at(s, i);
	buf_done(&clean);
	return plain;
}
