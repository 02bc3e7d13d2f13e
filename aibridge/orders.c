/*
 * orders.c - see orders.h.
 */
#include "aibridge/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aibridge/audit.h"
#include "rt/text.h"

struct order {
	struct orders *orders;
	struct order *prev, *next;
	uint64_t id;
	struct store_call *call;
	void (*show)(const struct order *o, const Mudlark__PersistReply *reply, struct buf *out);
};

static void answer(const struct orders *o, uint64_t id, const struct buf *text)
{
	Mudlark__WorldIn m = MUDLARK__WORLD_IN__INIT;
	Mudlark__AiText t = MUDLARK__AI_TEXT__INIT;

	t.order = id;
	t.text.data = (uint8_t *)buf_p(text);
	t.text.len = text->n;
	t.last = true;
	m.body_case = MUDLARK__WORLD_IN__BODY_AI_TEXT;
	m.ai_text = &t;
	o->of.tell(o->of.ctx, &m);
}

/* Those that ask the store */

static void order_free(struct order *k)
{
	*(k->prev ? &k->prev->next : &k->orders->first) = k->next;
	if (k->next)
		k->next->prev = k->prev;
	k->orders->n--;
	free(k);
}

static void on_reply(void *ctx, const Mudlark__PersistReply *reply)
{
	struct order *k = ctx;
	struct buf text = { 0 };

	if (!reply)
		buf_adds(&text, "The store does not answer.\n");
	else if (reply->status != MUDLARK__STATUS__STATUS_OK)
		buf_addf(&text, "The store says no: %s\n", reply->why);
	else
		k->show(k, reply, &text);
	answer(k->orders, k->id, &text);
	buf_done(&text);
	order_free(k);
}

/* False: it cannot be asked; why is in `out`. */
static bool ask_store(struct orders *o, uint64_t id, const Mudlark__PersistCall *q,
		      void (*show)(const struct order *o, const Mudlark__PersistReply *reply,
				   struct buf *out),
		      struct buf *out)
{
	struct order *k;

	if (o->n >= ORDERS_MAX) {
		buf_adds(out, "Too many orders wait for the store.\n");
		return false;
	}
	k = base_alloc(1, sizeof(*k));
	*k = (struct order){ .orders = o, .next = o->first, .id = id, .show = show };
	if (o->first)
		o->first->prev = k;
	o->first = k;
	o->n++;
	k->call = store_call(o->of.store, q, STORE_SETTLE_MS, on_reply, k);
	if (k->call)
		return true;
	order_free(k);
	buf_adds(out, "The store is away.\n");
	return false;
}

/* status */

static void put_roster(const struct roster *r, struct buf *out)
{
	static const char *const states[] = {
		[BREAKER_CLOSED] = "in use",
		[BREAKER_OPEN] = "left alone for a while",
		[BREAKER_HALF] = "being tried",
	};

	for (size_t i = 0; i < r->n; i++) {
		const struct candidate *c = &r->v[i];

		buf_addf(out, "  %zu. %s %s: %s", i + 1, c->provider.name, c->provider.model,
			 states[c->breaker.state]);
		if (c->breaker.failures > 0)
			buf_addf(out, ", %u failures in a row", c->breaker.failures);
		buf_addc(out, '\n');
	}
	buf_addf(out, "  %zu. scripted: always there\n", r->n + 1);
}

/* Those of a family of figures that are not 0: `  Failures: limit 2, stall 1.` */
static void put_counts(struct buf *out, const char *title, const struct metric *v, size_t n,
		       const char *(*name)(size_t i))
{
	const char *between = " ";

	buf_addf(out, "  %s:", title);
	for (size_t i = 0; i < n; i++) {
		if (v[i].value <= 0)
			continue;
		buf_addf(out, "%s%s %.0f", between, name(i), v[i].value);
		between = ", ";
	}
	buf_adds(out, between[0] == ' ' ? " none.\n" : ".\n");
}

static const char *provider_at(size_t i)
{
	return provider_name((enum ai_provider)i);
}

static const char *failure_at(size_t i)
{
	return call_error_name((enum call_error)(i + 1));
}

static const char *verdict_at(size_t i)
{
	return guard_verdict_name((enum guard_verdict)(i + 1));
}

static void put_spend(const struct orders_of *of, struct buf *out)
{
	static const unsigned minutes[] = { 1, 60, SPEND_DAY };
	static const char *const names[] = { "minute", "hour", "day" };
	const uint64_t now = clock_mono(of->clock);

	buf_adds(out, "  Spent by this aibridge:\n");
	for (size_t i = 0; i < ARRAY_LEN(minutes); i++) {
		uint64_t tokens = 0;
		const uint64_t nanos = spend_last(of->spend, now, minutes[i], &tokens);

		buf_adds(out, "    ");
		money_format(out, nanos);
		buf_addf(out, " (%" PRIu64 " tokens) in the last %s\n", tokens, names[i]);
	}
}

static bool order_status(struct orders *o, UNUSED const Mudlark__AiOrder *m,
			 UNUSED struct span words, struct buf *out)
{
	const struct orders_of *of = &o->of;
	const struct metric *n = of->numbers;

	buf_addf(out, "%s%s\n", of->name, of->asks->paused ? ": paused, nobody is paid." : ":");
	put_roster(of->roster, out);
	buf_addf(out, "  Under way: %zu asks; %zu may ask providers, %zu wait for that.\n",
		 of->asks->n, of->asks->n_slots, ask_queue_length(of->asks->queue));
	if (of->store->n_kept > 0)
		buf_addf(out, "  %zu settlements wait for the store.\n", of->store->n_kept);
	put_counts(out, "Answers", &n[N_ANSWERS], AI_PROVIDERS, provider_at);
	put_counts(out, "Failures", &n[N_ATTEMPTS + 1], CALL_ERRORS - 1, failure_at);
	put_counts(out, "Refused by the guard", &n[N_GUARD + 1], GUARD_VERDICTS - 1, verdict_at);
	put_spend(of, out);
	return true;
}

/* budget */

static enum budget_scope scope_of(struct span word)
{
	for (size_t i = 0; i < BUDGET_SCOPES; i++) {
		const char *name = budget_scope_name((enum budget_scope)i);

		if (text_eq_fold(word, (struct span){ name, strlen(name) }))
			return (enum budget_scope)i;
	}
	return BUDGET_SCOPES;
}

static void put_limit(struct buf *out, const struct budget *b)
{
	if (b->nanos != UINT64_MAX) {
		buf_adds(out, " of ");
		money_format(out, b->nanos);
	}
	if (b->tokens != UINT64_MAX)
		buf_addf(out, " of %" PRIu64 " tokens", b->tokens);
}

static void put_account(const struct order *k, const Mudlark__LedgerRow *row, struct buf *out)
{
	const enum budget_scope s =
		scope_of((struct span){ row->account, strcspn(row->account, "/") });

	buf_addf(out, "  %s\n      ", row->account);
	money_format(out, row->nanos);
	buf_addf(out, ", %" PRIu64 " tokens, %" PRIu64 " calls", row->tokens, row->calls);
	if (row->open_tokens > 0) {
		buf_adds(out, "; of it reserved ");
		money_format(out, row->open_nanos);
	}
	if (s != BUDGET_SCOPES)
		put_limit(out, &k->orders->of.roster->budgets.v[s]);
	buf_addc(out, '\n');
}

static void show_budget(const struct order *k, const Mudlark__PersistReply *reply, struct buf *out)
{
	if (reply->n_ledger == 0)
		buf_adds(out, "Nothing was spent there.\n");
	else
		buf_addf(out, "Spent, with what is reserved, of what may be spent (%zu rows):\n",
			 reply->n_ledger);
	for (size_t i = 0; i < reply->n_ledger; i++)
		put_account(k, reply->ledger[i], out);
}

static bool order_budget(struct orders *o, const Mudlark__AiOrder *m, struct span words,
			 struct buf *out)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerList list = MUDLARK__LEDGER_LIST__INIT;
	const struct span word = text_word(&words);
	const time_t now = (time_t)(clock_wall(o->of.clock) / 1000);
	char prefix[48] = "", today[16] = "";
	struct tm tm;

	if (word.n > 0 && scope_of(word) == BUDGET_SCOPES) {
		buf_adds(out, "Whose budget? player, npc, pack, day or all; none of them: all.\n");
		return true;
	}
	if (gmtime_r(&now, &tm))
		(void)strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	if (word.n > 0 && scope_of(word) <= BUDGET_DAY)
		(void)snprintf(prefix, sizeof(prefix), "%s", budget_scope_name(scope_of(word)));
	else if (word.n > 0)
		(void)snprintf(prefix, sizeof(prefix), "%s/%s", budget_scope_name(scope_of(word)),
			       today);
	list.prefix = prefix;
	list.limit = ORDERS_ACCOUNTS;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST;
	q.ledger_list = &list;
	return !ask_store(o, m->order, &q, show_budget, out);
}

/* transcript */

static void show_transcript(UNUSED const struct order *k, const Mudlark__PersistReply *reply,
			    struct buf *out)
{
	if (reply->n_documents == 0)
		buf_adds(out,
			 "Nothing is kept of such a conversation. (transcript marrable Ana)\n");
	for (size_t i = reply->n_documents; i > 0; i--) {
		const ProtobufCBinaryData body = reply->documents[i - 1]->body;

		audit_show((struct span){ (const char *)body.data, body.len }, out);
	}
}

static bool order_transcript(struct orders *o, const Mudlark__AiOrder *m, struct span words,
			     struct buf *out)
{
	const struct span npc = text_word(&words), player = text_word(&words);
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentQuery query;
	struct arena a;
	bool failed;

	if (npc.n == 0) {
		buf_adds(out, "Whose? transcript NPC [PLAYER], as in: transcript marrable Ana\n");
		return true;
	}
	arena_init(&a, 0);
	audit_query(&a, npc, player, ORDERS_TRANSCRIPT, &query);
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY;
	q.document_query = &query;
	failed = !ask_store(o, m->order, &q, show_transcript, out);
	arena_done(&a);
	return failed;
}

/* Which of them */

struct verb {
	const char *name;
	/* True: all that there is to say is in `out`. */
	bool (*run)(struct orders *o, const Mudlark__AiOrder *m, struct span words,
		    struct buf *out);
};

static const struct verb verbs[] = {
	{ "status", order_status },
	{ "budget", order_budget },
	{ "transcript", order_transcript },
};

static const struct verb *verb_of(struct span word)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (text_eq_fold(word, (struct span){ verbs[i].name, strlen(verbs[i].name) }))
			return &verbs[i];
	return NULL;
}

void orders_init(struct orders *o, const struct orders_of *of)
{
	*o = (struct orders){ .of = *of };
}

void orders_take(struct orders *o, const Mudlark__AiOrder *m)
{
	struct span words = { m->words, strlen(m->words) };
	const struct verb *v = verb_of(text_word(&words));
	struct buf text = { 0 };

	if (!v) {
		buf_adds(&text, "An aibridge knows: status, budget [player|npc|pack|day|all],\n"
				"transcript NPC [PLAYER].\n");
		answer(o, m->order, &text);
	} else if (v->run(o, m, words, &text)) {
		answer(o, m->order, &text);
	}
	buf_done(&text);
}

void orders_drop(struct orders *o)
{
	while (o->first) {
		store_cancel(o->first->call);
		order_free(o->first);
	}
}
