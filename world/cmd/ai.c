/*
 * ai.c - `@ai`: how the aibridges are, what they cost, what was said; and the brake.
 */
#include <stdlib.h>
#include <string.h>
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/npc.h"
#include "world/core/protos.h"
#include "world/core/say.h"
#include "world/mind/bridges.h"
#include "world/mind/mind.h"
#include "world/mind/orders.h"

static void status(const struct cmd_call *c)
{
	const size_t n = bridges_count(c->w);

	say_reply(c->w, c->actor, "%zu %s, %zu %s under way; providers of models are %s.", n,
		  n == 1 ? "aibridge" : "aibridges", bridges_asks(c->w),
		  bridges_asks(c->w) == 1 ? "answer" : "answers",
		  bridges_paused(c->w) ? "{bold}paused{/}" : "not paused");
	if (n)
		orders_ask(c->w, c->actor, c->args);
}

static void forward(const struct cmd_call *c)
{
	orders_ask(c->w, c->actor, c->args);
}

static void set_pause(const struct cmd_call *c, bool paused)
{
	if (bridges_paused(c->w) == paused) {
		say_reply(c->w, c->actor, "That is so already.");
		return;
	}
	bridges_pause(c->w, paused);
	say_reply(c->w, c->actor,
		  paused ? "Providers of models are paused: everybody says what the packs have."
			 : "Providers of models are asked again.");
}

static void pause(const struct cmd_call *c)
{
	set_pause(c, true);
}

static void resume(const struct cmd_call *c)
{
	set_pause(c, false);
}

/* ---- transcript ---- */

static struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

/* How well an npc of a pack is meant: 3 by its key, 2 by whole words of its name, 1 by beginnings, 0 not. */
static int fits(const struct pack_npc *npc, struct span phrase, const struct target *t)
{
	if (!npc->mind)
		return 0;
	if (text_eq_fold(span_of(npc->key), phrase))
		return 3;
	return t->n_words ? target_fits(t, npc->name.words, npc->name.n_words, NULL) : 0;
}

/* Of the packs, wherever it is; NULL: none. */
static char *key_in_packs(const struct world *w, struct span phrase)
{
	const struct pack_npc *best = NULL;
	const struct pack *of = NULL;
	struct target t = { 0 };
	int most = 0;

	if (!target_parse(phrase, &t))
		t.n_words = 0;
	for (size_t i = 0; i < w->n_packs; i++)
		for (size_t k = 0; k < w->packs[i]->n_npcs; k++) {
			const int fit = fits(&w->packs[i]->npcs[k], phrase, &t);

			if (fit <= most)
				continue;
			most = fit;
			best = &w->packs[i]->npcs[k];
			of = w->packs[i];
		}
	return best ? protos_path(of, best->key) : NULL;
}

/* "pack/key" of whom staff means: one who is here before all others; NULL: nobody is called so. A whole
 * key is taken as it is, as packs forget people and transcripts do not. */
static char *key_of(const struct cmd_call *c, struct span phrase)
{
	struct ent here;

	if (memchr(phrase.p, '/', phrase.n))
		return memchr(phrase.p, ' ', phrase.n) ? NULL : base_dup(phrase.p, phrase.n);
	here = target_one(c->w, c->actor, phrase, 1u << KIND_NPC);
	if (ent_is(here) && mind_is(c->w, here))
		return base_dup(npc_get(c->w, here)->key, strlen(npc_get(c->w, here)->key));
	return key_in_packs(c->w, phrase);
}

/* The last word of several; *ret_rest is what stands before it. */
static struct span last_word(struct span text, struct span *ret_rest)
{
	struct span rest = text, word, last = { 0 };

	while ((word = text_word(&rest)).n)
		last = word;
	*ret_rest = text_trim((struct span){ text.p, (size_t)(last.p - text.p) });
	return last;
}

static void transcript(const struct cmd_call *c)
{
	struct span rest = c->args, whom, player = { 0 }, last;
	CLEANUP(base_freep) char *key = NULL;
	struct buf words = { 0 };

	text_word(&rest);
	whom = text_trim(rest);
	if (!whom.n) {
		cmd_usage(c);
		return;
	}
	key = key_of(c, whom);
	last = last_word(whom, &rest);
	if (!key && rest.n) {
		key = key_of(c, rest);
		player = last;
	}
	if (!key) {
		target_none(c->w, c->actor, "Nobody who talks is called \"", whom,
			    "\", here or in the packs.");
		return;
	}
	buf_addf(&words, "transcript %s %.*s", key, (int)player.n, player.n ? player.p : "");
	say_reply(c->w, c->actor, "What was said with {bold}%s{/}:", key);
	orders_ask(c->w, c->actor, text_trim(buf_span(&words)));
	buf_done(&words);
}

/* ---- which of them ---- */

struct verb {
	const char *name;
	void (*run)(const struct cmd_call *c);
};

static const struct verb verbs[] = {
	{ "status", status }, { "budget", forward },	    { "pause", pause },
	{ "resume", resume }, { "transcript", transcript },
};

static void run(const struct cmd_call *c)
{
	struct span rest = c->args, word = text_word(&rest);

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (text_eq_fold(word, span_of(verbs[i].name))) {
			verbs[i].run(c);
			return;
		}
	cmd_usage(c);
}

const struct cmd cmd_ai = {
	.name = "@ai",
	.usage = "@ai status|budget|pause|resume|transcript NPC [PLAYER]",
	.help = "People who talk: who answers for them, what that costs, and the brake.\n"
		"{bold}status{/}  aibridges, providers, what is under way\n"
		"{bold}budget{/}  what is spent and reserved, the rate, the caps\n"
		"{bold}pause{/}  nobody is paid any more until {bold}resume{/}; the script "
		"answers\n"
		"{bold}transcript{/}  what was said with somebody: @ai transcript nan ana",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.run = run,
};
