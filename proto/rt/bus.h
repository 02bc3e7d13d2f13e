/*
 * bus.h - ZeroMQ in the loop.  bus.c is the only file that calls zmq.
 *
 * A bus is one socket: a bound ROUTER (many peers) or a dialled DEALER (one).  Whole messages of one
 * or two parts in, whole messages out; never blocks; nothing is promised about delivery - that is the
 * link's work.  ipc:// endpoints live in a 0700 directory and are guarded by a lock file; tcp:// needs
 * CURVE keys and an allow-list unless insecure.
 */
#pragma once

#include "rt/base.h"
#include "rt/loop.h"

enum {
	BUS_FRAME_MAX = 1 << 20, /* head and body together */
	BUS_ID_MAX = 32,
	BUS_KEY_SIZE = 41, /* a CURVE key as Z85 text, with its NUL */
};

struct bus;

/* Routing id of a peer on a bound bus; unused on a dialled one. */
struct bus_addr {
	uint8_t n;
	uint8_t id[BUS_ID_MAX];
};

struct bus_security {
	bool insecure;
	const char *key_file;	/* own CURVE secret key (mudlark keys), "" none */
	const char *allow_file; /* keys of peers that may connect, with roles: bus_keys.h */
	const char *peer_key;	/* public key of the process dialled, or a file with it */
	const char *peer;	/* its role: a file may have keys of several; NULL: any */
};

struct bus_events {
	/* A message: 1 or 2 parts, valid during the call. */
	void (*message)(void *ctx, const struct bus_addr *from, struct span head, struct span body);
	/* Peers may take more again after bus_send() said EAGAIN. */
	void (*writable)(void *ctx);
	/* Dialled bus only: the connection broke (monitor). */
	void (*lost)(void *ctx);
	void *ctx;
};

struct bus_spec {
	const char *endpoint;
	struct bus_security security;
	struct bus_events events;
};

/*
 * -EADDRINUSE: another process holds the lock or the port. -EPERM: tcp without keys, a key file that
 * others can read, or an ipc directory that others can enter. -ENAMETOOLONG, -EINVAL: endpoint.  What
 * a person must put right is said in the log.  Events may free, hang up and dial again.
 */
int bus_bind(struct bus **ret, struct loop *l, const struct bus_spec *spec) MUST_USE;
/* Opens the first connection; a fresh socket and routing id with every bus_redial(). */
int bus_dial(struct bus **ret, struct loop *l, const struct bus_spec *spec) MUST_USE;
int bus_redial(struct bus *b) MUST_USE;
void bus_hangup(struct bus *b); /* dialled: close the socket until bus_redial() */
void bus_free(struct bus *b);
void bus_freep(struct bus **b);
/* Bound bus, in its `message` event: NULL, or a sentence why the key of the sender is not for that role. */
const char *bus_role_fault(struct bus *b, const char *role);
/* 0; -EAGAIN: later (`writable` will tell); -EHOSTUNREACH: peer gone; -EMSGSIZE.
 * body may be empty: then one part. */
int bus_send(struct bus *b, const struct bus_addr *to, struct span head, struct span body) MUST_USE;
/* After the last bus_send() of a turn: saves the loop the extra turn that sending asks for, when nothing
 * came in meanwhile. Never needed for correctness. */
void bus_settle(struct bus *b);

/* A new pair of CURVE keys. -ENOTSUP: this libzmq has no CURVE. */
int bus_keypair(char ret_public[BUS_KEY_SIZE], char ret_secret[BUS_KEY_SIZE]) MUST_USE;
