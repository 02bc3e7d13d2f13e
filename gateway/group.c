/*
 * group.c - see group.h.  A group exists while it has members; a member knows its place, and the last
 * one takes the place of one that leaves.
 */
#include "gateway/group.h"

#include <stdlib.h>

struct group *group_get(const struct map64 *groups, uint64_t id)
{
	return id ? map64_get(groups, id) : NULL;
}

static void leave(struct map64 *groups, struct session *s)
{
	struct group *g = s->group;

	if (!g)
		return;
	g->n--;
	g->members[s->member] = g->members[g->n];
	g->members[s->member]->member = s->member;
	s->group = NULL;
	if (g->n > 0)
		return;
	map64_del(groups, g->id);
	free(g->members);
	free(g);
}

static struct group *made(struct map64 *groups, uint64_t id)
{
	struct group *g = group_get(groups, id);

	if (g)
		return g;
	g = base_alloc(1, sizeof(*g));
	g->id = id;
	map64_put(groups, id, g);
	return g;
}

void group_enter(struct map64 *groups, struct session *s, uint64_t id)
{
	struct group *g;

	if (s->group && s->group->id == id)
		return;
	leave(groups, s);
	if (id == 0)
		return;
	g = made(groups, id);
	if (g->n == g->cap) {
		g->cap = g->cap > 0 ? g->cap * 2 : 2;
		g->members = base_realloc(g->members, g->cap, sizeof(struct session *));
	}
	s->group = g;
	s->member = g->n;
	g->members[g->n++] = s;
}
