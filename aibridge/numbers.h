/*
 * numbers.h - what the aibridge counts, for /metrics and `@ai status`.
 */
#pragma once

#include "aibridge/ask.h"
#include "aibridge/standing.h"
#include "rt/metric.h"

enum number {
	N_ASKS,				       /* by enum ask_outcome */
	N_ANSWERS = N_ASKS + ASK_OUTCOMES,     /* by enum ai_provider */
	N_ATTEMPTS = N_ANSWERS + AI_PROVIDERS, /* by enum call_error */
	N_GUARD = N_ATTEMPTS + CALL_ERRORS,    /* by enum guard_verdict */
	N_BREAKER = N_GUARD + GUARD_VERDICTS,  /* by enum ai_provider from the first paid one on */
	N_BUDGETS = N_BREAKER + AI_PROVIDERS - 1, /* by enum budget_scope */
	N_TOKENS = N_BUDGETS + STANDING_SCOPES,
	N_NANOS,
	N_ADDED,
	N_UNDER_WAY,
	N_QUEUED,
	N_REQUESTS,
	N_KEPT,
	N_GIVEN_UP,
	N_STORE_FAILED,
	N_PAUSED,
	N_WORLD_UP,
	N_STORE_UP,
	N_UNKNOWN,
	NUMBERS
};

/* The table with all figures at zero. */
void numbers_init(struct metric of[NUMBERS]);
