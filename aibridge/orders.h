/*
 * orders.h - `@ai` of staff, answered in plain lines of at most 80 columns: status, budget, transcript.
 */
#pragma once

#include "aibridge/ask.h"
#include "aibridge/numbers.h"
#include "aibridge/spend.h"
#include "aibridge/store.h"

enum { ORDERS_MAX = 64, ORDERS_TRANSCRIPT = 10, ORDERS_ACCOUNTS = 20 };

struct order;

/* What is told of; all borrowed. */
struct orders_of {
	const char *name; /* of this aibridge */
	const struct ai_conf *conf;
	const struct clock *clock;
	const struct roster *roster;
	const struct asks *asks;
	const struct metric *numbers;
	struct spend *spend;
	struct store *store;
	void (*tell)(void *ctx, const Mudlark__WorldIn *m);
	void *ctx;
};

struct orders {
	struct orders_of of;
	struct order *first; /* those that wait for the store */
	size_t n;
};

void orders_init(struct orders *o, const struct orders_of *of);
void orders_take(struct orders *o, const Mudlark__AiOrder *m);
void orders_drop(struct orders *o); /* nobody waits any more */
