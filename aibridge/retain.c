/*
 * retain.c - see retain.h.
 */
#include "aibridge/retain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "aibridge/audit.h"
#include "rt/log.h"

enum { AGAIN_US = 60000000 };

static void step(struct retain *r);

void retain_init(struct retain *r, struct store *store, const struct clock *clock, uint64_t keep_us)
{
	*r = (struct retain){ .store = store,
			      .clock = clock,
			      .keep_us = keep_us,
			      .due_us = keep_us ? clock_mono(clock) : UINT64_MAX };
}

void retain_stop(struct retain *r)
{
	store_cancel(r->call);
	r->call = NULL;
	r->due_us = UINT64_MAX;
}

uint64_t retain_due(const struct retain *r)
{
	return r->store->is_up ? r->due_us : UINT64_MAX;
}

static void later(struct retain *r, uint64_t us)
{
	r->due_us = clock_mono(r->clock) + us;
}

static void next_part(struct retain *r)
{
	if (r->n_found > 0 && r->part == RETAIN_TALK)
		log_info("retention", LOG_STR("of", "conversations"), LOG_U64("n", r->n_found));
	if (++r->part < RETAIN_PARTS)
		step(r);
	else
		later(r, RETAIN_EVERY_US);
}

/* False: it is put off. */
static bool is_good(struct retain *r, const Mudlark__PersistReply *reply)
{
	r->call = NULL;
	if (reply && reply->status == MUDLARK__STATUS__STATUS_OK)
		return true;
	log_info("retention_put_off", LOG_STR("reason", reply ? reply->why : "silent"));
	later(r, AGAIN_US);
	return false;
}

static void ask(struct retain *r, const Mudlark__PersistCall *q,
		void (*done)(void *ctx, const Mudlark__PersistReply *reply))
{
	r->call = store_call(r->store, q, STORE_SETTLE_MS, done, r);
	if (!r->call)
		later(r, AGAIN_US);
}

static int64_t keep_since(const struct retain *r, int64_t least_ms)
{
	const int64_t keep_ms = (int64_t)(r->keep_us / 1000);

	return clock_wall(r->clock) - (keep_ms > least_ms ? keep_ms : least_ms);
}

static void on_dropped(void *ctx, const Mudlark__PersistReply *reply)
{
	struct retain *r = ctx;

	if (!is_good(r, reply))
		return;
	if (reply->count > 0)
		log_info("retention", LOG_STR("of", r->part == RETAIN_LEDGER ? "ledger" : "audit"),
			 LOG_U64("n", reply->count));
	if (reply->count >= RETAIN_AT_ONCE)
		step(r);
	else
		next_part(r);
}

static void drop_audit(struct retain *r)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentDrop d = MUDLARK__DOCUMENT_DROP__INIT;
	char below[AUDIT_KEY_MAX];

	audit_key_before(below, keep_since(r, 0));
	d.collection = (char *)AUDIT_COLLECTION;
	d.below = below;
	d.limit = RETAIN_AT_ONCE;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP;
	q.document_drop = &d;
	ask(r, &q, on_dropped);
}

static void drop_ledger(struct retain *r)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerDrop l = MUDLARK__LEDGER_DROP__INIT;

	l.before_ms = keep_since(r, RETAIN_LEDGER_MS);
	l.limit = RETAIN_AT_ONCE;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_DROP;
	q.ledger_drop = &l;
	ask(r, &q, on_dropped);
}

static void delete_talk(struct retain *r);

/* One that was spoken in meanwhile has another version, and stays; one that was forgotten is not there. */
static void on_deleted(void *ctx, const Mudlark__PersistReply *reply)
{
	struct retain *r = ctx;
	const bool is_other = reply && (reply->status == MUDLARK__STATUS__STATUS_CONFLICT ||
					reply->status == MUDLARK__STATUS__STATUS_ABSENT);

	if (!is_other && !is_good(r, reply))
		return;
	r->call = NULL;
	r->n_talks--;
	delete_talk(r);
}

static void delete_talk(struct retain *r)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentPut p = MUDLARK__DOCUMENT_PUT__INIT;

	if (r->n_talks == 0) {
		step(r);
		return;
	}
	p.collection = (char *)TALK_COLLECTION;
	p.key = r->talks[r->n_talks - 1].key;
	p.check = true;
	p.version = r->talks[r->n_talks - 1].version;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT;
	q.document_put = &p;
	ask(r, &q, on_deleted);
}

static void on_found(void *ctx, const Mudlark__PersistReply *reply)
{
	struct retain *r = ctx;

	if (!is_good(r, reply))
		return;
	r->n_talks = 0;
	for (size_t i = 0; i < reply->n_documents && r->n_talks < RETAIN_TALKS; i++) {
		const Mudlark__DocumentRow *row = reply->documents[i];
		struct old_talk *t = &r->talks[r->n_talks];

		if (strlen(row->key) >= sizeof(t->key))
			continue;
		memcpy(t->key, row->key, strlen(row->key) + 1);
		t->version = row->version;
		r->n_talks++;
	}
	r->n_found += r->n_talks;
	if (r->n_talks > 0)
		delete_talk(r);
	else
		next_part(r);
}

static void find_talks(struct retain *r)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentQuery d = MUDLARK__DOCUMENT_QUERY__INIT;
	Mudlark__DocumentQuery__Condition old = MUDLARK__DOCUMENT_QUERY__CONDITION__INIT,
					  *where[] = { &old };
	char at[24];

	if (r->n_found + RETAIN_TALKS > RETAIN_TALKS_MAX) {
		next_part(r);
		return;
	}
	(void)snprintf(at, sizeof(at), "%" PRId64, keep_since(r, 0));
	old.path = (char *)"at";
	old.op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__LT;
	old.value = (ProtobufCBinaryData){ strlen(at), (uint8_t *)at };
	d.collection = (char *)TALK_COLLECTION;
	d.where = where;
	d.n_where = 1;
	d.limit = RETAIN_TALKS;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY;
	q.document_query = &d;
	ask(r, &q, on_found);
}

static void (*const parts[RETAIN_PARTS])(struct retain *r) = {
	[RETAIN_AUDIT] = drop_audit,
	[RETAIN_LEDGER] = drop_ledger,
	[RETAIN_TALK] = find_talks,
};

static void step(struct retain *r)
{
	parts[r->part](r);
}

void retain_tick(struct retain *r)
{
	if (r->call || clock_mono(r->clock) < retain_due(r))
		return;
	r->due_us = UINT64_MAX;
	r->part = RETAIN_AUDIT;
	r->n_found = 0;
	step(r);
}
