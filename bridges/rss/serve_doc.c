/*
 * serve_doc.c - documents that are served: bytes, the same packed, and their entity tag.
 */
#include "bridges/rss/serve_inner.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static void pack(struct serve_doc *d)
{
	z_stream z = { 0 };
	size_t room;
	char *p;

	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return;
	room = deflateBound(&z, (uLong)d->body.n);
	p = buf_reserve(&d->gzip, room);
	z.next_in = (Bytef *)(uintptr_t)buf_p(&d->body);
	z.avail_in = (uInt)d->body.n;
	z.next_out = (Bytef *)p;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		buf_commit(&d->gzip, room - z.avail_out);
	deflateEnd(&z);
}

struct serve_doc *serve_doc_new(struct span body)
{
	struct serve_doc *d = base_alloc(1, sizeof(*d));
	unsigned char h[16];

	d->refs = 1;
	buf_add(&d->body, body.p, body.n);
	crypto_generichash(h, sizeof(h), (const unsigned char *)body.p, body.n, NULL, 0);
	snprintf(d->etag, sizeof(d->etag), "\"%02x%02x%02x%02x%02x%02x%02x%02x\"", h[0], h[1], h[2],
		 h[3], h[4], h[5], h[6], h[7]);
	snprintf(d->etag_gzip, sizeof(d->etag_gzip), "\"%.16s-gz\"", d->etag + 1);
	pack(d);
	return d;
}

struct serve_doc *serve_doc_ref(struct serve_doc *d)
{
	d->refs++;
	return d;
}

void serve_doc_unref(struct serve_doc *d)
{
	if (!d || --d->refs)
		return;
	buf_done(&d->body);
	buf_done(&d->gzip);
	free(d);
}

const char *serve_doc_etag(const struct serve_doc *d)
{
	return d->etag;
}
