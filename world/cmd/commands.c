/*
 * commands.c - `commands`: all that one may type, by kind.
 */
#include "world/cmd/table.h"
#include "world/core/say.h"

static void add_category(const struct cmd_call *c, enum cmd_category category, struct buf *out)
{
	const struct cmd *cmd;
	bool any = false;

	for (size_t i = 0; (cmd = cmd_at(i)); i++) {
		if (cmd->category != category || !cmd_may_use(c->w, c->actor, cmd))
			continue;
		if (!any)
			buf_addf(out, "\n{title}%-9s{/}", cmd_category_name(category));
		buf_addf(out, " %s", cmd->name);
		any = true;
	}
}

static void run(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);

	buf_adds(out, "What you can type, and `help` with any of it tells more:");
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
