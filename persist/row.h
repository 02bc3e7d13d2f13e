/* row.h - rows of the protocol made from columns of the database, in an arena. */
#pragma once

#include "persist/db.h"
#include "persist/store.h"

/* Cleared memory; the arena of a job has no cap while an answer is built. */
void *row_alloc(struct arena *a, size_t n);
char *row_text(struct arena *a, const struct db_value *v);
ProtobufCBinaryData row_bytes(struct arena *a, const struct db_value *v);

/* Columns: id, owner, kind, body, version. */
Mudlark__EntityRow *row_entity(struct arena *a, const struct db_value *v);
/* Columns: collection, key, body, version. */
Mudlark__DocumentRow *row_document(struct arena *a, const struct db_value *v);

/* A growing array of pointers in an arena. */
struct row_list {
	void **items;
	size_t n, cap;
	size_t bytes; /* of bodies, kept by who adds */
};

void row_add(struct row_list *l, struct arena *a, void *item);
