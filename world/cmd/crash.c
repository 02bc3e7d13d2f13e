/*
 * crash.c - `@crash` and `@hang`: what the tests type to see whether the server lives up to its
 * promises.  They exist only with world.test_verbs.
 */
#include <stdlib.h>
#include "world/cmd/table.h"

static void crash(const struct cmd_call *c)
{
	(void)c;
	abort();
}

static void hang(const struct cmd_call *c)
{
	volatile bool forever = true;

	(void)c;
	while (forever)
		;
}

const struct cmd cmd_crash = {
	.name = "@crash",
	.usage = "@crash",
	.help = "Makes the world's process abort. For tests.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_IMPLEMENTOR,
	.is_test = true,
	.is_whole = true,
	.run = crash,
};

const struct cmd cmd_hang = {
	.name = "@hang",
	.usage = "@hang",
	.help = "Makes the world's process run in a circle. For tests.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_IMPLEMENTOR,
	.is_test = true,
	.is_whole = true,
	.run = hang,
};
