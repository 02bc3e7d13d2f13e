/*
 * listener.h - places where connections arrive: TCP, and the unix socket of the console.
 *
 * A process that has no file descriptors left gives up its spare one to tell the newcomer so, instead
 * of being woken for ever by a connection it cannot take.
 */
#pragma once

#include <sys/socket.h>
#include "rt/base.h"
#include "rt/loop.h"

struct listener;

struct listener_spec {
	/* host:port, [v6]:port, :port, or unix:path.  All addresses of a name are bound; [::] takes
	 * IPv4, too; a port of 0 is any, the same for all. */
	const char *address;
	/* A connection, not blocking; the callee owns fd. */
	void (*accepted)(void *ctx, int fd, const struct sockaddr *from);
	/* A connection that cannot be served; closed after the call. */
	void (*overflow)(void *ctx, int fd);
	void *ctx;
};

/*
 * address "" is off: *ret NULL, 0.  -EADDRINUSE and other -errno of bind; -EINVAL: not an address.
 * A unix socket is made 0600 in a folder that is made 0700 if it is missing, and only the user the
 * gateway runs as (and root) is let in.
 */
int listener_open(struct listener **ret, struct loop *l, const struct listener_spec *spec) MUST_USE;
void listener_close(struct listener *l);
/* The port bound; 0 for a unix socket. */
unsigned listener_port(const struct listener *l);
