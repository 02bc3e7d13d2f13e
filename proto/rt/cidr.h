/*
 * cidr.h - parts of the address space: "203.0.113.7", "10.0.0.0/8", "2001:db8::/32", and a table of
 * them that finds all those an address is in.
 *
 * Every address has 16 bytes; IPv4 is ::ffff:a.b.c.d, whichever way it was written or came, so that its
 * prefixes are 96 longer inside.
 */
#pragma once

#include "rt/base.h"
#include "rt/map.h"

struct sockaddr;

enum {
	CIDR_TEXT = 64, /* bytes for cidr_text() */
	CIDR_WHOLE = 128,
	CIDR_V4 = 96, /* bits in front of an IPv4 address */
};

struct cidr {
	uint8_t address[16]; /* zero behind `bits` */
	uint8_t bits;	     /* 0..128 */
};

/* One address (CIDR_WHOLE) or a network; bits behind the prefix are cleared. False: it is neither. */
bool cidr_parse(struct span text, struct cidr *ret) MUST_USE;
/* False: not an internet address. */
bool cidr_of_sockaddr(const struct sockaddr *from, struct cidr *ret) MUST_USE;
/* As a person writes it, with /bits only for a network. */
void cidr_text(const struct cidr *c, char ret[CIDR_TEXT]);
bool cidr_is_v4(const struct cidr *c);
bool cidr_has(const struct cidr *net, const struct cidr *part);
/* The network of so many bits (inside, see above) around it. */
struct cidr cidr_around(const struct cidr *c, unsigned bits);

/* Networks and what belongs to each; looking up costs one hash for each length of prefix in use. */
struct cidr_map {
	struct strmap nets;
	uint32_t n_of[CIDR_WHOLE + 1];
	uint8_t lengths[CIDR_WHOLE + 1]; /* those in use, longest first */
	uint8_t n_lengths;
};

/* key16 as strmap_init(). */
void cidr_map_init(struct cidr_map *m, const uint8_t *key16);
void cidr_map_done(struct cidr_map *m);
void *cidr_map_get(const struct cidr_map *m,
		   const struct cidr *net); /* exactly this; NULL: absent */
void *cidr_map_put(struct cidr_map *m, const struct cidr *net, void *value); /* the old value */
void *cidr_map_del(struct cidr_map *m, const struct cidr *net);		     /* the old value */
/* The next network that `part` is in, from the narrowest to the widest; *it = 0 to begin. NULL: there
 * is no more. */
void *cidr_map_find(const struct cidr_map *m, const struct cidr *part, unsigned *it);
