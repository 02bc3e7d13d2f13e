/*
 * drop.c - `drop`: puts what one carries on the ground.
 */
#include "world/cmd/haul.h"
#include "world/core/place.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	struct target_places in = { { c->actor } };
	struct haul h = { .call = c,
			  .to = place_owner(c->w, c->actor),
			  .fact = FACT_ITEM_DROPPED,
			  .to_actor = "You drop $x.",
			  .to_others = "$n drops $x." };
	struct ent *list;
	size_t n;

	if (!target_parse(c->args, &h.target)) {
		cmd_usage(c);
		return;
	}
	n = target_find(c->w, c->actor, &h.target, &in, KINDS_THINGS, &list);
	if (n)
		haul(&h, list, n);
	else if (h.target.n_words)
		target_none(c->w, c->actor, "You carry no ", c->args, ".");
	else
		say_reply(c->w, c->actor, "You carry nothing.");
}

const struct cmd cmd_drop = {
	.name = "drop",
	.usage = "drop THING",
	.help = "Puts what you carry on the ground.\ndrop lantern, drop all, drop all.coin",
	.category = CMD_THINGS,
	.effect = CMD_CHANGES,
	.run = run,
};
