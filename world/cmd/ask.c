/*
 * ask.c - `ask`: asks somebody who lives here about something.
 */
#include "world/cmd/ask.h"

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

/* There is nothing that is asked about. */
static void ask_what(const struct cmd_call *c, struct span name)
{
	const bool names = name.n && !text_eq_fold(name, SPAN("about"));
	const struct ent who = names ? somebody(c, name) : ENT_NONE;
	const struct name *called = name_get(c->w, who);

	if (names && !ent_is(who))
		target_none(c->w, c->actor, "You see no ", name, " here to ask.");
	else if (called && called->called.n_words && !ent_same(who, c->actor))
		act(c->w,
		    &(struct act){ .actor = c->actor,
				   .target = who,
				   .markup = called->called.words[0],
				   .to_actor = "Ask $N about what? (As in: {bold}ask $x about "
					       "the tide{/})" });
	else
		cmd_usage(c);
}

/* "ask about the tide" */
static struct ent partner(const struct cmd_call *c)
{
	const struct ent who = mind_partner(c->w, c->actor);

	if (!ent_is(who))
		say_reply(c->w, c->actor, "Ask whom? (Who is here: {bold}talk{/})");
	return who;
}

void ask_about(const struct cmd_call *c, struct span name, struct span topic)
{
	const struct ent who = name.n ? somebody(c, name) : partner(c);

	if (name.n && !ent_is(who))
		target_none(c->w, c->actor, "You see no ", name, " here to ask.");
	else if (ent_same(who, c->actor))
		say_reply(c->w, c->actor, "You ask yourself, and know no more than before.");
	else if (ent_is(who))
		ask(c, who, topic);
}

bool ask_split(struct span args, struct span *ret_name, struct span *ret_topic)
{
	struct span rest = args, word = text_word(&rest);

	if (!text_eq_fold(word, SPAN("about")) || !text_trim(rest).n)
		return target_split(args, "about for", ret_name, ret_topic);
	*ret_name = (struct span){ 0 };
	*ret_topic = text_trim(rest);
	return true;
}

static void run(const struct cmd_call *c)
{
	struct span name = { 0 }, topic = { 0 };
	struct ent who;

	if (ask_split(c->args, &name, &topic)) {
		ask_about(c, name, topic);
		return;
	}
	who = split(c, &topic);
	if (ent_is(who) && !ent_same(who, c->actor))
		ask(c, who, topic);
	else if (ent_is(who))
		say_reply(c->w, c->actor, "You ask yourself, and know no more than before.");
	else
		ask_what(c, c->args);
}

const struct cmd cmd_ask = {
	.name = "ask",
	.usage = "ask SOMEBODY about SOMETHING",
	.help = "Asks somebody who lives here: ask nan about the tide\n"
		"Of whom you talk with already: ask about the tide",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run,
};
