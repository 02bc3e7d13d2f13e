/*
 * httphead.h - the head of an HTTP/1.1 request (RFC 9110, 9112) as a pure reader: bytes in, request out,
 * no socket.  Only what a browser needs to load a page and to ask for a WebSocket: GET and HEAD.
 *
 * It is strict where readers that differ would be played off against each other: lines end with CR LF
 * and nothing else, no line is folded, no request has a body, Host is there once, names are tokens.
 * Errors show at the same byte however the bytes were cut.
 */
#pragma once

#include "rt/base.h"

enum {
	HTTP_HEAD_MAX = 8 << 10, /* bytes of a head */
	HTTP_TARGET_MAX = 1 << 10,
	HTTP_HEADERS = 64,
};

/* What a request is answered with. */
enum http_status {
	HTTP_MORE = 1, /* not an answer: the head is not whole yet */
	HTTP_SWITCHING = 101,
	HTTP_OK = 200,
	HTTP_NOT_MODIFIED = 304,
	HTTP_BAD = 400,
	HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404,
	HTTP_BAD_METHOD = 405,
	HTTP_TIMEOUT = 408,
	HTTP_HAS_BODY = 413,
	HTTP_LONG_TARGET = 414,
	HTTP_UPGRADE = 426,
	HTTP_TOO_MANY = 429,
	HTTP_LARGE_HEAD = 431,
	HTTP_BUSY = 503,
	HTTP_BAD_VERSION = 505,
};

struct http_header {
	struct span name, value; /* the value without spaces around it */
};

/* Borrows from the head. */
struct http_head {
	bool head;	  /* HEAD, not GET */
	bool is_old;	  /* HTTP/1.0 */
	struct span path; /* as it was sent, without the query; begins with / */
	struct http_header headers[HTTP_HEADERS];
	size_t n;
};

/* Looks for the end of the head. *seen: bytes of `in` that were looked at, 0 at first. 0: the head is
 * the first *ret_n bytes; HTTP_MORE; or the status to refuse it with. */
int http_head_whole(struct span in, size_t *seen, size_t *ret_n) MUST_USE;
/* Takes a whole head apart. 0, or the status to refuse it with; then *ret is as far as it was read. */
int http_head_parse(struct span head, struct http_head *ret) MUST_USE;
/* The first header of this name (in lower case); a span with p NULL: there is none. */
struct span http_head_get(const struct http_head *r, const char *name);
/* How many there are. */
size_t http_head_count(const struct http_head *r, const char *name);
/* Is the word one of those, separated by commas, in headers of this name? ASCII without case. */
bool http_head_has_token(const struct http_head *r, const char *name, const char *word);
/* Does If-None-Match name this entity tag (with its quotes)? Compared weakly, as RFC 9110 wants. */
bool http_head_is_known(const struct http_head *r, const char *etag);
/* Splits off the next item of a list with commas; false at the end. */
bool http_head_item(struct span *list, struct span *ret);
/* "Not Found" for 404. */
const char *http_head_reason(int status);
