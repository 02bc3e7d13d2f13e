/*
 * fetch.c - see fetch.h.
 *
 * What ends a request inside its own callbacks (enough, too much unpacked, a header that will not do) cancels it and is told by a
 * timer.
 */
#include "bridges/rss/fetch.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "bridges/rss/url.h"
#include "rt/buf.h"

enum { URL_BYTES = URL_MAX + 1, MAX_AGE_S = 31536000 };

#define ACCEPT                                                                                     \
	"Accept: application/atom+xml, application/rss+xml, application/rdf+xml, "                 \
	"application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

struct fetch {
	struct http *http;
	const struct guard *guard;
	struct fetch_events e;
	struct http_call *call;
	struct loop_timer later; /* tells `result` */
	struct fetch_result result;
	char *ask_etag, *ask_modified, *ca_file;
	size_t max_bytes;
	uint64_t end_us; /* deadline */

	char url[URL_BYTES];
	unsigned redirects;
	bool permanent; /* every redirect so far */
	bool forbidden; /* an address was refused */
	long status;
	/* Headers of the answer that is being read. */
	char location[FETCH_HEADER], type[FETCH_HEADER], etag[FETCH_HEADER], modified[FETCH_HEADER];
	size_t packed; /* bytes as they were sent; 0: not said */
	bool is_packed;
	uint64_t max_age_us;
	size_t bytes;
};

static uint64_t now(const struct fetch *f)
{
	return clock_mono(loop_clock(http_loop(f->http)));
}

static void PRINTF_LIKE(3, 4) conclude(struct fetch *f, enum fetch_end end, const char *fmt, ...)
{
	va_list ap;

	f->result.end = end;
	va_start(ap, fmt);
	vsnprintf(f->result.why, sizeof(f->result.why), fmt, ap);
	va_end(ap);
	if (f->call)
		http_cancel(f->call);
	f->call = NULL;
	loop_timer_soon(&f->later);
}

static void on_later(void *ctx)
{
	struct fetch *f = ctx;

	f->result.etag = f->etag;
	f->result.modified = f->modified;
	f->result.max_age_us = f->max_age_us;
	f->result.moved_to = f->redirects && f->permanent ? f->url : NULL;
	f->e.done(f->e.ctx, &f->result);
}

/* Headers */

static void keep(char dst[FETCH_HEADER], struct span value)
{
	/* What does not fit is not there: half an address or a tag is another one. */
	const size_t n = value.n < FETCH_HEADER ? value.n : 0;

	if (n)
		memcpy(dst, value.p, n);
	dst[n] = '\0';
}

static uint64_t read_max_age(struct span value)
{
	char text[FETCH_HEADER];
	const char *p;

	keep(text, value);
	if (strcasestr(text, "no-cache") || strcasestr(text, "no-store"))
		return 0;
	p = strcasestr(text, "max-age=");
	if (!p || (p > text && isalnum((unsigned char)p[-1])) || (p > text && p[-1] == '-'))
		return 0;
	p += strlen("max-age=");
	for (uint64_t seconds = 0;; p++) {
		if (!isdigit((unsigned char)*p) || seconds > MAX_AGE_S)
			return seconds * 1000000;
		seconds = seconds * 10 + (uint64_t)(*p - '0');
	}
}

static bool is(struct span name, const char *what)
{
	return name.n == strlen(what) && memcmp(name.p, what, name.n) == 0;
}

static void on_header(void *ctx, struct span name, struct span value)
{
	struct fetch *f = ctx;
	char text[32];

	if (is(name, "location"))
		keep(f->location, value);
	else if (is(name, "content-type"))
		keep(f->type, value);
	else if (is(name, "etag"))
		keep(f->etag, value);
	else if (is(name, "last-modified"))
		keep(f->modified, value);
	else if (is(name, "cache-control"))
		f->max_age_us = read_max_age(value);
	else if (is(name, "content-encoding"))
		f->is_packed = true;
	else if (is(name, "content-length") && value.n < sizeof(text)) {
		memcpy(text, value.p, value.n);
		text[value.n] = '\0';
		f->packed = strtoull(text, NULL, 10);
	}
}

/* The answer */

static bool on_status(void *ctx, long status)
{
	struct fetch *f = ctx;

	f->status = status;
	return status == 200;
}

static bool on_address(void *ctx, const struct sockaddr *to)
{
	struct fetch *f = ctx;
	const bool good = guard_address(f->guard, to);

	f->forbidden |= !good;
	return good;
}

static void on_data(void *ctx, struct span piece)
{
	struct fetch *f = ctx;

	f->bytes += piece.n;
	if (f->is_packed && f->packed && f->bytes > FETCH_RATIO_FREE &&
	    f->bytes / FETCH_RATIO > f->packed)
		conclude(f, FETCH_FAILED, "it unpacks to more than %d times its size", FETCH_RATIO);
	else if (!f->e.body(f->e.ctx, (struct span){ f->type, strlen(f->type) }, f->url, piece))
		conclude(f, FETCH_BODY, "%s", "");
}

static void begin(struct fetch *f);

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static void redirect(struct fetch *f, long status)
{
	char *to = url_to_fetch(f->url, (struct span){ f->location, strlen(f->location) });

	if (!to) {
		conclude(f, FETCH_FAILED, "it is redirected to what is no http or https address");
	} else if (f->redirects == FETCH_REDIRECTS) {
		conclude(f, FETCH_FAILED, "it is redirected more than %d times", FETCH_REDIRECTS);
	} else {
		f->redirects++;
		f->permanent &= status == 301 || status == 308;
		snprintf(f->url, sizeof(f->url), "%s", to);
		begin(f);
	}
	free(to);
}

static void take_answer(struct fetch *f, const struct http_result *r)
{
	if (r->status == 200)
		conclude(f, FETCH_BODY, "%s", "");
	else if (r->status == 304)
		conclude(f, FETCH_SAME, "%s", "");
	else if (r->status == 410)
		conclude(f, FETCH_GONE, "it is gone (410)");
	else if (is_redirect(r->status))
		redirect(f, r->status);
	else
		conclude(f, FETCH_FAILED, "it is answered by %ld", r->status);
}

static void on_end(void *ctx, const struct http_result *r)
{
	struct fetch *f = ctx;

	f->call = NULL;
	f->result.retry_after_us = r->retry_after_us;
	if (r->end == HTTP_DONE)
		take_answer(f, r);
	else if (r->end == HTTP_CONNECT && f->forbidden)
		conclude(f, FETCH_REFUSED, "its address is not a public one (rss.allow)");
	else if (r->end == HTTP_TOO_LARGE)
		conclude(f, FETCH_FAILED, "it is longer than rss.max_bytes");
	else
		conclude(f, FETCH_FAILED, "%s", r->why);
}

static void add_header(struct buf *b, const char **at, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(b, "%s: %s", name, value);
	buf_addc(b, '\0');
	*at = buf_p(b);
}

static void ask(struct fetch *f, const char *const *headers)
{
	const struct http_request q = { .url = f->url,
					.headers = headers,
					.deadline_us = f->end_us - now(f),
					.max_bytes = f->max_bytes,
					.allow_http = true,
					.compressed = true,
					.ca_file = f->ca_file };
	const struct http_events e = { .status = on_status,
				       .data = on_data,
				       .header = on_header,
				       .may_connect = on_address,
				       .end = on_end,
				       .ctx = f };

	f->call = http_start(f->http, &q, &e);
	if (!f->call)
		conclude(f, FETCH_FAILED, "it cannot be asked for");
}

/* The next request. Conditions are for the address they were told at; a redirect leads to the same document. */
static void begin(struct fetch *f)
{
	struct buf etag = { 0 }, modified = { 0 };
	const char *headers[] = { ACCEPT, NULL, NULL, NULL };
	const char **at = headers + 1;
	const char *no = guard_url(f->guard, f->url);

	f->status = 0;
	f->bytes = f->packed = 0;
	f->is_packed = f->forbidden = false;
	f->max_age_us = 0;
	*f->location = *f->type = *f->etag = *f->modified = '\0';
	if (no) {
		conclude(f, FETCH_REFUSED, "%s%s",
			 f->redirects ? "where it is redirected to: " : "", no);
		return;
	}
	if (now(f) >= f->end_us) {
		conclude(f, FETCH_FAILED, "the deadline is over");
		return;
	}
	add_header(&etag, at, "If-None-Match", f->ask_etag);
	at += *at != NULL;
	add_header(&modified, at, "If-Modified-Since", f->ask_modified);
	ask(f, headers);
	buf_done(&etag);
	buf_done(&modified);
}

struct fetch *fetch_start(struct http *http, const struct guard *guard, const struct fetch_spec *q,
			  const struct fetch_events *e)
{
	struct fetch *f = base_alloc(1, sizeof(*f));

	f->http = http;
	f->guard = guard;
	f->e = *e;
	f->max_bytes = q->max_bytes;
	f->end_us = now(f) + q->deadline_us;
	f->permanent = true;
	f->ask_etag = q->etag ? base_dup(q->etag, strlen(q->etag)) : NULL;
	f->ask_modified = q->modified ? base_dup(q->modified, strlen(q->modified)) : NULL;
	f->ca_file = q->ca_file ? base_dup(q->ca_file, strlen(q->ca_file)) : NULL;
	loop_timer_init(http_loop(http), &f->later, on_later, f);
	if (strlen(q->url) < sizeof(f->url)) {
		snprintf(f->url, sizeof(f->url), "%s", q->url);
		begin(f);
	} else {
		conclude(f, FETCH_REFUSED, "its address is too long");
	}
	return f;
}

void fetch_free(struct fetch *f)
{
	if (!f)
		return;
	if (f->call)
		http_cancel(f->call);
	loop_timer_done(&f->later);
	free(f->ask_etag);
	free(f->ask_modified);
	free(f->ca_file);
	free(f);
}
