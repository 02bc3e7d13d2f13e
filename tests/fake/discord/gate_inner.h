/*
 * gate_inner.h - what gate.c (connections, sessions) and gate_op.c (what a client sends) share.
 */
#pragma once

#include "tests/fake/discord/gate.h"
#include "tests/fake/discord/session.h"
#include "tests/fake/discord/wire.h"

enum { GATE_EVENTS = 120 }; /* from a client in a minute */

struct client {
	struct client *next;
	struct gate *gate;
	struct wire *wire;
	struct session *session;	/* NULL: not identified */
	struct loop_timer late;		/* its heartbeat is */
	uint64_t opened, beat, invalid; /* when; beat 0: none yet; invalid: told op 9 false */
	uint64_t sent[GATE_EVENTS];	/* when it sent the last ones, a ring */
	size_t n_sent;
	uint64_t s, floor,
		floor_at; /* s of the newest event on this connection; of one that it has had long ago */
	uint64_t beat_s;
	bool is_resume_port;
};

struct gate {
	struct fake *fake;
	struct server *main, *resume;
	struct server_events events[2];
	struct client *clients;
	struct session *sessions;
	unsigned n_sessions;
	uint64_t identified; /* when last */
	int64_t refused;
	int refusal;
	bool resume_failed; /* who could not reconnect there may try it at the usual address */
};

/* It is gone when this returns: closed with a code because it did something wrong, which is written down. */
void client_breach(struct client *c, uint16_t code, const char *what);
/* The same, and nothing is written down. */
void client_close(struct client *c, uint16_t code, const char *what);
void client_op(struct client *c, int op, json_t *d); /* takes d; NULL: null */
/* An event that its session was told. */
void client_show(struct client *c, uint64_t s, const char *text);
/* READY and what follows it; the session begins. */
void client_welcome(struct client *c, unsigned intents);
void gate_on_message(void *ctx, bool binary, struct span s);
