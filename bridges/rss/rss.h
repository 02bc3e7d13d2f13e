/*
 * rss.h - the process as one value: its options and its outside.
 *
 * It has two halves that know nothing of each other: reader.h reads the feeds of others (rss.feeds), publish.h serves those of
 * the game (rss.listen).  Each is there when its option is set.
 */
#pragma once

#include "bridges/bridge.h"

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

struct rss;

/* 0; -EINVAL: an option is wrong, said in the log; errors of bridge_start(). */
int rss_start(struct rss **ret, struct proc *proc, struct rss_conf *conf) MUST_USE;
void rss_stop(struct rss *x);	/* within 4 s */
void rss_reload(struct rss *x); /* options have changed */
void rss_free(struct rss *x);
