/*
 * ask.c - `ask`: asks somebody who lives here about something.
 */
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/mind/mind.h"

static struct ent somebody(const struct cmd_call *c, struct span phrase)
{
	return target_one(c->w, c->actor, phrase, KINDS_PEOPLE);
}

static bool is_article(struct span word)
{
	return text_eq_fold(word, SPAN("the")) || text_eq_fold(word, SPAN("a")) ||
	       text_eq_fold(word, SPAN("an")) || text_eq_fold(word, SPAN("some"));
}

/* Without "about": as many of the first words as name somebody, and the rest. */
static struct ent split(const struct cmd_call *c, struct span *ret_topic)
{
	struct ent who = ENT_NONE;
	struct span rest = c->args, word;

	while ((word = text_word(&rest)).n && text_trim(rest).n) {
		struct ent e;

		if (is_article(word))
			continue;
		e = somebody(c, (struct span){ c->args.p, (size_t)(word.p + word.n - c->args.p) });
		if (!ent_is(e))
			break;
		who = e;
		*ret_topic = text_trim(rest);
	}
	return who;
}

static void ask(const struct cmd_call *c, struct ent who, struct span topic)
{
	act(c->w, &(struct act){ .actor = c->actor,
				 .target = who,
				 .text = topic,
				 .to_actor = "You ask $N about $t.",
				 .to_target = "$n asks you about $t.",
				 .to_others = "$n asks $N about $t.",
				 .class = MUDLARK__TEXT_CLASS__TEXT_CHAT });
	if (mind_is(c->w, who))
		mind_turn_to(c->w, who, c->actor, MIND_ABOUT, topic);
	else if (ent_kind(c->w, who) == KIND_NPC)
		act(c->w, &(struct act){ .actor = who,
					 .target = c->actor,
					 .to_target = "$n does not answer.",
					 .class = MUDLARK__TEXT_CLASS__TEXT_REPLY });
}

static void run(const struct cmd_call *c)
{
	struct span name, topic = { 0 };
	struct ent who;

	if (target_split(c->args, "about for", &name, &topic))
		who = somebody(c, name);
	else
		who = split(c, &topic);
	if (!topic.n && !ent_is(who) && c->args.n && !ent_is(somebody(c, c->args)))
		target_none(c->w, c->actor, "You see no ", c->args, " here to ask.");
	else if (!topic.n)
		cmd_usage(c);
	else if (!ent_is(who))
		target_none(c->w, c->actor, "You see no ", name, " here to ask.");
	else if (ent_same(who, c->actor))
		say_reply(c->w, c->actor, "You ask yourself, and know no more than before.");
	else
		ask(c, who, topic);
}

const struct cmd cmd_ask = {
	.name = "ask",
	.usage = "ask SOMEBODY about SOMETHING",
	.help = "Asks somebody who lives here: ask nan about the tide",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run,
};
