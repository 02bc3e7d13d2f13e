/*
 * fetch.h - one GET to the HTTP server of a process (rt/metric.h), or one line to `mudlark up` (control.h), on the loop:
 * nothing blocks, so many are asked at once and one that is dead holds up nobody.
 */
#pragma once

#include "rt/base.h"
#include "rt/loop.h"

enum { FETCH_BODY_MAX = 4 << 20, FETCH_HEAD_MAX = 8192 };

struct fetch;

struct fetch_spec {
	const char *address; /* host:port, [v6]:port or unix:path, as in an option */
	const char
		*path; /* NULL: no HTTP, the line `order` is sent and all that comes is the body */
	const char *order;
	uint64_t timeout_us;
	/*
	 * Once, never from inside fetch_start(); the fetch is still to be freed, but not from inside.  r 0: there is a
	 * status and a body.  -EINVAL: not an address; -EHOSTUNREACH: no such host; -ECONNREFUSED, -ENOENT: nobody is there;
	 * -ETIMEDOUT; -EPROTO: not an answer of HTTP; -EMSGSIZE: longer than FETCH_BODY_MAX.
	 */
	void (*done)(void *ctx, int r, unsigned status, struct span body);
	void *ctx;
};

/* Names are looked up in the loop, too. */
struct fetch *fetch_start(struct loop *l, const struct fetch_spec *spec) MUST_USE;
/* Before or after it is done. */
void fetch_free(struct fetch *f);
/* What r is called on a screen, a few words. */
const char *fetch_word(int r);
