/*
 * roster.h - who can be asked, in order: ai.provider, then ai.fallback.  Behind the last of them stands the
 * scripted provider, which is always there and in no roster.
 *
 * Made from the options at the start, together with prices and budgets; each mistake in them is a
 * sentence.
 */
#pragma once

#include "aibridge/aibridge.h"
#include "aibridge/breaker.h"
#include "aibridge/budget.h"
#include "aibridge/price.h"
#include "aibridge/provider.h"

struct candidate {
	struct provider provider;
	struct breaker breaker;
	const struct price *price; /* NULL: its tokens cost no money */
	bool was_open;		   /* what staff were told last */
};

struct roster {
	struct candidate *v;
	size_t n;
	struct prices prices;
	struct budgets budgets;
	const struct candidate *moderator; /* NULL: word lists alone */
};

/* 0; -EINVAL: each mistake was said in the log. */
int roster_init(struct roster *r, const struct ai_conf *conf) MUST_USE;
void roster_done(struct roster *r);
/* Nobody of whom there is can be asked: every one is left alone for a while. False: there is none at all. */
bool roster_is_down(const struct roster *r, uint64_t now_us);
/* The money of an answer; UINT64_MAX at most. */
uint64_t roster_nanos(const struct candidate *c, uint64_t in, uint64_t out);
/* 0 to 2; below 0: the provider's own. Checked by roster_init(). */
double roster_temperature(const struct ai_conf *conf);
