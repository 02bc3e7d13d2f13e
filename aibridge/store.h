/*
 * store.h - what is asked of persist: calls with an answer or none, and settlements that are not lost.
 *
 * Conversations, the ledger and the audit are persist's.  A call is made once; when persist is away or does
 * not answer, whoever asked hears so and goes on without.  A settlement (what a reservation really cost, with the
 * documents that belong to it) is kept until persist has it; at most STORE_KEPT_MAX and STORE_KEPT_BYTES wait,
 * and what overflows is given up: its reservation stays charged in full.  When persist will not have a document
 * of it, it is settled without.
 *
 * Pure: the link is behind `io`, time comes in.
 */
#pragma once

#include "aibridge/talk.h"
#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/clock.h"

enum {
	STORE_WAIT_MS = 1000, /* a player waits for this answer */
	STORE_SETTLE_MS = 5000,
	STORE_AGAIN_US = 1000000, /* a settlement that was refused for now */
	STORE_KEPT_MAX = 4096,
	STORE_KEPT_BYTES = 16 << 20,
};

/* As link_call() and link_cancel(). */
struct store_io {
	uint64_t (*call)(void *ctx, struct span body, uint32_t deadline_ms,
			 void (*done)(void *ctx, uint64_t id, const struct span *body,
				      const char *why),
			 void *done_ctx);
	void (*cancel)(void *ctx, uint64_t id);
	void *ctx;
};

struct store_call;
struct settlement;

/* What a player wants to be forgotten, as the world calls it. */
struct store_debt {
	uint64_t who, number;
	char npc[TALK_KEY_MAX]; /* "": all */
};

struct store {
	struct store_io io;
	const struct clock *clock;
	bool is_up;
	struct store_call *calls;
	struct settlement *first, *last; /* kept */
	size_t n_kept, kept_bytes;
	uint64_t again_us; /* when the kept ones are sent again; 0: nothing is due */
	struct arena scratch;
	uint64_t given_up, failed; /* settlements; calls without an answer */
	void (*paid)(void *ctx, const struct store_debt *d);
	void *paid_ctx;
};

void store_init(struct store *s, const struct store_io *io, const struct clock *clock);
/* After the link is gone. What is kept is lost, and logged. */
void store_done(struct store *s);

/* The link. */
void store_up(struct store *s);
void store_down(struct store *s);
/* When store_tick() has something to do; UINT64_MAX: never. */
uint64_t store_due(const struct store *s);
void store_tick(struct store *s);

/* `done` comes later, once, unless store_cancel() is called; reply NULL: there was no answer. NULL: persist is
 * away, done is not called. */
struct store_call *store_call(struct store *s, const Mudlark__PersistCall *q, uint32_t deadline_ms,
			      void (*done)(void *ctx, const Mudlark__PersistReply *reply),
			      void *ctx);
void store_cancel(struct store_call *c);

/* Sends it now or as soon as it can be. `talk`: key of the conversation in it, NULL: none; an older one
 * of that key that still waits is not written any more. */
void store_settle(struct store *s, const Mudlark__LedgerSettle *q, const char *talk);
/* Deletes the conversations of a debt, kept in the same way; of one who and npc only the last waits. No
 * settlement writes one of them while it does. Then `paid` of the store is called. */
void store_forget(struct store *s, const struct store_debt *d);
