/*
 * mnes.h - NEW-ENVIRON (RFC 1572) and what MUD clients tell by it (MNES): names and values.
 *
 * They are nothing but what a stranger says about himself.  USER is not asked for and means nothing;
 * IPADDRESS neither: a proxy that is trusted says by its PROXY header for whom it speaks.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

enum {
	MNES_NAME_MAX = 32,
	MNES_VALUE_MAX = 256,
	MNES_VARS = 32, /* of one message that are looked at */
};

struct mnes {
	struct span rest;
	unsigned n; /* seen so far */
	bool swapped;
};

struct mnes_var {
	bool user; /* USERVAR */
	char name[MNES_NAME_MAX + 1];
	char value[MNES_VALUE_MAX + 1];
	size_t n; /* of the value */
};

/* Asks for the variables we use: short, some clients keep but 256 bytes. */
void mnes_ask(struct buf *out);
/* The body of a subnegotiation; false: it tells nothing (SEND). */
bool mnes_begin(struct mnes *m, struct span sub);
/* The next one that has a value and is not too long; false at the end. */
bool mnes_next(struct mnes *m, struct mnes_var *ret);
