/*
 * throttle.h - who may connect: how many connections at once, how many from one address, how many new
 * ones a minute from one address.
 *
 * An IPv4 address counts by itself, an IPv6 address by its /64.  A source is remembered while it has
 * connections or has had some in this minute; at most THROTTLE_SOURCES are, and beyond that strangers
 * are let in uncounted (the total still holds).
 */
#pragma once

#include <sys/socket.h>
#include "rt/base.h"
#include "rt/map.h"

enum { THROTTLE_SOURCES = 65536 };

enum throttle_verdict {
	THROTTLE_WELCOME,
	THROTTLE_FULL,	  /* too many connections */
	THROTTLE_CROWDED, /* too many from this address */
	THROTTLE_HASTY,	  /* too many new ones from this address */
	THROTTLE_VERDICTS,
};

struct throttle_conf {
	uint32_t max_conns, max_per_ip, rate; /* rate: new ones a minute; 0: no limit */
};

/* A part of the address space that is not counted. */
struct throttle_net {
	uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint8_t bits;
};

struct throttle_source;

struct throttle {
	const struct throttle_conf *conf;
	struct map64 sources;
	struct throttle_source *oldest, *newest;
	struct throttle_net *exempt;
	size_t n_exempt, n;
	uint8_t key[16];
	uint64_t refused[THROTTLE_VERDICTS];
};

void throttle_init(struct throttle *t, const struct throttle_conf *conf);
void throttle_done(struct throttle *t);
/* Addresses that are not counted: "10.0.0.0/8", "::1". 0; 1: *ret_bad is not one, nothing changed. */
int throttle_exempt(struct throttle *t, char *const *nets, const char **ret_bad) MUST_USE;
/* Charges one connection. On THROTTLE_WELCOME *ret is what throttle_leave() takes. */
enum throttle_verdict throttle_enter(struct throttle *t, const struct sockaddr *from,
				     uint64_t now_us, void **ret) MUST_USE;
void throttle_leave(struct throttle *t, void *source);
/* The sentence for one who is not welcome. */
const char *throttle_sentence(enum throttle_verdict v);
