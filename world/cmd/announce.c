/*
 * announce.c - `@announce`: something that everybody is to know, here and outside.
 */
#include "world/cmd/table.h"
#include "world/social/board.h"

static void run(const struct cmd_call *c)
{
	if (c->args.n)
		board_announce(c->w, c->actor, c->args);
	else
		cmd_usage(c);
}

const struct cmd cmd_announce = {
	.name = "@announce",
	.usage = "@announce TEXT",
	.help = "Tells everybody who plays, and bridges tell it outside. It is kept on the board "
		"`news`, "
		"if there is one.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.is_whole = true,
	.run = run,
};
