/*
 * irc.h - the process as one value: its options and its outside.
 */
#pragma once

#include "bridges/bridge.h"

/* irc.* as in main.c. */
struct irc_conf {
	struct bridge_conf common; /* first */
	/* the first network; host "": there is none */
	char *name, *host, *nick, *realname;
	char *account, *password_file, *server_password_file, *cert_file, *ca_file;
	int sasl; /* enum sasl_mechanism */
	int64_t port;
	bool tls;
	char **networks;		  /* rows for more */
	char **channels;		  /* rows of chart.h */
	int64_t flood_every, flood_burst; /* what we say */
	int64_t speak_every, speak_burst; /* what one speaker says */
	int64_t retry_min, retry_max;
	bool bots;
};

struct irc;

/* 0; -EINVAL: an option is wrong, said in the log; errors of bridge_start(). */
int irc_start(struct irc **ret, struct proc *proc, struct irc_conf *conf) MUST_USE;
void irc_stop(struct irc *x);	/* within 4 s */
void irc_reload(struct irc *x); /* options have changed */
void irc_free(struct irc *x);
