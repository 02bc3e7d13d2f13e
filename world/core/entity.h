/*
 * entity.h - what exists: entities with a handle for now and an id for ever, made of components.
 *
 * A handle is a slot and its generation: it goes stale when the entity is destroyed, never wrong.
 * The id (world number in the top 16 bits) is what is stored.  Components are rows of one constant
 * table (comp.h); their structs keep their address until the entity dies.  Reading is free; writing
 * goes through comp_write(), which marks the entity dirty, and saving the dirty ones is what the
 * end of the turn does.  Lists are in order of insertion: no order of pointers or hashes ever
 * reaches state or output.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"
#include "rt/map.h"

struct world;

struct ent {
	uint32_t slot, gen; /* gen 0: none */
};

#define ENT_NONE ((struct ent){ 0, 0 })

enum ent_kind { KIND_ROOM, KIND_ITEM, KIND_PLAYER, KIND_NPC, KIND_COUNT };

enum comp_kind {
	COMP_NAME,
	COMP_PLACE,
	COMP_ROOM,
	COMP_ITEM,
	COMP_ACTOR,
	COMP_PLAYER,
	COMP_NPC,
	COMP_BONDS,
	COMP_ERRANDS,
	COMP_MIND,
	COMP_SOCIAL,
	COMP_COUNT
};

/* Bit 47 tells what a pack defines from what was made in play; see ent_pack_id(). */
#define ENT_PACK_BIT ((uint64_t)1 << 47)

static inline bool ent_is(struct ent e)
{
	return e.gen != 0;
}

static inline bool ent_same(struct ent a, struct ent b)
{
	return a.slot == b.slot && a.gen == b.gen;
}

/* A handle in one word, to keep in a timer; and back. */
static inline uint64_t ent_pack(struct ent e)
{
	return (uint64_t)e.gen << 32 | e.slot;
}

/* A new entity with the components of its kind, at their defaults; it is dirty and nowhere. */
struct ent ent_new(struct world *w, enum ent_kind kind);
/* Same with an id that exists in the store or the pack; ENT_NONE when the id is present already. */
struct ent ent_new_id(struct world *w, enum ent_kind kind, uint64_t id);
/* Takes it and everything in it out of the world and out of the store. */
void ent_destroy(struct world *w, struct ent e);
/* Out of memory, with everything in it, but not out of the store: the rows as they are now go into
 * this turn's commit. */
void ent_unload(struct world *w, struct ent e);

bool ent_alive(const struct world *w, struct ent e);
uint64_t ent_id(const struct world *w, struct ent e);	  /* 0: stale handle */
struct ent ent_by_id(const struct world *w, uint64_t id); /* ENT_NONE: not in memory */
enum ent_kind ent_kind(const struct world *w, struct ent e);
const char *ent_kind_name(enum ent_kind kind);
/* Walks all entities by slot: ENT_NONE to begin, ENT_NONE at the end. */
struct ent ent_next(const struct world *w, struct ent previous);
/* What is stored about it has changed. */
void ent_touch(struct world *w, struct ent e);
/* The id of something a pack defines: fixed for ever by world, pack and key. */
uint64_t ent_pack_id(uint32_t world, const char *pack, const char *kind, const char *key);

/* NULL: it has no such component (or the handle is stale). */
const void *comp_get(const struct world *w, struct ent e, enum comp_kind c);
/* Same, to be changed now: marks the entity dirty. */
void *comp_write(struct world *w, struct ent e, enum comp_kind c);
