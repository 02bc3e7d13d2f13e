/*
 * count.c - `@count`: everything in the world, by kind and prototype.  Tests compare the sums.
 */
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

struct tally {
	const char *key;
	size_t n;
};

/* Counts key in the sorted tallies; there are as many as prototypes, not as entities. */
static void count(struct tally *list, size_t *n, const char *key)
{
	size_t i = *n;

	while (i && strcmp(list[i - 1].key, key) > 0)
		i--;
	if (i && !strcmp(list[i - 1].key, key)) {
		list[i - 1].n++;
		return;
	}
	memmove(list + i + 1, list + i, (*n - i) * sizeof(*list));
	list[i] = (struct tally){ key, 1 };
	++*n;
}

/* One line for each prototype of a kind, and the sum. */
static void add_kind(const struct cmd_call *c, enum ent_kind kind, struct tally *list,
		     struct buf *out)
{
	size_t n = 0, all = 0;

	for (struct ent e = ent_next(c->w, ENT_NONE); ent_is(e); e = ent_next(c->w, e)) {
		if (ent_kind(c->w, e) != kind)
			continue;
		count(list, &n, prototype(c->w, e));
		all++;
	}
	buf_addf(out, "%s%s %zu", buf_span(out).n ? "\n" : "", ent_kind_name(kind), all);
	for (size_t i = 0; i < n; i++)
		if (*list[i].key)
			buf_addf(out, "\n  %s %zu", list[i].key, list[i].n);
}

static void run(const struct cmd_call *c)
{
	CLEANUP(base_freep) struct tally *list = NULL;
	struct buf *out;
	size_t n = 0;

	for (struct ent e = ent_next(c->w, ENT_NONE); ent_is(e); e = ent_next(c->w, e))
		n++;
	list = base_alloc(n + 1, sizeof(*list));
	out = say_begin(c->w, c->actor);
	for (enum ent_kind kind = 0; kind < KIND_COUNT; kind++)
		add_kind(c, kind, list, out);
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
