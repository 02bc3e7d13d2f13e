/*
 * link.h - one conversation between two processes: ordered, exactly once, bounded, resumed.
 *
 * ZeroMQ promises no delivery; a link does.  It is a state machine without sockets
 * or timers of its own: bytes come in by link_receive(), go out by `wire.send`, time comes in by
 * link_tick().  The simulator drives the same code.
 *
 * Records have sequences 1, 2, 3 ... in each direction.  The sender keeps every record in a ring until
 * the receiver's *application* has taken it over (link_take(), or at once with `auto_take`); a receiver
 * that persists what it takes over (persist) makes "acked" mean "durable".  After a break the dialler
 * says hello on a fresh connection; if the binder still knows the dialler's instance the ring is sent
 * again from there and the receiver drops what it has, otherwise both sides start at 1 and the owner is
 * told (LINK_FRESH) so that it can say its state anew.
 *
 * Bounds: a ring of at most `ring_bytes` and `ring_records`; beyond them link_send() says 1 and the
 * owner decides.  The peer's window bounds what is in flight.
 *
 * Calls run beside the records: at most once, a deadline each, never resent; a lost connection fails
 * them.
 *
 * Lost, doubled, reordered and stale frames are survived: what does not fit ends the connection, and
 * the next hello puts both sides right.  Two things cannot be put right and end in `refused`: another
 * version or world, and a peer that has less of us than it acknowledged (a store set back in time) or
 * more than we ever sent.
 *
 * Every event may call anything here, also link_free() and link_hub_drop().
 */
#pragma once

#include "rt/base.h"
#include "rt/clock.h"
#include "rt/rand.h"
#include "rt/route.h"

/* Why a dialler refuses to go on: the other side is set back. */
#define LINK_RECORDS_LOST "the peer has lost records that it had acknowledged"

enum {
	LINK_VERSION = 0x0101, /* major in the high byte: must be equal; minor: additions */
	LINK_BODY_MAX = (1 << 20) - 4096, /* largest record, call or reply */
	LINK_CALLS_MAX = 4096,		  /* waiting at once, for each direction */
};

enum link_up { LINK_FRESH, LINK_RESUMED };

struct link;

struct link_peer {
	uint64_t instance;
	const char *role, *name;
	const char *build; /* which program it says it is; "" */
	uint32_t world;
	unsigned version;
};

struct link_wire {
	/* One message; 0, or -EAGAIN (link_writable() follows), or -EHOSTUNREACH. */
	int (*send)(void *ctx, struct span head, struct span body);
	/* Dialler: drop the connection and open a new one. */
	int (*redial)(void *ctx);
	void *ctx;
};

struct link_events {
	/* The peer is there. FRESH: nothing sent before will arrive; rings are empty. RESUMED: all
	 * of it will. The records of a peer with another instance, or that had forgotten us, begin
	 * at 1 again in either case: forget sequences that were still to be taken. */
	void (*up)(void *ctx, struct link *l, const struct link_peer *peer, enum link_up how);
	/* The connection is gone; records wait in the ring. Calls, both ways, were ended before. */
	void (*down)(void *ctx, struct link *l, const char *why);
	/* A record, in order, once. With auto_take it is taken over when this returns. */
	void (*record)(void *ctx, struct link *l, uint64_t seq, struct span body);
	/* The peer has taken over all records up to seq. */
	void (*acked)(void *ctx, struct link *l, uint64_t seq);
	/* A call from the peer: answer with link_reply(), now or later. */
	void (*call)(void *ctx, struct link *l, uint64_t id, struct span body);
	/* The answer is no longer wanted: withdrawn, too late, or the connection is gone. */
	void (*cancelled)(void *ctx, struct link *l, uint64_t id);
	/* The ring has room again after link_send() said 1. */
	void (*room)(void *ctx, struct link *l);
	/* Refused for good (versions, worlds): do not go on. May be NULL. */
	void (*refused)(void *ctx, struct link *l, const char *why);
	void *ctx;
};

struct link_conf {
	const char *role, *name;
	const char *build; /* the version of this program, told to the peer; NULL: not said */
	uint64_t instance; /* of this process */
	uint32_t world;	   /* 0: any */
	bool auto_take;
	size_t ring_bytes;   /* 0: 8 MiB */
	size_t ring_records; /* 0: 65536 */
	size_t window;	     /* records the peer may have in flight towards us; 0: 8192 */
	uint64_t silence_us; /* no frame for so long: the connection is lost; 0: 3 s */
	uint64_t backoff_min_us, backoff_max_us; /* redial; 0: 20 ms, 300 ms; with jitter */
	const struct clock *clock;
	const struct entropy *entropy;
};

/* The dialling end. Says hello at once. */
struct link *link_dial_new(const struct link_conf *c, const struct link_wire *w,
			   const struct link_events *e);
/* Dialler: tells the peer that this process leaves, who would learn of it when it sends something, or by silence. */
void link_goodbye(struct link *l);
void link_free(struct link *l);
void link_freep(struct link **l);

/* Bytes from the wire. */
void link_receive(struct link *l, struct span head, struct span body);
void link_writable(struct link *l);
void link_lost(struct link *l, const char *why);
/* Call every 50 ms or so: heartbeats, silence, redial, deadlines of calls. */
void link_tick(struct link *l);
/* Sends what is waiting: records since the last flush in as few frames as fit, or a bare ack when one
 * is owed. The loop's idle hook calls it. */
void link_flush(struct link *l);

/* Queues one record. 0; 1: no room (bounded ring), nothing queued; -EMSGSIZE: above LINK_BODY_MAX, or
 * it would not even fit into an empty ring. *ret_seq may be NULL. */
int link_send(struct link *l, struct span record, uint64_t *ret_seq) MUST_USE;
/* Same, several pieces as one record. */
int link_send_pieces(struct link *l, const struct span *pieces, size_t n,
		     uint64_t *ret_seq) MUST_USE;
/* All records of the peer up to seq are taken over. */
void link_take(struct link *l, uint64_t seq);

/* body NULL in `done`: failed, `why` says how (lost, deadline, closed by link_free). deadline_ms 0: 5 s.
 * Returns the call's id; 0 when there is no connection, too many calls wait or the body is too large
 * (done is not called). */
uint64_t link_call(struct link *l, struct span body, uint32_t deadline_ms,
		   void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why),
		   void *ctx);
void link_cancel(struct link *l, uint64_t id); /* done is not called */
/* 0, also when nobody waits for it any more; 1: no room, try again; -EMSGSIZE. */
int link_reply(struct link *l, uint64_t id, struct span body) MUST_USE;

bool link_is_up(const struct link *l);
const struct link_peer *
link_peer(const struct link *l); /* last known; NULL before the first hello */
void *link_owner(const struct link *l);
void link_set_owner(struct link *l, void *owner);

struct link_stats {
	uint64_t sent, received, resent, duplicates, gaps, frames_out, frames_in, connections,
		calls;
	uint64_t stale;	    /* frames of another conversation, dropped */
	uint64_t malformed; /* frames that ended the connection */
	uint64_t breaks;    /* times that it was up and no more */
	uint64_t lag_us;    /* for so long at least the oldest record has not been acknowledged */
	size_t ring_bytes, ring_records, in_flight;
	size_t window; /* records that may still be sent */
};
void link_stats(const struct link *l, struct link_stats *ret);

/*
 * The binding end: one hub has the bound bus; each dialler that says hello becomes a link, found again
 * by its instance when it comes back.  The context of all its callbacks is that of its events.
 */
struct link_hub;

struct link_hub_conf {
	struct link_conf link;
	/* What this side has of a dialler it does not know in memory (persist looks into the store).
	 * true: go on behind *ret_have, up() says RESUMED. NULL: unknown. */
	bool (*known)(void *ctx, const struct link_peer *peer, uint64_t *ret_have);
	/* Roles that may dial in, route_role bits. */
	unsigned roles;
	size_t max_peers;   /* 0: 256 */
	uint64_t forget_us; /* a dialler gone for so long is forgotten; 0: 60 s */
	/* A dialler is forgotten for good; the link is freed after this. */
	void (*forgotten)(void *ctx, struct link *l);
	/* NULL, or returns NULL: welcome. A sentence: not now, the dialler tries again (persist,
	 * while it cannot tell what it has). */
	const char *(*admit)(void *ctx, const struct link_peer *peer);
};

struct link_hub_wire {
	int (*send)(void *ctx, const void *addr, size_t n_addr, struct span head, struct span body);
	void *ctx;
	/* NULL, or returns NULL: who sent what is being received may be of that role. A sentence: it is
	 * refused for good. */
	const char *(*fault)(void *ctx, const char *role);
};

struct link_hub *link_hub_new(const struct link_hub_conf *c, const struct link_hub_wire *w,
			      const struct link_events *e);
void link_hub_free(struct link_hub *h);
void link_hub_receive(struct link_hub *h, const void *addr, size_t n_addr, struct span head,
		      struct span body);
void link_hub_writable(struct link_hub *h);
void link_hub_tick(struct link_hub *h);
void link_hub_flush(struct link_hub *h);
/* Ends a dialler: its ring is dropped, it must begin fresh. `down` if it was up, then `forgotten`. */
void link_hub_drop(struct link_hub *h, struct link *l);
/* Returns how many there are, up or down; fn may be NULL. */
size_t link_hub_each(struct link_hub *h, void (*fn)(void *ctx, struct link *l), void *ctx);

struct link_hub_stats {
	uint64_t strays;	      /* frames from addresses without a hello, or not parsable */
	uint64_t stale;		      /* hellos older than the one in force */
	uint64_t refused;	      /* hellos */
	uint64_t breaks[ROUTE_ROLES]; /* of links that were forgotten, by the bit of the role */
};
void link_hub_stats(const struct link_hub *h, struct link_hub_stats *ret);
