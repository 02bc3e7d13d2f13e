/*
 * fuzz_http.c - the head of a request, and whether it may become a WebSocket.
 *
 * Oracles: however the bytes are cut, the same request or the same refusal comes out, at the same byte;
 * what is taken holds the rules (one Host, no body, tokens, no control characters); an answer is never
 * split by what was asked.
 */
#include <string.h>

#include "gateway/page.h"
#include "gateway/upgrade.h"
#include "tests/fuzz/fuzz.h"

enum { NOW = 1700000000 };

struct outcome {
	int status;
	size_t seen, n; /* bytes that were needed to know; bytes of the head */
};

static struct outcome look(struct span bytes, size_t step)
{
	struct outcome o = { .status = HTTP_MORE };
	size_t seen = 0;

	while (o.status == HTTP_MORE && o.seen < bytes.n) {
		o.seen = bytes.n - o.seen < step ? bytes.n : o.seen + step;
		o.status = http_head_whole((struct span){ bytes.p, o.seen }, &seen, &o.n);
	}
	return o;
}

static bool is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\t')
			return false;
	return true;
}

static void hold_rules(const struct http_head *r)
{
	FUZZ_HOLDS(r->path.n > 0 && r->path.p[0] == '/');
	FUZZ_HOLDS(r->n <= HTTP_HEADERS);
	FUZZ_HOLDS(r->is_old || http_head_count(r, "host") == 1);
	FUZZ_HOLDS(http_head_count(r, "transfer-encoding") == 0);
	FUZZ_HOLDS(http_head_count(r, "content-length") <= 1);
	for (size_t i = 0; i < r->n; i++) {
		FUZZ_HOLDS(r->headers[i].name.n > 0);
		FUZZ_HOLDS(is_plain(r->headers[i].name) && is_plain(r->headers[i].value));
		FUZZ_HOLDS(!memchr(r->headers[i].name.p, ' ', r->headers[i].name.n));
	}
}

/* A head has one empty line, at its end. */
static void hold_head(const struct buf *head)
{
	const char *end = memmem(buf_p(head), head->n, "\r\n\r\n", 4);

	FUZZ_HOLDS(end == buf_p(head) + head->n - 4);
}

static void answer(const struct http_head *r)
{
	static char listed[] = "https://play.example";
	static char *const origins[] = { listed, NULL };
	struct page_answer how = { .now = NOW, .keep_alive = true };
	struct buf out = { 0 };
	struct upgrade u;
	const char *why = NULL;
	struct span body;
	int status = page_serve(&out, r, &how, &body);

	FUZZ_HOLDS(status == 200 || status == 304 || status == 404);
	hold_head(&out);
	buf_clear(&out);
	status = upgrade_check(r, origins, &u, &why);
	FUZZ_HOLDS(status == 0 || why);
	if (status == 0) {
		upgrade_answer(&out, &u);
		hold_head(&out);
	}
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct fuzz_in in = { data, n };
	size_t step = fuzz_u8(&in) % 50 + 2;
	struct span bytes = { (const char *)in.p, in.n };
	struct outcome whole = look(bytes, bytes.n + 1), single = look(bytes, 1),
		       cut = look(bytes, step);
	struct http_head r;

	FUZZ_HOLDS(whole.status == single.status && whole.status == cut.status);
	if (whole.status != 0)
		return 0;
	FUZZ_HOLDS(whole.n == single.n && whole.n == cut.n && single.seen == single.n);
	FUZZ_HOLDS(whole.n <= HTTP_HEAD_MAX);
	if (http_head_parse((struct span){ bytes.p, whole.n }, &r) == 0) {
		hold_rules(&r);
		answer(&r);
		fuzz_worked();
	}
	return 0;
}
