/* test_budget.c - rows of budgets, and the accounts that a call is charged to. */
#include "aibridge/budget.h"

#include <string.h>
#include "tests/unit/rt/unit.h"

static struct budgets budgets;

static void load(char *const *rows)
{
	struct buf why = { 0 };
	const int r = budgets_parse(&budgets, rows, &why);

	ck_assert_msg(r == 0, "%.*s", (int)why.n, buf_p(&why));
	buf_done(&why);
}

static void ck_refused(char *row, const char *because)
{
	char *const rows[] = { "all 20.00", row, NULL };
	struct buf why = { 0 };

	ck_assert_int_eq(budgets_parse(&budgets, rows, &why), 1);
	buf_addc(&why, '\0');
	ck_assert_msg(strstr(buf_p(&why), row) && strstr(buf_p(&why), because), "%s: %s", row,
		      buf_p(&why));
	buf_done(&why);
}

START_TEST(a_row_limits_money_or_tokens_of_a_scope)
{
	load((char *const[]){ "all 20.00", "day 1", "player 0.05", "npc 5000 tokens",
			      "  day   70000  tokens ", NULL });
	ck_assert_uint_eq(budgets.v[BUDGET_ALL].nanos, 20000000000u);
	ck_assert_uint_eq(budgets.v[BUDGET_ALL].tokens, UINT64_MAX);
	ck_assert_uint_eq(budgets.v[BUDGET_DAY].nanos, 1000000000u);
	ck_assert_uint_eq(budgets.v[BUDGET_DAY].tokens, 70000);
	ck_assert_uint_eq(budgets.v[BUDGET_PLAYER].nanos, 50000000);
	ck_assert_uint_eq(budgets.v[BUDGET_NPC].nanos, UINT64_MAX);
	ck_assert_uint_eq(budgets.v[BUDGET_NPC].tokens, 5000);
	ck_assert_uint_eq(budgets.v[BUDGET_PACK].nanos, UINT64_MAX);
	ck_assert_uint_eq(budgets.v[BUDGET_PACK].tokens, UINT64_MAX);
}
END_TEST

START_TEST(a_budget_of_nothing_is_one)
{
	load((char *const[]){ "all 0", "pack 0 tokens", NULL });
	ck_assert_uint_eq(budgets.v[BUDGET_ALL].nanos, 0);
	ck_assert_uint_eq(budgets.v[BUDGET_PACK].tokens, 0);
	ck_assert(budgets_have_money(&budgets));
}
END_TEST

START_TEST(only_money_needs_prices)
{
	load(NULL);
	ck_assert(!budgets_have_money(&budgets));
	load((char *const[]){ "day 5000 tokens", NULL });
	ck_assert(!budgets_have_money(&budgets));
	load((char *const[]){ "day 5000 tokens", "npc 1", NULL });
	ck_assert(budgets_have_money(&budgets));
}
END_TEST

START_TEST(a_row_that_is_no_budget_is_said)
{
	ck_refused("", "a scope is one of all, day, player, npc, pack");
	ck_refused("week 5", "a scope is one of");
	ck_refused("day", "not an amount of money");
	ck_refused("day 5,00", "not an amount of money");
	ck_refused("day -1", "not an amount of money");
	ck_refused("day 1.5 tokens", "not a number of tokens");
	ck_refused("day 9223372036854775808 tokens", "not a number of tokens");
	ck_refused("day 99999999999999999999 tokens", "not a number of tokens");
	ck_refused("day 5 dollars", "SCOPE MONEY or SCOPE NUMBER tokens");
	ck_refused("day 5 tokens each", "SCOPE MONEY or SCOPE NUMBER tokens");
	ck_refused("all 21.00", "twice");
}
END_TEST

START_TEST(a_call_is_charged_to_all_five_accounts_of_its_day)
{
	static const char *const accounts[] = { "all", "day/2026-05-01",
						"player/2026-05-01/00010000000004d2",
						"npc/2026-05-01/foreshore/marrable",
						"pack/2026-05-01/foreshore" };
	struct arena a;
	Mudlark__LedgerReserve q = MUDLARK__LEDGER_RESERVE__INIT;

	arena_init(&a, 0);
	load((char *const[]){ "npc 500 tokens", "pack 0.5", NULL });
	/* The last millisecond of that day. */
	budgets_accounts(&budgets, &a, 1777679999999, 0x00010000000004d2, "foreshore/marrable", &q);
	ck_assert_uint_eq(q.n_accounts, ARRAY_LEN(accounts));
	for (size_t i = 0; i < q.n_accounts; i++)
		ck_assert_str_eq(q.accounts[i]->account, accounts[i]);
	ck_assert_uint_eq(q.accounts[BUDGET_NPC]->tokens, 500);
	ck_assert_uint_eq(q.accounts[BUDGET_NPC]->nanos, UINT64_MAX);
	ck_assert_uint_eq(q.accounts[BUDGET_PACK]->nanos, 500000000);
	ck_assert_uint_eq(q.accounts[BUDGET_ALL]->nanos, UINT64_MAX);
	budgets_accounts(&budgets, &a, 1777680000000, 1, "foreshore/marrable", &q);
	ck_assert_str_eq(q.accounts[BUDGET_DAY]->account, "day/2026-05-02");
	budgets_accounts(&budgets, &a, 1777680000000, 0, "foreshore/marrable", &q);
	ck_assert_str_eq(q.accounts[BUDGET_PLAYER]->account, "player/2026-05-02/guests");
	arena_done(&a);
}
END_TEST

START_TEST(every_account_has_a_sentence_for_when_it_is_used_up)
{
	struct arena a;
	Mudlark__LedgerReserve q = MUDLARK__LEDGER_RESERVE__INIT;

	arena_init(&a, 0);
	load(NULL);
	budgets_accounts(&budgets, &a, 0, 1, "p/n", &q);
	for (size_t i = 0; i < q.n_accounts; i++) {
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(budget_sentence(q.accounts[i]->account),
					 budget_sentence(q.accounts[j]->account));
	}
	ck_assert_str_eq(
		budget_sentence("player/2026-05-01/1"),
		"The player's budget for today may not have enough left for another answer.");
	ck_assert_str_eq(budget_sentence("players"),
			 "The budget may not have enough left for another answer.");
	ck_assert_str_eq(budget_sentence(""),
			 "The budget may not have enough left for another answer.");
	arena_done(&a);
}
END_TEST

UNIT_MAIN("budget", a_row_limits_money_or_tokens_of_a_scope, a_budget_of_nothing_is_one,
	  only_money_needs_prices, a_row_that_is_no_budget_is_said,
	  a_call_is_charged_to_all_five_accounts_of_its_day,
	  every_account_has_a_sentence_for_when_it_is_used_up)
