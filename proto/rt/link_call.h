/*
 * link_call.h - the calls of a link that wait for something, in both directions, by id and age.
 *
 * Ids only grow, so a table is a sorted array: found by bisection, the dead at the front dropped.
 * Walks go by id, never by index, because the owner's callbacks add and remove calls meanwhile.
 */
#pragma once

#include "rt/base.h"

struct link_call {
	uint64_t id;
	uint64_t peer_id; /* the asking side's number, for calls that came in */
	uint64_t deadline_us;
	void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why);
	void *ctx;
	bool live;
};

struct link_calls {
	struct link_call *v;
	size_t n, cap, live;
	uint64_t last_id;
};

void link_calls_done(struct link_calls *t);
/* Adds a copy under a new id, which is returned. */
uint64_t link_calls_add(struct link_calls *t, const struct link_call *c);
/* Takes a call out. False: no such call. */
bool link_calls_take(struct link_calls *t, uint64_t id, struct link_call *ret);
/* The first live call behind id (0: the very first); valid until the table changes. */
const struct link_call *link_calls_after(const struct link_calls *t, uint64_t id);
