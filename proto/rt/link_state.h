/*
 * link_state.h - what the files of the link share and nobody else includes.
 *
 * A dialler goes IDLE -> HELLO -> UP and back; a link of a hub only between IDLE and UP.  `depth`
 * counts the public functions on the stack that may call the owner; a link that is freed meanwhile
 * is only marked and goes when the last of them leaves.
 *
 * The two streams of records are numbered apart.  Ours lives as long as our instance unless a
 * welcome says otherwise (FRESH).  The binder draws `since` whenever its own begins at 1; a hello that
 * names another one speaks of a numbering that is no more, and cannot be resumed in memory.
 *
 * A connection has a number of the dialler's choice, `conversation`.  Once it is up its frames name
 * that and `since` together: a hello that comes late, to a binder that has forgotten the dialler or
 * was started anew meanwhile, must not make it part of the conversation that goes on.
 */
#pragma once

#include "rt/link.h"
#include "rt/link_call.h"
#include "rt/link_frame.h"
#include "rt/link_ring.h"

enum { LINK_ADDR_MAX = 64, LINK_ROLE_MAX = 16, LINK_NAME_MAX = 64, LINK_BATCH_MAX = 256 * 1024 };

enum link_state { LINK_IDLE, LINK_HELLO, LINK_UP, LINK_REFUSED };

struct link {
	struct link_conf conf;
	struct link_wire wire;
	struct link_events events;
	char role[LINK_ROLE_MAX], name[LINK_NAME_MAX], build[LINK_NAME_MAX];
	void *owner;

	enum link_state state;
	bool hello_owed; /* dialler: the hello did not go out yet */
	bool blocked;	 /* the wire said EAGAIN */
	bool want_room;	 /* the owner was told that the ring is full */
	bool dying;
	unsigned depth;

	uint64_t conversation, since;
	uint64_t talk; /* what frames between the two name while the link is up */
	struct link_peer peer;
	char peer_role[LINK_ROLE_MAX], peer_name[LINK_NAME_MAX], peer_build[LINK_NAME_MAX];
	bool has_peer;

	struct link_ring ring;
	uint64_t peer_window; /* highest sequence the peer takes */
	uint64_t received, taken;
	uint64_t told;			 /* taken, as the peer knows it */
	uint64_t granted;		 /* window, as the peer knows it */
	struct link_calls asked, asking; /* by us; by the peer */
	uint64_t last_call_in;		 /* on this connection: a doubled call is dropped */
	struct buf control;		 /* calls and replies to send: u32 length, LinkHead */

	uint64_t heard_us, said_us;   /* last frame in, out */
	uint64_t dial_us, backoff_us; /* dialler: when to dial again */
	struct link_stats stats;
	uint64_t mark,
		mark_us; /* a record that was the last one then: how long it is not acknowledged */

	struct link_hub *hub; /* NULL for a dialler */
	uint64_t down_us;
	size_t n_addr;
	uint8_t addr[LINK_ADDR_MAX];
};

/* link.c */
struct link *link_new(const struct link_conf *c, const struct link_wire *w,
		      const struct link_events *e);
void link_enter(struct link *l);
void link_leave(struct link *l);
uint64_t link_now(const struct link *l);
void link_set_state(struct link *l, enum link_state state);
/* Copies it. */
void link_set_peer(struct link *l, const struct link_peer *peer);
/* Both streams begin at 1. */
void link_begin(struct link *l);
/* The handshake is done; ring and counters are as agreed. `acked`: what was acknowledged before. */
void link_go_up(struct link *l, enum link_up how, uint64_t acked);
/* The peer broke the protocol: it is told, the connection ends. */
void link_break(struct link *l, const char *why);
/* Sends Hello, Welcome, Refuse. */
int link_say(struct link *l, Mudlark__LinkHead *m);
void link_copy_text(char *dst, size_t size, const char *src);

/* link_in.c */
void link_in_plain(struct link *l, const struct link_frame *f, struct span body);
void link_in_control(struct link *l, const Mudlark__LinkHead *m, struct span body);
/* Tells the owner of what was acknowledged since `acked`, and of room in the ring. */
void link_tell_acked(struct link *l, uint64_t acked);

/* link_hello.c, for the dialler */
int link_say_hello(struct link *l);
void link_welcomed(struct link *l, const Mudlark__LinkHead *m);
void link_turned_away(struct link *l, const Mudlark__Refuse *r);

/* link_ask.c */
void link_ask_expire(struct link *l);
void link_ask_fail(struct link *l, const char *why);
void link_ask_in(struct link *l, const Mudlark__LinkHead *m);

/* link_hub.c: the link's connection ended. */
void link_hub_gone(struct link *l);

static inline uint64_t link_window(const struct link *l)
{
	return l->taken + l->conf.window;
}
