/*
 * numbers.c - see numbers.h.
 */
#include "aibridge/numbers.h"

#include <string.h>

/* clang-format off */
#define COUNTER(n, h) { .name = "mudlark_aibridge_" n "_total", .help = h, .kind = METRIC_COUNTER }
#define LABEL(n, l, v, h) \
	{ .name = "mudlark_aibridge_" n "_total{" l "=\"" v "\"}", .help = h, .kind = METRIC_COUNTER }
#define GAUGE(n, h) { .name = "mudlark_aibridge_" n, .help = h, .kind = METRIC_GAUGE }
#define HISTOGRAM(n, h) { .name = "mudlark_aibridge_" n, .help = h, .kind = METRIC_HISTOGRAM }

#define ASK(v) LABEL("asks", "outcome", v, "Asks that are over, by how they ended")
#define ANSWER(v) LABEL("answers", "provider", v, "Answers given, by provider")
#define ATTEMPT(v) LABEL("attempts", "end", v, "Calls of providers that are over, by how they ended")
#define GUARD(v) LABEL("guard", "verdict", v, "Sentences of models, by what the guard said")
#define BREAKER(v) \
	{ .name = "mudlark_aibridge_breaker{provider=\"" v "\"}", \
	  .help = "0: it is asked, 1: it is left alone, 2: it is tried", .kind = METRIC_GAUGE }

#define BUDGET(v) \
	{ .name = "mudlark_aibridge_budget_spent_ratio{scope=\"" v "\"}", \
	  .help = "Spent and reserved, of what may be spent; NaN: no such budget", .kind = METRIC_GAUGE }

static const struct metric table[NUMBERS] = {
	[N_ASKS + ASK_ANSWERED]      = ASK("answered"),
	[N_ASKS + ASK_SCRIPTED]      = ASK("scripted"),
	[N_ASKS + ASK_FELL_BACK]     = ASK("fell_back"),
	[N_ASKS + ASK_DROPPED]       = ASK("dropped"),
	[N_ASKS + ASK_CLOSED]        = ASK("closed"),
	[N_ANSWERS + AI_SCRIPTED]    = ANSWER("scripted"),
	[N_ANSWERS + AI_ANTHROPIC]   = ANSWER("anthropic"),
	[N_ANSWERS + AI_OPENAI]      = ANSWER("openai"),
	[N_ANSWERS + AI_RESPONSES]   = ANSWER("responses"),
	[N_ANSWERS + AI_OLLAMA]      = ANSWER("ollama"),
	[N_ATTEMPTS + CALL_OK]       = ATTEMPT("ok"),
	[N_ATTEMPTS + CALL_BAD]      = ATTEMPT("bad_request"),
	[N_ATTEMPTS + CALL_KEY]      = ATTEMPT("key"),
	[N_ATTEMPTS + CALL_LIMIT]    = ATTEMPT("limit"),
	[N_ATTEMPTS + CALL_BUSY]     = ATTEMPT("busy"),
	[N_ATTEMPTS + CALL_FAULT]    = ATTEMPT("fault"),
	[N_ATTEMPTS + CALL_GATEWAY]  = ATTEMPT("gateway"),
	[N_ATTEMPTS + CALL_CONNECT]  = ATTEMPT("connect"),
	[N_ATTEMPTS + CALL_DEADLINE] = ATTEMPT("deadline"),
	[N_ATTEMPTS + CALL_STALL]    = ATTEMPT("stall"),
	[N_ATTEMPTS + CALL_CUT]      = ATTEMPT("cut"),
	[N_ATTEMPTS + CALL_GARBAGE]  = ATTEMPT("garbage"),
	[N_ATTEMPTS + CALL_REFUSED]  = ATTEMPT("refused"),
	[N_ATTEMPTS + CALL_CANCELLED] = ATTEMPT("cancelled"),
	[N_GUARD + GUARD_OK]         = GUARD("ok"),
	[N_GUARD + GUARD_EMPTY]      = GUARD("empty"),
	[N_GUARD + GUARD_CHARACTER]  = GUARD("character"),
	[N_GUARD + GUARD_PROMPT]     = GUARD("prompt"),
	[N_GUARD + GUARD_WORD]       = GUARD("word"),
	[N_GUARD + GUARD_LINK]       = GUARD("link"),
	[N_GUARD + GUARD_FORM]       = GUARD("form"),
	[N_GUARD + GUARD_MODERATED]  = GUARD("moderated"),
	[N_BREAKER + AI_ANTHROPIC - 1] = BREAKER("anthropic"),
	[N_BREAKER + AI_OPENAI - 1]  = BREAKER("openai"),
	[N_BREAKER + AI_RESPONSES - 1] = BREAKER("responses"),
	[N_BREAKER + AI_OLLAMA - 1]  = BREAKER("ollama"),
	[N_BUDGETS + BUDGET_ALL]     = BUDGET("all"),
	[N_BUDGETS + BUDGET_DAY]     = BUDGET("day"),
	[N_TOKENS]       = COUNTER("tokens", "Tokens that were settled"),
	[N_NANOS]        = COUNTER("cost_nanos", "Money that was settled, in billionths"),
	[N_ADDED]        = HISTOGRAM("added_seconds", "From AiAsk to AiDone, without the time providers took"),
	[N_UNDER_WAY]    = GAUGE("asks_under_way", "Asks that are not over"),
	[N_QUEUED]       = GAUGE("asks_queued", "Asks that wait for their turn"),
	[N_REQUESTS]     = GAUGE("requests", "Requests to providers under way"),
	[N_KEPT]         = GAUGE("settlements_waiting", "Settlements that the store has not yet"),
	[N_GIVEN_UP]     = COUNTER("settlements_given_up", "Settlements that the store will never have"),
	[N_STORE_FAILED] = COUNTER("store_failures", "Calls of the store without an answer"),
	[N_PAUSED]       = GAUGE("paused", "1 while nobody is paid"),
	[N_WORLD_UP]     = GAUGE("world_up", "1 while the link to the world is up"),
	[N_STORE_UP]     = GAUGE("store_up", "1 while the link to persist is up"),
	[N_UNKNOWN]      = COUNTER("records_dropped", "Records of the world that are unknown or malformed"),
};
/* clang-format on */

void numbers_init(struct metric of[NUMBERS])
{
	memcpy(of, table, sizeof(table));
}
