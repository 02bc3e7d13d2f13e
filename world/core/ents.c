/*
 * ents.c - entities on their way to and from the store; see ents.h.
 */
#include "world/core/ents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/core/comp.h"
#include "world/core/place.h"
#include "world/core/places.h"

enum { ROW_ESTIMATE = 320 };

size_t ents_estimate(const struct world *w)
{
	const struct ents *t = w->ents;

	return t->n_dirty * ROW_ESTIMATE + t->dirty_bulk + t->n_deleted * 10 + t->parting_bytes;
}

static Mudlark__EntityRow *new_row(struct world *w, uint64_t id, uint64_t owner, enum ent_kind kind,
				   uint64_t version)
{
	Mudlark__EntityRow *row = arena_alloc(&w->scratch, sizeof(*row));

	mudlark__entity_row__init(row);
	row->id = id;
	row->owner = owner;
	row->kind = (char *)(uintptr_t)ent_kind_name(kind);
	row->version = version;
	return row;
}

static Mudlark__EntityRow *row_of(struct world *w, struct ent e, struct ent_slot *s)
{
	const struct place *p = comp_get(w, e, COMP_PLACE);
	uint64_t owner = p->lost_owner ? p->lost_owner : ent_id(w, p->owner);
	Mudlark__EntityRow *row = new_row(w, s->id, owner, s->kind, ++s->version);
	struct buf body = { 0 };

	comp_save(w, e, &body);
	row->body.data = (uint8_t *)arena_dup(&w->scratch, buf_p(&body), body.n);
	row->body.len = body.n;
	buf_done(&body);
	return row;
}

static void collect_partings(struct world *w, Mudlark__Commit *c)
{
	struct ents *t = w->ents;

	for (size_t i = 0; i < t->n_parting; i++) {
		struct ent_parting *p = &t->parting[i];
		Mudlark__EntityRow *row = new_row(w, p->id, p->owner, p->kind, p->version);

		row->body.data = (uint8_t *)arena_dup(&w->scratch, p->body, p->n);
		row->body.len = p->n;
		c->put[c->n_put++] = row;
		free(p->body);
	}
	t->n_parting = 0;
	t->parting_bytes = 0;
}

void ents_collect(struct world *w, Mudlark__Commit *c)
{
	struct ents *t = w->ents;
	size_t max = t->n_dirty + t->n_parting;

	c->put = arena_alloc(&w->scratch, (max + 1) * sizeof(struct Mudlark__EntityRow *));
	for (size_t i = 0; i < t->n_dirty; i++) {
		struct ent_slot *s = ents_slot(w, t->dirty[i]);

		if (!s || !s->dirty)
			continue;
		s->dirty = false;
		s->stored = true;
		c->put[c->n_put++] = row_of(w, t->dirty[i], s);
	}
	t->n_dirty = 0;
	t->dirty_bulk = 0;
	collect_partings(w, c);
	c->n_del = t->n_deleted;
	c->del = arena_alloc(&w->scratch, (t->n_deleted + 1) * sizeof(*c->del));
	if (t->n_deleted)
		memcpy(c->del, t->deleted, t->n_deleted * sizeof(*c->del));
	t->n_deleted = 0;
}

/* Bottom-up merge sort by id: the library's qsort is neither stable nor the same everywhere. */
static void sort_by_id(const struct world *w, struct ent *v, struct ent *spare, size_t n)
{
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t lo = 0; lo < n; lo += 2 * width) {
			size_t mid = lo + width < n ? lo + width : n;
			size_t hi = lo + 2 * width < n ? lo + 2 * width : n;
			size_t a = lo, b = mid;

			for (size_t k = lo; k < hi; k++) {
				bool left =
					a < mid && (b >= hi || ent_id(w, v[a]) <= ent_id(w, v[b]));

				spare[k] = left ? v[a++] : v[b++];
			}
		}
		memcpy(v, spare, n * sizeof(*v));
	}
}

struct ent *ents_sorted(const struct world *w, struct arena *a, size_t *ret_n)
{
	size_t n = 0, max = w->ents->count + 1;
	struct ent *v = arena_alloc(a, max * sizeof(*v));
	struct ent *spare = arena_alloc(a, max * sizeof(*v));

	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e))
		v[n++] = e;
	sort_by_id(w, v, spare, n);
	*ret_n = n;
	return v;
}

static enum ent_kind kind_of(const char *name)
{
	int k;

	for (k = 0; k < KIND_COUNT; k++)
		if (!strcmp(ent_kind_name((enum ent_kind)k), name))
			break;
	return (enum ent_kind)k;
}

int ents_load(struct world *w, const Mudlark__EntityRow *row, struct ent *ret)
{
	enum ent_kind kind = kind_of(row->kind);
	struct ent e;
	int r;

	if (kind == KIND_COUNT || kind == KIND_ROOM || !row->id)
		return -EINVAL;
	if (ent_is(ent_by_id(w, row->id)))
		return -EEXIST;
	e = ent_new_id(w, kind, row->id);
	r = comp_load(w, e, (struct span){ (const char *)row->body.data, row->body.len });
	places_loaded(w, e, row->owner);
	ents_settled(w, e, row->version);
	*ret = e;
	return r;
}
