/*
 * tell.c - `tell` and `reply`: speaks to one player, wherever that is.
 */
#include <string.h>

#include "rt/text.h"
#include "world/cmd/chat.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/social/speech.h"

static void tell(const struct cmd_call *c, struct ent who, struct span text)
{
	const struct span none = { "", 0 };
	struct player *p;

	if (speech_ignores(c->w, who, c->actor, none)) {
		say_reply(c->w, c->actor, "%s does not want to hear you.", name_of(c->w, who));
		return;
	}
	chat_begin(c->w, FACT_CHAT_TOLD, c->actor, who);
	act(c->w, &(struct act){ .actor = c->actor,
				 .target = who,
				 .text = text,
				 .to_actor = "{tell}You tell $N, \"$t\"{/}",
				 .to_target = "{tell}$n tells you, \"$t\"{/}",
				 .class = MUDLARK__TEXT_CLASS__TEXT_TELL });
	if (player_linkdead(c->w, who))
		say_reply(c->w, c->actor, "%s has lost the connection and may not see it.",
			  name_of(c->w, who));
	p = player_write(c->w, who);
	p->last_teller = ent_id(c->w, c->actor);
	chat_fact(c->w, FACT_CHAT_TOLD, c->actor, who, text);
}

/* Nobody who plays is called that; somebody who lives here may be. */
static void nobody(const struct cmd_call *c, struct span name)
{
	struct ent npc = target_one(c->w, c->actor, name, 1u << KIND_NPC);
	const char *word = name_word(c->w, npc);

	if (memchr(name.p, '@', name.n))
		say_reply(c->w, c->actor,
			  "People outside cannot be told things privately. What is said on a "
			  "channel, they may hear. Try: {bold}channels{/}");
	else if (word)
		act(c->w, &(struct act){ .actor = npc,
					 .target = c->actor,
					 .markup = word,
					 .to_target = "$n is here: simply {bold}say{/} it, or try: "
						      "{bold}talk $x{/}",
					 .class = MUDLARK__TEXT_CLASS__TEXT_REPLY });
	else
		target_none(c->w, c->actor, "There is no ", name, " about. Try: {bold}who{/}");
}

static void run_tell(const struct cmd_call *c)
{
	struct span text = c->args, name = text_word(&text);
	struct ent who;

	while (name.n && name.p[name.n - 1] == ',')
		name.n--;
	text = text_trim(text);
	if (!name.n || !text.n) {
		cmd_usage(c);
		return;
	}
	who = player_find(c->w, name, c->actor);
	if (!ent_is(who))
		nobody(c, name);
	else if (ent_same(who, c->actor))
		say_reply(c->w, c->actor, "You tell yourself, as if you did not know.");
	else
		tell(c, who, text);
}

static void run_reply(const struct cmd_call *c)
{
	const struct player *p = player_get(c->w, c->actor);
	struct ent who = p ? ent_by_id(c->w, p->last_teller) : ENT_NONE;

	if (!c->args.n)
		cmd_usage(c);
	else if (!p || !p->last_teller)
		say_reply(c->w, c->actor, "Nobody has told you anything yet.");
	else if (!ent_is(who) || ent_same(who, c->actor))
		say_reply(c->w, c->actor, "Whoever told you something has gone.");
	else
		tell(c, who, c->args);
}

const struct cmd cmd_tell = {
	.name = "tell",
	.aliases = "t whisper",
	.usage = "tell PLAYER TEXT",
	.help = "Speaks to one player, wherever they are. `reply` answers the last who did so.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_tell,
};

const struct cmd cmd_reply = {
	.name = "reply",
	.aliases = "r",
	.usage = "reply TEXT",
	.help = "Answers the last who told you something.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_reply,
};
