/*
 * quit.c - `quit`: leaves the world with all one carries.  Only by its whole name: nobody should
 * go by accident.
 */
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/session.h"

static void run(const struct cmd_call *c)
{
	struct session *s = session_of(c->w, c->actor);

	if (s)
		session_quit(c->w, s, "The tide will wait. Good-bye.");
}

const struct cmd cmd_quit = {
	.name = "quit",
	.usage = "quit",
	.help = "Leaves the world. You keep what you carry and come back where you were.",
	.category = CMD_YOURSELF,
	.effect = CMD_CHANGES,
	.is_whole = true,
	.run = run,
};
