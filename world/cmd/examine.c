/*
 * examine.c - `examine`: looks closely at a thing: what it weighs, whether it can be read.
 */
#include "world/cmd/look.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/item.h"
#include "world/core/place.h"
#include "world/core/say.h"

static void add_weight(const struct world *w, struct ent e, struct buf *out)
{
	uint32_t grams = place_weight(w, e);

	if (grams >= 500)
		buf_addf(out, "\nIt weighs about %u kg.", (grams + 500) / 1000);
	else if (grams)
		buf_addf(out, "\nIt weighs next to nothing.");
}

static void add_uses(const struct world *w, struct ent e, struct buf *out)
{
	const struct item *item = item_get(w, e);
	unsigned flags = item_flags(w, e);

	if (item && item->proto && item->proto->read)
		buf_adds(out, "\nOne can {bold}read{/} it.");
	if (flags & ITEM_LIGHT)
		buf_adds(out, "\nIt gives light.");
	if (!(flags & ITEM_FIXED))
		add_weight(w, e, out);
}

static void run(const struct cmd_call *c)
{
	struct ent e = target_one(c->w, c->actor, c->args, KINDS_THINGS);
	struct buf *out;

	if (!c->args.n) {
		cmd_usage(c);
	} else if (!ent_is(e)) {
		cmd_look.run(c);
	} else {
		out = say_begin(c->w, c->actor);
		look_entity(c->w, c->actor, e, out);
		add_uses(c->w, e, out);
		say_end(c->w);
	}
}

const struct cmd cmd_examine = {
	.name = "examine",
	.aliases = "x",
	.usage = "examine THING",
	.help = "Looks closely at something: what is in it, what it weighs, what it is good for.",
	.category = CMD_LOOKING,
	.effect = CMD_PURE,
	.run = run,
};
