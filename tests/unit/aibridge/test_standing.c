/*
 * test_standing.c - how far the shared budgets are spent, by the ledger.
 */
#include "aibridge/standing.h"

#include <math.h>

#include "tests/unit/aibridge/store_rig.h"

static struct store_rig r;
static struct budgets budgets;
static struct standing standing;

static void begin(const struct budget *all, const struct budget *day)
{
	memset(&budgets, 0xff, sizeof(budgets));
	if (all)
		budgets.v[BUDGET_ALL] = *all;
	if (day)
		budgets.v[BUDGET_DAY] = *day;
	store_rig_begin(&r);
	standing_init(&standing, &r.store, &r.clock, &budgets);
	standing_tick(&standing);
}

static void end(void)
{
	standing_stop(&standing);
	ck_assert_uint_eq(r.n, 0);
	store_rig_end(&r);
}

/* The account that is asked for has so much spent. */
static void spent(const char *account, uint64_t tokens, uint64_t nanos)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__LedgerRow row = MUDLARK__LEDGER_ROW__INIT, *rows[] = { &row };
	Mudlark__PersistCall *q = store_rig_asked(&r, 0, MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST);

	ck_assert_str_eq(q->ledger_list->prefix, account);
	mudlark__persist_call__free_unpacked(q, NULL);
	row.account = (char *)(uintptr_t)account;
	row.tokens = tokens;
	row.nanos = nanos;
	m.ledger = rows;
	m.n_ledger = tokens || nanos;
	store_rig_reply(&r, &m);
}

START_TEST(both_shared_budgets_are_asked_for_again_and_again)
{
	begin(&(struct budget){ UINT64_MAX, 1000 }, &(struct budget){ 500, 100 });
	ck_assert(isnan(standing.ratio[BUDGET_ALL]));
	spent("all", 7, 250);
	spent("day/2026-05-28", 400, 20);
	ck_assert_double_eq_tol(standing.ratio[BUDGET_ALL], .25, 1e-9);
	ck_assert_double_eq_tol(standing.ratio[BUDGET_DAY], .8, 1e-9);
	standing_tick(&standing);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(standing_due(&standing), r.now + STANDING_EVERY_US);
	r.now = standing_due(&standing);
	standing_tick(&standing);
	spent("all", 7, 1000);
	spent("day/2026-05-28", 0, 0);
	ck_assert_double_eq_tol(standing.ratio[BUDGET_ALL], 1, 1e-9);
	ck_assert_double_eq_tol(standing.ratio[BUDGET_DAY], 0, 1e-9);
	end();
}
END_TEST

START_TEST(who_has_no_such_budget_asks_nothing)
{
	begin(NULL, NULL);
	ck_assert_uint_eq(r.n, 0);
	ck_assert(standing_due(&standing) == UINT64_MAX);
	end();
	begin(NULL, &(struct budget){ UINT64_MAX, 100 });
	spent("day/2026-05-28", 0, 50);
	ck_assert(isnan(standing.ratio[BUDGET_ALL]));
	ck_assert_double_eq_tol(standing.ratio[BUDGET_DAY], .5, 1e-9);
	end();
}
END_TEST

START_TEST(a_budget_of_nothing_is_spent)
{
	begin(NULL, &(struct budget){ UINT64_MAX, 0 });
	spent("day/2026-05-28", 0, 0);
	ck_assert_double_eq_tol(standing.ratio[BUDGET_DAY], 1, 1e-9);
	end();
}
END_TEST

START_TEST(what_is_not_answered_is_not_known)
{
	begin(NULL, &(struct budget){ UINT64_MAX, 100 });
	spent("day/2026-05-28", 0, 50);
	r.now = standing_due(&standing);
	standing_tick(&standing);
	store_rig_lose(&r);
	ck_assert(isnan(standing.ratio[BUDGET_DAY]));
	ck_assert(standing_due(&standing) == UINT64_MAX);
	store_up(&r.store);
	r.now = standing_due(&standing);
	standing_tick(&standing);
	spent("day/2026-05-28", 0, 60);
	ck_assert_double_eq_tol(standing.ratio[BUDGET_DAY], .6, 1e-9);
	end();
}
END_TEST

UNIT_MAIN("standing", both_shared_budgets_are_asked_for_again_and_again,
	  who_has_no_such_budget_asks_nothing, a_budget_of_nothing_is_spent,
	  what_is_not_answered_is_not_known)
