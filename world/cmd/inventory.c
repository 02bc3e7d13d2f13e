/*
 * inventory.c - `inventory`: what one carries.
 */
#include "world/cmd/series.h"
#include "world/cmd/table.h"
#include "world/core/place.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	struct ent *list =
		arena_alloc(&c->w->scratch, (place_count(c->w, c->actor) + 1) * sizeof(*list));
	struct buf *out;
	size_t n = 0;

	for (struct ent e = place_first(c->w, c->actor); ent_is(e); e = place_next(c->w, e))
		list[n++] = e;
	out = say_begin(c->w, c->actor);
	buf_adds(out, n ? "You carry:" : "You carry nothing.");
	for (size_t i = 0; i < n; i++) {
		size_t like = series_like(c->w, list, n, i);

		if (!like)
			continue;
		buf_adds(out, "\n  {item}");
		series_counted(c->w, list[i], like, out);
		buf_adds(out, "{/}");
	}
	say_end(c->w);
}

const struct cmd cmd_inventory = {
	.name = "inventory",
	.aliases = "i inv",
	.usage = "inventory",
	.help = "Shows what you carry.",
	.category = CMD_THINGS,
	.effect = CMD_PURE,
	.run = run,
};
