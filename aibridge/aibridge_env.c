/*
 * aibridge_env.c - what an ask needs of the process (struct ask_env): store, providers, figures.
 */
#include "aibridge/aibridge_inner.h"

static struct store_call *env_store(void *ctx, const Mudlark__PersistCall *q, uint32_t deadline_ms,
				    void (*done)(void *ctx, const Mudlark__PersistReply *reply),
				    void *done_ctx)
{
	struct aibridge *a = ctx;

	return store_call(&a->store, q, deadline_ms, done, done_ctx);
}

static void env_store_cancel(UNUSED void *ctx, struct store_call *c)
{
	store_cancel(c);
}

static void env_settle(void *ctx, const Mudlark__LedgerSettle *q, const char *talk)
{
	struct aibridge *a = ctx;

	store_settle(&a->store, q, talk);
}

static uint64_t left(const struct aibridge *a, uint64_t limit_us)
{
	const uint64_t now = clock_mono(a->clock);

	return limit_us > now ? limit_us - now : 1;
}

static struct call *env_call(void *ctx, const struct provider *p, const struct prompt *prompt,
			     uint64_t limit_us, const struct call_events *e)
{
	struct aibridge *a = ctx;

	return call_start(a->http, p, prompt, left(a, limit_us), e);
}

static struct span env_request(UNUSED void *ctx, const struct call *c)
{
	return call_request_body(c);
}

static struct call_result env_so_far(UNUSED void *ctx, const struct call *c)
{
	return call_so_far(c);
}

static void env_cancel(UNUSED void *ctx, struct call *c)
{
	call_cancel(c);
}

static struct call *env_moderate(void *ctx, const struct provider *p, struct span text,
				 uint64_t limit_us,
				 void (*end)(void *ctx, const struct call_result *r, bool flagged),
				 void *end_ctx)
{
	struct aibridge *a = ctx;

	return call_moderate(a->http, p, text, left(a, limit_us), end, end_ctx);
}

static void env_spent(void *ctx, UNUSED const struct candidate *c, uint64_t tokens, uint64_t nanos)
{
	struct aibridge *a = ctx;
	const uint64_t now = clock_mono(a->clock);

	a->numbers[N_TOKENS].value += (double)tokens;
	a->numbers[N_NANOS].value += (double)nanos;
	spend_add(&a->spend, now, nanos, tokens);
	notices_spend(&a->notices, &a->spend, now, &a->roster.budgets);
}

static void env_refused(void *ctx, const char *account)
{
	struct aibridge *a = ctx;

	notices_spent(&a->notices, account);
}

static void env_attempted(void *ctx, struct candidate *c, enum call_error error)
{
	struct aibridge *a = ctx;

	a->numbers[N_ATTEMPTS + error].value++;
	notices_breaker(&a->notices, c);
}

static void env_guarded(void *ctx, enum guard_verdict v)
{
	struct aibridge *a = ctx;

	a->numbers[N_GUARD + v].value++;
}

static void env_ended(void *ctx, const struct candidate *c, enum ask_outcome o, uint64_t added_us)
{
	struct aibridge *a = ctx;
	const enum ai_provider by = c ? c->provider.kind : AI_SCRIPTED;

	a->numbers[N_ASKS + o].value++;
	if (o <= ASK_FELL_BACK) {
		a->numbers[N_ANSWERS + by].value++;
		metric_observe_us(&a->numbers[N_ADDED], added_us);
	}
}

void aibridge_env(struct aibridge *a)
{
	a->env = (struct ask_env){
		.clock = a->clock,
		.random = &a->random,
		.ctx = a,
		.tell = aibridge_tell,
		.store = env_store,
		.store_cancel = env_store_cancel,
		.settle = env_settle,
		.call = env_call,
		.request = env_request,
		.so_far = env_so_far,
		.cancel = env_cancel,
		.moderate = env_moderate,
		.spent = env_spent,
		.refused = env_refused,
		.attempted = env_attempted,
		.guarded = env_guarded,
		.ended = env_ended,
	};
}
