/*
 * think.c - `think`: shows a text to the one who typed it and to nobody else.
 *
 * Nothing is added to the text, so that a client's script can use it to print.
 */
#include "world/cmd/table.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	if (!c->args.n) {
		cmd_usage(c);
		return;
	}
	say_escape(say_begin(c->w, c->actor), c->args);
	say_end(c->w);
}

const struct cmd cmd_think = {
	.name = "think",
	.usage = "think TEXT",
	.help = "Shows the text to you and to nobody else.",
	.category = CMD_TALKING,
	.effect = CMD_PURE,
	.run = run,
};
