/*
 * serve.h - a small HTTP/1.1 server of documents for strangers (RFC 9110, 9112): GET and HEAD, entity tags and dates,
 * gzip where it is wanted, keep-alive; nothing else.
 *
 * Heads are read by rt/httphead.h.  Bounds: connections in all and for one address (IPv6: /64), requests a minute for one
 * address (429), 10 s for a head, 15 s of silence between requests, 60 s for a client to take an answer.  Documents are shared
 * by the answers that are under way, so a slow reader costs a connection and no copy.
 */
#pragma once

#include "rt/base.h"
#include "rt/httphead.h"
#include "rt/loop.h"

struct serve;
struct serve_doc;

/* A document, counted: the caller has one reference. `gzip` is made here. */
struct serve_doc *serve_doc_new(struct span body);
struct serve_doc *serve_doc_ref(struct serve_doc *d);
void serve_doc_unref(struct serve_doc *d);	       /* NULL is allowed */
const char *serve_doc_etag(const struct serve_doc *d); /* quoted, of the plain body */

struct serve_answer {
	int status;	       /* HTTP_OK, or with `text` what it is refused with */
	const char *type;      /* Content-Type */
	struct serve_doc *doc; /* borrowed */
	int64_t modified_s;    /* Last-Modified, seconds since 1970; 0: not said */
	const char *text;      /* of a refusal: a sentence */
};

struct serve_conf {
	const char *address; /* CONF_ADDRESS, not empty */
	size_t max_conns, max_per_address;
	unsigned
		rate; /* requests a minute of one address, a quarter of it at once; 0: any number */
	void (*answer)(void *ctx, const struct http_head *r, struct serve_answer *ret);
	void *ctx;
};

struct serve_stats {
	uint64_t requests, not_modified, refused, too_many;
	size_t conns;
};

/* 0 or -errno of bind_tcp(). */
int serve_new(struct serve **ret, struct loop *l, const struct serve_conf *c) MUST_USE;
void serve_free(struct serve *s);
void serve_stats(const struct serve *s, struct serve_stats *ret);
