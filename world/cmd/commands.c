/*
 * commands.c - `commands`: all that one may type, by kind.
 */
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/say.h"

enum { TITLES = 9 }; /* columns, not shorter than any */

static void add_category(const struct cmd_call *c, enum cmd_category category, struct buf *out)
{
	const char *title = cmd_category_name(category);
	const struct cmd *cmd;
	bool any = false;

	for (size_t i = 0; (cmd = cmd_at(i)); i++) {
		if (cmd->category != category || !cmd_may_use(c->w, c->actor, cmd))
			continue;
		if (!any)
			buf_addf(out, "\n{title}%s{/}%*s", title, (int)(TITLES - strlen(title)),
				 "");
		buf_addf(out, " %s", cmd->name);
		any = true;
	}
}

static void run(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);

	buf_adds(out, "What you can type, and {bold}help{/} with any of it tells more:");
	for (enum cmd_category k = 0; cmd_category_name(k); k++)
		add_category(c, k, out);
	say_end(c->w);
}

const struct cmd cmd_commands = {
	.name = "commands",
	.aliases = "cmds",
	.usage = "commands",
	.help = "Lists everything you can type.",
	.category = CMD_YOURSELF,
	.effect = CMD_PURE,
	.run = run,
};
