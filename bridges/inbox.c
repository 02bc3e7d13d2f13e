/*
 * inbox.c - the inbox of a bridge: what each message of the world does (proto/schema/bridges.proto).
 */
#include "bridges/bridge_inner.h"
#include "rt/log.h"

static int on_opened(void *ctx, UNUSED uint64_t peer, const void *body)
{
	streams_opened(ctx, body);
	return 0;
}

static int on_fact(void *ctx, UNUSED uint64_t peer, const void *body)
{
	streams_fact(ctx, body);
	return 0;
}

static int on_passed(void *ctx, UNUSED uint64_t peer, const void *body)
{
	streams_passed(ctx, body);
	return 0;
}

static int on_behind(void *ctx, UNUSED uint64_t peer, const void *body)
{
	streams_behind(ctx, body);
	return 0;
}

static int on_taken(void *ctx, UNUSED uint64_t peer, const void *body)
{
	says_taken(((struct bridge *)ctx)->says, body);
	return 0;
}

static int on_answer(void *ctx, UNUSED uint64_t peer, const void *body)
{
	asks_answer(((struct bridge *)ctx)->asks, body);
	return 0;
}

static int on_order(void *ctx, UNUSED uint64_t peer, const void *body)
{
	orders_take(ctx, body);
	return 0;
}

static int on_replaced(void *ctx, UNUSED uint64_t peer, UNUSED const void *body)
{
	core_replaced(ctx);
	return 0;
}

static const struct route rows[] = {
	[MUDLARK__BRIDGE_IN__BODY_OPENED] = { "opened", ROLE_WORLD, on_opened },
	[MUDLARK__BRIDGE_IN__BODY_FACT] = { "fact", ROLE_WORLD, on_fact },
	[MUDLARK__BRIDGE_IN__BODY_PASSED] = { "passed", ROLE_WORLD, on_passed },
	[MUDLARK__BRIDGE_IN__BODY_BEHIND] = { "behind", ROLE_WORLD, on_behind },
	[MUDLARK__BRIDGE_IN__BODY_TAKEN] = { "taken", ROLE_WORLD, on_taken },
	[MUDLARK__BRIDGE_IN__BODY_ANSWER] = { "answer", ROLE_WORLD, on_answer },
	[MUDLARK__BRIDGE_IN__BODY_ORDER] = { "order", ROLE_WORLD, on_order },
	[MUDLARK__BRIDGE_IN__BODY_REPLACED] = { "replaced", ROLE_WORLD, on_replaced },
};

const struct route_table inbox_table = { &mudlark__bridge_in__descriptor, rows, ARRAY_LEN(rows) };

void core_record(struct bridge *b, struct span body)
{
	const ProtobufCMessage *m;

	arena_reset(&b->arena);
	m = route_unpack(&mudlark__bridge_in__descriptor, body, &b->arena);
	if (!m) {
		b->stats.malformed++;
		log_error("record_malformed");
	} else if (route_dispatch(&inbox_table, &b->stats, b, 0, ROLE_WORLD, m)) {
		log_error("record_failed");
	}
}
