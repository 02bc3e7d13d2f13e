/* link_call.c - the table of waiting calls; see link_call.h. */
#include "rt/link_call.h"

#include <stdlib.h>
#include <string.h>

void link_calls_done(struct link_calls *t)
{
	free(t->v);
	*t = (struct link_calls){ .last_id = t->last_id };
}

/* Index of the first entry with an id above the one given. */
static size_t above(const struct link_calls *t, uint64_t id)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (t->v[mid].id <= id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void squeeze(struct link_calls *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->v[i].live)
			t->v[n++] = t->v[i];
	}
	t->n = n;
}

uint64_t link_calls_add(struct link_calls *t, const struct link_call *c)
{
	if (t->n == t->cap && t->live <= t->n / 2)
		squeeze(t);
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->v = base_realloc(t->v, t->cap, sizeof(*t->v));
	}
	t->v[t->n] = *c;
	t->v[t->n].id = ++t->last_id;
	t->v[t->n].live = true;
	t->n++;
	t->live++;
	return t->last_id;
}

bool link_calls_take(struct link_calls *t, uint64_t id, struct link_call *ret)
{
	const size_t i = id ? above(t, id - 1) : t->n;

	if (i == t->n || t->v[i].id != id || !t->v[i].live)
		return false;
	*ret = t->v[i];
	t->v[i].live = false;
	if (--t->live == 0)
		link_calls_done(t);
	return true;
}

const struct link_call *link_calls_after(const struct link_calls *t, uint64_t id)
{
	for (size_t i = above(t, id); i < t->n; i++) {
		if (t->v[i].live)
			return &t->v[i];
	}
	return NULL;
}
