/*
 * poll.h - one feed that is read, for as long as it has a row: asked at its times, what is new is told, what was told is kept.
 *
 *	LOADING -> IDLE -> WAITING -> FETCHING -> TELLING -> STORING -> IDLE ...		GONE
 *
 * Its state is stored when all that is new has been taken by the world; what was told of it before a crash is told again, under the same
 * ids.  The first reading marks everything as seen and tells nothing.
 *
 * What cannot be read waits longer each time; what has been put right by the operator does not: poll_again(), and every start,
 * ask at once for a feed that failed, but never before its server said (Retry-After).
 */
#pragma once

#include <sys/queue.h>
#include "bridges/chart.h"
#include "bridges/rss/feed.h"
#include "bridges/rss/fetch.h"
#include "bridges/rss/news.h"
#include "bridges/rss/state.h"
#include "rt/loop.h"

struct reader;

enum poll_state {
	POLL_LOADING,
	POLL_IDLE,
	POLL_WAITING,
	POLL_FETCHING,
	POLL_TELLING,
	POLL_STORING,
	POLL_GONE
};

enum { POLL_KEY = 32, POLL_WHY = 240, POLL_TELL_STAFF = 5 };

struct poll {
	TAILQ_ENTRY(poll) entry, queued;
	struct reader *reader;
	const struct chart_row *row;
	char *url;	       /* as in the row: its name */
	char key[POLL_KEY];    /* "feed/..." */
	char source[POLL_KEY]; /* "rss/..." */
	char *name;	       /* in the game */
	enum poll_state state;
	struct state kept;
	struct loop_timer timer;
	struct fetch *fetch;

	/* While it is fetched. */
	struct feed *feed;
	int64_t now_ms;	 /* one for all items: undated ones keep their order */
	size_t place;	 /* of the next item */
	size_t had;	 /* items that were known before */
	size_t unlisted; /* beyond what is looked at */
	bool again;	 /* poll_again() came since it was asked for */
	struct news news;

	/* While it is told: the next item and place, and what is under way. */
	size_t item, where, under_way;

	char why[POLL_WHY]; /* what is wrong with it; empty: nothing */
};

struct poll *poll_new(struct reader *r, const struct chart_row *row);
void poll_free(struct poll *p);
/* Its row was read anew. */
void poll_set_row(struct poll *p, const struct chart_row *row);
/* The options or its row have changed: if it failed or was gone it is asked soon. */
void poll_again(struct poll *p);
void poll_fetch(struct poll *p); /* it is its turn */
void poll_status(const struct poll *p, struct buf *out);
bool poll_is_well(const struct poll *p);
/* The interval of a row, us; 0: none is said; false: it is not a time. */
bool poll_read_every(const struct chart_row *row, int64_t *ret_us) MUST_USE;
