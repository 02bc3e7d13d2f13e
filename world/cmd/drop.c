/*
 * drop.c - `drop`: puts what one carries on the ground.
 */
#include "world/cmd/haul.h"
#include "world/core/place.h"

static void run(const struct cmd_call *c)
{
	struct haul h = { .call = c,
			  .to = place_owner(c->w, c->actor),
			  .fact = FACT_ITEM_DROPPED,
			  .to_actor = "You drop $x.",
			  .to_others = "$n drops $x." };

	haul_carried(&h, c->args);
}

const struct cmd cmd_drop = {
	.name = "drop",
	.usage = "drop THING",
	.help = "Puts what you carry on the ground.\ndrop lantern, drop all, drop all.coin",
	.category = CMD_THINGS,
	.effect = CMD_CHANGES,
	.run = run,
};
