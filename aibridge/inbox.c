/*
 * inbox.c - see inbox.h.
 */
#include "aibridge/inbox.h"

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

/* All of a character's conversations have keys that begin alike; there are no more than a few. */
static void drop_all(struct inbox *in, char *prefix)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentDrop d = MUDLARK__DOCUMENT_DROP__INIT;

	d.collection = (char *)TALK_COLLECTION;
	d.prefix = prefix;
	d.limit = 1000;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP;
	q.document_drop = &d;
	store_insist(in->store, &q);
}

static void drop_one(struct inbox *in, char *key)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentPut p = MUDLARK__DOCUMENT_PUT__INIT;

	p.collection = (char *)TALK_COLLECTION;
	p.key = key;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT;
	q.document_put = &p;
	store_insist(in->store, &q);
}

static int on_forget(void *ctx, UNUSED uint64_t peer, const void *body)
{
	struct inbox *in = ctx;
	const Mudlark__AiForget *m = body;
	char key[TALK_KEY_MAX];

	talk_key(key, m->who, m->npc);
	asks_forget(in->asks, m->who, m->npc);
	store_forget(in->store, key);
	if (m->npc[0])
		drop_one(in, key);
	else
		drop_all(in, key);
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
