/*
 * irc.h - the process as one value: its options and its outside.
 */
#pragma once

#include "bridges/bridge.h"

/* irc.* as in main.c. */
struct irc_conf {
	struct bridge_conf common; /* first */
	char *host, *nick;
	char **channels; /* rows of chart.h */
	int64_t port;
	bool tls;
};

struct irc;

/* 0; -EINVAL: an option is wrong, said in the log; errors of bridge_start(). */
int irc_start(struct irc **ret, struct proc *proc, struct irc_conf *conf) MUST_USE;
void irc_stop(struct irc *x);	/* within 4 s */
void irc_reload(struct irc *x); /* options have changed */
void irc_free(struct irc *x);
