/*
 * who.c - `who`: who is about.
 */
#include <string.h>
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"

enum { PLAYERS_SHOWN = 200 };

static void add_player(const struct world *w, struct ent e, struct buf *out)
{
	const struct player *p = player_get(w, e);

	buf_addf(out, "  {player}%s{/}", name_of(w, e));
	if (p->title && *p->title) {
		buf_addc(out, ' ');
		say_escape(out, (struct span){ p->title, strlen(p->title) });
	}
	if (p->role > ROLE_PLAYER)
		buf_addf(out, " {dim}[%s]{/}", role_name(p->role));
	if (p->guest)
		buf_adds(out, " {dim}[guest]{/}");
	if (p->hidden)
		buf_adds(out, " {dim}[hidden]{/}");
	if (player_linkdead(w, e))
		buf_adds(out, " {dim}[connection lost]{/}");
	buf_addc(out, '\n');
}

static void run(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);
	size_t n = 0;

	buf_adds(out, "{title}About the city{/}\n");
	for (struct ent e = player_next(c->w, ENT_NONE); ent_is(e); e = player_next(c->w, e)) {
		if (!target_visible(c->w, c->actor, e))
			continue;
		if (n++ < PLAYERS_SHOWN)
			add_player(c->w, e, out);
	}
	if (n > PLAYERS_SHOWN)
		buf_addf(out, "  and %zu more\n", n - PLAYERS_SHOWN);
	if (n == 1)
		buf_adds(out, "One person.");
	else
		buf_addf(out, "%zu people.", n);
	say_end(c->w);
}

const struct cmd cmd_who = {
	.name = "who",
	.usage = "who",
	.help = "Lists who is about.",
	.category = CMD_TALKING,
	.effect = CMD_PURE,
	.run = run,
};
