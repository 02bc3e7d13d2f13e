/*
 * ircd.h - a real IRC server for a test: ngircd or inspircd of Debian, with its configuration in a folder of its own, on
 * free loopback ports, plain and over TLS; ended with the test.
 *
 * Limits of speed are wide open, but where a test asks for those that a public server has.
 */
#pragma once

#include "tests/support/child.h"

enum ircd_kind { IRCD_NGIRCD, IRCD_INSPIRCD, IRCD_KINDS };

struct ircd_conf {
	enum ircd_kind kind;
	bool strict;	   /* who says more than a few lines at once is thrown out */
	bool wrong_name;   /* its certificate is for somebody else */
	const char *extra; /* further lines of the configuration; NULL: none */
};

struct ircd {
	struct child child;
	enum ircd_kind kind;
	uint16_t port, tls_port;
	char *dir;     /* of all of its files */
	char *ca_file; /* its certificate, which signs itself */
	char *conf_file;
};

/* Starts it and waits until it can be talked to. */
void ircd_start(struct ircd *i, const struct ircd_conf *c);
/* kill -9: nobody is told good-bye. */
void ircd_kill(struct ircd *i);
/* A new one at the same ports, with nobody in it. */
void ircd_again(struct ircd *i);
/* Its end, and of what is kept of it. */
void ircd_stop(struct ircd *i);
const char *ircd_name(enum ircd_kind kind);
