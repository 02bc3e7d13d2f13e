/*
 * relay_inner.h - the inside of the relay, for its own files:
 *
 *	relay.c         who is there; what leaves, now or when it is durable
 *	relay_bound.c   what one bridge may cost
 *	relay_facts.c   which facts may leave, up to which all is durable
 *	relay_stream.c  streams: filters, credit, how far they are
 *	relay_field.c   what a field of a stranger may be
 *	relay_say.c     lines and posts from outside
 *	relay_wait.c    those that come too fast wait for their turn
 *	relay_seen.c    ids that were said
 *	relay_link.c    who outside is whom here; codes
 *	relay_ask.c     what is asked from outside
 *	relay_mute.c    what staff has silenced
 *	relay_status.c  how they are, in sentences for staff
 *	relay_order.c   what staff asks, and is told
 */
#pragma once

#include "rt/arena.h"
#include "rt/buf.h"
#include "rt/map.h"
#include "world/relay/relay.h"

enum { RELAY_PAST = 64 };

enum { RELAY_PLACE_MAX = 16, RELAY_FILTER = 32, RELAY_BRIDGE_NAME_MAX = 16 };

/* A fact that may leave. */
struct relay_fact {
	uint64_t seq;
	enum fact_kind kind;
	bool hidden;			 /* of somebody whom nobody sees */
	char place[RELAY_PLACE_MAX + 1]; /* channel or board; "": neither */
	char *origin;			 /* NULL: from the game */
};

struct relay_names {
	char **v;
	size_t n;
};

struct relay_stream {
	uint32_t number;
	char *key;
	uint64_t kinds; /* bits 1 << enum fact_kind */
	struct relay_names channels, boards;
	uint32_t credit;
	uint64_t at;   /* every fact up to here was told, or is not for it */
	uint64_t told; /* what its bridge knows of that */
	bool refused;  /* somebody there was told that there is no such channel */
};

struct relay_bridge {
	uint64_t instance, life; /* life: another one with each fresh link */
	char *name;
	bool away;
	struct relay_stream **streams;
	size_t n_streams;
	uint64_t tokens, token_tick; /* relay_wait.c */
	struct buf waiting;
	unsigned notices; /* of late */
	/* relay_bound.c */
	bool shut; /* nothing of it counts until it has dialled again */
	uint64_t work, work_tick, look_tick, malformed_tick;
	unsigned looks, malformed;
	bool unfinished; /* streams of it have facts to look at in the next tick */
};

struct relay_seen_table;
struct relay_link_table;
struct relay_mute_table;

struct relay {
	struct relay_bridge *bridges[RELAY_BRIDGES];
	size_t n_bridges;
	uint64_t last_life;
	uint64_t past[RELAY_PAST]; /* instances that were there, in a ring */
	size_t n_past;
	/* facts */
	struct relay_fact *facts; /* by number of them % EVENT_RING */
	uint64_t n_facts, n_durable;
	uint64_t scanned, durable; /* up to these all are in `facts`, and stored */
	uint64_t floor;		   /* what is not above this may be forgotten */
	struct buf marks;
	/* what leaves */
	struct buf owed, packed;
	struct relay_seen_table *seen;
	struct relay_link_table *links;
	struct relay_mute_table *mutes;
};

/* ---- relay.c ---- */

struct relay_bridge *relay_find(const struct world *w, uint64_t instance); /* NULL: none */
void relay_send(struct world *w, const struct relay_bridge *b, const Mudlark__BridgeIn *in);
/* The same when everything is durable that has happened until now. */
void relay_owe(struct world *w, const struct relay_bridge *b, const Mudlark__BridgeIn *in);
/* When that batch is. */
void relay_owe_batch(struct world *w, const struct relay_bridge *b, const Mudlark__BridgeIn *in,
		     uint64_t batch);
/* SipHash under a key that is always the same. */
uint64_t relay_hash(struct span s);

/* ---- relay_bound.c ---- */

void relay_bound_begin(const struct world *w, struct relay_bridge *b); /* a fresh link */
/* Who has sent a record, and may; NULL: it does not count. */
struct relay_bridge *relay_from(struct world *w, uint64_t peer, unsigned cost);
void relay_malformed(struct world *w, struct relay_bridge *b, const char *what);
void relay_drop(struct world *w, struct relay_bridge *b, const char *why);
/* May one more fact be looked at in this tick? */
bool relay_may_look(const struct world *w, struct relay_bridge *b);

/* ---- relay_facts.c ---- */

void relay_facts_free(struct relay *r);
void relay_facts_turn(struct world *w);	   /* takes in what the turn emitted */
bool relay_facts_durable(struct world *w); /* true: there are more than before */
/* The first durable one above seq; NULL: none. */
const struct relay_fact *relay_facts_next(const struct world *w, uint64_t seq);

/* ---- relay_stream.c ---- */

void relay_streams_pump(struct world *w, struct relay_bridge *b);
void relay_streams_passed(struct world *w, struct relay_bridge *b);
void relay_streams_close(struct relay_bridge *b);
/* A mute has changed: they are told, and where they are. */
void relay_streams_muted(struct world *w, struct relay_bridge *b);
size_t relay_stream_behind(const struct world *w, const struct relay_bridge *b,
			   const struct relay_stream *s);

/* ---- relay_status.c ---- */

/* Channels and boards it asks for that the game has not, or not for outside: in a plain sentence without its
 * beginning; how many. */
size_t relay_stream_unknown(const struct world *w, const struct relay_stream *s, struct buf *out);
/* That to staff who are in, and the log, if there are any. */
void relay_tell_unknown(struct world *w, const struct relay_bridge *b,
			const struct relay_stream *s);

/* ---- relay_field.c ---- */

struct span relay_bytes(ProtobufCBinaryData d);
struct span relay_span(const char *s);
/* UTF-8 of at least 1 and at most `max` bytes, without control characters. */
bool relay_is_plain(struct span s, size_t max);
/* The same with line ends. */
bool relay_is_lines(struct span s, size_t max);
/* A plain key that begins with "NAME/". */
bool relay_is_key_of(const struct relay_bridge *b, struct span key);
/* Harmless and trimmed, in scratch; with line ends as they are. */
struct span relay_clean(struct world *w, struct span text);
/* How somebody outside is shown, in scratch: "Ana (irc)" when linked, else "nick@irc" or "nick@PLACE". */
struct span relay_linked_name(struct world *w, const struct relay_bridge *b, const char *character);
struct span relay_outside_name(struct world *w, const struct relay_bridge *b, struct span place,
			       struct span name);
/* Of a post: "News of the Coast@rss". */
struct span relay_author(struct world *w, const struct relay_bridge *b, struct span name);

/* ---- relay_say.c ---- */

/* One that has waited. */
void relay_say_now(struct world *w, struct relay_bridge *b, const Mudlark__BridgeSay *m);
void relay_post_now(struct world *w, struct relay_bridge *b, const Mudlark__BridgePost *m);

/* ---- relay_wait.c ---- */

void relay_wait_begin(const struct world *w, struct relay_bridge *b); /* nothing was said of late */
bool relay_wait_may(struct world *w, struct relay_bridge *b);	      /* one more line, now */
/* Keeps it for later; false: too much waits. */
bool relay_wait_add(struct relay_bridge *b, bool is_post, const ProtobufCMessage *m);
/* One of those that wait. False: none may go on. */
bool relay_wait_step(struct world *w);

/* ---- relay_seen.c ---- */

struct relay_seen_table *relay_seen_new(void);
void relay_seen_free(struct relay_seen_table *t);
/* Was it said? *ret_batch: when it is durable. */
bool relay_seen_has(const struct world *w, const char *source, const char *id, uint64_t *ret_batch);
void relay_seen_add(struct world *w, const char *source, const char *id);
void relay_seen_load(struct world *w, const Mudlark__DocumentRow *row);
uint64_t relay_seen_digest(const struct relay_seen_table *t);

/* ---- relay_link.c ---- */

struct relay_link {
	char *identity, *name; /* of the character */
	uint64_t character;
};

struct relay_link_table *relay_links_new(void);
void relay_links_free(struct relay_link_table *t);
const struct relay_link *relay_link_find(const struct world *w, struct span identity);
/* NULL: done, *ret is there. Else a sentence. */
const char *relay_link_take(struct world *w, struct span identity, struct span code,
			    const struct relay_link **ret);
/* Its identity is a nick and an address, no account. */
bool relay_link_is_loose(const struct relay_link *l);
bool relay_link_end(struct world *w, struct span identity);
void relay_links_tick(struct world *w);
void relay_link_load(struct world *w, const Mudlark__DocumentRow *row);
void relay_code_load(struct world *w, const Mudlark__DocumentRow *row);
uint64_t relay_links_digest(const struct relay_link_table *t);

/* ---- relay_mute.c ---- */

struct relay_mute_table *relay_mutes_new(void);
void relay_mutes_free(struct relay_mute_table *t);
/* The channels of a bridge that are, alone; how many. `ret` has room for RELAY_MUTES; in scratch. */
size_t relay_muted_channels(struct world *w, struct span bridge, char **ret);
void relay_mute_load(struct world *w, const Mudlark__DocumentRow *row);
uint64_t relay_mutes_digest(const struct relay_mute_table *t);
