/*
 * budget.h - ai.budgets: how much may be spent on whom, and the accounts of the ledger that a call is charged
 * to (persist.proto, LedgerReserve).
 *
 * A row is `SCOPE AMOUNT` (money) or `SCOPE NUMBER tokens`; a scope may have one of each.  Scopes: all (for
 * ever), day (all in a day), player, npc, pack (each in a day).  Accounts: "all", "day/2026-05-01",
 * "player/2026-05-01/<id>", "npc/2026-05-01/foreshore/marrable", "pack/2026-05-01/foreshore"; days are UTC.
 * Every call is charged to all five, limited or not, so that spending can be told by each.
 * All guests together are one player ("player/2026-05-01/guests"): a new one costs nothing to become.
 */
#pragma once

#include "persist.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"
#include "rt/buf.h"

enum budget_scope { BUDGET_ALL, BUDGET_DAY, BUDGET_PLAYER, BUDGET_NPC, BUDGET_PACK, BUDGET_SCOPES };

struct budget {
	uint64_t tokens, nanos; /* UINT64_MAX: no limit */
};

struct budgets {
	struct budget v[BUDGET_SCOPES];
};

/* 0; 1: a sentence in *why. */
int budgets_parse(struct budgets *b, char *const *rows, struct buf *why) MUST_USE;
bool budgets_have_money(const struct budgets *b); /* so every model needs a price */
/* The accounts of a reservation, in `a`; the rest of it is the caller's. */
void budgets_accounts(const struct budgets *b, struct arena *a, int64_t wall_ms, uint64_t player,
		      const char *npc, Mudlark__LedgerReserve *ret);
/* "The player's budget for today may not have enough left for another answer." */
const char *budget_sentence(const char *account);
const char *budget_scope_name(enum budget_scope s);
