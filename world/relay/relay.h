/*
 * relay.h - the bridges that have dialled in (irc, discord, rss): what they are told and what they say.
 *
 * A stream is one target outside, say a channel on one IRC network.  It is told the outward facts that
 * fit its filter, in order, when they are durable and not before, as far as its bridge gives credit; from the
 * ring of facts, so that nothing is kept for a bridge that is slow, hung or away.  Where a stream has come
 * to is known to its bridge alone (a document in persist): a stream begins behind what its bridge says, and
 * what the ring does not hold any more the bridge reads from persist by itself.
 *
 * What is said by a bridge has an id in its source; ids are stored with what they did (documents "relay.seen"), so
 * that it is said once, whoever dies.  BridgeTaken leaves when that is durable.
 *
 * Nobody here waits for a bridge, and no command does, but for `@bridge status`, as `@ai status` does.
 */
#pragma once

#include "bridges.pb-c.h"
#include "world/core/event.h"
#include "world/core/world.h"

enum {
	RELAY_BRIDGES = 32,
	RELAY_STREAMS = 512, /* of one bridge */
	RELAY_CREDIT = 4096, /* of a stream */
	RELAY_SEEN = 1024,   /* newest ids of a source that are known */
	RELAY_SOURCES = 1024,
	RELAY_ID_BYTES = 64,
	RELAY_KEY_BYTES = 160, /* of a source, an identity */
	RELAY_NAME_COLUMNS = 32,
	RELAY_TEXT_BYTES = 500,
	RELAY_SUBJECT_BYTES = 120,
	RELAY_POST_BYTES = 2000,
	RELAY_RATE =
		200, /* lines of one bridge in a second of the world's time, and twice that at once */
	RELAY_WAITING_BYTES = 2 << 20, /* of a bridge, what came faster than that and has to wait */
	RELAY_MUTES = 256,
	RELAY_LINKS = 16384,
	RELAY_LINKS_OF = 8, /* one character's */
	RELAY_CODES = 256,  /* that are good at a time */
	RELAY_CODE_S = 600,
	RELAY_PASSED_S = 5,	   /* BridgePassed, when there was nothing else */
	RELAY_WORK = 10000,	   /* of one bridge in a second of the world's time, in units ... */
	RELAY_WORK_BURST = 100000, /* ... and at once: beyond that it is dropped */
	RELAY_WORK_OPEN = 50,	   /* most records are a unit, these are more */
	RELAY_WORK_ASK = 100,
	RELAY_LOOKS = 4096,   /* facts that the streams of a bridge look at in a tick */
	RELAY_MALFORMED = 20, /* records of a bridge in a minute: it is dropped */
};

struct relay *relay_new(void);
void relay_free(struct world *w);

/* At the start, when the numbers of facts are known: what is older is in the store. */
void relay_begin(struct world *w);

/* Links. `name`: what its operator calls it, lower case letters and digits: irc, discord, rss. One whose connection is
 * `resumed` goes on as if nothing had happened; any other begins without streams. */
void relay_up(struct world *w, uint64_t instance, const char *name, bool resumed);
/* False: that is no bridge. Until it is `gone`, its streams go on into the link, as far as credit goes. */
bool relay_down(struct world *w, uint64_t instance, bool gone);
size_t relay_count(const struct world *w); /* also those that are away just now */
size_t relay_connected(const struct world *w);
const char *relay_name(const struct world *w, size_t i); /* NULL: no such one */
bool relay_is_away(const struct world *w, size_t i);
uint64_t relay_at(const struct world *w, size_t i);
/* Sentences for staff about it and each of its streams: markup. */
void relay_describe(const struct world *w, size_t i, struct buf *out);

/* Records. */
void relay_open(struct world *w, uint64_t peer, const Mudlark__BridgeOpen *m);
void relay_more(struct world *w, uint64_t peer, const Mudlark__BridgeMore *m);
void relay_close(struct world *w, uint64_t peer, const Mudlark__BridgeClose *m);
void relay_say(struct world *w, uint64_t peer, const Mudlark__BridgeSay *m);
void relay_post(struct world *w, uint64_t peer, const Mudlark__BridgePost *m);
void relay_ask(struct world *w, uint64_t peer, const Mudlark__BridgeAsk *m);
void relay_text(struct world *w, uint64_t peer, const Mudlark__BridgeText *m);
void relay_notice(struct world *w, uint64_t peer, const Mudlark__BridgeNotice *m);

/* After a turn was issued, and when batches have become durable: facts and BridgeTaken go out. */
void relay_turn(struct world *w);
void relay_durable(struct world *w);
bool relay_tick(struct world *w); /* a system of tick.h */
/* Over all that is state, for world_hash(). */
uint64_t relay_digest(const struct world *w);
/* Documents of the collections "relay.*". */
void relay_load(struct world *w, const Mudlark__DocumentRow *row);

/* May bridges be told of this kind? */
bool relay_is_outward(enum fact_kind kind);

/* Can a bridge be called so? */
bool relay_is_name(struct span name);

/* `@bridge mute|unmute NAME [CHANNEL]`, kept over restarts: neither way is anything relayed. */
/* False: there are too many mutes. */
bool relay_mute(struct world *w, struct span bridge, struct span channel, bool muted) MUST_USE;
bool relay_is_muted(const struct world *w, struct span bridge, struct span channel);
/* Exactly this mute. `channel` empty: of the whole bridge. */
bool relay_has_mute(const struct world *w, struct span bridge, struct span channel);
/* A sentence about the mutes of a bridge, markup (NULL: none is wanted); how many there are. */
size_t relay_mutes(const struct world *w, struct span bridge, struct buf *out);
/* The name of the i-th bridge that has any, connected or not; empty: there are not so many. */
struct span relay_muted_name(const struct world *w, size_t i);
/* `@bridge status|restart`: to one (or all: instance 0); the line that asks waits for the answers. */
void relay_order(struct world *w, struct ent staff, uint64_t instance, struct span words);

/* `link`: a code for this character, good for ten minutes, once; typed outside as "!link CODE", "/link CODE". */
/* False: so many have one that there is no other just now, or this one is linked to all it may be. */
bool relay_link_code(struct world *w, struct ent player, char ret_code[16]) MUST_USE;
/* Identities that are linked to it, one a line, markup; how many. */
size_t relay_linked(const struct world *w, uint64_t character, struct buf *out);
bool relay_unlink(struct world *w, uint64_t character, struct span identity); /* empty: all */
