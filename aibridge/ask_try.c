/*
 * ask_try.c - one paid attempt: the ledger is asked for the most it can cost, then the provider is called.
 *
 * The ledger's yes always comes first.  From the moment it is asked the attempt is open, and note_attempt()
 * closes it once, at what it may have cost: what the provider counted; nothing, when the request never left or
 * the provider itself refused it; else, as nobody knows, the most.
 */
#include "aibridge/ask_inner.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "aibridge/store.h"
#include "rt/log.h"

/* The provider said no before it began: such a request is not charged. A gateway cannot say what became of it. */
static bool was_refused(enum call_error e)
{
	return e == CALL_BAD || e == CALL_KEY || e == CALL_LIMIT || e == CALL_BUSY ||
	       e == CALL_FAULT;
}

/* No tokenizer makes so many of what was sent: what the provider counts cannot be relied upon. */
static bool counts_nonsense(const struct attempt *t)
{
	const struct usage *u = &t->result.usage;

	return (u->has_in && u->in > t->bound_in) || (u->has_out && u->out > t->bound_out);
}

static uint64_t at_most(uint64_t v, uint64_t bound)
{
	return v < bound ? v : bound;
}

uint64_t try_cost(const struct attempt *t, uint64_t *ret_nanos)
{
	const struct call_result *r = &t->result;
	/* A request is never nothing: some say 0 for what they did not count. */
	uint64_t in = r->usage.in ? at_most(r->usage.in, t->bound_in) : t->bound_in;
	uint64_t out = r->usage.has_out ? at_most(r->usage.out, t->bound_out) : t->bound_out;

	/* A count that came before the end is not the last one. */
	if (r->error != CALL_OK && r->error != CALL_REFUSED && out < t->bound_out)
		out = t->bound_out;
	if (!r->sent || (was_refused(r->error) && !r->began && !r->usage.has_in))
		in = out = 0;
	*ret_nanos = roster_nanos(t->with, in, out);
	return in + out < in ? UINT64_MAX : in + out;
}

/* The breaker learns how it went. */
static void tell_breaker(struct ask *k)
{
	struct breaker *b = &k->attempt.with->breaker;
	const enum call_error e = k->attempt.result.error;

	if (counts_nonsense(&k->attempt)) {
		log_error("usage_beyond_bound", LOG_STR("provider", k->attempt.with->provider.name),
			  LOG_U64("in", k->attempt.result.usage.in),
			  LOG_U64("out", k->attempt.result.usage.out));
		breaker_done(b, k->attempt.round, ask_now(k), true);
	} else if (e == CALL_CANCELLED || e == CALL_BAD) {
		breaker_forget(b, k->attempt.round);
	} else {
		breaker_done(b, k->attempt.round, ask_now(k), e != CALL_OK && e != CALL_REFUSED);
	}
}

static void over(struct ask *k)
{
	struct attempt *t = &k->attempt;

	t->call = NULL;
	if (t->since_us)
		k->waited_us += ask_now(k) - t->since_us;
	t->since_us = 0;
	tell_breaker(k);
	k->all->env->attempted(k->all->env->ctx, t->with, t->result.error);
}

void try_stop(struct ask *k)
{
	const struct ask_env *env = k->all->env;
	struct attempt *t = &k->attempt;

	if (k->store) {
		env->store_cancel(env->ctx, k->store);
		k->store = NULL;
		breaker_forget(&t->with->breaker, t->round);
	}
	if (!t->call)
		return;
	t->result = env->so_far(env->ctx, t->call);
	t->result.error = CALL_CANCELLED;
	env->cancel(env->ctx, t->call);
	over(k);
}

/* The provider */

static void on_text(void *ctx, struct span piece)
{
	say_piece(ctx, piece);
}

static void on_act(void *ctx, const char *name, json_t *arguments)
{
	say_act(ctx, name, arguments);
}

static void on_end(void *ctx, const struct call_result *r)
{
	struct ask *k = ctx;

	k->attempt.result = *r;
	if (r->error != CALL_OK)
		log_info("call_failed", LOG_STR("provider", k->attempt.with->provider.name),
			 LOG_STR("error", call_error_name(r->error)), LOG_STR("reason", r->why));
	over(k);
	ask_tried(k);
}

static void call(struct ask *k)
{
	const struct ask_env *env = k->all->env;
	const struct call_events events = { on_text, on_act, on_end, k };
	struct attempt *t = &k->attempt;
	struct span body;

	t->since_us = ask_now(k);
	t->call = env->call(env->ctx, &t->with->provider, &t->prompt, k->limit_us, &events);
	if (!t->call) {
		t->result.error = CALL_CONNECT;
		over(k);
		ask_tried(k);
		return;
	}
	body = env->request(env->ctx, t->call);
	t->request.p = arena_dup(&k->arena, body.p, body.n);
	t->request.n = body.n;
	ask_set(k, ASK_CALLING);
}

/* The ledger */

static void on_reserved(void *ctx, const Mudlark__PersistReply *reply)
{
	struct ask *k = ctx;
	struct attempt *t = &k->attempt;
	const struct ask_env *env = k->all->env;

	k->store = NULL;
	if (reply && reply->status == MUDLARK__STATUS__STATUS_OK && ask_may_pay(k->all)) {
		call(k);
		return;
	}
	breaker_forget(&t->with->breaker, t->round);
	/* Without an answer, or with one that is not wanted any more, it may stand in the ledger. */
	t->is_open = !reply || reply->status == MUDLARK__STATUS__STATUS_OK;
	if (reply && reply->status == MUDLARK__STATUS__STATUS_SPENT) {
		ask_cause(k, "budget: %s", budget_sentence(reply->account));
		env->refused(env->ctx, reply->account);
		ask_next(k);
		return;
	}
	if (reply && t->is_open)
		ask_cause(k, "paused");
	else
		ask_cause(k, "the ledger does not answer");
	if (reply && !t->is_open)
		log_warning("reservation_refused", LOG_STR("reason", reply->why));
	ask_end(k);
}

static void reserve(struct ask *k)
{
	const struct ask_env *env = k->all->env;
	struct attempt *t = &k->attempt;
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerReserve r = MUDLARK__LEDGER_RESERVE__INIT;
	const int64_t wall = clock_wall(env->clock);

	budgets_accounts(&k->all->roster->budgets, &k->arena, wall,
			 k->q->who->guest ? 0 : k->q->who->id, k->q->view->npc, &r);
	r.id = t->id;
	r.tokens = t->bound_in + t->bound_out;
	r.nanos = roster_nanos(t->with, t->bound_in, t->bound_out);
	r.wall_ms = wall;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE;
	q.ledger_reserve = &r;
	k->store = env->store(env->ctx, &q, STORE_WAIT_MS, on_reserved, k);
	t->is_open = k->store != NULL;
}

void try_begin(struct ask *k, struct candidate *with)
{
	const struct ai_conf *conf = k->all->conf;
	struct attempt *t = &k->attempt;
	uint64_t bound;

	assert(!t->is_open);
	*t = (struct attempt){ .n = ++k->n_attempts, .with = with, .round = with->breaker.round };
	(void)snprintf(t->id, sizeof(t->id), "%016" PRIx64 "-%016" PRIx64 "-%u", k->all->instance,
		       k->id, t->n);
	if (k->is_summary)
		summary_prompt(k, &t->prompt);
	else
		prompt_build(&k->arena, k->q, &k->talk, k->topic, &t->prompt);
	t->prompt.max_tokens = (uint32_t)conf->max_tokens;
	t->prompt.temperature = roster_temperature(conf);
	t->bound_out = t->prompt.max_tokens;
	bound = prompt_tokens_bound(&t->prompt);
	t->bound_in = bound > t->bound_out ? bound - t->bound_out : 0;
	reserve(k);
	if (k->store) {
		ask_set(k, ASK_RESERVING);
		return;
	}
	breaker_forget(&with->breaker, t->round);
	ask_cause(k, "the store is away");
	ask_end(k);
}
