/*
 * count.c - `@count`: everything in the world, by kind and prototype.  Tests compare the sums.
 */
#include <stdlib.h>
#include <string.h>
#include "world/cmd/table.h"
#include "world/core/item.h"
#include "world/core/npc.h"
#include "world/core/say.h"

/* What an entity is an instance of, "" for what has no prototype. */
static const char *prototype(const struct world *w, struct ent e)
{
	const struct item *item = item_get(w, e);
	const struct npc *npc = npc_get(w, e);
	const char *key = item ? item->key : npc ? npc->key : NULL;

	return key ? key : "";
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One line for each prototype of a kind, and the sum. */
static void add_kind(const struct cmd_call *c, enum ent_kind kind, const char **keys,
		     struct buf *out)
{
	size_t n = 0, same;

	for (struct ent e = ent_next(c->w, ENT_NONE); ent_is(e); e = ent_next(c->w, e))
		if (ent_kind(c->w, e) == kind)
			keys[n++] = prototype(c->w, e);
	buf_addf(out, "%s%s %zu", buf_span(out).n ? "\n" : "", ent_kind_name(kind), n);
	if (n)
		qsort(keys, n, sizeof(*keys), compare);
	for (size_t i = 0; i < n; i += same) {
		for (same = 1; i + same < n && !strcmp(keys[i], keys[i + same]); same++)
			;
		if (*keys[i])
			buf_addf(out, "\n  %s %zu", keys[i], same);
	}
}

static void run(const struct cmd_call *c)
{
	CLEANUP(base_freep) const char **keys = NULL;
	struct buf *out;
	size_t n = 0;

	for (struct ent e = ent_next(c->w, ENT_NONE); ent_is(e); e = ent_next(c->w, e))
		n++;
	keys = base_alloc(n + 1, sizeof(*keys));
	out = say_begin(c->w, c->actor);
	for (enum ent_kind kind = 0; kind < KIND_COUNT; kind++)
		add_kind(c, kind, keys, out);
	say_end(c->w);
}

const struct cmd cmd_count = {
	.name = "@count",
	.usage = "@count",
	.help = "Counts everything in the world by kind and prototype.",
	.category = CMD_STAFF,
	.effect = CMD_PURE,
	.role = ROLE_HELPER,
	.run = run,
};
