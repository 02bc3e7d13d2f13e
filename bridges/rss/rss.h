/*
 * rss.h - the process as one value: its options and its outside.
 */
#pragma once

#include "bridges/bridge.h"

/* rss.* as in main.c. */
struct rss_conf {
	struct bridge_conf common; /* first */
	char **feeds;		   /* rows of chart.h: URL = CHANNEL ... */
	char *listen;
};

struct rss;

/* 0; -EINVAL: an option is wrong, said in the log; errors of bridge_start(). */
int rss_start(struct rss **ret, struct proc *proc, struct rss_conf *conf) MUST_USE;
void rss_stop(struct rss *x);	/* within 4 s */
void rss_reload(struct rss *x); /* options have changed */
void rss_free(struct rss *x);
