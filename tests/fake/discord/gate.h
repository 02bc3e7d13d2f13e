/*
 * gate.h - the gateway (v10, JSON): connections, sessions that outlive them, everything that is told, in order.
 *
 * Two ports: the one of /gateway/bot for new sessions, and the one of resume_gateway_url.  A session keeps all it was
 * ever told, so a resume gets what it has missed.
 */
#pragma once

#include <jansson.h>
#include "tests/fake/discord/fake.h"

enum {
	INTENT_GUILDS = 1 << 0,
	INTENT_MEMBERS = 1 << 1,
	INTENT_PRESENCES = 1 << 8,
	INTENT_MESSAGES = 1 << 9,
	INTENT_DIRECT = 1 << 12,
	INTENT_CONTENT = 1 << 15,
	INTENTS_PRIVILEGED = INTENT_MEMBERS | INTENT_PRESENCES | INTENT_CONTENT,
	INTENTS_ALL = (1 << 26) - 1 - (1 << 17) - (1 << 18) - (1 << 19) - (1 << 22) - (1 << 23),
};

/* -errno. */
int gate_new(struct gate **ret, struct fake *f) MUST_USE;
void gate_free(struct gate *g);
uint16_t gate_port(const struct gate *g, bool resume);

/* To every session whose intents have one of these (0: to all). Takes `d`. */
void gate_tell(struct gate *g, const char *event, json_t *d, unsigned intents);

/* What tests make it do, to every connection there is. */
void gate_close(struct gate *g, uint16_t code);
void gate_cut(struct gate *g);
void gate_op(struct gate *g, int op, json_t *d); /* takes d */
void gate_raw(struct gate *g, struct span text, bool binary);
void gate_ping(struct gate *g);
void gate_again(struct gate *g); /* the newest event once more, with the same s */
/* Sessions that nobody can resume: by op 9, or by 4009. */
void gate_forget(struct gate *g);
void gate_expire(struct gate *g);
/* The next n upgrades get this status; 0: they are cut. */
void gate_refuse(struct gate *g, int64_t n, int status);
int gate_listen(struct gate *g, bool on) MUST_USE;
/* Is somebody connected whose session is up? */
bool gate_is_up(const struct gate *g);
