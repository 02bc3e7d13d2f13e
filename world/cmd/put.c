/*
 * put.c - `put`: puts what one carries into something.
 */
#include "world/cmd/haul.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/say.h"

static void put_into(const struct cmd_call *c, struct span what, struct ent box)
{
	struct haul h = { .call = c,
			  .to = box,
			  .container = box,
			  .fact = FACT_ITEM_PUT,
			  .to_actor = "You put $x into $O.",
			  .to_others = "$n puts $x into $O." };

	haul_carried(&h, what);
}

static void run(const struct cmd_call *c)
{
	struct span what, where;
	struct ent box;

	if (!target_split(c->args, "in into inside on onto", &what, &where)) {
		cmd_usage(c);
		return;
	}
	box = target_one(c->w, c->actor, where, KINDS_THINGS | KINDS_PEOPLE);
	if (!ent_is(box))
		target_none(c->w, c->actor, "You see no ", where, " here.");
	else if (ent_kind(c->w, box) != KIND_ITEM)
		say_reply(c->w, c->actor,
			  "People are not for putting things into. Try: {bold}give{/}");
	else
		put_into(c, what, box);
}

const struct cmd cmd_put = {
	.name = "put",
	.usage = "put THING in CONTAINER",
	.help = "Puts what you carry into something.\nput letter in bottle, put all.coin in basket",
	.category = CMD_THINGS,
	.effect = CMD_CHANGES,
	.run = run,
};
