/*
 * fuzz_serve.c - a request for a feed, and what it is answered with.
 *
 * Oracles: an answer has one head, ended once, and exactly the body it announces; HEAD and 304 have none; nothing of the
 * request is in it; a packed answer only goes to who named gzip.
 */
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/rss/serve_inner.h"
#include "tests/fuzz/fuzz.h"

#define BODY "<feed>something to read, something to read, something to read</feed>"

static size_t announced(struct span head)
{
	const char *at = memmem(head.p, head.n, "\r\nContent-Length: ", 18);

	return at ? strtoul(at + 18, NULL, 10) : 0;
}

static void hold(struct span all, const struct http_head *r, int status)
{
	const char *end = memmem(all.p, all.n, "\r\n\r\n", 4);
	const bool empty = status == HTTP_NOT_MODIFIED || (r && r->head);
	struct span head;

	FUZZ_HOLDS(end);
	head = (struct span){ all.p, (size_t)(end - all.p) + 2 };
	FUZZ_HOLDS(!memcmp(head.p, "HTTP/1.1 ", 9) && atoi(head.p + 9) == status);
	FUZZ_HOLDS(all.n - head.n - 2 == (empty ? 0 : announced(head)));
	for (size_t i = 0; i < head.n; i++)
		FUZZ_HOLDS(head.p[i] >= ' ' || head.p[i] == '\r' || head.p[i] == '\n');
	if (memmem(head.p, head.n, "Content-Encoding", 16))
		FUZZ_HOLDS((r && http_head_has_token(r, "accept-encoding", "gzip") == true) ||
			   memmem(http_head_get(r, "accept-encoding").p,
				  http_head_get(r, "accept-encoding").n, ";", 1));
}

static void answer(struct span bytes, struct serve_doc *doc)
{
	struct serve s = { 0 };
	struct serve_answer a = { 0 };
	struct http_head r = { 0 };
	struct evbuffer *out = evbuffer_new();
	size_t seen = 0, n = 0;
	const int whole = http_head_whole(bytes, &seen, &n);
	size_t length;

	if (whole != HTTP_MORE) {
		a.status = whole ? whole : http_head_parse((struct span){ bytes.p, n }, &r);
		if (!a.status) {
			a = (struct serve_answer){ HTTP_OK, "application/atom+xml", doc, 1700000000,
						   NULL };
			fuzz_worked();
		}
		serve_write(&s, out, whole ? NULL : &r, &a, true);
		length = evbuffer_get_length(out);
		hold((struct span){ (const char *)evbuffer_pullup(out, -1), length },
		     whole ? NULL : &r, s.stats.not_modified ? HTTP_NOT_MODIFIED : a.status);
	}
	evbuffer_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct serve_doc *doc = serve_doc_new(SPAN(BODY));

	answer((struct span){ (const char *)data, n }, doc);
	FUZZ_HOLDS(doc->refs == 1);
	serve_doc_unref(doc);
	return 0;
}
