/*
 * outbox.h - what the world says to gateways: numbered, kept, held back until it is true.
 *
 * A record of a unit of work that had effects is durable: it gets the gateway's next oseq, is part of
 * the turn's commit, and is kept until the gateway has it.  A record of a unit without effects has
 * oseq 0 and is not kept.  Either waits until every batch issued before or with it is durable, so
 * nobody reads what the store may not remember (promise P1); while persist is stalled and
 * durability is `available`, nothing waits.
 *
 * oseq is one count for all gateways, so that a gateway that was given up and comes back after all
 * never gets a number again.  It begins at epoch << 40 in every life of the world, so it increases
 * over restarts without being stored.
 */
#pragma once

#include "world/core/world.h"
#include "world/session.h"

enum {
	OUTBOX_GATEWAYS = 1024,
	OUTBOX_NOWHERE =
		0, /* the index of a gateway that does not exist: of parked sessions (resume.h) */
	OUTBOX_PARKED = 1, /* and its instance */
};

struct outbox *outbox_new(void);
void outbox_free(struct world *w);

/* The index of a gateway by its instance, made when it is new. UINT32_MAX: too many. */
uint32_t outbox_gateway(struct world *w, uint64_t instance);
uint64_t outbox_instance(const struct world *w, uint32_t gateway);
uint32_t outbox_n_gateways(const struct world *w);
/* It will not come back; its index is used again when its last session has ended. */
bool outbox_is_gone(const struct world *w, uint32_t gateway);
bool outbox_any_gone(const struct world *w); /* with sessions left */
void outbox_count_session(struct world *w, uint32_t gateway, int change);
size_t outbox_sessions(const struct world *w, uint32_t gateway);

/* One record to one gateway. */
void outbox_add(struct world *w, uint32_t gateway, const Mudlark__GatewayIn *m);
/* Same for an Output, which is most of what there is. */
void outbox_text(struct world *w, uint32_t gateway, Mudlark__Output *o);
/* The number of the last durable record; the one all of a life come behind. */
uint64_t outbox_oseq(const struct world *w);
uint64_t outbox_first(uint64_t epoch);
/* Records added since the last seal belong to one unit of work; do they have to be kept? */
void outbox_seal(struct world *w, bool durable);
size_t outbox_unsealed(const struct world *w);
size_t outbox_estimate(const struct world *w); /* bytes of this turn's durable records */

/* A line for everybody on every gateway, at once: it tells of no change that could be lost. */
void outbox_notice_now(struct world *w, const char *text);

/* End of the turn: rows and trims go into *c (scratch memory). */
bool outbox_has_rows(const struct world *w);
bool outbox_has_trims(const struct world *w);
void outbox_collect(struct world *w, Mudlark__Commit *c);
/* After the commit was issued: everything of this turn is released or held. */
void outbox_turn_done(struct world *w);
/* Lets go what may go. */
void outbox_release(struct world *w);

/* What the links report. */
void outbox_peer_up(struct world *w, uint64_t instance, bool resumed);
void outbox_peer_gone(struct world *w, uint64_t instance);
/* Whoever has not linked in this life will not come any more. */
void outbox_unlinked_gone(struct world *w);
void outbox_acked(struct world *w, uint64_t instance, uint64_t oseq);
/* A stored row, at the start. */
void outbox_load(struct world *w, const Mudlark__OutboxRow *row);
/* How far gateways have read, as text for the store (77,456,78,460: instance, oseq), in quotes that were
 * begun; and out of it. */
bool outbox_read_due(const struct world *w);
void outbox_read_save(struct world *w, struct buf *out);
void outbox_read_load(struct world *w, const char *text);
/* Every stored record of all gateways, in order of oseq. */
void outbox_each_stored(struct world *w, void (*take)(struct world *w, uint64_t gateway,
						      uint64_t oseq, struct span record));
