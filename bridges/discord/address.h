/*
 * address.h - the addresses of Discord as one may write them in an option, or as Discord itself names its gateway:
 * https and wss, and for this machine alone (tests, a proxy) http and ws.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct address {
	bool tls;
	char *host;
	uint16_t port;
	char *path; /* without a slash at its end: "" or "/api/v10" */
};

/* `scheme` is "http" or "ws". 0; 1: *why says what is wrong, without repeating the address. */
int address_read(struct address *ret, const char *scheme, struct span text,
		 struct buf *why) MUST_USE;
void address_done(struct address *a);
/* "https://host:port/path", appended. */
void address_write(const struct address *a, const char *scheme, struct buf *out);
