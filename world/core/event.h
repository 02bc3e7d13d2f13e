/*
 * event.h - facts: what has happened, told to whoever listens.
 *
 * A fact is past tense and final: handlers cannot change or veto it.  event_emit() numbers it, puts
 * it into the ring of the last 10,000, into the turn's commit if its kind is durable, calls the
 * handlers in order of registration, then the waiters, and returns the number.  Numbers strictly
 * increase, over restarts too.
 *
 * Handlers may emit, register and remove while a fact is dispatched: what is removed is not called
 * any more, what is added hears the next fact; memory is tidied when the outermost emit is done.
 * Emits nest at most EVENT_DEPTH_MAX deep, and one turn emits at most EVENT_TURN_MAX facts; beyond,
 * the fact is refused (number 0) and counted.
 */
#pragma once

#include <inttypes.h>

#include "rt/base.h"
#include "rt/buf.h"
#include "world/core/entity.h"

enum { EVENT_RING = 10000, EVENT_DEPTH_MAX = 8, EVENT_TURN_MAX = 65536, EVENT_BODY_MAX = 8192 };

enum fact_kind {
	FACT_SERVER_STARTED,
	FACT_SERVER_STOPPING,
	FACT_SERVER_STALLED,
	FACT_SERVER_RECOVERED,
	FACT_PLAYER_CREATED,
	FACT_PLAYER_ENTERED,
	FACT_PLAYER_LEFT,
	FACT_PLAYER_LINK_LOST,
	FACT_PLAYER_LINK_RESTORED,
	FACT_PLAYER_MOVED,
	FACT_ROOM_ENTERED,
	FACT_ROOM_LEFT,
	FACT_ITEM_CREATED,
	FACT_ITEM_DESTROYED,
	FACT_ITEM_PICKED_UP,
	FACT_ITEM_DROPPED,
	FACT_ITEM_PUT,
	FACT_ITEM_GIVEN,
	FACT_CHAT_SAID,
	FACT_CHAT_EMOTED,
	FACT_CHAT_TOLD,
	FACT_COMMAND_RUN,
	FACT_COMMAND_UNKNOWN,
	FACT_CHANNEL_SAID,
	FACT_STAFF_SAID,
	FACT_NEWS_ANNOUNCED,
	FACT_BOARD_POSTED,
	FACT_BOARD_REMOVED,
	FACT_ERRAND_DONE,
	FACT_SITE_BANNED,
	FACT_SITE_UNBANNED,
	FACT_SITE_LISTED,
	FACT_SITE_THROTTLED,
	FACT_KIND_COUNT,
	FACT_ANY = FACT_KIND_COUNT /* for handlers: every kind */
};

/* Valid during the call; `body` is a JSON object, copied at emit, and cannot be written to. */
struct fact {
	uint64_t seq, tick;
	int64_t wall_ms;
	enum fact_kind kind;
	uint64_t actor; /* id of who did it, 0: nobody */
	struct span body;
};

/* `fmt` makes the members of the body after "actor": `"room":"%s"`; ids as text of 16 hex digits
 * (EVENT_ID); NULL: none. Returns the number, 0: refused by a cap. */
uint64_t event_emit(struct world *w, enum fact_kind kind, struct ent actor, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
#define EVENT_ID "\"%016" PRIx64 "\""

/* Who or what a member of the body names; ENT_NONE: nothing that is here. */
struct ent event_ent(const struct world *w, const struct fact *f, const char *member);

/* Handlers: < 0 means that it failed; that is logged and the others still run. The id returned is
 * for event_off() and never 0. */
uint64_t event_on(struct world *w, enum fact_kind kind,
		  int (*fn)(void *ctx, struct world *w, const struct fact *f), void *ctx);
uint64_t event_once(struct world *w, enum fact_kind kind,
		    int (*fn)(void *ctx, struct world *w, const struct fact *f), void *ctx);
/* The next fact of the kind, or fn(ctx, w, NULL) after so many ticks; either removes the waiter. */
uint64_t event_wait(struct world *w, enum fact_kind kind, uint64_t ticks,
		    int (*fn)(void *ctx, struct world *w, const struct fact *f), void *ctx);
void event_off(struct world *w, uint64_t id); /* twice is harmless */
size_t event_handlers(const struct world *w, enum fact_kind kind);

const char *event_name(enum fact_kind kind); /* domain:action */
/* The newest n, oldest first; returns how many were shown. */
size_t event_recent(const struct world *w, size_t n, void (*fn)(void *ctx, const struct fact *f),
		    void *ctx);
/* The one with this number, while the ring has it; NULL: not any more, or it was of a life before. */
const struct fact *event_get(const struct world *w, uint64_t seq);
/* The number of the oldest one in the ring; above the newest when there is none. */
uint64_t event_oldest(const struct world *w);
