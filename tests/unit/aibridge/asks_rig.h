/*
 * asks_rig.h - asks whose world, store and providers are played by the test: what they are told is written down
 * in lines, and they answer when the test says so.
 */
#pragma once

#include <inttypes.h>

#include "aibridge/ask.h"
#include "tests/unit/aibridge/ask_rig.h"

enum { RIG_CALLS = 256 };

/* What the store was asked, and has not answered yet. */
struct store_call {
	struct asks_rig *rig;
	struct buf packed;
	void (*done)(void *ctx, const Mudlark__PersistReply *reply);
	void *ctx;
};

/* A request to a provider that is not over. */
struct call {
	struct asks_rig *rig;
	const struct provider *provider;
	struct call_events e;
	void (*moderated)(void *ctx, const struct call_result *r, bool flagged);
	struct buf text; /* to be moderated */
	struct call_result so_far;
};

struct asks_rig {
	struct ask_rig view;
	uint64_t now;
	struct clock clock;
	struct rng random;
	struct ai_conf conf;
	struct roster roster;
	struct candidate candidates[2];
	struct price price;
	struct guard *guard;
	struct ask_env env;
	struct asks asks;
	bool store_away;
	struct store_call *store[RIG_CALLS];
	size_t n_store;
	struct call *calls[RIG_CALLS];
	size_t n_calls, n_called;
	struct buf told;    /* to the world */
	size_t n_own;	    /* of these, sentences of a pack */
	struct buf settled; /* to the ledger */
	struct buf talk;    /* last conversation that was written */
	struct buf audit;   /* last audit */
	size_t n_talks, n_audits;
	uint64_t tokens, nanos; /* spent */
	size_t ended[ASK_OUTCOMES], refused;
};

static inline uint64_t rig_mono(void *ctx)
{
	return ((struct asks_rig *)ctx)->now;
}

static inline int64_t rig_wall(void *ctx)
{
	return 1780000000000 + (int64_t)(((struct asks_rig *)ctx)->now / 1000);
}

/* The world */

static inline void rig_tell(void *ctx, const Mudlark__WorldIn *m)
{
	struct asks_rig *r = ctx;

	if (m->body_case == MUDLARK__WORLD_IN__BODY_AI_SAID) {
		const Mudlark__AiSaid *s = m->ai_said;

		r->n_own += s->own != 0;
		buf_addf(&r->told, "%s %" PRIu64 ".%u %.*s\n", s->emote ? "emote" : "say", s->ask,
			 s->n, (int)s->text.len, (char *)s->text.data);
	} else {
		const Mudlark__AiDone *d = m->ai_done;

		ck_assert_int_eq(m->body_case, MUDLARK__WORLD_IN__BODY_AI_DONE);
		buf_addf(&r->told, "done %" PRIu64 " %s%s%s", d->ask, d->provider,
			 d->topic[0] ? " topic " : "", d->topic);
		for (size_t i = 0; i < d->n_acts; i++)
			buf_addf(&r->told, " act %s/%s/%.*s", d->acts[i]->verb, d->acts[i]->target,
				 (int)d->acts[i]->text.len, (char *)d->acts[i]->text.data);
		buf_addf(&r->told, "%s%s%s\n", d->failed ? " failed" : "", d->cause[0] ? ": " : "",
			 d->cause);
	}
}

/* All that was told since the last time. */
static inline void rig_expect_told(struct asks_rig *r, const char *lines)
{
	buf_addc(&r->told, '\0');
	ck_assert_str_eq(buf_p(&r->told), lines);
	buf_reset(&r->told);
}

static inline void rig_expect_settled(struct asks_rig *r, const char *lines)
{
	buf_addc(&r->settled, '\0');
	ck_assert_str_eq(buf_p(&r->settled), lines);
	buf_reset(&r->settled);
}

/* The store */

static inline struct store_call *
rig_store(void *ctx, const Mudlark__PersistCall *q, UNUSED uint32_t deadline_ms,
	  void (*done)(void *ctx, const Mudlark__PersistReply *reply), void *done_ctx)
{
	struct asks_rig *r = ctx;
	const size_t n = mudlark__persist_call__get_packed_size(q);
	struct store_call *c;

	if (r->store_away)
		return NULL;
	ck_assert_uint_lt(r->n_store, RIG_CALLS);
	c = base_alloc(1, sizeof(*c));
	*c = (struct store_call){ .rig = r, .done = done, .ctx = done_ctx };
	mudlark__persist_call__pack(q, (uint8_t *)buf_reserve(&c->packed, n));
	buf_commit(&c->packed, n);
	return r->store[r->n_store++] = c;
}

static inline void rig_store_cancel(void *ctx, struct store_call *c)
{
	struct asks_rig *r = ctx;
	size_t i = 0;

	while (i < r->n_store && r->store[i] != c)
		i++;
	ck_assert_uint_lt(i, r->n_store);
	r->n_store--;
	memmove(&r->store[i], &r->store[i + 1], (r->n_store - i) * sizeof(*r->store));
	buf_done(&c->packed);
	free(c);
}

static inline void rig_keep(struct buf *in, const ProtobufCBinaryData *body)
{
	buf_reset(in);
	buf_add(in, body->data, body->len);
}

/* `ask.attempt tokens nanos`, and what is written with it. */
static inline void rig_settle(void *ctx, const Mudlark__LedgerSettle *q, const char *talk)
{
	struct asks_rig *r = ctx;
	const char *attempt = strrchr(q->id, '-') + 1;

	buf_addf(&r->settled, "%" PRIu64 ".%s %" PRIu64 " %" PRIu64,
		 (uint64_t)strtoull(q->id + 17, NULL, 16), attempt, q->tokens, q->nanos);
	for (size_t i = 0; i < q->n_put; i++) {
		const bool is_talk = strcmp(q->put[i]->collection, TALK_COLLECTION) == 0;

		buf_adds(&r->settled, is_talk ? " talk" : " audit");
		rig_keep(is_talk ? &r->talk : &r->audit, &q->put[i]->body);
		if (is_talk)
			ck_assert_str_eq(q->put[i]->key, talk);
		*(is_talk ? &r->n_talks : &r->n_audits) += 1;
	}
	buf_addc(&r->settled, '\n');
}

/* The call that waits longest; its kind must be this. */
static inline const Mudlark__PersistCall *
rig_asked(struct asks_rig *r, Mudlark__PersistCall__BodyCase kind, struct arena *a)
{
	ProtobufCAllocator allocator = arena_protobuf(a);
	const Mudlark__PersistCall *q;

	ck_assert_uint_gt(r->n_store, 0);
	q = mudlark__persist_call__unpack(&allocator, r->store[0]->packed.n,
					  (const uint8_t *)buf_p(&r->store[0]->packed));
	ck_assert_ptr_nonnull(q);
	ck_assert_int_eq(q->body_case, kind);
	return q;
}

/* Answers it; NULL: nobody came. */
static inline void rig_reply(struct asks_rig *r, Mudlark__PersistCall__BodyCase kind,
			     const Mudlark__PersistReply *reply)
{
	struct store_call was;
	struct arena a;

	arena_init(&a, 0);
	(void)rig_asked(r, kind, &a);
	arena_done(&a);
	was = *r->store[0];
	rig_store_cancel(r, r->store[0]);
	was.done(was.ctx, reply);
	asks_tick(&r->asks);
}

static inline void rig_status(struct asks_rig *r, Mudlark__PersistCall__BodyCase kind,
			      Mudlark__Status status)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;

	reply.status = status;
	reply.account = (char *)"day/2026-05-28";
	rig_reply(r, kind, &reply);
}

/* The conversation; NULL: there is none. */
static inline void rig_read(struct asks_rig *r, const char *body)
{
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT, *rows[] = { &row };

	reply.status = body ? MUDLARK__STATUS__STATUS_OK : MUDLARK__STATUS__STATUS_ABSENT;
	if (body) {
		row.body.data = (uint8_t *)body;
		row.body.len = strlen(body);
		row.version = 7;
		reply.documents = rows;
		reply.n_documents = 1;
	}
	rig_reply(r, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET, &reply);
}

static inline void rig_reserve(struct asks_rig *r, Mudlark__Status status)
{
	rig_status(r, MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE, status);
}

/* Providers */

static inline struct call *rig_new_call(struct asks_rig *r, const struct provider *p)
{
	struct call *c = base_alloc(1, sizeof(*c));

	ck_assert_uint_lt(r->n_calls, RIG_CALLS);
	c->rig = r;
	c->provider = p;
	r->n_called++;
	return r->calls[r->n_calls++] = c;
}

static inline struct call *rig_call(void *ctx, const struct provider *p,
				    UNUSED const struct prompt *prompt, UNUSED uint64_t deadline_us,
				    const struct call_events *e)
{
	struct call *c = rig_new_call(ctx, p);

	c->e = *e;
	c->so_far.sent = true;
	return c;
}

static inline struct call *
rig_moderate(void *ctx, const struct provider *p, struct span text, UNUSED uint64_t deadline_us,
	     void (*end)(void *ctx, const struct call_result *r, bool flagged), void *end_ctx)
{
	struct call *c = rig_new_call(ctx, p);

	c->moderated = end;
	c->e.ctx = end_ctx;
	buf_add(&c->text, text.p, text.n);
	return c;
}

static inline struct span rig_request(UNUSED void *ctx, UNUSED const struct call *c)
{
	return SPAN("{\"model\":\"m\"}");
}

static inline struct call_result rig_so_far(UNUSED void *ctx, const struct call *c)
{
	return c->so_far;
}

static inline void rig_cancel(void *ctx, struct call *c)
{
	struct asks_rig *r = ctx;
	size_t i = 0;

	while (i < r->n_calls && r->calls[i] != c)
		i++;
	ck_assert_uint_lt(i, r->n_calls);
	r->n_calls--;
	memmove(&r->calls[i], &r->calls[i + 1], (r->n_calls - i) * sizeof(*r->calls));
	buf_done(&c->text);
	free(c);
}

static inline void rig_piece(struct asks_rig *r, size_t call, const char *text)
{
	struct call *c = r->calls[call];

	c->so_far.began = true;
	c->e.text(c->e.ctx, rig_span(text));
	asks_tick(&r->asks);
}

static inline void rig_act(struct asks_rig *r, size_t call, const char *name, const char *arguments)
{
	struct call *c = r->calls[call];
	json_t *j = json_loads(arguments, 0, NULL);

	ck_assert_ptr_nonnull(j);
	c->so_far.began = true;
	c->e.act(c->e.ctx, name, j);
	json_decref(j);
}

static inline void rig_over(struct asks_rig *r, size_t call, const struct call_result *result)
{
	const struct call was = *r->calls[call];

	rig_cancel(r, r->calls[call]);
	was.e.end(was.e.ctx, result);
	asks_tick(&r->asks);
}

/* It ends well, with these tokens. */
static inline void rig_well(struct asks_rig *r, size_t call, uint64_t in, uint64_t out)
{
	struct call_result result = r->calls[call]->so_far;

	result.usage = (struct usage){ in, out, true, true };
	rig_over(r, call, &result);
}

static inline void rig_fails(struct asks_rig *r, size_t call, enum call_error error)
{
	struct call_result result = r->calls[call]->so_far;

	result.error = error;
	rig_over(r, call, &result);
}

static inline void rig_moderated(struct asks_rig *r, size_t call, bool flagged)
{
	const struct call was = *r->calls[call];
	const struct call_result ok = { .error = CALL_OK };

	rig_cancel(r, r->calls[call]);
	was.moderated(was.e.ctx, &ok, flagged);
	asks_tick(&r->asks);
}

/* Figures */

static inline void rig_spent(void *ctx, UNUSED const struct candidate *c, uint64_t tokens,
			     uint64_t nanos)
{
	struct asks_rig *r = ctx;

	r->tokens += tokens;
	r->nanos += nanos;
}

static inline void rig_refused(void *ctx, UNUSED const char *account)
{
	((struct asks_rig *)ctx)->refused++;
}

static inline void rig_attempted(UNUSED void *ctx, UNUSED struct candidate *c,
				 UNUSED enum call_error error)
{
}

static inline void rig_guarded(UNUSED void *ctx, UNUSED enum guard_verdict v)
{
}

static inline void rig_ended(void *ctx, UNUSED const struct candidate *c, enum ask_outcome o,
			     UNUSED uint64_t added_us)
{
	((struct asks_rig *)ctx)->ended[o]++;
}

/* All of it */

static inline void rig_candidate(struct asks_rig *r, size_t i, enum ai_provider kind)
{
	struct candidate *c = &r->candidates[i];

	c->provider.kind = kind;
	c->provider.name = provider_name(kind);
	c->provider.model = (char *)"m";
	c->price = &r->price;
	breaker_init(&c->breaker, 3, 30000000);
}

/* With the first n of anthropic and openai. */
static inline void rig_begin(struct asks_rig *r, size_t n)
{
	memset(r, 0, sizeof(*r));
	rig_open(&r->view);
	r->now = 1000000;
	r->clock = (struct clock){ rig_mono, rig_wall, r };
	rng_seed(&r->random, 1);
	r->conf = (struct ai_conf){ .max_requests = 4,
				    .queue = 8,
				    .max_tokens = 100,
				    .retries = 2,
				    .history = 4,
				    .temperature = (char *)"" };
	r->price = (struct price){ .in = 1, .out = 10 };
	rig_candidate(r, 0, AI_ANTHROPIC);
	rig_candidate(r, 1, AI_OPENAI);
	r->roster = (struct roster){ .v = r->candidates, .n = n };
	for (size_t i = 0; i < BUDGET_SCOPES; i++)
		r->roster.budgets.v[i] = (struct budget){ UINT64_MAX, UINT64_MAX };
	r->env = (struct ask_env){
		.clock = &r->clock,
		.random = &r->random,
		.ctx = r,
		.tell = rig_tell,
		.store = rig_store,
		.store_cancel = rig_store_cancel,
		.settle = rig_settle,
		.call = rig_call,
		.request = rig_request,
		.so_far = rig_so_far,
		.cancel = rig_cancel,
		.moderate = rig_moderate,
		.spent = rig_spent,
		.refused = rig_refused,
		.attempted = rig_attempted,
		.guarded = rig_guarded,
		.ended = rig_ended,
	};
	ck_assert_int_eq(guard_new(&r->guard, ""), 0);
	asks_init(&r->asks, &r->env, &r->conf, &r->roster, r->guard, 0x51);
}

/* Nothing may be left over. */
static inline void rig_end(struct asks_rig *r)
{
	ck_assert_uint_eq(r->asks.n, 0);
	ck_assert_uint_eq(r->asks.n_slots, 0);
	ck_assert_uint_eq(r->n_store, 0);
	ck_assert_uint_eq(r->n_calls, 0);
	asks_done(&r->asks);
	guard_free(r->guard);
	buf_done(&r->told);
	buf_done(&r->settled);
	buf_done(&r->talk);
	buf_done(&r->audit);
	rig_close(&r->view);
}

static inline void rig_later(struct asks_rig *r, uint64_t us)
{
	r->now += us;
	asks_tick(&r->asks);
}

/* A player asks Nan, who has ten seconds. */
static inline void rig_take(struct asks_rig *r, uint64_t ask, uint64_t player, const char *text)
{
	Mudlark__AiAsk *q = &r->view.ask;
	struct arena a;
	ProtobufCAllocator allocator;
	struct buf packed = { 0 };
	size_t n;

	q->ask = ask;
	q->deadline_ms = 10000;
	q->who->id = player;
	rig_says(&r->view, MUDLARK__AI_ASK__KIND__SAY, rig_span(text));
	n = mudlark__ai_ask__get_packed_size(q);
	mudlark__ai_ask__pack(q, (uint8_t *)buf_reserve(&packed, n));
	buf_commit(&packed, n);
	arena_init(&a, 0);
	allocator = arena_protobuf(&a);
	q = mudlark__ai_ask__unpack(&allocator, n, (const uint8_t *)buf_p(&packed));
	ck_assert_ptr_nonnull(q);
	asks_take(&r->asks, &a, q);
	arena_done(&a);
	buf_done(&packed);
	asks_tick(&r->asks);
}

/* The same, up to the call of the first provider. */
static inline void rig_take_to_call(struct asks_rig *r, uint64_t ask, const char *text)
{
	rig_take(r, ask, 1234, text);
	rig_read(r, NULL);
	rig_reserve(r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_gt(r->n_calls, 0);
}

/* The last line that was told: scripted, with this cause; forgets what was told. */
static inline void rig_expect_scripted(struct asks_rig *r, uint64_t ask, const char *cause)
{
	struct buf done = { 0 };

	buf_addf(&done, "done %" PRIu64 " scripted%s%s\n", ask, cause[0] ? ": " : "", cause);
	ck_assert_msg(rig_has(buf_span(&r->told), rig_span("say ")), "nothing was said");
	ck_assert_msg(rig_has(buf_span(&r->told), buf_span(&done)), "%.*s", (int)r->told.n,
		      buf_p(&r->told));
	buf_reset(&r->told);
	buf_done(&done);
}

static inline bool rig_holds(const struct buf *b, const char *part)
{
	return rig_has(buf_span(b), rig_span(part));
}
