/*
 * aibridge_inner.h - the parts of the process, for aibridge.c and aibridge_env.c.
 */
#pragma once

#include "aibridge/aibridge.h"
#include "aibridge/ask.h"
#include "aibridge/inbox.h"
#include "aibridge/notice.h"
#include "aibridge/numbers.h"
#include "aibridge/orders.h"
#include "aibridge/retain.h"
#include "aibridge/spend.h"
#include "aibridge/standing.h"
#include "aibridge/store.h"

struct aibridge {
	struct proc *proc;
	const struct ai_conf *conf;
	const struct clock *clock;
	uint64_t instance;
	struct wire *world_wire, *store_wire;
	bool world_up, stopping, ended;
	struct roster roster;
	struct guard *guard;
	struct http *http;
	struct rng random;
	struct ask_env env;
	struct asks asks;
	struct store store;
	struct retain retain;
	struct standing standing;
	struct orders orders;
	struct inbox inbox;
	struct notices notices;
	struct spend spend;
	struct metric numbers[NUMBERS];
	struct metric_server *metrics;
	struct loop_timer timer; /* of what is due */
	struct loop_timer stop;
	struct buf packed;
};

/* To the world; ctx is a struct aibridge. */
void aibridge_tell(void *ctx, const Mudlark__WorldIn *m);
/* Fills a->env. */
void aibridge_env(struct aibridge *a);
