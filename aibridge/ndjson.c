/*
 * ndjson.c - see ndjson.h.
 */
#include "aibridge/ndjson.h"

#include <string.h>

static void take_line(struct ndjson *l)
{
	struct span line = buf_span(&l->line);

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n)
		l->fn(l->ctx, line);
	buf_reset(&l->line);
}

bool ndjson_feed(struct ndjson *l, struct span piece)
{
	while (piece.n && !l->stopped) {
		const char *end = memchr(piece.p, '\n', piece.n);
		const size_t n = end ? (size_t)(end - piece.p) : piece.n;

		if (l->line.n + n > NDJSON_MAX)
			return false;
		buf_add(&l->line, piece.p, n);
		if (!end)
			break;
		piece.p += n + 1;
		piece.n -= n + 1;
		take_line(l);
	}
	return true;
}

void ndjson_done(struct ndjson *l)
{
	buf_done(&l->line);
}
