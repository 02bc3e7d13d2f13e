/*
 * gateway.h - the process: listeners, clients, lobby and the link to the world wired together.
 */
#pragma once

#include "rt/proc.h"

/* The option table of main.c. */
struct gateway_conf {
	char *telnet, *console, *metrics; /* addresses */
	char *telnet_tls, *web, *web_tls;
	char *tls_cert, *tls_key, *user;
	char **proxy_protocol, **trusted_proxies, **origins;
	bool telnet_nop, compress, sandbox;
	char *bus; /* world.bus */
	char **exempt;
	int64_t max_conns, max_conns_per_ip, max_conns_per_net, conn_rate;
	int64_t input_rate, input_burst, input_queue;
	int64_t output_soft, output_max, output_total;
	int64_t byte_rate;		     /* bytes a second */
	int64_t output_stuck, login_timeout; /* microseconds */
	int64_t handshake_timeout, resume_grace, keepalive, drain;
};

struct gateway;

/* `conf` is borrowed. 0, or -errno after saying in the log what failed. */
int gateway_start(struct gateway **ret, struct proc *p, const struct gateway_conf *conf) MUST_USE;
void gateway_free(struct gateway *g);
