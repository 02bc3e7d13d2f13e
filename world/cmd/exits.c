/*
 * exits.c - `exits`: the ways out and where they lead.
 */
#include <stdio.h>
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"

enum { LONGEST = 10 }; /* letters of a direction, at least */

static void run(const struct cmd_call *c)
{
	struct ent here = place_room(c->w, c->actor);
	struct buf *out = say_begin(c->w, c->actor);
	char way[32];
	size_t n = 0;

	for (enum dir d = 0; d < N_DIRS; d++) {
		const struct room *there = room_get(c->w, room_exit(c->w, here, d));

		if (!there || !there->def)
			continue;
		buf_adds(out, n++ ? "\n  " : "Ways out:\n  ");
		snprintf(way, sizeof(way), "{exits}%s{/}", dir_info(d)->name);
		say_link(out, dir_info(d)->name, (struct span){ way, strlen(way) });
		buf_addf(out, "%*s %s", (int)(LONGEST - strlen(dir_info(d)->name)), "",
			 there->def->name);
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
