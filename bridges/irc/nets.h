/*
 * nets.h - the networks, as the operator wrote them: the first by options of its own, others by rows.
 *
 *	"NAME HOST[:PORT] [tls=no] [nick=NICK] [realname=WORD] [sasl=plain|external|scram] [account=WORD]
 *	 [password_file=PATH] [server_password_file=PATH] [cert_file=PATH] [ca_file=PATH]"
 *
 * host=HOST and port=PORT may stand instead.  What a row does not say is as for the first network, but for what logs in.
 */
#pragma once

#include "bridges/irc/irc.h"
#include "bridges/irc/sasl.h"

enum { NETS_MAX = 16, NETS_OPTION = 40 };

struct net_conf {
	char *name, *host, *nick, *realname;
	uint16_t port;
	bool tls;
	enum sasl_mechanism sasl;
	char *account, *password, *server_password; /* NULL: none */
	char *cert_file, *ca_file;
	const char *fault; /* while it is read: the word that is wrong; NULL: none */
};

struct nets {
	struct net_conf *v;
	size_t n;
};

/* The names of irc.sasl and of "sasl=", in the order of enum sasl_mechanism. */
extern const char *const nets_mechanisms[];

/* 0; 1: sentences are appended to *why, `option` is the first that is wrong, *ret is empty. */
int nets_read(struct nets *ret, const struct irc_conf *conf, struct buf *why,
	      char option[NETS_OPTION]) MUST_USE;
void nets_done(struct nets *t);
/* NULL: there is none of this name. */
const struct net_conf *nets_find(const struct nets *t, struct span name);
