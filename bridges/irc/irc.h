/*
 * irc.h - the process as one value: its options and its outside.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/run.h"

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

extern const struct bridge_program irc_program;
/* Rows and files of its options, a struct irc_conf: proc_spec.check. */
int irc_check(const void *conf, struct buf *why) MUST_USE;
