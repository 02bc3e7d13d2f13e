/*
 * ignore.c - `ignore` and `unignore`: whom one does not want to hear on channels and by tell.
 */
#include <string.h>

#include "rt/person.h"
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/social/social.h"
#include "world/social/speech.h"

static void list(const struct cmd_call *c)
{
	const struct social *s = social_get(c->w, c->actor);
	struct buf *out = say_begin(c->w, c->actor);

	buf_adds(out, s && s->n_ignores ? "You ignore: " : "You ignore nobody.");
	for (size_t i = 0; s && i < s->n_ignores; i++) {
		buf_adds(out, i ? ", " : "");
		say_escape(out, (struct span){ s->ignores[i], strlen(s->ignores[i]) });
	}
	say_end(c->w);
}

/* "Ana" of the game, "joe@irc", "*@irc" of outside. "Ana (irc)" is Ana of the game. */
static const char *fault_of(const struct cmd_call *c, struct span *name, enum speech_name *ret_kind)
{
	const char *self = name_of(c->w, c->actor);

	*ret_kind = speech_name_of(*name, name);
	if (name->n > SPEECH_NAME_BYTES)
		return "That is longer than a name.";
	if (*ret_kind == SPEECH_MALFORMED)
		return "Somebody outside is named like this: joe@irc. Everybody there: *@irc";
	if (text_eq_fold(*name, (struct span){ self, strlen(self) }))
		return "You cannot ignore yourself.";
	return *ret_kind == SPEECH_OUTSIDE ? NULL : person_name_fault(*name);
}

static void answer(const struct cmd_call *c, const char *before, struct span name,
		   const char *behind)
{
	target_none(c->w, c->actor, before, name, behind);
}

static void answer_ignored(const struct cmd_call *c, struct span name, enum speech_name kind)
{
	answer(c, "You ignore ", name, " from now on, on channels and by tell.");
	if (kind == SPEECH_OUTSIDE || ent_is(player_by_name(c->w, name)))
		return;
	answer(c, "No player called ", name,
	       " is about just now; for somebody outside add where: joe@irc");
}

static void run_ignore(const struct cmd_call *c)
{
	struct buf folded = { 0 };
	struct span name = c->args;
	enum speech_name kind;
	const char *fault;

	if (!c->args.n || !social_get(c->w, c->actor)) {
		list(c);
		return;
	}
	fault = fault_of(c, &name, &kind);
	text_fold(&folded, name);
	if (fault)
		say_reply(c->w, c->actor, "%s", fault);
	else if (social_ignore(c->w, c->actor, buf_span(&folded)))
		answer_ignored(c, name, kind);
	else
		say_reply(c->w, c->actor, "You ignore %d people already: that is enough.",
			  SPEECH_IGNORES_MAX);
	buf_done(&folded);
}

static void run_unignore(const struct cmd_call *c)
{
	struct buf folded = { 0 };
	struct span name = c->args;

	if (!c->args.n || !social_get(c->w, c->actor)) {
		cmd_usage(c);
		return;
	}
	(void)speech_name_of(name, &name);
	text_fold(&folded, name);
	if (social_unignore(c->w, c->actor, buf_span(&folded)))
		answer(c, "You hear ", name, " again.");
	else
		answer(c, "You do not ignore ", name, ". Try: {bold}ignore{/}");
	buf_done(&folded);
}

const struct cmd cmd_ignore = {
	.name = "ignore",
	.usage = "ignore [NAME]",
	.help = "Whom you ignore, you do not hear on channels, and their tells do not reach you. "
		"NAME is "
		"a player, somebody outside (joe@irc), or everybody there (*@irc). Without a name: "
		"lists whom you ignore. See also: {bold}unignore{/}",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_ignore,
};

const struct cmd cmd_unignore = {
	.name = "unignore",
	.usage = "unignore NAME",
	.help = "Lets you hear somebody again whom you {bold}ignore{/}.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_unignore,
};
