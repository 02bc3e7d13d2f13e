/*
 * address.h - internet addresses: of one connection, of networks ("10.0.0.0/8"), and the one that a
 * chain of proxies tells of.
 *
 * An IPv4 address is the same whether it came by an IPv4 or an IPv6 socket: it is kept as ::ffff:a.b.c.d.
 */
#pragma once

#include <sys/socket.h>
#include "rt/base.h"

enum {
	ADDRESS_NAME = 64,	    /* bytes of a name, with a zone and its end */
	ADDRESS_FORWARDED_MAX = 32, /* proxies in a row that are followed */
};

struct address {
	uint8_t bytes[16]; /* network order */
};

struct address_net {
	struct address address;
	uint8_t bits; /* of 128 */
};

struct address_nets {
	struct address_net *nets;
	size_t n;
};

/* False: not an internet address. */
bool address_of(const struct sockaddr *from, struct address *ret);
/* false: `text` is neither "192.0.2.1" nor "2001:db8::1". */
bool address_parse(struct span text, struct address *ret);
bool address_is_v4(const struct address *a);
bool address_eq(const struct address *a, const struct address *b);
/* As people write it: IPv4 as such, IPv6 in short. */
void address_name(const struct address *a, char ret[ADDRESS_NAME]);
/* As one that a socket could have, port 0. */
void address_sockaddr(const struct address *a, struct sockaddr_storage *ret);

/* "10.0.0.0/8", "2001:db8::/32"; without a slash: the one address. false: not a network. */
bool address_net_parse(const char *text, struct address_net *ret);
bool address_in(const struct address *a, const struct address_net *net);
/* Replaces the list. 0; 1: *ret_bad is not a network, nothing has changed. */
int address_nets_set(struct address_nets *list, char *const *texts, const char **ret_bad) MUST_USE;
void address_nets_done(struct address_nets *list);
bool address_nets_have(const struct address_nets *list, const struct address *a);

/*
 * The client's address by X-Forwarded-For ("client, proxy, proxy"; several headers joined by commas):
 * from the right, the first that is not one of the trusted.  `peer` is who connected to us: if it is
 * not trusted itself, the header counts for nothing.  What cannot be read ends the walk: the last
 * address that could is then the answer.
 */
struct address address_forwarded(struct span header, const struct address_nets *trusted,
				 const struct address *peer);
