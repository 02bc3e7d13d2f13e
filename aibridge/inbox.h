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
	struct route_stats stats;
	struct arena arena; /* of the record that is being taken; an ask keeps it */
};

/* For a test that every case has a handler. */
extern const struct route_table inbox_table;

void inbox_record(struct inbox *in, struct span body);
void inbox_done(struct inbox *in);
