/*
 * watch.h - processes that are looked at again and again: /readyz and /metrics of each, all at once, and what they said
 * in the last seconds.
 *
 * What a process shows is kept while it answers and lives; a gap or a new life begins a new history, so that a
 * difference between two shots is always one of the same counters.
 */
#pragma once

#include "fetch.h"
#include "rt/base.h"
#include "rt/buf.h"
#include "rt/loop.h"
#include "scrape.h"

enum { WATCH_MAX = 64, WATCH_NAME = 32, WATCH_ADDRESS = 280, WATCH_WHY = 400, WATCH_SHOTS = 11 };

struct watch_shot {
	uint64_t at_us;
	struct scrape scrape;
};

struct watch_target {
	char name[WATCH_NAME], address[WATCH_ADDRESS];
	/* Of the last round. */
	int r;		     /* of /metrics, as fetch.h */
	unsigned ready;	     /* HTTP status of /readyz; 0: none */
	char why[WATCH_WHY]; /* what /readyz said if that was not 200: clean text */
	struct watch_shot shots[WATCH_SHOTS]; /* oldest first */
	size_t n;
	struct watch *watch;
	struct fetch *fetches[2];
};

struct watch {
	struct loop *loop;
	char super[WATCH_ADDRESS]; /* where `mudlark up` is asked for its status; "": nobody is */
	struct buf told;	   /* what it answered in the last round */
	struct fetch *asked;
	struct watch_target *targets[WATCH_MAX];
	size_t n;
	size_t pending; /* answers of this round that are to come */
	struct loop_timer settle;
	void (*done)(void *ctx);
	void *ctx;
};

/* `done` is called at the end of each round; it may begin the next. */
void watch_init(struct watch *w, struct loop *l, void (*done)(void *ctx), void *ctx);
void watch_done(struct watch *w);
/* A process more, or another address for the one of that name. 1: too many, or too long. */
int watch_add(struct watch *w, const char *name, const char *address) MUST_USE;
/* Ask the supervisor at that socket, too. 1: too long. */
int watch_super(struct watch *w, const char *path) MUST_USE;
struct watch_target *watch_find(struct watch *w, const char *name);
/* Nothing while one is under way. */
void watch_round(struct watch *w, uint64_t timeout_us);

/* The newest shot if it answered in the last round, else an empty one. */
const struct scrape *watch_now(const struct watch_target *t);
/* The one that many rounds before, or the oldest; NULL: there is none. */
const struct watch_shot *watch_before(const struct watch_target *t, size_t rounds);
