/*
 * hash.c - `@hash`: the hash of all state, to compare two worlds.
 */
#include <inttypes.h>
#include "world/cmd/table.h"
#include "world/core/say.h"

static void run(const struct cmd_call *c)
{
	uint64_t parts[HASH_PARTS], whole = world_hash(c->w, parts);
	struct buf *out = say_begin(c->w, c->actor);

	buf_addf(out, "hash %016" PRIx64 " tick %" PRIu64, whole, c->w->tick);
	for (size_t i = 0; i < HASH_PARTS; i++)
		buf_addf(out, "\n  %-10s %016" PRIx64, world_hash_names[i], parts[i]);
	say_end(c->w);
}

const struct cmd cmd_hash = {
	.name = "@hash",
	.usage = "@hash",
	.help = "Shows the hash of the world's state and of its parts.",
	.category = CMD_STAFF,
	.effect = CMD_PURE,
	.role = ROLE_ADMIN,
	.run = run,
};
