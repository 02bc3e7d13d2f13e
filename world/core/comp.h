/*
 * comp.h - the table of components: the one place that knows how each is made, saved and loaded.
 *
 * A body in the store is one JSON object with a member for each component that differs from its
 * default, in the order of the table; the members inside are in the order the save function writes
 * them.  Loading is strict in types and lenient in names: an unknown member is counted, not fatal,
 * so that an older world can read what a newer one wrote.
 */
#pragma once

#include <jansson.h>
#include "world/core/entity.h"

struct comp_def {
	const char *name; /* member of the body */
	size_t size;
	/* The struct is zeroed before; may be NULL. */
	void (*init)(void *c);
	void (*done)(void *c);
	/* Bytes that it takes in the store, about; NULL: few. */
	size_t (*bulk)(const void *c);
	/* Appends the members (json_member() and a value each); nothing when all is default. */
	void (*save)(const struct world *w, struct ent e, const void *c, struct buf *out);
	/* 0; -EINVAL: a member is of the wrong type. Unknown members are counted in *unknown. */
	int (*load)(struct world *w, struct ent e, void *c, json_t *members, unsigned *unknown);
};

extern const struct comp_def comp_table[COMP_COUNT];

/* For the load functions: a member of the right type, or NULL with *bad set. Integers are never
 * floats. */
const char *comp_text(json_t *v, int *bad);
int64_t comp_int(json_t *v, int *bad);
bool comp_bool(json_t *v, int *bad);
/* An id as it is stored: 16 hex digits. */
uint64_t comp_id(json_t *v, int *bad);
void comp_save_id(struct buf *out, const char *key, uint64_t id);
void comp_save_int(struct buf *out, const char *key, int64_t v);
void comp_save_bool(struct buf *out, const char *key, bool v);
void comp_save_text(struct buf *out, const char *key, const char *text); /* NULL: nothing */

/* The stored body of an entity, as one JSON object. */
void comp_save(const struct world *w, struct ent e, struct buf *out);
/* Fills the components from a stored body; 0, -EINVAL when it is not such an object. */
int comp_load(struct world *w, struct ent e, struct span body) MUST_USE;
