/*
 * gaps.h - what was said on Discord while no session was there, when one could not be resumed: it is read from the
 * history of each channel that is heard, behind the last message that is in the game for good.
 *
 * That message is kept for each channel, all in one document.  What comes twice has the same id, and is said once.
 * What is said while the history is read waits for it, so that all comes in order.
 */
#pragma once

#include "bridges/bridge.h"
#include "bridges/discord/rest.h"
#include "bridges/discord/target.h"
#include "rt/base.h"

struct gaps;

struct gaps_conf {
	struct bridge *bridge;
	struct rest *rest;
	const struct targets *targets; /* borrowed; may change between calls */
	const int64_t *max_age;	       /* us; what is older is only counted */
	/* A message that was missed, oldest first. */
	void (*missed)(void *ctx, struct target *t, const json_t *message);
	/* So many were too old, the newest of them `id`; `more`: and there are others, which were not read. */
	void (*old)(void *ctx, struct target *t, const char *id, size_t n, bool more);
	/* An event that had to wait. */
	void (*held)(void *ctx, const char *event, const json_t *d, uint64_t seq);
	/* Is all that was heard in the game for good? */
	bool (*calm)(void *ctx);
	void *ctx;
};

struct gaps *gaps_new(const struct gaps_conf *c);
void gaps_free(struct gaps *g);
/* Has this event to wait, as the history of its channel is being read? Then it comes by held(). */
bool gaps_hold(struct gaps *g, const char *event, const json_t *d, uint64_t seq);
/* `seq`, or what lies before the first event that waits. */
uint64_t gaps_settled(const struct gaps *g, uint64_t seq);
/* Any event, after it was heard. */
void gaps_event(struct gaps *g, const char *event, const json_t *d);
/* A session of its own has begun. */
void gaps_ask(struct gaps *g);
/* When a message was written, from its id. */
int64_t gaps_wall_ms(const char *id);
