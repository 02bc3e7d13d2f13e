/*
 * reader.h - the feeds that are read: a poll (poll.h) for each row of rss.feeds, and what they share.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/rss/rss.h"

struct reader;

enum reader_number {
	READER_POLLS, /* answers, of whatever kind */
	READER_SAME,  /* not modified */
	READER_FAILURES,
	READER_REFUSED,	 /* by the guard */
	READER_ITEMS,	 /* told in the game */
	READER_LEFT_OUT, /* more at once than are told */
	READER_NUMBERS
};

/* Is what the options say about reading right? 0; 1: sentences are appended to *why. */
int reader_check(const struct rss_conf *conf, struct buf *why) MUST_USE;
/* Right options; `conf` and `b` are borrowed. -ENOMEM. */
int reader_new(struct reader **ret, struct bridge *b, const struct rss_conf *conf) MUST_USE;
void reader_free(struct reader *r);
/* The options have changed. Feeds whose row is as before go on; those that failed or were gone are
 * asked again at once. */
void reader_reload(struct reader *r);
void reader_status(const struct reader *r, struct buf *out);
bool reader_ready(const struct reader *r, struct buf *why);
void reader_numbers(const struct reader *r, double ret[READER_NUMBERS]);
