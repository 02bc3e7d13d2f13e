/*
 * sasl.h - logging in to a network's account: PLAIN (RFC 4616), EXTERNAL (the TLS certificate), SCRAM-SHA-256
 * (RFC 5802, 7677; without channel binding), and how IRC carries them: base64 in pieces of 400 bytes.
 *
 * With SCRAM the server has to show that it knows the password, too; what it says without that is no success.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/rand.h"

enum sasl_mechanism { SASL_NONE, SASL_PLAIN, SASL_EXTERNAL, SASL_SCRAM };

enum {
	SASL_PIECE = 400,
	SASL_INPUT = 8192,	    /* of one challenge */
	SASL_ITERATIONS_MIN = 4096, /* RFC 7677 */
	SASL_ITERATIONS_MAX = 300000,
	SASL_WHY = 100,
};

struct sasl_login {
	enum sasl_mechanism mechanism;
	const char *account, *password;
};

struct sasl {
	struct sasl_login login;
	int step;
	struct buf input;	  /* base64 of a challenge that is not whole */
	char nonce[33];		  /* ours */
	struct buf first;	  /* client-first-message-bare */
	unsigned char server[32]; /* the signature we wait for */
	bool verified;
	char why[SASL_WHY];
};

const char *sasl_name(enum sasl_mechanism m); /* "SCRAM-SHA-256" */

/* The texts of `login` are the caller's and live as long. */
void sasl_init(struct sasl *s, const struct sasl_login *login, const struct entropy *entropy);
void sasl_done(struct sasl *s);
/* What stands in AUTHENTICATE; appends lines with our answer when the challenge is whole. 0; 1: it is over, s->why. */
int sasl_take(struct sasl *s, struct span param, struct buf *out) MUST_USE;
/* The server says that we are in: may it? */
bool sasl_is_done(const struct sasl *s);
