/*
 * aibridge.h - the process as one value: its options, its two links, what it is asked, what it spends.
 *
 *	world --AiAsk--> asks (queue, fairness) --LedgerReserve--> persist
 *	                   |  prompt from view and conversation
 *	                   v
 *	                 provider (http, or scripted) --pieces--> sentences --guard--> AiSaid --> world
 *	                   |
 *	                   +--LedgerSettle with conversation and audit--> persist,   AiDone --> world
 *
 * It never decides what happens in the world.  It can die at any moment: what was reserved stays
 * charged, conversations are in the store, the world goes on with lines of its own.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "persist.pb-c.h"
#include "rt/loop.h"
#include "rt/metric.h"
#include "rt/proc.h"
#include "rt/wire.h"
#include "world.pb-c.h"

/* ai.* as in main.c. */
struct ai_conf {
	char *bus, *store_bus, *metrics;
	int provider; /* enum ai_provider */
	char *model, *url, *key_file;
	char **fallback; /* "PROVIDER MODEL [URL [KEY_FILE]]", tried in order; scripted is the last */
	char **prices;	 /* "MODEL=IN/OUT": money for a million tokens */
	char **budgets; /* "all 20.00", "day 1.00", "player 0.05", "npc 5000 tokens", "pack ..." */
	int64_t max_requests, queue, max_tokens, retries;
	int64_t first_token, stall; /* us */
	int64_t breaker_failures, breaker_pause;
	int64_t history;  /* turns of a conversation that are sent word by word */
	int64_t keep;	  /* us: conversations and what was sent and received */
	int moderation;	  /* enum ai_moderation */
	char *words_file; /* words that are never said, one a line */
	char *temperature;
	bool stream;
};

enum ai_provider { AI_SCRIPTED, AI_ANTHROPIC, AI_OPENAI, AI_RESPONSES, AI_OLLAMA, AI_PROVIDERS };
enum ai_moderation { AI_MODERATION_WORDS, AI_MODERATION_OPENAI };

struct aibridge;

/* 0; -EINVAL: an option is wrong, said in the log; -EPERM: a key file others can read; errors of wire_dial(). */
int aibridge_start(struct aibridge **ret, struct proc *proc, struct ai_conf *conf) MUST_USE;
/* Cancels what is under way, settles it, then ends the loop: within 4 s. */
void aibridge_stop(struct aibridge *a);
void aibridge_free(struct aibridge *a);
