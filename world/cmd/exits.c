/*
 * exits.c - `exits`: the ways out and where they lead.
 */
#include "world/cmd/table.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	struct ent here = place_room(c->w, c->actor);
	struct buf *out = say_begin(c->w, c->actor);
	size_t n = 0;

	for (enum dir d = 0; d < N_DIRS; d++) {
		const struct room *there = room_get(c->w, room_exit(c->w, here, d));

		if (there && there->def)
			buf_addf(out, "%s  {exits}%-10s{/} %s", n++ ? "\n" : "Ways out:\n",
				 dir_info(d)->name, there->def->name);
	}
	if (!n)
		buf_adds(out, "There is no way out.");
	say_end(c->w);
}

const struct cmd cmd_exits = {
	.name = "exits",
	.aliases = "ex",
	.usage = "exits",
	.help = "Lists the ways out and where they lead.",
	.category = CMD_MOVING,
	.effect = CMD_PURE,
	.run = run,
};
