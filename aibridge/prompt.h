/*
 * prompt.h - what a model is told: built from a view and a conversation, for every provider alike.
 *
 * The system text is ours and the pack's.  What players typed, named, did or may have had a hand in stands
 * between « and » as data: one line, bounded, in which these marks do not occur; it never is part of
 * an instruction.  Bounds: PROMPT_MAX bytes in all; what does not fit is left out oldest first.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "rt/arena.h"
#include "rt/base.h"

struct talk;

enum { PROMPT_MAX = 24 * 1024, PROMPT_SAID_MAX = 500 };

struct message {
	bool own; /* the npc's own (assistant), else the player's (user) */
	struct span text;
};

/* Something the model may propose: a function with string parameters. */
struct tool_param {
	const char *name, *about;   /* "target": one of the choices; "text" */
	const char *const *choices; /* NULL: free text */
	size_t n_choices;
};
struct tool {
	const char *name, *about;	 /* the name is a verb of the view */
	const struct tool_param *params; /* all are required */
	size_t n_params;
};

struct prompt {
	struct span system;
	const struct message *messages; /* alternating, the first and the last are the player's */
	size_t n_messages;
	const struct tool *tools;
	size_t n_tools;
	uint32_t max_tokens; /* prompt_build() leaves this and the next to its caller: 0 */
	double temperature;  /* < 0: the provider's own; so it is built */
};

/* All in `a`, which must outlive it. `talk`: the conversation so far, may be empty. `topic`: what the player
 * touched (topic.h), NULL: nothing in particular. */
void prompt_build(struct arena *a, const Mudlark__AiAsk *ask, const struct talk *talk,
		  const Mudlark__AiTopic *topic, struct prompt *ret);
/* The most tokens this can be for any tokenizer, answer included: bytes, as a token has one at least,
 * and what providers put around messages and tools. */
uint64_t prompt_tokens_bound(const struct prompt *p);
/* What we ourselves write into every system text, piece by piece: nobody but the model is to see it.
 * Empty behind the last. */
struct span prompt_secret(size_t i);
