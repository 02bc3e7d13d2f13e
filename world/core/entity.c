/*
 * entity.c - slots, ids, components and dirty marks; see entity.h.
 */
#include "world/core/entity.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "world/core/comp.h"
#include "world/core/ents.h"
#include "world/core/event.h"
#include "world/core/players.h"
#include "world/core/places.h"
#include "world/data.h"

struct kind_row {
	const char *name;
	unsigned comps; /* bits of comp_kind */
};

static const struct kind_row kinds[KIND_COUNT] = {
	[KIND_ROOM] = { "room", 1U << COMP_NAME | 1U << COMP_PLACE | 1U << COMP_ROOM },
	[KIND_ITEM] = { "item", 1U << COMP_NAME | 1U << COMP_PLACE | 1U << COMP_ITEM },
	[KIND_PLAYER] = { "player", 1U << COMP_NAME | 1U << COMP_PLACE | 1U << COMP_ACTOR |
					    1U << COMP_PLAYER | 1U << COMP_BONDS |
					    1U << COMP_ERRANDS | 1U << COMP_SOCIAL },
	[KIND_NPC] = { "npc", 1U << COMP_NAME | 1U << COMP_PLACE | 1U << COMP_ACTOR |
				      1U << COMP_NPC | 1U << COMP_MIND },
};

struct ents *ents_new(void)
{
	struct ents *t = base_alloc(1, sizeof(*t));

	pool_init(&t->slots, sizeof(struct ent_slot));
	for (int c = 0; c < COMP_COUNT; c++)
		pool_init(&t->comps[c], comp_table[c].size);
	map64_init(&t->by_id, 0);
	t->next_id = 1;
	return t;
}

static void free_comps(struct ents *t, struct ent_slot *s)
{
	for (int c = 0; c < COMP_COUNT; c++) {
		if (!s->comp[c])
			continue;
		if (comp_table[c].done)
			comp_table[c].done(pool_at(&t->comps[c], s->comp[c] - 1));
		pool_give(&t->comps[c], s->comp[c] - 1);
		s->comp[c] = 0;
	}
}

void ents_free(struct world *w)
{
	struct ents *t = w->ents;

	if (!t)
		return;
	for (uint32_t i = 0; i < t->slots.n_used; i++)
		free_comps(t, pool_at(&t->slots, i));
	for (size_t i = 0; i < t->n_parting; i++)
		free(t->parting[i].body);
	free(t->parting);
	free(t->dirty);
	free(t->deleted);
	for (int c = 0; c < COMP_COUNT; c++)
		pool_done(&t->comps[c]);
	pool_done(&t->slots);
	map64_done(&t->by_id);
	free(t);
	w->ents = NULL;
}

struct ent_slot *ents_slot(const struct world *w, struct ent e)
{
	struct ent_slot *s;

	if (!e.gen || e.slot >= w->ents->slots.n_used)
		return NULL;
	s = pool_at(&w->ents->slots, e.slot);
	return s->alive && s->gen == e.gen ? s : NULL;
}

/* A slot keeps its generation when it is handed out again, although pools give zeroed rows. */
static struct ent take_slot(struct ents *t, uint64_t id, enum ent_kind kind)
{
	uint32_t gen = 0, index;
	struct ent_slot *s;

	if (t->slots.n_spare)
		gen = ((struct ent_slot *)pool_at(&t->slots, t->slots.spare[t->slots.n_spare - 1]))
			      ->gen;
	index = pool_take(&t->slots);
	s = pool_at(&t->slots, index);
	*s = (struct ent_slot){
		.id = id, .gen = gen + 1 ? gen + 1 : 1, .kind = (uint8_t)kind, .alive = true
	};
	return (struct ent){ index, s->gen };
}

struct ent ent_new_id(struct world *w, enum ent_kind kind, uint64_t id)
{
	struct ents *t = w->ents;
	struct ent_slot *s;
	struct ent e;

	if (!id || map64_get(&t->by_id, id))
		return ENT_NONE;
	e = take_slot(t, id, kind);
	s = pool_at(&t->slots, e.slot);
	for (int c = 0; c < COMP_COUNT; c++) {
		uint32_t row;

		if (!(kinds[kind].comps & 1U << c))
			continue;
		row = pool_take(&t->comps[c]);
		s->comp[c] = row + 1;
		if (comp_table[c].init)
			comp_table[c].init(pool_at(&t->comps[c], row));
	}
	map64_put(&t->by_id, id, (void *)(uintptr_t)(e.slot + 1));
	t->count++;
	if (kind == KIND_PLAYER)
		players_add(w, e);
	ent_touch(w, e);
	return e;
}

struct ent ent_new(struct world *w, enum ent_kind kind)
{
	struct ent e;

	do {
		e = ent_new_id(w, kind, (uint64_t)w->number << 48 | w->ents->next_id++);
	} while (!ent_is(e));
	return e;
}

struct ent ents_at(const struct world *w, uint32_t slot)
{
	const struct ent_slot *s = pool_at(&w->ents->slots, slot);

	return s->alive ? (struct ent){ slot, s->gen } : ENT_NONE;
}

bool ent_alive(const struct world *w, struct ent e)
{
	return ents_slot(w, e) != NULL;
}

uint64_t ent_id(const struct world *w, struct ent e)
{
	const struct ent_slot *s = ents_slot(w, e);

	return s ? s->id : 0;
}

struct ent ent_by_id(const struct world *w, uint64_t id)
{
	uintptr_t found = id ? (uintptr_t)map64_get(&w->ents->by_id, id) : 0;
	const struct ent_slot *s;

	if (!found)
		return ENT_NONE;
	s = pool_at(&w->ents->slots, (uint32_t)(found - 1));
	return (struct ent){ (uint32_t)(found - 1), s->gen };
}

enum ent_kind ent_kind(const struct world *w, struct ent e)
{
	const struct ent_slot *s = ents_slot(w, e);

	return s ? (enum ent_kind)s->kind : KIND_COUNT;
}

const char *ent_kind_name(enum ent_kind kind)
{
	return kind < KIND_COUNT ? kinds[kind].name : "nothing";
}

struct ent ent_next(const struct world *w, struct ent previous)
{
	uint32_t i = ent_is(previous) ? previous.slot + 1 : 0;

	for (; i < w->ents->slots.n_used; i++) {
		const struct ent_slot *s = pool_at(&w->ents->slots, i);

		if (s->alive)
			return (struct ent){ i, s->gen };
	}
	return ENT_NONE;
}

uint64_t ent_pack_id(uint32_t world, const char *pack, const char *kind, const char *key)
{
	static const uint8_t fixed[16] = "mudlark pack id";
	char text[256];
	int n = snprintf(text, sizeof(text), "%s/%s/%s", pack, kind, key);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;

	return (uint64_t)world << 48 | ENT_PACK_BIT |
	       (map_siphash(fixed, text, len) & (ENT_PACK_BIT - 1));
}

static size_t bulk_of(const struct world *w, const struct ent_slot *s)
{
	size_t bytes = 0;

	for (int c = 0; c < COMP_COUNT; c++)
		if (s->comp[c] && comp_table[c].bulk)
			bytes += comp_table[c].bulk(pool_at(&w->ents->comps[c], s->comp[c] - 1));
	return bytes;
}

void ent_touch(struct world *w, struct ent e)
{
	struct ents *t = w->ents;
	struct ent_slot *s = ents_slot(w, e);

	if (!s || s->kind == KIND_ROOM)
		return;
	world_effect(w);
	if (s->dirty)
		return;
	s->dirty = true;
	t->dirty_bulk += bulk_of(w, s);
	if (t->n_dirty == t->cap_dirty) {
		t->cap_dirty = t->cap_dirty ? t->cap_dirty * 2 : 64;
		t->dirty = base_realloc(t->dirty, t->cap_dirty, sizeof(*t->dirty));
	}
	t->dirty[t->n_dirty++] = e;
}

const void *comp_get(const struct world *w, struct ent e, enum comp_kind c)
{
	const struct ent_slot *s = ents_slot(w, e);

	return s && s->comp[c] ? pool_at(&w->ents->comps[c], s->comp[c] - 1) : NULL;
}

void *comp_write(struct world *w, struct ent e, enum comp_kind c)
{
	const struct ent_slot *s = ents_slot(w, e);

	if (!s || !s->comp[c])
		return NULL;
	ent_touch(w, e);
	if (s->kind == KIND_PLAYER && c != COMP_PLACE)
		data_written(w, e);
	return pool_at(&w->ents->comps[c], s->comp[c] - 1);
}

/* Ends its life in memory; it is in no list any more and has no contents. */
static void forget(struct world *w, struct ent e)
{
	struct ents *t = w->ents;
	struct ent_slot *s = ents_slot(w, e);

	if (s->kind == KIND_PLAYER)
		players_remove(w, e);
	map64_del(&t->by_id, s->id);
	free_comps(t, s);
	s->alive = false;
	s->dirty = false;
	t->count--;
	pool_give(&t->slots, e.slot);
}

static void note_deleted(struct ents *t, uint64_t id)
{
	if (t->n_deleted == t->cap_deleted) {
		t->cap_deleted = t->cap_deleted ? t->cap_deleted * 2 : 16;
		t->deleted = base_realloc(t->deleted, t->cap_deleted, sizeof(*t->deleted));
	}
	t->deleted[t->n_deleted++] = id;
}

void ent_destroy(struct world *w, struct ent e)
{
	struct ent_slot *s = ents_slot(w, e);
	struct ent in, from;

	if (!s)
		return;
	while (ent_is(in = place_first(w, e)))
		ent_destroy(w, in);
	from = place_owner(w, e);
	places_unlink(w, e);
	data_moved(w, e, from, ENT_NONE);
	world_effect(w);
	if (s->kind == KIND_ITEM)
		event_emit(w, FACT_ITEM_DESTROYED, ENT_NONE, "\"item\":" EVENT_ID, s->id);
	if (s->stored)
		note_deleted(w->ents, s->id);
	forget(w, e);
}

/* The row as it is now, for this turn's commit. */
static void note_parting(struct world *w, struct ent e, uint64_t owner)
{
	struct ents *t = w->ents;
	struct ent_slot *s = ents_slot(w, e);
	struct buf body = { 0 };

	comp_save(w, e, &body);
	if (t->n_parting == t->cap_parting) {
		t->cap_parting = t->cap_parting ? t->cap_parting * 2 : 16;
		t->parting = base_realloc(t->parting, t->cap_parting, sizeof(*t->parting));
	}
	t->parting[t->n_parting++] = (struct ent_parting){
		.id = s->id,
		.owner = owner,
		.version = ++s->version,
		.kind = (enum ent_kind)s->kind,
		.body = base_dup(buf_p(&body), body.n),
		.n = body.n,
	};
	t->parting_bytes += body.n + 64;
	buf_done(&body);
}

void ent_unload(struct world *w, struct ent e)
{
	struct ent_slot *s = ents_slot(w, e);
	struct ent in;

	if (!s)
		return;
	world_effect(w);
	while (ent_is(in = place_first(w, e)))
		ent_unload(w, in);
	if (s->dirty || !s->stored)
		note_parting(w, e, ent_id(w, place_owner(w, e)));
	places_unlink(w, e);
	forget(w, e);
}

void ents_settled(struct world *w, struct ent e, uint64_t version)
{
	struct ent_slot *s = ents_slot(w, e);

	if (!s)
		return;
	if (s->dirty && ent_same(w->ents->dirty[w->ents->n_dirty - 1], e))
		w->ents->n_dirty--;
	s->dirty = false;
	s->stored = true;
	s->version = version;
}
