/*
 * bridge_inner.h - the parts of a bridge, and what they stand on.
 *
 * All but bridge.c is pure: links, time and the loop are behind `struct bridge_io` and the clock, so that tests
 * drive the same code.  What comes in from outside the process goes to core_record(), core_world_*(), core_store_*(); what is
 * due is done by core_tick(), which the loop calls at the end of each of its turns.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/flood.h"
#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/clock.h"
#include "rt/jsonin.h"
#include "rt/map.h"
#include "rt/route.h"
#include "rt/wire.h"

enum {
	CORE_CALL_MS = 3000,	 /* persist answers within this, or has not */
	CORE_AGAIN_US = 300000,	 /* what persist would not do is asked again */
	CORE_LAZY_US = 200000,	 /* `sent` is stored so late */
	CORE_MORE_US = 200000,	 /* old lines come one upon the other, and are told of at once */
	CORE_ASK_US = 5000000,	 /* the world answers within this */
	CORE_ASKS_MAX = 256,	 /* waiting for the world */
	CORE_KEEPS_MAX = 4096,	 /* waiting for persist */
	CORE_NOTICES_MAX = 256,	 /* keys that are known */
	CORE_SAY_RATE_US = 5000, /* what the world takes of one bridge in the long run ... */
	CORE_SAY_BURST = 300,	 /* ... and at once */
	CORE_SAY_TOLD = 1000,  /* not answered; fewer than RELAY_SEEN, which a world knows again */
	CORE_OWN_NUMBERS = 64, /* of a bridge, besides the common ones */
};

struct bridge_io {
	/* One record for the world. 0; 1: no room now. */
	int (*tell)(void *ctx, struct span record);
	/* As link_call() and link_cancel(), to persist. */
	uint64_t (*call)(void *ctx, struct span body, uint32_t deadline_ms,
			 void (*done)(void *ctx, uint64_t id, const struct span *body,
				      const char *why),
			 void *done_ctx);
	void (*cancel)(void *ctx, uint64_t id);
	/* core_tick() is wanted in the next turn. */
	void (*wake)(void *ctx);
	/* Everything is stored and said: the process may end. */
	void (*ended)(void *ctx);
	void *ctx;
};

enum number {
	N_OUT, /* lines handed over */
	N_OLD, /* lines that were too old */
	N_LOST,
	N_UNSURE,
	N_IN, /* said into the game */
	N_REFUSED,
	N_FULL, /* no room for what was to be said */
	N_POSTS,
	N_ASKS,
	N_WAITING_OUT, /* gauges from here on */
	N_WAITING_IN,
	N_STREAMS,
	N_WORLD_UP,
	N_STORE_UP,
	N_READY,
	N_STORE_FAILED,
	N_UNKNOWN,
	NUMBERS
};

struct core_call;
struct says;
struct asks;
struct keeps;
struct notices;

struct bridge {
	struct bridge_io io;
	const struct clock *clock;
	const struct bridge_conf *conf;
	struct bridge_events e;
	char *name, *collection; /* "irc", "bridge.irc" */
	uint64_t instance;
	uint32_t world; /* number of the world; 0: not known yet */
	bool world_up, store_up, stopping, flushing, ended;
	bool replaced;	   /* by another of its name: nothing more is said, handed over or stored */
	uint64_t until_us; /* of stopping, then of flushing */
	struct arena scratch;
	struct buf packed;
	struct core_call *calls;
	struct bridge_stream *first, *last;
	uint32_t last_stream;
	struct says *says;
	struct asks *asks;
	struct keeps *keeps;
	struct notices *notices;
	struct route_stats stats;
	struct arena arena; /* of the record that is being taken */
	struct metric numbers[NUMBERS + CORE_OWN_NUMBERS];
	struct metric *own;
	size_t n_own;
	void (*refresh)(void *ctx);
	void *refresh_ctx;
	struct bridge_process *process; /* bridge.c; NULL in tests */
};

/* core.c */
void core_init(struct bridge *b, const struct bridge_io *io, const struct clock *clock,
	       const struct bridge_conf *conf, const char *name, uint64_t instance,
	       const struct bridge_events *e);
/* After the links are gone. */
void core_done(struct bridge *b);
void core_world_up(struct bridge *b, uint32_t world, bool fresh);
void core_world_down(struct bridge *b);
void core_store_up(struct bridge *b);
void core_store_down(struct bridge *b);
void core_replaced(struct bridge *b);
/* When core_tick() has something to do; UINT64_MAX: nothing that time brings. */
uint64_t core_due(const struct bridge *b);
void core_tick(struct bridge *b);
/* False: not now, no room or the world is away. */
bool core_tell(struct bridge *b, const Mudlark__WorldIn *m);
static inline uint64_t core_now(const struct bridge *b)
{
	return clock_mono(b->clock);
}
static inline void core_count(struct bridge *b, enum number which, double n)
{
	b->numbers[which].value += n;
}
static inline uint64_t core_least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* inbox.c */
extern const struct route_table inbox_table;
void core_record(struct bridge *b, struct span body);

/* calls.c: `done` comes later, once, unless it is cancelled; reply NULL: there was no answer. NULL: persist is
 * away. */
struct core_call *core_call(struct bridge *b, const Mudlark__PersistCall *q,
			    void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *ctx);
void core_cancel(struct core_call *c); /* NULL is harmless */
/* A document of this bridge; body empty: deletes. */
struct core_call *core_put(struct bridge *b, const char *key, struct span body,
			   void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *ctx);
struct core_call *core_get(struct bridge *b, const char *key,
			   void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *ctx);
/* Will asking again help? */
bool core_is_for_later(const Mudlark__PersistReply *reply);

/* numbers.c */
void numbers_init(struct metric *of);
void numbers_refresh(struct bridge *b);

/* streams.c */
void streams_fresh(struct bridge *b); /* a world that knows of none */
void streams_opened(struct bridge *b, const Mudlark__BridgeOpened *m);
void streams_fact(struct bridge *b, const Mudlark__BridgeFact *m);
void streams_passed(struct bridge *b, const Mudlark__BridgePassed *m);
void streams_behind(struct bridge *b, const Mudlark__BridgeBehind *m);
uint64_t streams_due(const struct bridge *b);
void streams_tick(struct bridge *b);
/* Cursors are to be stored as they are, now. True: they are. */
bool streams_flushed(struct bridge *b);
/* Those whose beginning is not known yet: what is said now they will never tell. */
size_t streams_opening(const struct bridge *b);
void streams_done(struct bridge *b);

/* says.c */
struct says *says_new(struct bridge *b);
void says_free(struct says *t);
void says_fresh(struct says *t); /* a world that was told nothing */
void says_taken(struct says *t, const Mudlark__BridgeTaken *m);
uint64_t says_due(const struct says *t);
void says_tick(struct says *t);
void says_forget(struct says *t, const void *ctx);
size_t says_waiting(const struct says *t);

/* asks.c */
struct asks *asks_new(struct bridge *b);
void asks_free(struct asks *t);
void asks_fresh(struct asks *t);
void asks_answer(struct asks *t, const Mudlark__BridgeAnswer *m);
uint64_t asks_due(const struct asks *t);
void asks_tick(struct asks *t);
void asks_forget(struct asks *t, const void *ctx);

/* keeps.c */
struct keeps *keeps_new(struct bridge *b);
void keeps_free(struct keeps *t);
uint64_t keeps_due(const struct keeps *t);
void keeps_tick(struct keeps *t);
void keeps_forget(struct keeps *t, const void *ctx);
bool keeps_flushed(const struct keeps *t);

/* orders.c */
void orders_take(struct bridge *b, const Mudlark__BridgeOrder *m);
struct notices *notices_new(void);
void notices_free(struct notices *t);
void notices_tick(struct bridge *b);
/* What `@bridge status` and the log say of the core itself. */
bool core_is_ready(struct bridge *b, struct buf *why);
