/*
 * proxy.h - the header with which a proxy says for whom it connects (HAProxy's PROXY protocol,
 * version 1 and 2) as a pure reader: bytes in, address out, no socket.
 *
 * It takes exactly the bytes of the header, whatever pieces they come in, and finds the same fault
 * at the same byte.  TLVs of version 2 are passed over by their length.
 */
#pragma once

#include "gateway/address.h"

enum {
	PROXY_V1_MAX = 107,   /* bytes of a line with its end */
	PROXY_V2_MAX = 4096,  /* bytes behind the first 16 */
	PROXY_KEEP = 16 + 36, /* of version 2: the head and two IPv6 addresses with ports */
};

enum proxy_state {
	PROXY_MORE, /* the header is not whole */
	PROXY_DONE,
	PROXY_BAD, /* this is none */
};

struct proxy {
	uint8_t bytes[PROXY_V1_MAX]; /* the header, as far as it is needed */
	uint8_t n;
	uint8_t state;
	bool known;    /* done: `client` was said; else the socket's address counts */
	uint16_t left; /* version 2: bytes of the header that have not come */
	struct cidr client;
};

/* Zero bytes are a fresh one. Takes what belongs to the header; returns how many bytes that was:
 * fewer than all only when the header has ended. */
size_t proxy_take(struct proxy *p, struct span bytes);
