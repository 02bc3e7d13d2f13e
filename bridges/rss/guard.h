/*
 * guard.h - where a feed may lead this process to: public addresses, at the ports of the web.
 *
 * An address of a feed is written by the operator, but where it leads is up to its owner: to redirects, and to
 * whoever answers for the name.  So the address of each request is judged (guard_url), and every address that its name is
 * resolved to, right before it is connected to (guard_address, in may_connect of rt/http.h): there is no
 * time between the look and the use.
 *
 * Not public is what IANA's registries keep for special purposes: private, loopback, link-local (169.254.169.254 of
 * clouds with it), shared (100.64/10), documentation, benchmarks, multicast, reserved, ULA; what carries such an
 * address of IPv4 in it (mapped, NAT64, 6to4); Teredo; Azure's 168.63.129.16; and this machine's own.
 */
#pragma once

#include <netinet/in.h>
#include "rt/base.h"
#include "rt/buf.h"
#include "rt/cidr.h"

enum { GUARD_NETS = 64, GUARD_PORTS = 16, GUARD_OWN = 64 };

struct guard {
	struct cidr allowed[GUARD_NETS], own[GUARD_OWN];
	size_t n_allowed, n_own;
	uint16_t ports[GUARD_PORTS];
	size_t n_ports;
};

/* Lists of options, NULL-terminated: networks that are allowed in any case; ports. 0; 1: what is wrong is
 * appended to *why. Asks the system for its own addresses. */
int guard_init(struct guard *g, char *const *allow, char *const *ports, struct buf *why) MUST_USE;
/* NULL: it may be asked; otherwise why not. */
const char *guard_url(const struct guard *g, const char *url);
bool guard_address(const struct guard *g, const struct sockaddr *to);
