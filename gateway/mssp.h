/*
 * mssp.h - what crawlers and listings of MUDs ask a server (MSSP): as Telnet option 70, or in plain text
 * for who types `mssp-request` in place of a name.  No login is needed.
 *
 * The world tells about the game (Info: NAME, PLAYERS, UPTIME ...), the gateway adds what it knows
 * itself: ports, protocols, character sets.  While the world is away what it told last is said on.
 */
#pragma once

#include "gateway.pb-c.h"
#include "rt/base.h"
#include "rt/buf.h"

enum {
	MSSP_VAR = 1,
	MSSP_VAL = 2,
	MSSP_VARS = 128, /* of the world that are kept */
	MSSP_NAME_MAX = 64,
	MSSP_VALUE_MAX = 512,
};

/* What the world told, as it goes over the wire: MSSP_VAR name MSSP_VAL value ... */
struct mssp {
	struct buf vars;
};

/* What a gateway knows. */
struct mssp_own {
	uint16_t port, tls_port; /* 0: none */
	bool compress;
	int64_t since_s; /* Unix time of its start */
};

void mssp_done(struct mssp *m);
/* Takes the place of what was known; a name told twice has two values. */
void mssp_learn(struct mssp *m, const Mudlark__Info *info);
/* The first value of a variable; empty: not told. */
struct span mssp_value(const struct mssp *m, const char *name);

/* Appends all variables: the body of a subnegotiation. */
void mssp_vars(struct buf *out, const struct mssp *m, const struct mssp_own *own);
/* Appends the same as lines between MSSP-REPLY-START and MSSP-REPLY-END. */
void mssp_lines(struct buf *out, const struct mssp *m, const struct mssp_own *own);
