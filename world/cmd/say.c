/*
 * say.c - `say`: speaks to everybody in the room.
 */
#include "world/cmd/chat.h"
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/mind/mind.h"

static void run(const struct cmd_call *c)
{
	if (!c->args.n) {
		say_reply(c->w, c->actor, "Say what?");
		return;
	}
	chat_begin(c->w, FACT_CHAT_SAID, c->actor, ENT_NONE);
	act(c->w, &(struct act){ .actor = c->actor,
				 .text = c->args,
				 .to_actor = "You say, \"{say}$t{/}\"",
				 .to_others = "$n says, \"{say}$t{/}\"",
				 .class = MUDLARK__TEXT_CLASS__TEXT_CHAT });
	chat_fact(c->w, FACT_CHAT_SAID, c->actor, ENT_NONE, c->args);
	mind_hear(c->w, c->actor, c->args);
}

const struct cmd cmd_say = {
	.name = "say",
	.aliases = "' \"",
	.usage = "say TEXT",
	.help = "Speaks to everybody in the room. 'hello is short for: say hello",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run,
};
