/* budget.c - how much may be spent on whom; see budget.h. */
#include "aibridge/budget.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "aibridge/price.h"
#include "rt/text.h"

struct scope_row {
	const char *name;
	const char *spent;
};

static const struct scope_row scopes[BUDGET_SCOPES] = {
	[BUDGET_ALL] = { "all", "The budget may not have enough left for another answer." },
	[BUDGET_DAY] = { "day", "Today's budget may not have enough left for another answer." },
	[BUDGET_PLAYER] = { "player", "The player's budget for today may not have enough left for "
				      "another answer." },
	[BUDGET_NPC] = { "npc", "This person's budget for today may not have enough left for "
				"another answer." },
	[BUDGET_PACK] = { "pack", "The pack's budget for today may not have enough left for "
				  "another answer." },
};

const char *budget_scope_name(enum budget_scope s)
{
	return scopes[s].name;
}

static bool is_word(struct span s, const char *word)
{
	return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static bool tokens_parse(struct span s, uint64_t *ret)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!isdigit((unsigned char)s.p[i]) || __builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v) || v > MONEY_MAX)
			return false;
	}
	*ret = v;
	return s.n > 0;
}

static const char *parse_row(struct budgets *b, struct span rest)
{
	const struct span scope = text_word(&rest), amount = text_word(&rest);
	const struct span unit = text_word(&rest);
	size_t s = 0;
	uint64_t v;

	while (s < BUDGET_SCOPES && !is_word(scope, scopes[s].name))
		s++;
	if (s == BUDGET_SCOPES)
		return "a scope is one of all, day, player, npc, pack";
	if (text_trim(rest).n || (unit.n && !is_word(unit, "tokens")))
		return "a budget is SCOPE MONEY or SCOPE NUMBER tokens";
	uint64_t *at = unit.n ? &b->v[s].tokens : &b->v[s].nanos;
	if (unit.n ? !tokens_parse(amount, &v) : !money_parse(amount, &v))
		return unit.n ? "that is not a number of tokens"
			      : "that is not an amount of money, like 0.05";
	if (*at != UINT64_MAX)
		return "it is there twice";
	*at = v;
	return NULL;
}

int budgets_parse(struct budgets *b, char *const *rows, struct buf *why)
{
	struct budgets all;

	memset(&all, 0xff, sizeof(all));
	for (char *const *row = rows; row && *row; row++) {
		const char *fault = parse_row(&all, (struct span){ *row, strlen(*row) });

		if (fault) {
			buf_addf(why, "ai.budgets: \"%s\": %s", *row, fault);
			return 1;
		}
	}
	*b = all;
	return 0;
}

bool budgets_have_money(const struct budgets *b)
{
	for (size_t i = 0; i < BUDGET_SCOPES; i++) {
		if (b->v[i].nanos != UINT64_MAX)
			return true;
	}
	return false;
}

static char *account_of(struct arena *a, enum budget_scope s, const char *day, uint64_t player,
			const char *npc)
{
	const char *name = scopes[s].name;

	switch (s) {
	case BUDGET_DAY:
		return arena_printf(a, "%s/%s", name, day);
	case BUDGET_PLAYER:
		if (!player)
			return arena_printf(a, "%s/%s/guests", name, day);
		return arena_printf(a, "%s/%s/%016llx", name, day, (unsigned long long)player);
	case BUDGET_NPC:
		return arena_printf(a, "%s/%s/%s", name, day, npc);
	case BUDGET_PACK:
		return arena_printf(a, "%s/%s/%.*s", name, day, (int)strcspn(npc, "/"), npc);
	default:
		return arena_printf(a, "%s", name);
	}
}

void budgets_accounts(const struct budgets *b, struct arena *a, int64_t wall_ms, uint64_t player,
		      const char *npc, Mudlark__LedgerReserve *ret)
{
	const time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;
	char day[32];
	Mudlark__LedgerLimit **rows = arena_alloc(a, BUDGET_SCOPES * sizeof(*rows));
	Mudlark__LedgerLimit *row = arena_alloc(a, BUDGET_SCOPES * sizeof(*row));

	assert(rows && row);
	gmtime_r(&seconds, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	for (size_t i = 0; i < BUDGET_SCOPES; i++) {
		mudlark__ledger_limit__init(&row[i]);
		row[i].account = account_of(a, (enum budget_scope)i, day, player, npc);
		assert(row[i].account);
		row[i].tokens = b->v[i].tokens;
		row[i].nanos = b->v[i].nanos;
		rows[i] = &row[i];
	}
	ret->accounts = rows;
	ret->n_accounts = BUDGET_SCOPES;
}

const char *budget_sentence(const char *account)
{
	const struct span scope = { account, strcspn(account, "/") };

	for (size_t i = 0; i < BUDGET_SCOPES; i++) {
		if (is_word(scope, scopes[i].name))
			return scopes[i].spent;
	}
	return "The budget may not have enough left for another answer.";
}
