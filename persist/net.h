/*
 * net.h - the net effect of a run of commits of one world: what is written when they go into one
 * transaction.  A row that is written ten times in the run is written once.
 */
#pragma once

#include "persist/store.h"

struct net {
	Mudlark__EntityRow **put;
	uint64_t *del;
	Mudlark__DocumentRow **documents; /* all, in order: each counts in its version */
	Mudlark__EventRow **events;
	Mudlark__SessionRow **sessions;
	uint64_t *ended; /* sessions */
	Mudlark__OutboxRow **outbox;
	Mudlark__OutboxTrim **trim; /* the furthest of each gateway; done before `outbox` */
	size_t n_put, n_del, n_documents, n_events, n_sessions, n_ended, n_outbox, n_trim;
	const Mudlark__WorldState *state; /* NULL: unchanged */
	uint64_t batch;
};

void net_build(struct net *ret, Mudlark__Commit *const *commits, size_t n, struct arena *a);
