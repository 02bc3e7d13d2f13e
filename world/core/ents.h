/*
 * ents.h - the inside of the entity table, for the parts that save, load and hash it.
 *
 * An entity is `stored` when the store has, or a commit under way will give it, a row.
 */
#pragma once

#include "world/core/entity.h"
#include "world/core/pool.h"
#include "world/core/world.h"

struct ent_slot {
	uint64_t id;
	uint64_t version;	   /* of the row, counts up with every save */
	uint32_t gen;		   /* of the present or next holder */
	uint32_t comp[COMP_COUNT]; /* row of the pool + 1; 0: none */
	uint8_t kind;
	bool alive, dirty, stored;
};

/* A row that outlives its entity in memory. */
struct ent_parting {
	uint64_t id, owner, version;
	enum ent_kind kind;
	char *body;
	size_t n;
};

struct ents {
	struct pool slots;
	struct pool comps[COMP_COUNT];
	struct map64 by_id;
	struct ent *dirty; /* in order of first marking */
	size_t n_dirty, cap_dirty;
	size_t dirty_bulk; /* bytes of what is large in them */
	uint64_t *deleted; /* ids of stored ones */
	size_t n_deleted, cap_deleted;
	struct ent_parting *parting;
	size_t n_parting, cap_parting;
	size_t parting_bytes;
	uint64_t next_id;    /* low 47 bits */
	uint64_t last_order; /* place.order */
	uint64_t count;
};

struct ents *ents_new(void);
void ents_free(struct world *w);
struct ent_slot *ents_slot(const struct world *w, struct ent e); /* NULL: stale */
struct ent ents_at(const struct world *w, uint32_t slot);	 /* who lives there */
/* It is in the store exactly as it is here. */
void ents_settled(struct world *w, struct ent e, uint64_t version);
/* Bytes that the commit of what is dirty now would take, about. */
size_t ents_estimate(const struct world *w);
/* Puts rows of what is dirty and ids of what went into *c (memory of the world's scratch arena) and
 * takes the marks away. */
void ents_collect(struct world *w, Mudlark__Commit *c);
/* All ids in memory, ascending, in scratch memory of `a`. */
struct ent *ents_sorted(const struct world *w, struct arena *a, size_t *ret_n);
/* A new entity from a row of the store; its owner may not be there yet (place.lost_owner). 0;
 * -EEXIST: it is here already; -EINVAL: not a good row. */
int ents_load(struct world *w, const Mudlark__EntityRow *row, struct ent *ret) MUST_USE;
