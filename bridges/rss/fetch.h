/*
 * fetch.h - a feed is asked for: one conditional GET, with redirects of its own, each judged by the guard like the first.
 *
 * Bounded in all: time (redirects with it), bytes once unpacked, and how much they may have been packed.
 */
#pragma once

#include "bridges/rss/guard.h"
#include "rt/base.h"
#include "rt/http.h"

struct fetch;

enum { FETCH_REDIRECTS = 3, FETCH_RATIO = 100, FETCH_RATIO_FREE = 65536, FETCH_HEADER = 1000 };

enum fetch_end {
	FETCH_BODY,   /* all of it was handed out, or as much as was wanted */
	FETCH_SAME,   /* 304 */
	FETCH_GONE,   /* 410 */
	FETCH_FAILED, /* `why`; part of a body may have been handed out */
	FETCH_REFUSED /* by the guard */
};

struct fetch_spec {
	const char *url, *etag, *modified; /* the latter NULL: none */
	size_t max_bytes;
	uint64_t deadline_us;
	const char *ca_file;
};

/* Valid during the call. */
struct fetch_result {
	enum fetch_end end;
	char why[200];
	const char *moved_to; /* it is there for good (301, 308 all the way); NULL: where it was */
	const char *etag, *modified;	     /* of the answer; empty: none */
	uint64_t retry_after_us, max_age_us; /* 0: not said */
};

struct fetch_events {
	/* `base`: the address it came from in the end. False: no more is wanted. */
	bool (*body)(void *ctx, struct span content_type, const char *base, struct span piece);
	/* Once, last, from the loop; fetch_free() may be called in it. */
	void (*done)(void *ctx, const struct fetch_result *r);
	void *ctx;
};

/* Borrows http, guard for as long as it lives. */
struct fetch *fetch_start(struct http *http, const struct guard *guard, const struct fetch_spec *q,
			  const struct fetch_events *e);
void fetch_free(struct fetch *f); /* ends it without done() */
