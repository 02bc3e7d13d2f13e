/*
 * limit.h - rate limits of REST: a bucket for each route and its major parameter, and one for all.
 *
 * Who was told that nothing is left, and comes before the time that was told, is a misuse: the client knew.  What may
 * have been on its way already when it was told (LIMIT_WAY_US) is only refused.
 */
#pragma once

#include <jansson.h>
#include "rt/base.h"
#include "rt/buf.h"

enum { LIMIT_WAY_US = 100000 };

struct limit {
	json_t *buckets; /* key -> {"used", "from", "told", "since"} in us */
	uint64_t global_from, global_told, global_since; /* the second being counted; told: not
							  * before then, and since when */
	int64_t global_used;
};

struct limit_ask {
	const char *key;   /* "execute:123" */
	const char *route; /* the hash in X-RateLimit-Bucket is of it */
	uint64_t now;
	int64_t n, window_us, global_n;
	bool no_global; /* routes that the global limit is not for */
};

struct limit_answer {
	bool exceeded, global, knew;
	uint64_t retry_us;
};

void limit_init(struct limit *l);
void limit_done(struct limit *l);
struct limit_answer limit_take(struct limit *l, const struct limit_ask *q);
/* From outside: nothing for so long, of this bucket or of all; the client is told so now. */
void limit_shut(struct limit *l, const struct limit_ask *q, uint64_t for_us, bool global);
/* Header lines of an answer; after the 429 of `a`, those too. */
void limit_headers(struct limit *l, const struct limit_ask *q, const struct limit_answer *a,
		   const char *scope, struct buf *out);
