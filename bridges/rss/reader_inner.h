/*
 * reader_inner.h - what the polls of a reader share.
 */
#pragma once

#include <sys/queue.h>
#include "bridges/bridge.h"
#include "bridges/chart.h"
#include "bridges/rss/guard.h"
#include "bridges/rss/poll.h"
#include "bridges/rss/reader.h"
#include "rt/http.h"
#include "rt/rand.h"

enum { READER_AT_ONCE = 4 }; /* feeds that are fetched in the same moment */

struct reader {
	struct bridge *bridge;
	const struct rss_conf *conf;
	struct guard guard;
	struct http *http;
	struct chart chart;
	TAILQ_HEAD(poll_list, poll) polls;
	TAILQ_HEAD(poll_queue, poll) waiting; /* to be fetched */
	size_t fetching;
	struct rng rng;
	double numbers[READER_NUMBERS];
};

/* Fetches the feed as soon as there are not too many under way. */
void reader_enqueue(struct reader *r, struct poll *p);
void reader_fetched(struct reader *r);
