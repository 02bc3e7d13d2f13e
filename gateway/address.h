/*
 * address.h - whose address counts: lists of networks that are trusted or exempt, and the address
 * that a chain of proxies tells of.  Addresses and networks themselves are rt/cidr.h.
 */
#pragma once

#include <sys/socket.h>
#include "rt/cidr.h"

enum { ADDRESS_FORWARDED_MAX = 32 }; /* proxies in a row that are followed */

/* One address, not a network: "192.0.2.1", "2001:db8::1". */
bool address_parse(struct span text, struct cidr *ret);
bool address_eq(const struct cidr *a, const struct cidr *b);
/* As one that a socket could have, port 0. */
void address_sockaddr(const struct cidr *a, struct sockaddr_storage *ret);

struct address_nets {
	struct cidr *nets;
	size_t n;
};

/* Replaces the list. 0; 1: *ret_bad is not a network, nothing has changed. */
int address_nets_set(struct address_nets *list, char *const *texts, const char **ret_bad) MUST_USE;
void address_nets_done(struct address_nets *list);
bool address_nets_have(const struct address_nets *list, const struct cidr *a);

/*
 * The client's address by X-Forwarded-For ("client, proxy, proxy"; several headers joined by
 * commas): from the right, the first that is not one of the trusted.  `peer` is who connected to
 * us: if it is not trusted itself, the header counts for nothing.  What cannot be read ends the
 * walk: the last address that could is then the answer.
 */
struct cidr address_forwarded(struct span header, const struct address_nets *trusted,
			      const struct cidr *peer);
