/*
 * save.c - `save`: for those who learnt to fear.  There is nothing to do.
 */
#include "world/cmd/table.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	say_reply(c->w, c->actor,
		  "There is no need: what you have been shown has been kept already.");
}

const struct cmd cmd_save = {
	.name = "save",
	.usage = "save",
	.help = "Does nothing: everything is always kept. See: help keeping",
	.category = CMD_YOURSELF,
	.effect = CMD_PURE,
	.run = run,
};
