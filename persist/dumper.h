/*
 * dumper.h - the one dump that is under way over the links: begun, read piece by piece and ended by calls.  It
 * belongs to the keeper's thread.  A turn of that makes one piece, so commits go on in between.
 *
 * A dump holds back what the database may forget, so it ends by itself: when nobody has read for DUMPER_IDLE_US,
 * when whoever began it is gone, and after DUMPER_LIFE_US in any case.
 */
#pragma once

#include "persist/dump.h"
#include "persist/store.h"

#define DUMPER_IDLE_US (60 * UINT64_C(1000000))
#define DUMPER_LIFE_US (3600 * UINT64_C(1000000))

struct dumper {
	uint64_t id, peer; /* 0: there is none */
	struct dump *dump; /* NULL: all of it was read */
	uint64_t since_us, read_us;
	uint64_t next;	  /* number of the next piece */
	struct buf piece; /* the one before it */
};

struct dumper_ask {
	const struct store_ops *ops;
	struct store *s;
	uint64_t peer, now_us;
	uint64_t fresh; /* id of one that begins */
	struct arena *a;
};

/* Is this call one of ours? */
bool dumper_is(const Mudlark__PersistCall *q);
/* The reply is complete; what goes wrong with a dump is no fault of the store's. */
void dumper_run(struct dumper *d, const struct dumper_ask *ask, const Mudlark__PersistCall *q,
		Mudlark__PersistReply *reply);
/* Ends a dump whose time is over. False: there is none to be looked after. */
bool dumper_look(struct dumper *d, uint64_t now_us);
/* A peer is gone. */
void dumper_leave(struct dumper *d, uint64_t peer);
void dumper_end(struct dumper *d, const char *reason);
