/*
 * bind.h - sockets that listen at an address of the options (CONF_ADDRESS): host:port, [v6]:port or :port.
 *
 * All addresses of a name are bound; `:port` is all addresses of the machine, and [::] takes IPv4, too.
 * A port of 0 is any, the same for all.  To be called before the loop runs: it may ask the resolver.
 */
#pragma once

#include "rt/base.h"

enum { BIND_MAX = 8, BIND_HOST = 256, BIND_PORT = 16 };

struct bind_spec {
	const char *address;
	int backlog;
	/* Options for each socket before it is bound; may be NULL. */
	void (*prepare)(int fd);
};

/*
 * How many sockets were bound and listen, not blocking; the caller owns them.  -EINVAL: not an address;
 * -EADDRINUSE and other -errno of bind.  Addresses that this machine does not have are left out while
 * one is left.
 */
int bind_tcp(const struct bind_spec *spec, int ret[BIND_MAX]) MUST_USE;
/* The two halves of host:port, without the brackets of [v6]:port. False: it is not that. */
bool bind_split(const char *address, char host[BIND_HOST], char port[BIND_PORT]) MUST_USE;
