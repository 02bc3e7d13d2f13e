/*
 * page.c - see page.h.
 */
#include "gateway/page.h"

#include <string.h>
#include <time.h>

static const struct page_file *find(struct span path)
{
	if (path.n == 1)
		path = SPAN("/index.html");
	for (size_t i = 0; i < n_page_files; i++)
		if (strlen(page_files[i].path) == path.n &&
		    memcmp(page_files[i].path, path.p, path.n) == 0)
			return &page_files[i];
	return NULL;
}

static void begin(struct buf *out, int status, int64_t now)
{
	char date[40];
	time_t t = (time_t)now;
	struct tm tm;

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&t, &tm));
	buf_addf(out,
		 "HTTP/1.1 %d %s\r\nDate: %s\r\nX-Content-Type-Options: nosniff\r\n"
		 "Referrer-Policy: no-referrer\r\n",
		 status, http_head_reason(status), date);
}

/* Some browsers do not count ws: and wss: of the same host as 'self'; Host has passed http_head_parse(). */
static void add_policy(struct buf *out, struct span host)
{
	buf_adds(out, "Content-Security-Policy: default-src 'none'; script-src 'self'; "
		      "style-src 'self'; img-src 'self' data:; manifest-src 'self'; "
		      "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
		      "connect-src 'self'");
	if (host.n > 0)
		buf_addf(out, " ws://%.*s wss://%.*s", (int)host.n, host.p, (int)host.n, host.p);
	buf_adds(out, "\r\nCross-Origin-Opener-Policy: same-origin\r\n"
		      "Cross-Origin-Resource-Policy: same-origin\r\n");
}

static void end(struct buf *out, bool keep_alive)
{
	buf_addf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}

int page_serve(struct buf *out, const struct http_head *r, const struct page_answer *how,
	       struct span *ret_body)
{
	static const struct page_file missing = {
		.type = "text/plain; charset=utf-8",
		.bytes = (const unsigned char *)"There is no such page here.\n",
		.n = sizeof("There is no such page here.\n") - 1,
	};
	const struct page_file *f = find(r->path);
	int status = !f				      ? HTTP_NOT_FOUND
		     : http_head_is_known(r, f->etag) ? HTTP_NOT_MODIFIED
						      : HTTP_OK;

	if (!f)
		f = &missing;
	begin(out, status, how->now);
	if (f->etag)
		buf_addf(out, "ETag: %s\r\n", f->etag);
	buf_adds(out, "Cache-Control: no-cache\r\n");
	*ret_body = (struct span){ 0 };
	if (status != HTTP_NOT_MODIFIED) {
		buf_addf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n", f->type, f->n);
		add_policy(out, http_head_get(r, "host"));
		if (!r->head)
			*ret_body = (struct span){ (const char *)f->bytes, f->n };
	}
	end(out, how->keep_alive);
	return status;
}

struct extra_row {
	int status;
	const char *headers;
};

static const struct extra_row extras[] = {
	{ HTTP_BAD_METHOD, "Allow: GET, HEAD\r\n" },
	{ HTTP_UPGRADE, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" },
	{ HTTP_TOO_MANY, "Retry-After: 60\r\n" },
	{ HTTP_BUSY, "Retry-After: 10\r\n" },
};

void page_refuse(struct buf *out, int status, const char *why, int64_t now)
{
	if (!why)
		why = http_head_reason(status);
	begin(out, status, now);
	for (size_t i = 0; i < ARRAY_LEN(extras); i++)
		if (extras[i].status == status)
			buf_adds(out, extras[i].headers);
	buf_addf(out,
		 "Cache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n"
		 "Content-Length: %zu\r\n",
		 strlen(why) + 1);
	end(out, false);
	buf_addf(out, "%s\n", why);
}
