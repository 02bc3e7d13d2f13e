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

/* "Ana" of the game, "joe@irc", "*@irc" of outside. */
static const char *fault_of(const struct cmd_call *c, struct span name)
{
	const char *at = memrchr(name.p, '@', name.n), *self = name_of(c->w, c->actor);

	if (name.n > SPEECH_NAME_BYTES)
		return "That is longer than a name.";
	if (at && (at == name.p || at == name.p + name.n - 1))
		return "Somebody outside is named like this: joe@irc. Everybody there: *@irc";
	if (text_eq_fold(name, (struct span){ self, strlen(self) }))
		return "You cannot ignore yourself.";
	return at ? NULL : person_name_fault(name);
}

static void answer(const struct cmd_call *c, const char *before, struct span name,
		   const char *behind)
{
	target_none(c->w, c->actor, before, name, behind);
}

static void run_ignore(const struct cmd_call *c)
{
	struct buf folded = { 0 };
	const char *fault;

	if (!c->args.n || !social_get(c->w, c->actor)) {
		list(c);
		return;
	}
	fault = fault_of(c, c->args);
	text_fold(&folded, c->args);
	if (fault)
		say_reply(c->w, c->actor, "%s", fault);
	else if (social_ignore(c->w, c->actor, buf_span(&folded)))
		answer(c, "You ignore ", c->args, " from now on, on channels and by tell.");
	else
		say_reply(c->w, c->actor, "You ignore %d people already: that is enough.",
			  SPEECH_IGNORES_MAX);
	buf_done(&folded);
}

static void run_unignore(const struct cmd_call *c)
{
	struct buf folded = { 0 };

	if (!c->args.n || !social_get(c->w, c->actor)) {
		cmd_usage(c);
		return;
	}
	text_fold(&folded, c->args);
	if (social_unignore(c->w, c->actor, buf_span(&folded)))
		answer(c, "You hear ", c->args, " again.");
	else
		answer(c, "You do not ignore ", c->args, ". Try: {bold}ignore{/}");
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
