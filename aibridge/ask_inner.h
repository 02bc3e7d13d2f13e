/*
 * ask_inner.h - what the files of an ask say to each other.
 */
#pragma once

#include "aibridge/ask.h"

/* ask.c: the way */
void ask_set(struct ask *k, enum ask_state to);
void ask_cause(struct ask *k, const char *fmt, ...) PRINTF_LIKE(2, 3);
uint64_t ask_now(const struct ask *k);
bool ask_may_pay(const struct asks *s);
struct ask *ask_new(struct asks *s, struct arena *a, const Mudlark__AiAsk *q);
void ask_queue_up(struct ask *k); /* background work waits for its turn; there must be room */
void ask_go(struct ask *k);	  /* its turn has come */
void ask_due(struct ask *k);	  /* its time has */
/* The attempt is over, as its result says; it is still open. */
void ask_tried(struct ask *k);
/* The ledger had no such money: the next of the roster. */
void ask_next(struct ask *k);
/* Over: with what was said, or with what the scripted provider says. */
void ask_end(struct ask *k);
void ask_over(struct ask *k, enum ask_outcome o); /* at once */

/* ask_try.c: one paid attempt */
void try_begin(struct ask *k,
	       struct candidate *with); /* reserves, then calls; ask_tried() in the end */
/* Takes back what is under way; settles it. */
void try_stop(struct ask *k);
/* What the attempt is charged. */
uint64_t try_cost(const struct attempt *t, uint64_t *ret_nanos);

/* ask_say.c: from pieces to what is said */
void say_init(struct ask *k);
void say_done(struct ask *k);
void say_piece(struct ask *k, struct span piece);
void say_act(struct ask *k, const char *name, json_t *arguments);
void say_rest(struct ask *k); /* no more pieces come */
bool say_is_checking(const struct ask *k);
void say_stop(struct ask *k); /* the moderation is not waited for */
void say_scripted(struct ask *k);

/* ask_note.c: what is written */
/* The attempt is closed, at its cost; with the conversation when this was the answer. */
void note_attempt(struct ask *k, bool with_talk);
/* The scripted answer. */
void note_scripted(struct ask *k);

/* ask_summary.c */
void summary_begin(struct ask *k); /* after an answer: is it time? Takes over its arena then */
void summary_prompt(struct ask *k, struct prompt *ret);
void summary_write(struct ask *k); /* what came back, into the conversation */
