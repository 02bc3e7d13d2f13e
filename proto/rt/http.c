/*
 * http.c - see http.h.
 *
 * A call is in `calls` from http_start() until it is destroyed.  What happens while curl is busy (in data())
 * is only noted: a call begun there is handed to curl, and one cancelled there destroyed, when the action is
 * over (on_settled).
 */
#include "rt/http.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "rt/http_multi.h"
#include "rt/proc.h"
#include "rt/text.h"

enum {
	CONNECT_TIMEOUT_MS = 5000,
	RETRY_AFTER_MAX_S = 86400, /* what is longer is as good as never */
	HEADER_NAME_MAX = 64,
};

struct http_call {
	TAILQ_ENTRY(http_call) entry;
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	struct http_events e;
	struct loop_timer deadline, silence;
	uint64_t first_byte_us, stall_us, last_us;
	size_t received, max_bytes;
	long status; /* 0: not told yet */
	bool unwanted, too_large, cancelled, sent;
	bool added; /* curl has it */
	char error[CURL_ERROR_SIZE];
};

struct http {
	struct http_multi multi;
	TAILQ_HEAD(, http_call) calls;
	size_t n_calls;
	bool unsettled; /* a call was begun or cancelled while curl was busy */
	bool closing;	/* nothing more is begun */
};

static uint64_t now(const struct http_call *c)
{
	return clock_mono(loop_clock(c->http->multi.loop));
}

/* The key is in one of them. */
static void free_headers(struct curl_slist *headers)
{
	for (struct curl_slist *h = headers; h; h = h->next)
		sodium_memzero(h->data, strlen(h->data));
	curl_slist_free_all(headers);
}

static void destroy(struct http_call *c)
{
	if (c->added)
		curl_multi_remove_handle(c->http->multi.curl, c->easy);
	if (c->easy)
		curl_easy_cleanup(c->easy);
	free_headers(c->headers);
	loop_timer_done(&c->deadline);
	loop_timer_done(&c->silence);
	TAILQ_REMOVE(&c->http->calls, c, entry);
	c->http->n_calls--;
	buf_done(&c->body);
	free(c);
}

static uint64_t retry_after(CURL *easy)
{
	struct curl_header *ms;
	curl_off_t seconds = 0;

	if (curl_easy_header(easy, "retry-after-ms", 0, CURLH_HEADER, -1, &ms) == CURLHE_OK) {
		const unsigned long long v = strtoull(ms->value, NULL, 10);

		if (v && v <= RETRY_AFTER_MAX_S * 1000ull)
			return v * 1000;
	}
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds <= 0)
		return 0;
	return (uint64_t)(seconds < RETRY_AFTER_MAX_S ? seconds : RETRY_AFTER_MAX_S) * 1000000;
}

bool http_sent(const struct http_call *c)
{
	return c->sent;
}

/* A connection is there and the request is about to be sent.  Curl would send it anew when a connection that was used
 * before breaks without a byte of an answer; but the other side may have begun, and each time costs. */
static int on_sending(void *ctx, char *to, char *from, int to_port, int from_port)
{
	struct http_call *c = ctx;
	const bool again = c->sent;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	c->sent = true;
	return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void tell_status(struct http_call *c)
{
	if (c->status)
		return;
	curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->status);
	if (c->status && c->e.status && !c->e.status(c->e.ctx, c->status))
		c->unwanted = true;
}

static void explain(struct http_result *r, const char *text)
{
	CLEANUP(buf_done) struct buf clean = { 0 };
	size_t n;

	text_clean(&clean, (struct span){ text, strlen(text) });
	n = text_cut(buf_span(&clean), sizeof(r->why) - 1);
	memcpy(r->why, buf_p(&clean), n);
	r->why[n] = 0;
}

/* The last of a call: tells its end and destroys it. Not while curl is busy. */
static void finish(struct http_call *c, enum http_end end, const char *why)
{
	struct http_result r = { .end = end };

	if (c->cancelled) {
		destroy(c);
		return;
	}
	r.sent = c->sent;
	if (c->added) {
		r.retry_after_us = retry_after(c->easy);
		curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &r.status);
	}
	explain(&r, why);
	loop_timer_stop(&c->deadline);
	loop_timer_stop(&c->silence);
	c->cancelled = true; /* a http_cancel() in end() is too late */
	c->e.end(c->e.ctx, &r);
	destroy(c);
}

static size_t on_data(char *p, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;

	n *= size;
	if (c->cancelled)
		return CURL_WRITEFUNC_ERROR;
	c->last_us = now(c);
	if (!c->received)
		loop_timer_stop(&c->silence);
	if (c->stall_us && !c->silence.pending)
		loop_timer_in(&c->silence, c->stall_us);
	c->received += n;
	tell_status(c);
	if (c->received > c->max_bytes) {
		c->too_large = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (!c->unwanted && !c->cancelled)
		c->e.data(c->e.ctx, (struct span){ p, n });
	return c->cancelled ? CURL_WRITEFUNC_ERROR : n;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct http_call *c = ctx;
	const struct span line = { p, size * n };
	const char *colon = memchr(line.p, ':', line.n);
	char name[HEADER_NAME_MAX];
	struct span value;
	size_t len;

	if (!colon || c->cancelled)
		return line.n;
	len = (size_t)(colon - line.p);
	if (len > sizeof(name))
		return line.n;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)line.p[i]);
	value = (struct span){ colon + 1, line.n - len - 1 };
	while (value.n && strchr("\r\n\t ", value.p[value.n - 1]))
		value.n--;
	while (value.n && strchr("\t ", *value.p))
		value = (struct span){ value.p + 1, value.n - 1 };
	c->e.header(c->e.ctx, (struct span){ name, len }, value);
	return line.n;
}

static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct http_call *c = ctx;

	(void)purpose;
	if (!c->e.may_connect(c->e.ctx, &to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void on_finished(void *ctx, CURL *easy, CURLcode code)
{
	struct http_call *c;
	char *private;

	(void)ctx;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	c = (struct http_call *)(void *)private;
	if (!c->cancelled && code == CURLE_OK)
		tell_status(c);
	if (c->too_large)
		finish(c, HTTP_TOO_LARGE, "the answer is too long");
	else if (code == CURLE_OK)
		finish(c, HTTP_DONE, "");
	else if (code == CURLE_ABORTED_BY_CALLBACK)
		finish(c, HTTP_CUT, "the connection was closed");
	else
		finish(c, c->sent ? HTTP_CUT : HTTP_CONNECT,
		       c->error[0] ? c->error : curl_easy_strerror(code));
}

static void hand_over(struct http_call *c)
{
	/* It fails only for want of memory; the deadline ends the call then. */
	c->added = curl_multi_add_handle(c->http->multi.curl, c->easy) == CURLM_OK;
}

static void on_settled(void *ctx)
{
	struct http *h = ctx;
	struct http_call *c, *next;

	if (!h->unsettled)
		return;
	h->unsettled = false;
	for (c = TAILQ_FIRST(&h->calls); c; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->cancelled)
			destroy(c);
		else if (!c->added)
			hand_over(c);
	}
}

static void on_deadline(void *ctx)
{
	finish(ctx, HTTP_DEADLINE, "the deadline is over");
}

/* Pieces only note when they came; the timer looks. */
static void on_silence(void *ctx)
{
	struct http_call *c = ctx;
	const uint64_t silent = now(c) - c->last_us;
	char why[64];

	if (c->received && silent < c->stall_us) {
		loop_timer_in(&c->silence, c->stall_us - silent);
		return;
	}
	snprintf(why, sizeof(why), "%s for %.1f s", c->received ? "silent" : "no answer",
		 (double)(c->received ? c->stall_us : c->first_byte_us) / 1e6);
	finish(c, HTTP_STALL, why);
}

static bool set_headers(struct http_call *c, const char *const *headers)
{
	struct curl_slist *all = curl_slist_append(NULL, "Expect:");

	c->headers = all;
	for (; all && headers && *headers; headers++) {
		all = curl_slist_append(c->headers, *headers);
		if (all)
			c->headers = all;
	}
	return all && curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers) == CURLE_OK;
}

static bool is_https(const char *url)
{
	return !strncmp(url, "https:", 6);
}

/* What every request has in common: how little it may do. */
static bool restrain(CURL *easy, const struct http_request *q)
{
	const char *protocols = q->allow_http ? "http,https" : "https";
	bool ok = true;

#define SET(option, value) (ok &= curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)
	SET(NOSIGNAL, 1L);
	SET(PROTOCOLS_STR, protocols);
	SET(REDIR_PROTOCOLS_STR, protocols);
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, "");
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
	/* A resolver's thread that hangs is left behind, not waited for. */
	SET(QUICK_EXIT, 1L);
	SET(USERAGENT, "Mudlark/" PROC_VERSION);
	if (is_https(q->url)) {
		SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
		SET(PIPEWAIT, 1L);
	} else {
		SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	}
	return ok;
}

static bool describe(struct http_call *c, const struct http_request *q)
{
	CURL *easy = c->easy;
	bool ok = restrain(easy, q) && set_headers(c, q->headers);

	SET(URL, q->url);
	SET(ERRORBUFFER, c->error);
	SET(PRIVATE, (char *)c);
	SET(PREREQFUNCTION, on_sending);
	SET(PREREQDATA, c);
	SET(WRITEFUNCTION, on_data);
	SET(WRITEDATA, c);
	if (q->compressed)
		SET(ACCEPT_ENCODING, "gzip, deflate");
	if (q->ca_file && *q->ca_file)
		SET(CAINFO, q->ca_file);
	if (c->e.header) {
		SET(HEADERFUNCTION, on_header);
		SET(HEADERDATA, c);
	}
	if (c->e.may_connect) {
		/* A connection that is there was allowed for another's sake. */
		SET(FRESH_CONNECT, 1L);
		SET(FORBID_REUSE, 1L);
		SET(OPENSOCKETFUNCTION, on_socket);
		SET(OPENSOCKETDATA, c);
	}
	if (q->body.n) {
		buf_add(&c->body, q->body.p, q->body.n);
		SET(POST, 1L);
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)c->body.n);
		SET(POSTFIELDS, buf_p(&c->body));
	}
	if (q->method)
		SET(CUSTOMREQUEST, q->method);
#undef SET
	return ok;
}

static bool may_be_asked(const struct http_request *q)
{
	return is_https(q->url) || (q->allow_http && !strncmp(q->url, "http:", 5));
}

struct http_call *http_start(struct http *h, const struct http_request *q,
			     const struct http_events *e)
{
	struct http_call *c;

	if (h->closing || !may_be_asked(q))
		return NULL;
	c = base_alloc(1, sizeof(*c));
	c->http = h;
	c->e = *e;
	c->first_byte_us = q->first_byte_us;
	c->stall_us = q->stall_us;
	c->max_bytes = q->max_bytes;
	loop_timer_init(h->multi.loop, &c->deadline, on_deadline, c);
	loop_timer_init(h->multi.loop, &c->silence, on_silence, c);
	TAILQ_INSERT_TAIL(&h->calls, c, entry);
	h->n_calls++;
	c->easy = curl_easy_init();
	if (!c->easy || !describe(c, q)) {
		destroy(c);
		return NULL;
	}
	if (q->deadline_us)
		loop_timer_in(&c->deadline, q->deadline_us);
	if (q->first_byte_us)
		loop_timer_in(&c->silence, q->first_byte_us);
	if (h->multi.busy)
		h->unsettled = true;
	else
		hand_over(c);
	return c;
}

void http_cancel(struct http_call *c)
{
	if (c->cancelled)
		return;
	c->cancelled = true;
	loop_timer_stop(&c->deadline);
	loop_timer_stop(&c->silence);
	if (c->http->multi.busy)
		c->http->unsettled = true;
	else
		destroy(c);
}

struct span http_body(const struct http_call *c)
{
	return buf_span(&c->body);
}

size_t http_under_way(const struct http *h)
{
	return h->n_calls;
}

struct loop *http_loop(const struct http *h)
{
	return h->multi.loop;
}

int http_new(struct http **ret, struct loop *l, size_t max_connections)
{
	struct http *h;
	int r;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -ENOMEM;
	h = base_alloc(1, sizeof(*h));
	TAILQ_INIT(&h->calls);
	h->multi.finished = on_finished;
	h->multi.settled = on_settled;
	h->multi.ctx = h;
	r = http_multi_init(&h->multi, l, max_connections);
	if (r < 0) {
		http_free(h);
		return r;
	}
	*ret = h;
	return 0;
}

void http_free(struct http *h)
{
	struct http_call *c;

	if (!h)
		return;
	assert(!h->multi.busy);
	h->closing = true;
	while ((c = TAILQ_FIRST(&h->calls)))
		finish(c, HTTP_CANCELLED, "the process ends");
	http_multi_done(&h->multi);
	free(h);
	curl_global_cleanup();
}
