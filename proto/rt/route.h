/*
 * route.h - an inbox as a table: one row for each case of an envelope's oneof, with the roles that
 * may send it and the handler.  A case without a row, or from a sender that is not allowed, is
 * counted and dropped.  route_check() lets a test walk the descriptor: every case has a handler.
 *
 * Unpacking goes through an arena with a cap; messages are valid until reset.
 */
#pragma once

#include <protobuf-c/protobuf-c.h>
#include "rt/arena.h"
#include "rt/base.h"

enum route_role {
	ROLE_SELF = 1 << 0,
	ROLE_GATEWAY = 1 << 1,
	ROLE_WORLD = 1 << 2,
	ROLE_PERSIST = 1 << 3,
	ROLE_AIBRIDGE = 1 << 4,
	ROLE_BRIDGE = 1 << 5,
	ROLE_OPS = 1 << 6,
};

enum { ROUTE_ROLES = 7 };

/* 0 for an unknown name. */
unsigned route_role_of(const char *name);
/* Of one role that is not ROLE_SELF; NULL: there is no such one. */
const char *route_role_name(unsigned role);

struct route {
	const char *name;
	unsigned from; /* route_role bits */
	/* `body` is the member of the oneof. */
	int (*handle)(void *ctx, uint64_t peer, const void *body);
};

struct route_table {
	const ProtobufCMessageDescriptor *envelope;
	const struct route *rows; /* indexed by field number of the case */
	size_t n;
};

struct route_stats {
	uint64_t handled, unknown, refused, malformed;
};

/* NULL: malformed (or above the arena's cap). */
ProtobufCMessage *route_unpack(const ProtobufCMessageDescriptor *d, struct span bytes,
			       struct arena *a) MUST_USE;
/* Dispatches an unpacked envelope. The handler's result; 0 for dropped ones. */
int route_dispatch(const struct route_table *t, struct route_stats *stats, void *ctx, uint64_t peer,
		   unsigned role, const ProtobufCMessage *envelope) MUST_USE;
/* The field number of the oneof case that is set, 0: none; and the member. */
unsigned route_case(const ProtobufCMessage *envelope, const void **ret_body);
/* NULL: every case of the envelope has a row; otherwise the name of the first that has none. */
const char *route_check(const struct route_table *t);
