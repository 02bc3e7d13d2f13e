/*
 * rss.h - the process as one value: its options and its outside.
 *
 * It has two halves that know nothing of each other: reader.h reads the feeds of others (rss.feeds), publish.h serves those of
 * the game (rss.listen).  Each is there when its option is set.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/run.h"

/* rss.* as in main.c. */
struct rss_conf {
	struct bridge_conf common; /* first */
	/* reading */
	char **feeds; /* rows of chart.h: URL = CHANNEL ... */
	char **allow, **ports;
	char *ca_file;
	int64_t every, min_every; /* us */
	int64_t max_bytes, deadline;
	/* publishing */
	char *listen, *title, *base_url;
	char **publish;
	int64_t items, rate, max_conns;
};

extern const struct bridge_program rss_program;
/* Rows and files of its options, a struct rss_conf: proc_spec.check. */
int rss_check(const void *conf, struct buf *why) MUST_USE;
