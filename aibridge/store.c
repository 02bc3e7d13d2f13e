/*
 * store.c - see store.h.
 */
#include "aibridge/store.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge/talk.h"
#include "rt/buf.h"
#include "rt/log.h"
#include "rt/route.h"

struct store_call {
	struct store *store;
	struct store_call *prev, *next;
	uint64_t id;
	void (*done)(void *ctx, const Mudlark__PersistReply *reply);
	void *ctx;
};

/* Packed, so that nothing of its maker is needed later. */
struct settlement {
	struct store *store;
	struct settlement *prev, *next;
	struct buf packed; /* PersistCall */
	char talk
		[TALK_KEY_MAX]; /* the conversation in it; of a debt that to be deleted (all that begin so) */
	bool is_debt;
	struct store_debt debt;
	uint64_t call; /* under way; 0: waits */
};

static void pack(struct buf *out, const Mudlark__PersistCall *q)
{
	const size_t n = mudlark__persist_call__get_packed_size(q);

	buf_clear(out);
	mudlark__persist_call__pack(q, (uint8_t *)buf_reserve(out, n));
	buf_commit(out, n);
}

static const Mudlark__PersistReply *unpack(struct store *s, const struct span *body)
{
	const ProtobufCMessage *m;

	if (!body)
		return NULL;
	arena_reset(&s->scratch);
	m = route_unpack(&mudlark__persist_reply__descriptor, *body, &s->scratch);
	if (!m)
		log_error("reply_malformed");
	return (const Mudlark__PersistReply *)(const void *)m;
}

/* Calls */

static void call_free(struct store_call *c)
{
	*(c->prev ? &c->prev->next : &c->store->calls) = c->next;
	if (c->next)
		c->next->prev = c->prev;
	free(c);
}

static void on_reply(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct store_call *c = ctx, was = *c;
	const Mudlark__PersistReply *reply = unpack(c->store, body);

	(void)id;
	if (!reply) {
		was.store->failed++;
		log_debug("store_silent", LOG_STR("reason", why ? why : "malformed"));
	}
	call_free(c);
	was.done(was.ctx, reply);
}

struct store_call *store_call(struct store *s, const Mudlark__PersistCall *q, uint32_t deadline_ms,
			      void (*done)(void *ctx, const Mudlark__PersistReply *reply),
			      void *ctx)
{
	struct store_call *c = base_alloc(1, sizeof(*c));
	struct buf packed = { 0 };

	*c = (struct store_call){ .store = s, .next = s->calls, .done = done, .ctx = ctx };
	if (s->calls)
		s->calls->prev = c;
	s->calls = c;
	pack(&packed, q);
	c->id = s->is_up ? s->io.call(s->io.ctx, buf_span(&packed), deadline_ms, on_reply, c) : 0;
	buf_done(&packed);
	if (c->id)
		return c;
	s->failed++;
	call_free(c);
	return NULL;
}

void store_cancel(struct store_call *c)
{
	if (!c)
		return;
	c->store->io.cancel(c->store->io.ctx, c->id);
	call_free(c);
}

/* Settlements */

static void settlement_free(struct settlement *k)
{
	struct store *s = k->store;

	*(k->prev ? &k->prev->next : &s->first) = k->next;
	*(k->next ? &k->next->prev : &s->last) = k->prev;
	s->n_kept--;
	s->kept_bytes -= k->packed.n;
	buf_done(&k->packed);
	free(k);
}

static void give_up(struct settlement *k, const char *why)
{
	k->store->given_up++;
	log_error("settlement_given_up", LOG_STR("reason", why));
	settlement_free(k);
}

static bool is_kept(const Mudlark__DocumentRow *row, bool all)
{
	return !all && strcmp(row->collection, TALK_COLLECTION) != 0;
}

/* Of a settlement, its conversation or all documents are left out. False: it has none. */
static bool without(struct settlement *k, bool all)
{
	struct store *s = k->store;
	Mudlark__PersistCall *q;
	size_t n = 0;

	k->talk[0] = '\0';
	arena_reset(&s->scratch);
	q = (Mudlark__PersistCall *)(void *)route_unpack(&mudlark__persist_call__descriptor,
							 buf_span(&k->packed), &s->scratch);
	if (!q || q->body_case != MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE ||
	    q->ledger_settle->n_put == 0)
		return false;
	for (size_t i = 0; i < q->ledger_settle->n_put; i++)
		if (is_kept(q->ledger_settle->put[i], all))
			q->ledger_settle->put[n++] = q->ledger_settle->put[i];
	q->ledger_settle->n_put = n;
	s->kept_bytes -= k->packed.n;
	pack(&k->packed, q);
	s->kept_bytes += k->packed.n;
	return true;
}

static bool is_for_later(const Mudlark__PersistReply *reply)
{
	return !reply || reply->status == MUDLARK__STATUS__STATUS_BUSY ||
	       reply->status == MUDLARK__STATUS__STATUS_STORE;
}

static void settlement_send(struct settlement *k);

/* Who wants it is told, when it is not in the store any more. */
static void done(struct settlement *k)
{
	const struct store *s = k->store;
	const bool is_debt = k->is_debt;
	const struct store_debt debt = k->debt;

	settlement_free(k);
	if (is_debt && s->paid)
		s->paid(s->paid_ctx, &debt);
}

/* What it cost is to be known, even if a document will not do. */
static void on_refused(struct settlement *k, const char *why)
{
	CLEANUP(base_freep) char *reason = base_dup(why, strlen(why));

	if (!without(k, true)) {
		give_up(k, reason);
		return;
	}
	log_error("documents_refused", LOG_STR("reason", reason));
	settlement_send(k);
}

/* What is to be deleted may be gone already. */
static bool is_done(const struct settlement *k, const Mudlark__PersistReply *reply)
{
	return reply->status == MUDLARK__STATUS__STATUS_OK ||
	       (k->is_debt && reply->status == MUDLARK__STATUS__STATUS_ABSENT);
}

static void on_settled(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct settlement *k = ctx;
	struct store *s = k->store;
	const Mudlark__PersistReply *reply = unpack(s, body);

	(void)id;
	(void)why;
	k->call = 0;
	if (is_for_later(reply))
		s->again_us = clock_mono(s->clock) + STORE_AGAIN_US;
	else if (is_done(k, reply))
		done(k);
	else
		on_refused(k, reply->why);
}

static void settlement_send(struct settlement *k)
{
	struct store *s = k->store;

	k->call = s->is_up ? s->io.call(s->io.ctx, buf_span(&k->packed), STORE_SETTLE_MS,
					on_settled, k)
			   : 0;
	if (!k->call && s->is_up)
		s->again_us = clock_mono(s->clock) + STORE_AGAIN_US;
}

/* Is the conversation meant by a key, which may end in / and mean all that begin so? */
static bool is_meant(const char *key, const char *talk)
{
	const size_t n = strlen(key);

	return *talk && strncmp(talk, key, n > 0 && key[n - 1] == '/' ? n : TALK_KEY_MAX) == 0;
}

/* What waits does not write it. */
static void leave_out(struct store *s, const char *key)
{
	for (struct settlement *k = s->first; k; k = k->next)
		if (!k->is_debt && is_meant(key, k->talk))
			(void)without(k, false);
}

static bool is_owed(const struct store *s, const char *talk)
{
	for (const struct settlement *k = s->first; k; k = k->next)
		if (k->is_debt && is_meant(k->talk, talk))
			return true;
	return false;
}

static struct settlement *keep(struct store *s, const Mudlark__PersistCall *q, const char *talk)
{
	struct settlement *k = base_alloc(1, sizeof(*k));

	memcpy(k->talk, talk, strnlen(talk, sizeof(k->talk) - 1));
	k->store = s;
	pack(&k->packed, q);
	k->prev = s->last;
	*(s->last ? &s->last->next : &s->first) = k;
	s->last = k;
	s->n_kept++;
	s->kept_bytes += k->packed.n;
	return k;
}

static void send_first(struct settlement *k)
{
	const struct store *s = k->store;

	if (s->n_kept > STORE_KEPT_MAX || s->kept_bytes > STORE_KEPT_BYTES)
		give_up(k, "too many wait for the store");
	else
		settlement_send(k);
}

void store_settle(struct store *s, const Mudlark__LedgerSettle *q, const char *talk)
{
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	struct settlement *k;

	if (talk)
		leave_out(s, talk);
	call.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE;
	call.ledger_settle = (Mudlark__LedgerSettle *)q;
	k = keep(s, &call, talk ? talk : "");
	if (talk && is_owed(s, talk))
		(void)without(k, false);
	send_first(k);
}

/* All of a character's conversations have keys that begin alike; there are no more than a few. */
static struct settlement *keep_drop(struct store *s, char *prefix)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentDrop d = MUDLARK__DOCUMENT_DROP__INIT;

	d.collection = (char *)TALK_COLLECTION;
	d.prefix = prefix;
	d.limit = 1000;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP;
	q.document_drop = &d;
	return keep(s, &q, prefix);
}

static struct settlement *keep_put(struct store *s, char *key)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentPut p = MUDLARK__DOCUMENT_PUT__INIT;

	p.collection = (char *)TALK_COLLECTION;
	p.key = key;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT;
	q.document_put = &p;
	return keep(s, &q, key);
}

void store_forget(struct store *s, const struct store_debt *d)
{
	struct settlement *k, *next;
	char key[TALK_KEY_MAX];

	talk_key(key, d->who, d->npc);
	leave_out(s, key);
	for (k = s->first; k; k = next) {
		next = k->next;
		if (k->is_debt && !k->call && strcmp(k->talk, key) == 0)
			settlement_free(k);
	}
	k = d->npc[0] ? keep_put(s, key) : keep_drop(s, key);
	k->is_debt = true;
	k->debt = *d;
	send_first(k);
}

/* The link */

void store_init(struct store *s, const struct store_io *io, const struct clock *clock)
{
	*s = (struct store){ .io = *io, .clock = clock };
	arena_init(&s->scratch, 0);
}

void store_done(struct store *s)
{
	if (s->n_kept)
		log_error("settlements_lost", LOG_U64("n", s->n_kept));
	while (s->first)
		settlement_free(s->first);
	while (s->calls)
		call_free(s->calls);
	arena_done(&s->scratch);
}

static void send_waiting(struct store *s)
{
	s->again_us = 0;
	for (struct settlement *k = s->first; k; k = k->next)
		if (!k->call)
			settlement_send(k);
}

void store_up(struct store *s)
{
	s->is_up = true;
	send_waiting(s);
}

void store_down(struct store *s)
{
	s->is_up = false;
	s->again_us = 0;
}

uint64_t store_due(const struct store *s)
{
	return s->again_us ? s->again_us : UINT64_MAX;
}

void store_tick(struct store *s)
{
	if (s->is_up && s->again_us && clock_mono(s->clock) >= s->again_us)
		send_waiting(s);
}
