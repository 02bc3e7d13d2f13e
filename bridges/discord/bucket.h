/*
 * bucket.h - when a request may go: Discord's rate limits as arithmetic, without a clock or a socket.
 * https://discord.com/developers/docs/topics/rate-limits
 *
 * A route is a method and a path with its major parameter ("POST webhooks/123").  Routes share a bucket when
 * Discord names the same one for them.  Besides there is a limit for everything, and a count of requests that were
 * wrong: long before Discord would lock the address out, nothing goes any more for a while.
 */
#pragma once

#include "rt/base.h"
#include "rt/map.h"

enum {
	BUCKET_GLOBAL = 50,    /* requests a second */
	BUCKET_INVALID = 1000, /* in 10 minutes; Discord locks out at 10,000 */
	BUCKET_ROUTES = 2048,
};

enum bucket_scope { BUCKET_USER, BUCKET_SHARED, BUCKET_ALL };

/* What the headers of an answer say. */
struct bucket_news {
	struct span name; /* X-RateLimit-Bucket; empty: none */
	bool known;	  /* remaining and reset_after_us are there */
	uint64_t limit, remaining, reset_after_us;
};

struct buckets {
	struct strmap routes, named;
	uint64_t sent_us[BUCKET_GLOBAL]; /* a ring */
	size_t sent;
	uint64_t all_until_us; /* after a 429 for everything */
	uint64_t window_us;    /* of `invalid` */
	unsigned invalid;
};

void buckets_init(struct buckets *b);
void buckets_done(struct buckets *b);
/* How long until a request of this route may go; 0: now. An empty route has no limit but the one for everything. */
uint64_t buckets_wait(const struct buckets *b, struct span route, uint64_t now_us);
/* One goes. */
void buckets_took(struct buckets *b, struct span route, uint64_t now_us);
void buckets_heard(struct buckets *b, struct span route, const struct bucket_news *n,
		   uint64_t now_us);
/* 429. */
void buckets_limited(struct buckets *b, struct span route, enum bucket_scope scope,
		     uint64_t retry_after_us, uint64_t now_us);
/* 401, 403, or a 429 that was not SHARED. */
void buckets_wrong(struct buckets *b, uint64_t now_us);
