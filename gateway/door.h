/*
 * door.h - what is between a socket that was accepted and a client: who is it (a PROXY header,
 * where a trusted proxy connects), may he come in (throttle, bans), and the TLS handshake.
 *
 * A guest in the door is one small struct until his handshake begins.  There are at most DOOR_MAX
 * of them; from a quarter of that on newcomers that would have to wait are dropped at random, the
 * more the fuller. Every guest has a deadline.  A telnet client of a plain port is never in the
 * door at all: he is handed on at once.
 *
 * Who may not come in is told so, by a sentence or by an HTTP status; where TLS is spoken by an
 * alert, as a handshake would cost more than the guest is worth.
 */
#pragma once

#include <event2/event.h>
#include <sys/queue.h>
#include "gateway/address.h"
#include "gateway/proxy.h"
#include "gateway/stream.h"
#include "gateway/throttle.h"
#include "gateway/tls.h"
#include "rt/loop.h"

enum {
	DOOR_MAX = 1024,
	DOOR_PROXY_US = 3000000,  /* for a PROXY header */
	DOOR_LINGER_US = 1000000, /* for a refusal to be read */
	DOOR_STEPS = 8,		  /* of handshakes, in one turn of the loop */
};

/* One who has come in. Copied by whom it is given to, if it is needed longer than the call. */
struct door_guest {
	char peer[CIDR_TEXT]; /* the player's address */
	struct cidr address;  /* the same */
	struct cidr socket;   /* who connected, or for whom by the PROXY header */
	void *source;	      /* for throttle_leave() when the connection ends */
	bool secure;	      /* by TLS */
	bool exempt;	      /* what the address does is not counted */
	bool is_final;	      /* a PROXY header came: nothing inside tells of another address */
	bool is_known; /* false: a proxy of the web that has not said for whom, not charged */
};

/* What is behind a listener. */
struct door {
	const char *name; /* of the listener: telnet_tls */
	bool tls, http;
	/* Takes the stream, and the guest's `source`. */
	void (*accepted)(void *ctx, struct stream *s, const struct door_guest *g);
	void *ctx;
	bool proxy; /* trusted proxies begin with a PROXY header */
};

enum door_end {
	DOOR_REFUSED_SITE, /* banned */
	DOOR_REFUSED_FULL, /* too many are in the door */
	DOOR_BAD_PROXY,	   /* no PROXY header, or none that can be read */
	DOOR_NO_TLS,	   /* plain bytes where TLS is spoken */
	DOOR_BAD_TLS,	   /* the handshake failed */
	DOOR_TOO_MANY,	   /* handshakes of one address at once */
	DOOR_LATE,	   /* the deadline */
	DOOR_GONE,	   /* by himself */
	DOOR_ENDS,
};

struct doors_conf {
	uint64_t handshake_us; /* for a TLS handshake, from connecting */
	struct address_nets trusted;
};

struct guest;

struct doors {
	struct loop *loop;
	const struct doors_conf *conf;
	struct throttle *throttle;
	struct tls *tls; /* the certificate; may be replaced at any time; NULL: no TLS */
	/* A sentence for one who may not come in; NULL: he may. May be NULL. */
	const char *(*refusal)(void *ctx, const struct sockaddr *from, uint64_t now_us);
	void *ctx;
	TAILQ_HEAD(, guest) guests, due;
	size_t n;
	unsigned steps; /* of handshakes, in this turn */
	struct loop_timer watcher, again;
	uint64_t handshakes;	  /* that came to their end */
	uint64_t ends[DOOR_ENDS]; /* the others */
};

void doors_init(struct doors *ds, struct loop *loop, const struct doors_conf *conf,
		struct throttle *throttle);
/* Sends away who is still in them. */
void doors_done(struct doors *ds);
/* Somebody is at the door. Takes fd. */
void doors_take(struct doors *ds, const struct door *d, int fd, const struct sockaddr *from);
/* One who cannot be taken at all, for want of descriptors: the sentence. fd stays the caller's. */
void doors_overflow(const struct door *d, int fd);

/*
 * For the web, at each request: where the guest is a trusted proxy without a PROXY header, he whom
 * X-Forwarded-For tells of (several headers joined by commas; an empty span: there was none) is charged
 * from here on, and put into g.  NULL: welcome; otherwise the sentence to refuse him with, and *ret_status: 403, 429 or 503; g
 * has not changed then.
 */
const char *door_forwarded(struct doors *ds, struct door_guest *g, struct span forwarded,
			   int *ret_status);
/* And when one who may have fetched pages becomes a player. The same results. */
const char *door_upgrade(struct doors *ds, const struct door_guest *g, int *ret_status);
