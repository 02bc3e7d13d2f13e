/*
 * guard.h - what a model says is text of a stranger.
 *
 * guard_clean() makes it harmless: valid UTF-8, one line, no control or invisible characters, no quotes or
 * name in front ("Nan:", "Nan says,"), stage directions (*smiles*) made an emote, no markdown.
 * guard_check() refuses what must not be said: broken character ("as an AI", "language model", "system
 * prompt", the instructions themselves), words of the list, addresses of the web, code,
 * what looks like a line of the game, of staff or of somebody else ("Jem Pottle: I owe you"), marks of the
 * prompt.  However it is spelled: other letters that look alike, s p a c e d, w1th d1g1ts.  Names of players it does not perceive are the world's to
 * find (mind.h): only it knows them.
 */
#pragma once

#include "aibridge.pb-c.h"
#include "rt/base.h"
#include "rt/buf.h"

enum guard_verdict {
	GUARD_OK,
	GUARD_EMPTY,	 /* nothing is left: no letter, no digit */
	GUARD_CHARACTER, /* it is not the npc who speaks */
	GUARD_PROMPT,	 /* it repeats what it was told to keep */
	GUARD_WORD,	 /* of the list, or an avoided one */
	GUARD_LINK,
	GUARD_FORM,	 /* code, a line of the game */
	GUARD_MODERATED, /* by the provider's endpoint */
	GUARD_VERDICTS
};

enum { GUARD_TEXT_MAX = 300 }; /* bytes of a sentence that is cleaned */

struct guard; /* word list, compiled once */

/* `words_file`: a word or phrase on each line, # begins a comment; "": the built-in list alone. -errno when
 * it cannot be read. */
int guard_new(struct guard **ret, const char *words_file) MUST_USE;
void guard_free(struct guard *g);

/* Cleans one sentence into out (empty: nothing is left); *ret_emote: it is an action, without the name in
 * front of it. An action of somebody whose view does not say that it may `emote` is nothing. */
void guard_clean(const Mudlark__AiAsk *ask, struct span sentence, struct buf *out, bool *ret_emote);
/* Of a sentence that is clean. `said`: what came before it in this answer. */
enum guard_verdict guard_check(const struct guard *g, const Mudlark__AiAsk *ask,
			       struct span sentence, struct span said);
const char *guard_verdict_name(enum guard_verdict v);
