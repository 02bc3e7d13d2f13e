/*
 * emote.c - `emote`: shows what one does.
 */
#include "world/cmd/chat.h"
#include "world/cmd/table.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	if (!c->args.n) {
		say_reply(c->w, c->actor, "What do you want to be seen doing?");
		return;
	}
	chat_begin(c->w, FACT_CHAT_EMOTED, c->actor, ENT_NONE);
	act(c->w, &(struct act){ .actor = c->actor,
				 .text = c->args,
				 .to_actor = "$n $t",
				 .to_others = "$n $t",
				 .class = MUDLARK__TEXT_CLASS__TEXT_CHAT });
	chat_fact(c->w, FACT_CHAT_EMOTED, c->actor, ENT_NONE, c->args);
}

const struct cmd cmd_emote = {
	.name = "emote",
	.aliases = ": ; me",
	.usage = "emote TEXT",
	.help = "Shows what you do: `emote shivers` is seen as \"Ana shivers\". :shivers is short.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run,
};
