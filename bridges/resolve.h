/*
 * resolve.h - the addresses of a host's name, without the loop waiting for them: the system's resolver works in a thread of
 * its own.
 *
 * The thread ends by itself, whatever became of who asked.  A numeric address needs none.
 */
#pragma once

#include <netdb.h>
#include "rt/base.h"
#include "rt/loop.h"

struct resolve;

/* Exactly one of the two is given; `list` belongs to the receiver (freeaddrinfo()). Comes from the loop, once; `r` is gone
 * then. */
struct resolve_events {
	void (*done)(void *ctx, struct addrinfo *list, const char *why);
	void *ctx;
};

/* 0 or -errno: there are no threads or descriptors. */
int resolve_start(struct resolve **ret, struct loop *l, const char *host, uint16_t port,
		  const struct resolve_events *e) MUST_USE;
/* Nothing is said any more. */
void resolve_cancel(struct resolve *r);
