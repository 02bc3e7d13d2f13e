/*
 * inbox.h - the aibridge's inbox: what each message of the world does (proto/schema/aibridge.proto).
 */
#pragma once

#include "aibridge/ask.h"
#include "aibridge/orders.h"
#include "aibridge/store.h"
#include "rt/route.h"

struct inbox {
	struct asks *asks;
	struct orders *orders;
	struct store *store;
	void (*tell)(void *ctx, const Mudlark__WorldIn *m);
	void *ctx;
	struct route_stats stats;
	struct arena arena; /* of the record that is being taken; an ask keeps it */
};

/* For a test that every case has a handler. */
extern const struct route_table inbox_table;

void inbox_record(struct inbox *in, struct span body);
/* Persist has deleted it: what was read before does not come back, and the world hears of it. */
void inbox_forgotten(struct inbox *in, const struct store_debt *d);
void inbox_done(struct inbox *in);
