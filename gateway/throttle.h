/*
 * throttle.h - who may connect: how many connections at once, how many from one address and from one
 * network, how many new ones a minute from one address, how many that have not logged in.
 *
 * New ones are counted when they become a player's: a connection of telnet at once, one of a browser at
 * its upgrade to /ws.  Those that only fetch pages have a count of their own, THROTTLE_PAGES times as large:
 * to load the web client takes half a dozen of them.
 *
 * An IPv4 address counts by itself, an IPv6 address by its /64; a network is a /24 or a /48.
 * Sources (addresses and networks) are remembered while they have connections or have had some in
 * this minute; at most THROTTLE_SOURCES are, and beyond that strangers are let in uncounted (the
 * total still holds).
 *
 * Connections that are not in play may take half of all places.  When a quarter of that half is
 * taken newcomers are turned away at random, the more the fuller it is: a flood then meets a wall,
 * while a player who tries again gets in.  This spares exempt addresses, and is off when neither
 * addresses nor networks are limited.
 */
#pragma once

#include "gateway/address.h"
#include "rt/map.h"
#include "rt/rand.h"

enum {
	THROTTLE_SOURCES = 65536,
	THROTTLE_HANDSHAKES = 16,    /* of TLS, of one address at once */
	THROTTLE_STRANGERS_MIN = 64, /* half of all places is never fewer */
	THROTTLE_PAGES = 10,	     /* connections for pages, for each of a player */
};

/* What a connection is for. THROTTLE_PROXY: a trusted proxy has not said yet for whom; only the total
 * counts. */
enum throttle_use { THROTTLE_PLAYER, THROTTLE_PAGE, THROTTLE_PROXY, THROTTLE_USES };

enum throttle_verdict {
	THROTTLE_WELCOME,
	THROTTLE_FULL,	  /* too many connections */
	THROTTLE_CROWDED, /* too many from this address */
	THROTTLE_HASTY,	  /* too many new ones from this address */
	THROTTLE_NET,	  /* too many from this network */
	THROTTLE_DROPPED, /* too many that have not logged in: turned away at random */
	THROTTLE_VERDICTS,
};

struct throttle_conf {
	uint32_t max_conns;
	uint32_t max_per_ip, rate, max_per_net; /* rate: new ones a minute; 0: no limit */
};

struct throttle_source;

struct throttle {
	const struct throttle_conf *conf;
	struct map64 sources;
	struct throttle_source *oldest, *newest;
	struct address_nets exempt;
	size_t n;
	/* Connections not in play: what the owner said last, and those that came since. */
	size_t strangers;
	uint8_t key[16];
	struct rng rng;
	uint64_t refused[THROTTLE_VERDICTS];
};

void throttle_init(struct throttle *t, const struct throttle_conf *conf);
void throttle_done(struct throttle *t);
/* This address is not counted, here or by the world. */
bool throttle_exempts(const struct throttle *t, const struct cidr *from);
/* Charges one connection. On THROTTLE_WELCOME *ret is what throttle_leave() takes (NULL: not counted
 * by its address). */
enum throttle_verdict throttle_enter(struct throttle *t, const struct cidr *from,
				     enum throttle_use use, uint64_t now_us, void **ret) MUST_USE;
/* A connection for pages becomes a player's: THROTTLE_WELCOME or THROTTLE_HASTY. */
enum throttle_verdict throttle_upgrade(struct throttle *t, void *source, uint64_t now_us) MUST_USE;
void throttle_leave(struct throttle *t, void *source);
/* A handshake of a connection begins; false: its address has too many. And is over. */
bool throttle_handshake(void *source) MUST_USE;
void throttle_handshake_over(void *source);
/* The sentence for one who is not welcome. */
const char *throttle_sentence(enum throttle_verdict v);
