/*
 * go.c - the ten directions, and `go` for those who like to say it.
 */
#include <string.h>
#include "world/cmd/table.h"
#include "world/cmd/walk.h"
#include "world/core/say.h"

static void go(const struct cmd_call *c)
{
	enum dir d;

	if (dir_parse(c->args, &d))
		walk(c->w, c->actor, d);
	else if (c->args.n)
		say_reply(c->w, c->actor, "That is no direction. Try: {bold}exits{/}");
	else
		cmd_usage(c);
}

/* The direction is the command's own name. */
static void run(const struct cmd_call *c)
{
	struct span name = { c->cmd->name, strlen(c->cmd->name) };
	enum dir d;

	if (dir_parse(name, &d))
		walk(c->w, c->actor, d);
}

#define DIRECTION(word, letters)                                                                   \
	const struct cmd cmd_##word = {                                                            \
		.name = #word,                                                                     \
		.aliases = letters,                                                                \
		.usage = #word,                                                                    \
		.help = "Goes " #word ", if a way leads there. `exits` shows the ways.",           \
		.category = CMD_MOVING,                                                            \
		.effect = CMD_CHANGES,                                                             \
		.run = run,                                                                        \
	}

DIRECTION(north, "n");
DIRECTION(east, "e");
DIRECTION(south, "s");
DIRECTION(west, "w");
DIRECTION(northeast, "ne");
DIRECTION(northwest, "nw");
DIRECTION(southeast, "se");
DIRECTION(southwest, "sw");
DIRECTION(up, "u");
DIRECTION(down, "d");

const struct cmd cmd_go = {
	.name = "go",
	.aliases = "walk",
	.usage = "go DIRECTION",
	.help = "Goes in a direction. The direction alone does the same: north, or n.",
	.category = CMD_MOVING,
	.effect = CMD_CHANGES,
	.run = go,
};
