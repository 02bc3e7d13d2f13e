/*
 * block.c - `@block`: words that are not said on channels and boards.
 */
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/social/speech.h"
#include "world/social/words.h"

static void list(const struct cmd_call *c)
{
	const struct words *words = speech_words(c->w);
	struct buf *out = say_begin(c->w, c->actor);
	const struct word *v = words_next(words, NULL);

	buf_adds(out, v ? "{title}Not said here{/}" : "There is nothing that may not be said.");
	for (; v; v = words_next(words, v))
		buf_addf(out, "\n  %s  {dim}(%s){/}", v->text, v->by);
	say_end(c->w);
}

static void unblock(const struct cmd_call *c, struct span word)
{
	if (words_unblock(c->w, speech_words(c->w), word))
		target_none(c->w, c->actor, "That may be said again: ", word, "");
	else
		target_none(c->w, c->actor, "That is not blocked: ", word, "");
}

static void run(const struct cmd_call *c)
{
	struct span rest = c->args, word = text_word(&rest);

	if (!c->args.n || text_eq_fold(c->args, SPAN("list"))) {
		list(c);
		return;
	}
	if (text_eq_fold(word, SPAN("unblock")) && rest.n) {
		unblock(c, rest);
		return;
	}
	if (!text_eq_fold(word, SPAN("add")) || !rest.n)
		rest = c->args;
	switch (words_block(c->w, speech_words(c->w), rest, name_of(c->w, c->actor))) {
	case 0:
		target_none(c->w, c->actor, "That is not said here from now on: ", rest, "");
		break;
	case 1:
		say_reply(c->w, c->actor,
			  "One to %d words with letters are wanted, %d bytes at most.",
			  WORDS_IN_A_ROW, WORDS_BYTES);
		break;
	default:
		say_reply(c->w, c->actor, "%d words are blocked already: that is all there may be.",
			  SPEECH_WORDS_MAX);
		break;
	}
}

const struct cmd cmd_block = {
	.name = "@block",
	.usage = "@block [add] WORD, unblock WORD, or list",
	.help = "What has such a word in it is not said on channels and boards, from inside or "
		"outside. Up to four words in a row are possible; capitals and accents do not "
		"count, and only whole words do.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.is_whole = true,
	.run = run,
};
