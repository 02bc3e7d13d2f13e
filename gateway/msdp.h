/*
 * msdp.h - MSDP (Telnet option 69), from the same data as GMCP: a table says which member of which package
 * a variable is, so that whatever the world sends as GMCP is there for both.
 *
 * What a client reports or asks for makes the gateway want the packages behind it (msdp_packages), and
 * the world sends these as to a client of GMCP.  Values are kept for clients that speak MSDP only, one
 * of each variable: a report goes out when it is another than before.
 */
#pragma once

#include "gateway/mssp.h"
#include "rt/base.h"
#include "rt/buf.h"

enum msdp_byte {
	MSDP_VAR = 1,
	MSDP_VAL,
	MSDP_TABLE_OPEN,
	MSDP_TABLE_CLOSE,
	MSDP_ARRAY_OPEN,
	MSDP_ARRAY_CLOSE,
};

enum {
	MSDP_DEPTH = 8,
	MSDP_WORDS = 64,       /* of one message that are looked at */
	MSDP_PACKAGES = 16,    /* that msdp_packages() may name */
	MSDP_VALUE_MAX = 4096, /* longer values are not sent */
};

struct msdp;

/* What a message is answered from, and what it may change besides the reports. */
struct msdp_turn {
	const struct mssp *info;
	int64_t now_s; /* Unix time */
	struct buf *out;
	/* The client says something about itself, as `CHARSET`. */
	void (*configure)(void *ctx, struct span name, struct span value);
	void *ctx;
};

void msdp_free(struct msdp *m);
/* A subnegotiation; *m is made when first needed. True: other packages are wanted than before. */
bool msdp_receive(struct msdp **m, struct span sub, const struct msdp_turn *turn);
/* Data of the world, GMCP: appends what the client is to be told. m may be NULL. */
void msdp_data(struct msdp *m, struct span package, struct span json, struct buf *out);
/* The packages wanted, in lower case, literals; their number. m may be NULL. */
size_t msdp_packages(const struct msdp *m, const char *ret[MSDP_PACKAGES]);
