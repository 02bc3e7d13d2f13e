/*
 * retain.c - see retain.h.
 */
#include "aibridge/retain.h"

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

static void on_dropped(void *ctx, const Mudlark__PersistReply *reply)
{
	struct retain *r = ctx;

	r->call = NULL;
	if (!reply || reply->status != MUDLARK__STATUS__STATUS_OK) {
		log_info("retention_put_off", LOG_STR("reason", reply ? reply->why : "silent"));
		later(r, AGAIN_US);
		return;
	}
	if (reply->count > 0)
		log_info("retention", LOG_STR("of", r->is_ledger ? "ledger" : "audit"),
			 LOG_U64("n", reply->count));
	if (reply->count >= RETAIN_AT_ONCE) {
		step(r);
	} else if (!r->is_ledger) {
		r->is_ledger = true;
		step(r);
	} else {
		later(r, RETAIN_EVERY_US);
	}
}

static void step(struct retain *r)
{
	const int64_t keep_ms = (int64_t)(r->keep_us / 1000), now = clock_wall(r->clock);
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentDrop d = MUDLARK__DOCUMENT_DROP__INIT;
	Mudlark__LedgerDrop l = MUDLARK__LEDGER_DROP__INIT;
	char below[AUDIT_KEY_MAX];

	if (r->is_ledger) {
		l.before_ms = now - (keep_ms > RETAIN_LEDGER_MS ? keep_ms : RETAIN_LEDGER_MS);
		l.limit = RETAIN_AT_ONCE;
		q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_DROP;
		q.ledger_drop = &l;
	} else {
		audit_key_before(below, now - keep_ms);
		d.collection = (char *)AUDIT_COLLECTION;
		d.below = below;
		d.limit = RETAIN_AT_ONCE;
		q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP;
		q.document_drop = &d;
	}
	r->call = store_call(r->store, &q, STORE_SETTLE_MS, on_dropped, r);
	if (!r->call)
		later(r, AGAIN_US);
}

void retain_tick(struct retain *r)
{
	if (r->call || clock_mono(r->clock) < retain_due(r))
		return;
	r->due_us = UINT64_MAX;
	r->is_ledger = false;
	step(r);
}
