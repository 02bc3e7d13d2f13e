/*
 * irc_sasl.h - the server's half of SASL on a scripted IRC server (irc_script.h): payloads in pieces of 400 bytes, and
 * SCRAM-SHA-256 (RFC 5802, RFC 7677) with its proofs checked.
 */
#pragma once

#include "tests/support/irc_script.h"

/* What the client sends by AUTHENTICATE, decoded, however many pieces it has. Dies when a piece is too long or no
 * base64. "*": it has given up, or is gone. Owned by the caller, terminated. */
struct buf irc_sasl_take(struct irc_script *s) MUST_USE;
void irc_sasl_say(struct irc_script *s, struct span payload);
/* "AUTHENTICATE +" */
void irc_sasl_go_on(struct irc_script *s);

enum irc_scram_lie {
	SCRAM_HONEST,
	SCRAM_WRONG_SIGNATURE, /* the server does not know the password after all */
	SCRAM_NO_SIGNATURE,    /* and goes on to 903 without one */
	SCRAM_WRONG_NONCE,
	SCRAM_FEW_ROUNDS, /* so few that it can be guessed */
};
/* From behind "AUTHENTICATE SCRAM-SHA-256" up to what the client has to say last. true: it has shown that it knows the
 * password, and has taken what we showed. false: it gave up (by AUTHENTICATE * or by going), or does not know it. */
bool irc_scram_serve(struct irc_script *s, const char *password, enum irc_scram_lie lie);
/* 900 and 903 */
void irc_sasl_welcome(struct irc_script *s, const char *account);
