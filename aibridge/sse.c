/*
 * sse.c - see sse.h.
 */
#include "aibridge/sse.h"

#include <string.h>

static void dispatch(struct sse *s)
{
	const struct span name = { s->name, s->n_name };

	if (s->has_data)
		s->fn(s->ctx, name, buf_span(&s->data));
	buf_reset(&s->data);
	s->has_data = false;
	s->n_name = 0;
}

static bool is(struct span a, const char *b)
{
	return a.n == strlen(b) && !memcmp(a.p, b, a.n);
}

static bool add_data(struct sse *s, struct span value)
{
	if (s->data.n + value.n + 1 > SSE_MAX)
		return false;
	if (s->has_data)
		buf_addc(&s->data, '\n');
	buf_add(&s->data, value.p, value.n);
	s->has_data = true;
	return true;
}

static bool field(struct sse *s, struct span name, struct span value)
{
	if (is(name, "data"))
		return add_data(s, value);
	if (is(name, "event")) {
		s->n_name = value.n <= sizeof(s->name) ? value.n : 0;
		memcpy(s->name, value.p, s->n_name);
	}
	return true;
}

static bool take_line(struct sse *s, struct span line)
{
	const char *colon;
	struct span name, value;

	if (!s->begun && line.n >= 3 && !memcmp(line.p, "\xef\xbb\xbf", 3)) {
		line.p += 3;
		line.n -= 3;
	}
	s->begun = true;
	if (!line.n) {
		dispatch(s);
		return true;
	}
	colon = memchr(line.p, ':', line.n);
	if (colon == line.p) /* a comment */
		return true;
	name = (struct span){ line.p, colon ? (size_t)(colon - line.p) : line.n };
	value = (struct span){ line.p + name.n, line.n - name.n };
	for (size_t skip = 0; skip < 2 && value.n && *value.p == ": "[skip]; skip++) {
		value.p++;
		value.n--;
	}
	return field(s, name, value);
}

/* How much of the piece is before the end of its line. */
static size_t to_line_end(struct span piece)
{
	const char *lf = memchr(piece.p, '\n', piece.n);
	const size_t n = lf ? (size_t)(lf - piece.p) : piece.n;
	const char *cr = memchr(piece.p, '\r', n);

	return cr ? (size_t)(cr - piece.p) : n;
}

static void skip(struct span *piece, size_t n)
{
	piece->p += n;
	piece->n -= n;
}

bool sse_feed(struct sse *s, struct span piece)
{
	while (piece.n && !s->stopped) {
		size_t n;

		if (s->cr && *piece.p == '\n') {
			s->cr = false;
			skip(&piece, 1);
			continue;
		}
		s->cr = false;
		n = to_line_end(piece);
		if (s->line.n + n > SSE_MAX)
			return false;
		buf_add(&s->line, piece.p, n);
		skip(&piece, n);
		if (!piece.n)
			break;
		s->cr = *piece.p == '\r';
		skip(&piece, 1);
		if (!take_line(s, buf_span(&s->line)))
			return false;
		buf_reset(&s->line);
	}
	return true;
}

void sse_done(struct sse *s)
{
	buf_done(&s->line);
	buf_done(&s->data);
}
