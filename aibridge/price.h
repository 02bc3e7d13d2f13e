/*
 * price.h - what tokens cost: ai.prices, "MODEL=IN/OUT" in money for a million tokens.  Money is counted in
 * billionths (nanos), rounded up.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct price {
	char *model;
	uint64_t in, out; /* nanos a token */
};

struct prices {
	struct price *v;
	size_t n;
};

/* 0; 1: a sentence in *why. */
int prices_parse(struct prices *p, char *const *rows, struct buf *why) MUST_USE;
void prices_done(struct prices *p);
/* By the whole name, or the longest row that ends in * and begins it; NULL: unknown. */
const struct price *prices_find(const struct prices *p, const char *model);
uint64_t price_of(const struct price *p, uint64_t in, uint64_t out); /* saturates */
/* "0.0312" or "12.50" to nanos; false: not a number, more than nine decimals, or above MONEY_MAX (what a
 * ledger can hold). And back: "0.0312". */
#define MONEY_MAX ((uint64_t)INT64_MAX)
bool money_parse(struct span s, uint64_t *ret_nanos);
void money_format(struct buf *out, uint64_t nanos);
