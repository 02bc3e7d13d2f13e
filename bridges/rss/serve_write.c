/*
 * serve_write.c - the bytes of an answer: what a client has already, what it can unpack.
 */
#include <string.h>
#include <time.h>

#include <event2/buffer.h>

#include "bridges/rss/serve_inner.h"

enum { DATE_TEXT = 40 };

#define HTTP_DATE "%a, %d %b %Y %H:%M:%S GMT"

static void put_date(struct buf *out, const char *name, int64_t seconds)
{
	const time_t t = (time_t)seconds;
	char date[DATE_TEXT];
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(date, sizeof(date), HTTP_DATE, &tm))
		buf_addf(out, "%s: %s\r\n", name, date);
}

/* 0: absent, or not a date as we write them; then it is as if it were not there (RFC 9110, 13.1.3). */
static int64_t date_of(struct span text)
{
	char date[DATE_TEXT];
	struct tm tm = { 0 };
	const char *end;

	if (!text.n || text.n >= sizeof(date))
		return 0;
	memcpy(date, text.p, text.n);
	date[text.n] = 0;
	end = strptime(date, HTTP_DATE, &tm);
	return end && !*end ? (int64_t)timegm(&tm) : 0;
}

static bool has_it(const struct http_head *r, const struct serve_answer *a)
{
	int64_t since;

	if (http_head_count(r, "if-none-match"))
		return http_head_is_known(r, a->doc->etag) ||
		       http_head_is_known(r, a->doc->etag_gzip);
	since = date_of(http_head_get(r, "if-modified-since"));
	return since && a->modified_s && a->modified_s <= since;
}

/* Of what stands behind the name of a coding: nothing, or a weight that is not 0. */
static bool has_weight(struct span s)
{
	const char *q;

	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s = (struct span){ s.p + 1, s.n - 1 };
	if (!s.n || *s.p != ';')
		return !s.n;
	q = memmem(s.p, s.n, "q=", 2);
	for (const char *at = q ? q + 2 : s.p + s.n; at < s.p + s.n; at++)
		if (*at >= '1' && *at <= '9')
			return true;
	return !q;
}

/* "gzip" or "gzip;q=0.5", not "gzip;q=0". */
static bool takes_gzip(const struct http_head *r)
{
	struct span list = http_head_get(r, "accept-encoding"), item;

	while (list.n && http_head_item(&list, &item))
		if (item.n >= 4 && !strncasecmp(item.p, "gzip", 4) &&
		    has_weight((struct span){ item.p + 4, item.n - 4 }))
			return true;
	return false;
}

static void begin(struct buf *out, int status)
{
	buf_addf(out, "HTTP/1.1 %d %s\r\n", status, http_head_reason(status));
	put_date(out, "Date", (int64_t)time(NULL));
	buf_adds(out, "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src "
		      "'none'\r\n");
}

static void put_end(struct buf *out, bool keep_alive)
{
	buf_addf(out, "Connection: %s\r\n\r\n", keep_alive ? "keep-alive" : "close");
}

static void refuse(struct buf *out, const struct http_head *r, const struct serve_answer *a,
		   bool keep_alive)
{
	const char *text = a->text ? a->text : http_head_reason(a->status);

	begin(out, a->status);
	if (a->status == HTTP_BAD_METHOD)
		buf_adds(out, "Allow: GET, HEAD\r\n");
	if (a->status == HTTP_TOO_MANY || a->status == HTTP_BUSY)
		buf_adds(out, "Retry-After: 10\r\n");
	buf_addf(out,
		 "Cache-Control: no-store\r\nContent-Type: text/plain; "
		 "charset=utf-8\r\nContent-Length: %zu\r\n",
		 strlen(text) + 1);
	put_end(out, keep_alive);
	if (!r || !r->head)
		buf_addf(out, "%s\n", text);
}

static void unref(const void *data, size_t n, void *doc)
{
	(void)data;
	(void)n;
	serve_doc_unref(doc);
}

static void put_doc(struct buf *out, struct evbuffer *to, const struct http_head *r,
		    const struct serve_answer *a, bool keep_alive)
{
	const bool packed = a->doc->gzip.n && takes_gzip(r), known = has_it(r, a);
	const struct buf *body = packed ? &a->doc->gzip : &a->doc->body;

	begin(out, known ? HTTP_NOT_MODIFIED : HTTP_OK);
	buf_addf(out, "ETag: %s\r\nCache-Control: max-age=60\r\nVary: Accept-Encoding\r\n",
		 packed ? a->doc->etag_gzip : a->doc->etag);
	if (a->modified_s)
		put_date(out, "Last-Modified", a->modified_s);
	if (!known)
		buf_addf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n%s", a->type, body->n,
			 packed ? "Content-Encoding: gzip\r\n" : "");
	put_end(out, keep_alive);
	evbuffer_add(to, buf_p(out), out->n);
	if (!known && !r->head && body->n &&
	    evbuffer_add_reference(to, buf_p(body), body->n, unref, a->doc) == 0)
		serve_doc_ref(a->doc);
}

void serve_write(struct serve *s, struct evbuffer *to, const struct http_head *r,
		 const struct serve_answer *a, bool keep_alive)
{
	struct buf out = { 0 };

	s->stats.requests++;
	if (a->doc) {
		s->stats.not_modified += has_it(r, a);
		put_doc(&out, to, r, a, keep_alive);
	} else {
		s->stats.refused++;
		refuse(&out, r, a, keep_alive);
		evbuffer_add(to, buf_p(&out), out.n);
	}
	buf_done(&out);
}
