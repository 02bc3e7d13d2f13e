/*
 * inbox.c - see inbox.h.
 */
#include "aibridge/inbox.h"

#include <string.h>

#include "rt/log.h"

static int on_ask(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct inbox *in = ctx;

	asks_take(in->asks, &in->arena, body);
	return 0;
}

static int on_cancel(void *ctx, UNUSED uint64_t peer, const void *body)
{
	const Mudlark__AiCancel *m = body;

	asks_cancel(((struct inbox *)ctx)->asks, m->ask);
	return 0;
}

static int on_forget(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	const Mudlark__AiForget *m = body;
	struct store_debt d = { .who = m->who, .number = m->number };

	memcpy(d.npc, m->npc, strnlen(m->npc, sizeof(d.npc) - 1));
	asks_forget(in->asks, m->who, m->npc, m->number);
	store_forget(in->store, &d);
	return 0;
}

static int on_order(void *ctx, UNUSED uint64_t peer, const void *body)
{
	orders_take(((struct inbox *)ctx)->orders, body);
	return 0;
}

static int on_pause(void *ctx, UNUSED uint64_t peer, const void *body)
{
	const Mudlark__AiPause *m = body;

	asks_pause(((struct inbox *)ctx)->asks, m->paused);
	return 0;
}

static const struct route rows[] = {
	[MUDLARK__AI_IN__BODY_ASK] = { "ask", ROLE_WORLD, on_ask },
	[MUDLARK__AI_IN__BODY_CANCEL] = { "cancel", ROLE_WORLD, on_cancel },
	[MUDLARK__AI_IN__BODY_FORGET] = { "forget", ROLE_WORLD, on_forget },
	[MUDLARK__AI_IN__BODY_ORDER] = { "order", ROLE_WORLD, on_order },
	[MUDLARK__AI_IN__BODY_PAUSE] = { "pause", ROLE_WORLD, on_pause },
};

const struct route_table inbox_table = { &mudlark__ai_in__descriptor, rows, ARRAY_LEN(rows) };

void inbox_forgotten(struct inbox *in, const struct store_debt *d)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiForgot f = MUDLARK__AI_FORGOT__INIT;

	asks_forget(in->asks, d->who, d->npc, 0);
	f.who = d->who;
	f.npc = (char *)(uintptr_t)d->npc;
	f.number = d->number;
	m.body_case = MUDLARK__WORLD_IN__BODY_AI_FORGOT;
	m.ai_forgot = &f;
	in->tell(in->ctx, &m);
}

void inbox_record(struct inbox *in, struct span body)
{
	const ProtobufCMessage *m;

	arena_reset(&in->arena);
	m = route_unpack(&mudlark__ai_in__descriptor, body, &in->arena);
	if (!m) {
		in->stats.malformed++;
		log_error("record_malformed");
	} else if (route_dispatch(&inbox_table, &in->stats, in, 0, ROLE_WORLD, m)) {
		log_error("record_failed");
	}
}

void inbox_done(struct inbox *in)
{
	arena_done(&in->arena);
}
