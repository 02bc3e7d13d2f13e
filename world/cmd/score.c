/*
 * score.c - `score`: what one knows of oneself.
 */
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/say.h"

static void add_burden(const struct cmd_call *c, struct buf *out)
{
	uint32_t n = place_count(c->w, c->actor), grams = place_weight(c->w, c->actor);

	if (!n) {
		buf_adds(out, "You carry nothing.");
		return;
	}
	buf_addf(out, "You carry %u thing%s", n, n == 1 ? "" : "s");
	if (grams < 100)
		buf_addf(out, " that weigh%s next to nothing.", n == 1 ? "s" : "");
	else
		buf_addf(out, ", %u.%u kg in all.", grams / 1000, grams % 1000 / 100);
}

static void run(const struct cmd_call *c)
{
	const struct player *p = player_get(c->w, c->actor);
	struct buf *out = say_begin(c->w, c->actor);

	buf_addf(out, "You are {player}%s", name_of(c->w, c->actor));
	if (p && p->title && *p->title) {
		buf_addc(out, ' ');
		say_escape(out, (struct span){ p->title, strlen(p->title) });
	}
	buf_adds(out, "{/}");
	if (p && (p->guest || p->role > ROLE_PLAYER))
		buf_addf(out, ", %s", p->guest ? "a guest" : role_name(p->role));
	buf_adds(out, ".\n");
	add_burden(c, out);
	say_end(c->w);
}

const struct cmd cmd_score = {
	.name = "score",
	.aliases = "sc",
	.usage = "score",
	.help = "Tells who you are and how much you carry.",
	.category = CMD_YOURSELF,
	.effect = CMD_PURE,
	.run = run,
};
