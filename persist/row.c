/* row.c - rows of the protocol made from columns of the database. */
#include "persist/row.h"

#include <assert.h>
#include <string.h>

void *row_alloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n ? n : 1);

	assert(p);
	memset(p, 0, n);
	return p;
}

char *row_text(struct arena *a, const struct db_value *v)
{
	const bool is_text = v->type == DB_TEXT || v->type == DB_BLOB;
	char *p = arena_dup(a, is_text && v->v.s.p ? v->v.s.p : "", is_text ? v->v.s.n : 0);

	assert(p);
	return p;
}

ProtobufCBinaryData row_bytes(struct arena *a, const struct db_value *v)
{
	const bool is_text = v->type == DB_TEXT || v->type == DB_BLOB;

	return (ProtobufCBinaryData){ .len = is_text ? v->v.s.n : 0,
				      .data = (uint8_t *)row_text(a, v) };
}

Mudlark__EntityRow *row_entity(struct arena *a, const struct db_value *v)
{
	Mudlark__EntityRow *e = row_alloc(a, sizeof(*e));

	mudlark__entity_row__init(e);
	e->id = (uint64_t)v[0].v.i;
	e->owner = (uint64_t)v[1].v.i;
	e->kind = row_text(a, &v[2]);
	e->body = row_bytes(a, &v[3]);
	e->version = (uint64_t)v[4].v.i;
	return e;
}

Mudlark__DocumentRow *row_document(struct arena *a, const struct db_value *v)
{
	Mudlark__DocumentRow *d = row_alloc(a, sizeof(*d));

	mudlark__document_row__init(d);
	d->collection = row_text(a, &v[0]);
	d->key = row_text(a, &v[1]);
	d->body = row_bytes(a, &v[2]);
	d->version = (uint64_t)v[3].v.i;
	return d;
}

void row_add(struct row_list *l, struct arena *a, void *item)
{
	if (l->n == l->cap) {
		const size_t cap = l->cap ? l->cap * 2 : 16;
		void **items = row_alloc(a, cap * sizeof(*items));
		if (l->n)
			memcpy(items, l->items, l->n * sizeof(*items));
		l->items = items;
		l->cap = cap;
	}
	l->items[l->n++] = item;
}
