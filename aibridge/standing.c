/*
 * standing.c - see standing.h.
 */
#include "aibridge/standing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static void ask_next(struct standing *s);

static bool is_limited(const struct standing *s, enum budget_scope scope)
{
	const struct budget *b = &s->budgets->v[scope];

	return b->tokens != UINT64_MAX || b->nanos != UINT64_MAX;
}

void standing_init(struct standing *s, struct store *store, const struct clock *clock,
		   const struct budgets *budgets)
{
	*s = (struct standing){
		.store = store, .clock = clock, .budgets = budgets, .due_us = UINT64_MAX
	};
	for (size_t i = 0; i < STANDING_SCOPES; i++) {
		s->ratio[i] = NAN;
		if (is_limited(s, (enum budget_scope)i))
			s->due_us = clock_mono(clock);
	}
}

void standing_stop(struct standing *s)
{
	store_cancel(s->call);
	s->call = NULL;
	s->due_us = UINT64_MAX;
}

uint64_t standing_due(const struct standing *s)
{
	return s->store->is_up ? s->due_us : UINT64_MAX;
}

/* A budget of nothing is spent. */
static double share(uint64_t spent, uint64_t of)
{
	if (of == UINT64_MAX)
		return 0;
	return of > 0 ? (double)spent / (double)of : 1;
}

/* "all", "day/2026-05-01": the whole name of the account. */
static void name_of(const struct standing *s, char *ret, size_t size)
{
	const time_t now = (time_t)(clock_wall(s->clock) / 1000);
	char today[16] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(today, sizeof(today), "%Y-%m-%d", &tm);
	(void)snprintf(ret, size, s->scope == BUDGET_DAY ? "%s/%s" : "%s",
		       budget_scope_name(s->scope), today);
}

/* An account that is not there has nothing spent. */
static void take_row(struct standing *s, const Mudlark__PersistReply *reply)
{
	const struct budget *b = &s->budgets->v[s->scope];
	const Mudlark__LedgerRow *row = reply->n_ledger ? reply->ledger[0] : NULL;
	const double tokens = share(row ? row->tokens : 0, b->tokens);
	const double nanos = share(row ? row->nanos : 0, b->nanos);

	s->ratio[s->scope] = fmax(tokens, nanos);
}

static void on_reply(void *ctx, const Mudlark__PersistReply *reply)
{
	struct standing *s = ctx;

	s->call = NULL;
	if (reply && reply->status == MUDLARK__STATUS__STATUS_OK)
		take_row(s, reply);
	else
		s->ratio[s->scope] = NAN;
	s->scope++;
	ask_next(s);
}

/* The next one that has a limit; behind the last of them it is over for a while. */
static void ask_next(struct standing *s)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerList list = MUDLARK__LEDGER_LIST__INIT;
	char account[32];

	while (s->scope <= BUDGET_DAY && !is_limited(s, s->scope))
		s->scope++;
	if (s->scope > BUDGET_DAY) {
		s->due_us = clock_mono(s->clock) + STANDING_EVERY_US;
		return;
	}
	name_of(s, account, sizeof(account));
	list.prefix = account;
	list.limit = 1;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST;
	q.ledger_list = &list;
	s->call = store_call(s->store, &q, STORE_SETTLE_MS, on_reply, s);
	if (!s->call)
		s->due_us = clock_mono(s->clock) + STANDING_EVERY_US;
}

void standing_tick(struct standing *s)
{
	if (s->call || clock_mono(s->clock) < standing_due(s))
		return;
	s->due_us = UINT64_MAX;
	s->scope = BUDGET_ALL;
	ask_next(s);
}
