/*
 * ask.c - the states of an ask; see ask.h.
 */
#include "aibridge/ask_inner.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "aibridge/store.h"
#include "aibridge/topic.h"
#include "rt/log.h"

enum { LEAST_US = 200000 }; /* less time is not worth an attempt */

static void leave_queue(struct ask *k);
static void leave_store(struct ask *k);
static void leave_call(struct ask *k);
static void leave_check(struct ask *k);
static void try_again(struct ask *k);
static void ask_try(struct ask *k);

struct state {
	const char *name;
	unsigned next;		      /* bits of enum ask_state */
	void (*leave)(struct ask *k); /* before its time: what is under way is taken back */
	void (*due)(struct ask *k);   /* its time has come */
};

#define TO(s) (1u << ASK_##s)

static const struct state states[ASK_STATES] = {
	[ASK_NEW] = { "new", TO(QUEUED) | TO(READING) | TO(OVER), NULL, ask_end },
	[ASK_QUEUED] = { "queued", TO(READING) | TO(RESERVING) | TO(OVER), leave_queue, ask_end },
	[ASK_READING] = { "reading", TO(RESERVING) | TO(OVER), leave_store, ask_end },
	[ASK_RESERVING] = { "reserving", TO(RESERVING) | TO(CALLING) | TO(PAUSING) | TO(OVER),
			    try_stop, ask_end },
	[ASK_CALLING] = { "calling",
			  TO(RESERVING) | TO(PAUSING) | TO(CHECKING) | TO(WRITING) | TO(OVER),
			  leave_call, ask_end },
	[ASK_PAUSING] = { "pausing", TO(RESERVING) | TO(OVER), NULL, try_again },
	[ASK_CHECKING] = { "checking", TO(OVER), leave_check, ask_end },
	[ASK_WRITING] = { "writing", TO(OVER), leave_store, ask_end },
	[ASK_OVER] = { "over", 0, NULL, NULL },
};

static const char *const outcomes[ASK_OUTCOMES] = {
	[ASK_ANSWERED] = "answered", [ASK_SCRIPTED] = "scripted", [ASK_FELL_BACK] = "fell_back",
	[ASK_DROPPED] = "dropped",   [ASK_CLOSED] = "closed",
};

void ask_set(struct ask *k, enum ask_state to)
{
	assert(states[k->state].next & (1u << to));
	log_debug("ask_state", LOG_ID("ask", k->id), LOG_STR("from", states[k->state].name),
		  LOG_STR("to", states[to].name));
	k->state = to;
	k->due_us = k->limit_us;
}

void ask_due(struct ask *k)
{
	states[k->state].due(k);
}

void ask_cause(struct ask *k, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(k->cause, sizeof(k->cause), fmt, ap);
	va_end(ap);
}

uint64_t ask_now(const struct ask *k)
{
	return clock_mono(k->all->env->clock);
}

bool ask_may_pay(const struct asks *s)
{
	return s->roster->n > 0 && !s->paused && !s->is_closed;
}

/* Beginning and end */

static uint64_t time_for(const Mudlark__AiAsk *q)
{
	const uint64_t ms = q->deadline_ms;

	return 1000 * (ms > 2 * ASK_SPARE_MS ? ms - ASK_SPARE_MS : ms / 2);
}

struct ask *ask_new(struct asks *s, struct arena *a, const Mudlark__AiAsk *q)
{
	struct ask *k = base_alloc(1, sizeof(*k));

	k->all = s;
	k->arena = *a;
	arena_init(a, 0);
	k->id = q->ask;
	k->q = q;
	k->since_us = clock_mono(s->env->clock);
	k->limit_us = k->since_us + time_for(q);
	k->due_us = k->limit_us;
	k->waiting.player = q->who->id;
	talk_key(k->talk_key, q->who->id, q->view->npc);
	say_init(k);
	k->prev = s->last;
	*(s->last ? &s->last->next : &s->first) = k;
	s->last = k;
	s->n++;
	return k;
}

static void ask_free(struct ask *k)
{
	struct asks *s = k->all;

	assert(!k->attempt.is_open && !k->attempt.call && !k->store && !k->waiting.queued);
	if (k->has_slot)
		s->n_slots--;
	if (!k->is_summary)
		(void)map64_del(&s->by_id, k->id);
	*(k->prev ? &k->prev->next : &s->first) = k->next;
	*(k->next ? &k->next->prev : &s->last) = k->prev;
	s->n--;
	say_done(k);
	arena_done(&k->arena);
	free(k);
}

static void leave(struct ask *k)
{
	if (states[k->state].leave)
		states[k->state].leave(k);
}

static void tell_done(struct ask *k, enum ask_outcome o)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiDone d = MUDLARK__AI_DONE__INIT;

	d.ask = k->id;
	d.failed = o == ASK_CLOSED && k->answer.n_said == 0;
	d.cause = k->cause;
	d.topic = k->topic ? k->topic->key : d.topic;
	if (o == ASK_ANSWERED) {
		d.acts = k->answer.acts;
		d.n_acts = k->answer.n_acts;
		d.provider = (char *)k->attempt.with->provider.name;
	} else {
		d.provider = (char *)provider_name(AI_SCRIPTED);
	}
	m.body_case = MUDLARK__WORLD_IN__BODY_AI_DONE;
	m.ai_done = &d;
	k->all->env->tell(k->all->env->ctx, &m);
}

static void finish(struct ask *k, enum ask_outcome o)
{
	const struct ask_env *env = k->all->env;
	const uint64_t us = ask_now(k) - k->since_us;

	log_debug("ask_over", LOG_ID("ask", k->id), LOG_STR("talk", k->talk_key),
		  LOG_STR("outcome", outcomes[o]), LOG_STR("cause", k->cause), LOG_INT("us", us));
	if (!k->is_summary)
		env->ended(env->ctx, o == ASK_ANSWERED ? k->attempt.with : NULL, o,
			   us > k->waited_us ? us - k->waited_us : 0);
	ask_set(k, ASK_OVER);
	ask_free(k);
}

/* The words of the paid provider are the answer. */
static bool has_answer(const struct ask *k)
{
	return k->answer.n_said > 0 || k->answer.n_listed > 0;
}

/* What was begun but does not stand: all of an act, and sentences nobody heard. */
static void drop_acts(struct ask *k)
{
	if (k->attempt.result.error != CALL_OK || k->answer.verdict != GUARD_OK)
		k->answer.n_acts = k->answer.n_listed = 0;
}

static enum ask_outcome answer(struct ask *k)
{
	drop_acts(k);
	if (k->attempt.is_open && has_answer(k)) {
		note_attempt(k, true);
		return ASK_ANSWERED;
	}
	if (k->attempt.is_open) {
		if (!k->cause[0])
			ask_cause(k, "%s: said nothing", k->attempt.with->provider.name);
		note_attempt(k, false);
	}
	say_scripted(k);
	note_scripted(k);
	return k->cause[0] ? ASK_FELL_BACK : ASK_SCRIPTED;
}

void ask_end(struct ask *k)
{
	enum ask_outcome o;

	if (!k->cause[0] && ask_now(k) >= k->limit_us)
		ask_cause(k, "there was not time enough");
	leave(k);
	if (k->is_summary) {
		summary_write(k);
		return;
	}
	o = answer(k);
	tell_done(k, o);
	if (o == ASK_ANSWERED)
		summary_begin(k);
	finish(k, o);
}

void ask_over(struct ask *k, enum ask_outcome o)
{
	leave(k);
	drop_acts(k);
	if (k->attempt.is_open)
		note_attempt(k, k->answer.n_said > 0);
	if (o == ASK_CLOSED && !k->is_summary)
		tell_done(k, o);
	finish(k, o);
}

/* The way */

static void on_read(void *ctx, const Mudlark__PersistReply *reply)
{
	struct ask *k = ctx;
	struct span body = { "", 0 };

	k->store = NULL;
	k->talk_known = reply && (reply->status == MUDLARK__STATUS__STATUS_OK ||
				  reply->status == MUDLARK__STATUS__STATUS_ABSENT);
	if (!k->talk_known) {
		ask_cause(k, "the store does not answer");
		ask_end(k);
		return;
	}
	if (reply->n_documents > 0)
		body = (struct span){ (char *)reply->documents[0]->body.data,
				      reply->documents[0]->body.len };
	body.p = arena_dup(&k->arena, body.p, body.n);
	if (!talk_load(&k->arena, body, &k->talk))
		log_warning("conversation_malformed", LOG_STR("key", k->talk_key));
	ask_try(k);
}

static void ask_read(struct ask *k)
{
	const struct ask_env *env = k->all->env;
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentGet get = MUDLARK__DOCUMENT_GET__INIT;

	k->topic = topic_find(k->q->view, (struct span){ (char *)k->q->text.data, k->q->text.len });
	get.collection = (char *)TALK_COLLECTION;
	get.key = k->talk_key;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET;
	q.document_get = &get;
	k->store = env->store(env->ctx, &q, STORE_WAIT_MS, on_read, k);
	if (k->store) {
		ask_set(k, ASK_READING);
		return;
	}
	ask_cause(k, "the store is away");
	ask_end(k);
}

/* Its turn has come. */
void ask_go(struct ask *k)
{
	if (k->is_summary)
		ask_try(k);
	else
		ask_read(k);
}

/* Whoever is next in the roster and not left alone. */
static void ask_try(struct ask *k)
{
	struct roster *r = k->all->roster;
	const uint64_t now = ask_now(k);

	if (r->n > 0 && k->all->paused)
		ask_cause(k, "paused");
	for (; k->at < r->n && ask_may_pay(k->all) && now + LEAST_US < k->limit_us; k->at++) {
		struct candidate *c = &r->v[k->at];

		if (breaker_admit(&c->breaker, now)) {
			try_begin(k, c);
			return;
		}
		ask_cause(k, "%s: is left alone for a while", c->provider.name);
		k->retries = 0;
	}
	ask_end(k);
}

static void try_again(struct ask *k)
{
	k->waited_us += ask_now(k) - k->attempt.since_us;
	ask_try(k);
}

void ask_next(struct ask *k)
{
	k->at++;
	k->retries = 0;
	ask_try(k);
}

static bool may_retry(const struct ask *k)
{
	return call_may_retry(k->attempt.result.error) &&
	       k->retries < (unsigned)k->all->conf->retries && ask_may_pay(k->all);
}

/* It failed before its first word. */
static void ask_retry(struct ask *k)
{
	const uint64_t now = ask_now(k), left = k->limit_us > now ? k->limit_us - now : 0;
	uint64_t wait = UINT64_MAX;

	ask_cause(k, "%s: %s", k->attempt.with->provider.name,
		  call_error_name(k->attempt.result.error));
	note_attempt(k, false);
	if (may_retry(k))
		wait = backoff_us(++k->retries, k->attempt.result.retry_after_us, left,
				  k->all->env->random);
	if (wait >= left) {
		ask_next(k);
		return;
	}
	k->attempt.since_us = now;
	ask_set(k, ASK_PAUSING);
	k->due_us = now + wait;
}

void ask_tried(struct ask *k)
{
	const struct call_result *r = &k->attempt.result;

	if (r->error != CALL_OK && !r->began) {
		ask_retry(k);
		return;
	}
	/* Half a sentence of an answer that broke off is not said. */
	if (r->error == CALL_OK)
		say_rest(k);
	else
		ask_cause(k, "%s: %s", k->attempt.with->provider.name, call_error_name(r->error));
	if (!say_is_checking(k)) {
		ask_end(k);
		return;
	}
	ask_set(k, ASK_CHECKING);
}

/* States that are left before their time */

static void leave_queue(struct ask *k)
{
	ask_queue_remove(k->all->queue, &k->waiting);
}

static void leave_store(struct ask *k)
{
	const struct ask_env *env = k->all->env;

	if (k->store)
		env->store_cancel(env->ctx, k->store);
	k->store = NULL;
}

static void leave_call(struct ask *k)
{
	try_stop(k);
	say_stop(k);
}

static void leave_check(struct ask *k)
{
	say_stop(k);
}
