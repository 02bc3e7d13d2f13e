/*
 * bucket.c - see bucket.h.
 *
 * A route begins with a bucket of its own; when Discord names one, the route moves to it.  Buckets count their routes.
 */
#include "bridges/discord/bucket.h"

#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"

enum { SECOND = 1000000, WINDOW_US = 600 * SECOND };

struct bucket {
	char *name; /* as in `named`; NULL: of one route only */
	unsigned routes;
	uint64_t limit, remaining;
	uint64_t reset_us; /* when it is full again; 0: nothing is known */
};

struct route {
	struct bucket *bucket;
};

void buckets_init(struct buckets *b)
{
	*b = (struct buckets){ 0 };
	strmap_init(&b->routes, NULL);
	strmap_init(&b->named, NULL);
}

static void release(struct buckets *b, struct bucket *k)
{
	if (--k->routes)
		return;
	if (k->name)
		strmap_del(&b->named, (struct span){ k->name, strlen(k->name) });
	free(k->name);
	free(k);
}

static void forget_routes(struct buckets *b)
{
	struct span key;
	size_t it = 0;
	void *v;

	while (strmap_next(&b->routes, &it, &key, &v)) {
		struct route *r = v;

		release(b, r->bucket);
		free(r);
	}
	strmap_done(&b->routes);
}

void buckets_done(struct buckets *b)
{
	forget_routes(b);
	strmap_done(&b->named);
}

static struct route *route_of(struct buckets *b, struct span key)
{
	struct route *r = strmap_get(&b->routes, key);

	if (r)
		return r;
	/* Far more than a bridge has: what was known is learned anew. */
	if (b->routes.n >= BUCKET_ROUTES) {
		forget_routes(b);
		strmap_init(&b->routes, NULL);
	}
	r = base_alloc(1, sizeof(*r));
	r->bucket = base_alloc(1, sizeof(*r->bucket));
	r->bucket->routes = 1;
	strmap_put(&b->routes, key, r);
	return r;
}

static uint64_t until(uint64_t at, uint64_t now_us)
{
	return at > now_us ? at - now_us : 0;
}

static uint64_t global_wait(const struct buckets *b, uint64_t now_us)
{
	uint64_t us = until(b->all_until_us, now_us);
	uint64_t more = 0;

	if (b->sent >= BUCKET_GLOBAL)
		more = until(b->sent_us[b->sent % BUCKET_GLOBAL] + SECOND, now_us);
	if (more > us)
		us = more;
	if (b->invalid >= BUCKET_INVALID) {
		more = until(b->window_us + WINDOW_US, now_us);
		if (more > us)
			us = more;
	}
	return us;
}

uint64_t buckets_wait(const struct buckets *b, struct span route, uint64_t now_us)
{
	const struct route *r = route.n ? strmap_get(&b->routes, route) : NULL;
	const uint64_t us = global_wait(b, now_us);
	uint64_t own = 0;

	if (r && r->bucket->reset_us && r->bucket->remaining == 0)
		own = until(r->bucket->reset_us, now_us);
	return own > us ? own : us;
}

void buckets_took(struct buckets *b, struct span route, uint64_t now_us)
{
	struct bucket *k;

	b->sent_us[b->sent++ % BUCKET_GLOBAL] = now_us;
	if (!route.n)
		return;
	k = route_of(b, route)->bucket;
	if (k->reset_us && k->reset_us <= now_us) {
		k->remaining = k->limit;
		k->reset_us = 0;
	}
	if (k->remaining)
		k->remaining--;
}

/* The major parameter stands behind the last slash of a route; buckets of others have other limits. */
static void move(struct buckets *b, struct route *r, struct span route, struct span name)
{
	CLEANUP(buf_done) struct buf whole = { 0 };
	const char *slash = memrchr(route.p, '/', route.n);
	struct bucket *k;

	buf_add(&whole, name.p, name.n);
	if (slash)
		buf_add(&whole, slash, (size_t)(route.p + route.n - slash));
	if (r->bucket->name && strlen(r->bucket->name) == whole.n &&
	    !memcmp(r->bucket->name, buf_p(&whole), whole.n))
		return;
	k = strmap_get(&b->named, buf_span(&whole));
	if (!k) {
		k = base_alloc(1, sizeof(*k));
		k->name = base_dup(buf_p(&whole), whole.n);
		strmap_put(&b->named, buf_span(&whole), k);
	}
	k->routes++;
	release(b, r->bucket);
	r->bucket = k;
}

void buckets_heard(struct buckets *b, struct span route, const struct bucket_news *n,
		   uint64_t now_us)
{
	struct route *r;

	if (!route.n || (!n->known && !n->name.n))
		return;
	r = route_of(b, route);
	if (n->name.n)
		move(b, r, route, n->name);
	if (!n->known)
		return;
	r->bucket->limit = n->limit ? n->limit : 1;
	r->bucket->remaining = n->remaining;
	r->bucket->reset_us = now_us + n->reset_after_us;
}

void buckets_limited(struct buckets *b, struct span route, enum bucket_scope scope,
		     uint64_t retry_after_us, uint64_t now_us)
{
	struct bucket *k;

	if (scope != BUCKET_SHARED)
		buckets_wrong(b, now_us);
	if (scope == BUCKET_ALL || !route.n) {
		b->all_until_us = now_us + retry_after_us;
		return;
	}
	k = route_of(b, route)->bucket;
	k->remaining = 0;
	if (!k->limit)
		k->limit = 1;
	k->reset_us = now_us + retry_after_us;
}

void buckets_wrong(struct buckets *b, uint64_t now_us)
{
	if (!b->window_us || b->window_us + WINDOW_US <= now_us) {
		b->window_us = now_us;
		b->invalid = 0;
	}
	b->invalid++;
}
