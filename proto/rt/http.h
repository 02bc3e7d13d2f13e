/*
 * http.h - requests over libcurl's multi interface on the loop.
 *
 * Nothing blocks; names are resolved by curl's threads; no redirects (keys; who wants them reads Location), no cookies, no proxies from the
 * environment, certificates always verified; only https, and http where allowed; answers are counted and
 * capped as they are read.  A request is sent once, never again by itself: each time costs.  Silence and the
 * deadline end it.  Cancelling closes its connection (its stream, over HTTP/2).
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"

struct sockaddr;
struct http;
struct http_call;

enum http_end {
	HTTP_DONE,    /* the whole answer is there; its status may be anything */
	HTTP_CONNECT, /* no connection: name, refused, TLS */
	HTTP_DEADLINE,
	HTTP_STALL,
	HTTP_CUT, /* the connection broke in the middle */
	HTTP_TOO_LARGE,
	HTTP_CANCELLED, /* http_free() */
};

struct http_request {
	const char *url;
	const char *const *headers; /* "name: value", NULL-terminated; copied */
	struct span body;	    /* copied; empty: GET */
	uint64_t deadline_us;	    /* from now; 0: none */
	uint64_t first_byte_us;	    /* until the body begins; 0: no limit but the deadline */
	uint64_t stall_us;	    /* silence after that; 0: no limit but the deadline */
	size_t max_bytes;	    /* of the body */
	bool allow_http;	    /* not only https */
	const char *method;	    /* a literal; NULL: POST with a body, GET without */
	bool compressed;     /* ask for gzip; data() and max_bytes are of what it unpacks to */
	const char *ca_file; /* certificates to trust, PEM; NULL or "": the system's */
};

struct http_result {
	enum http_end end;
	long status;		 /* 0: none came */
	uint64_t retry_after_us; /* of the header; 0: not said */
	bool sent;		 /* the request may have reached the other side */
	char why[160];		 /* for a person; never a header's or key's text */
};

struct http_events {
	/* The status is there; false: the body is not wanted, go on to the end without data(). May be NULL. */
	bool (*status)(void *ctx, long status);
	void (*data)(void *ctx, struct span piece);
	/* A header of the answer, name in lower case, value trimmed; both end when it returns. May be NULL. */
	void (*header)(void *ctx, struct span name, struct span value);
	/* An address the name was resolved to, before anything is sent there. False: not that one. May be NULL. */
	bool (*may_connect)(void *ctx, const struct sockaddr *to);
	/* Exactly once, last; the call is gone when it returns. Not after http_cancel(). */
	void (*end)(void *ctx, const struct http_result *r);
	void *ctx;
};

int http_new(struct http **ret, struct loop *l, size_t max_connections) MUST_USE;
/* Ends what is under way with HTTP_CANCELLED. Not from a callback of a call. */
void http_free(struct http *h);
/* NULL: it cannot even be begun (memory, URL); `end` is not called. Never calls back before returning; may be
 * called in any callback. */
struct http_call *http_start(struct http *h, const struct http_request *q,
			     const struct http_events *e);
void http_cancel(struct http_call *c); /* may be called in its own data() */
bool http_sent(const struct http_call *c);
struct span http_body(const struct http_call *c); /* of the request; until end() returned */
size_t http_under_way(const struct http *h);
struct loop *http_loop(const struct http *h);
