/*
 * protos.c - rooms and spawn points of packs become entities; see protos.h.
 *
 * Which spawn points were used is the document "pack/<name>": {"spawned":["room/thing",...]}, so a
 * builder can add some later and what players carried off does not grow back.
 */
#include "world/core/protos.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/text.h"
#include "world/core/event.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/room.h"

const struct pack *protos_pack(const struct world *w, const char *path, struct span *ret_key)
{
	const char *slash = strchr(path, '/');

	for (size_t i = 0; slash && i < w->n_packs; i++) {
		const char *name = w->packs[i]->name;

		if (strlen(name) == (size_t)(slash - path) &&
		    !memcmp(name, path, (size_t)(slash - path))) {
			*ret_key = (struct span){ slash + 1, strlen(slash + 1) };
			return w->packs[i];
		}
	}
	return NULL;
}

char *protos_path(const struct pack *pack, const char *key)
{
	size_t a = strlen(pack->name), b = strlen(key);
	char *path = base_alloc(a + b + 2, 1);

	memcpy(path, pack->name, a);
	path[a] = '/';
	memcpy(path + a + 1, key, b);
	return path;
}

static struct room *room_raw(const struct world *w, struct ent e)
{
	return (struct room *)(uintptr_t)comp_get(w, e, COMP_ROOM);
}

static struct ent room_by_key(const struct world *w, const struct pack *p, const char *key)
{
	return ent_by_id(w, ent_pack_id(w->number, p->name, "room", key));
}

static void make_room(struct world *w, const struct pack *p, const struct pack_room *def)
{
	struct ent e = ent_new_id(w, KIND_ROOM, ent_pack_id(w->number, p->name, "room", def->key));
	const struct pack_name called = { .article = "", .noun = def->name, .plural = def->name };

	if (!ent_is(e)) {
		log_error("room_id_taken", LOG_STR("pack", p->name), LOG_STR("room", def->key));
		return;
	}
	room_raw(w, e)->pack = p;
	room_raw(w, e)->def = def;
	name_from(w, e, &called, def->look, NULL);
}

void protos_make_rooms(struct world *w)
{
	for (size_t i = 0; i < w->n_packs; i++)
		for (size_t k = 0; k < w->packs[i]->n_rooms; k++)
			make_room(w, w->packs[i], &w->packs[i]->rooms[k]);
	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e)) {
		struct room *r = room_raw(w, e);

		for (size_t k = 0; r && k < r->def->n_exits; k++)
			r->exits[r->def->exits[k].dir] =
				room_by_key(w, r->pack, r->def->exits[k].to->key);
	}
}

const struct room *room_get(const struct world *w, struct ent e)
{
	return comp_get(w, e, COMP_ROOM);
}

struct ent room_exit(const struct world *w, struct ent room, enum dir d)
{
	const struct room *r = room_get(w, room);

	return r && d < N_DIRS ? r->exits[d] : ENT_NONE;
}

struct ent room_start(const struct world *w)
{
	for (size_t i = w->n_packs; i-- > 0;)
		if (w->packs[i]->start)
			return room_by_key(w, w->packs[i], w->packs[i]->start->key);
	return ENT_NONE;
}

static bool was_spawned(const json_t *list, const char *key)
{
	size_t i;
	json_t *v;

	json_array_foreach((json_t *)(uintptr_t)list, i,
			   v) if (json_is_string(v) &&
				  !strcmp(json_string_value(v), key)) return true;
	return false;
}

static struct ent spawn_one(struct world *w, const struct pack *p, const struct pack_spawn *s,
			    struct ent where)
{
	struct ent e = s->item ? item_new(w, p, s->item) : npc_new(w, p, s->npc);

	if (place_move(w, e, where)) {
		log_warning("spawn_refused", LOG_STR("pack", p->name), LOG_STR("spawn", s->key));
		ent_destroy(w, e);
		return ENT_NONE;
	}
	event_emit(w, FACT_ITEM_CREATED, ENT_NONE, "\"entity\":" EVENT_ID, ent_id(w, e));
	return e;
}

static void spawn(struct world *w, const struct pack *p, struct ent *made, size_t at)
{
	const struct pack_spawn *s = &p->spawns[at];
	struct ent where =
		s->inside ? made[s->inside - p->spawns] : room_by_key(w, p, s->room->key);

	for (uint32_t n = 0; n < s->count && ent_is(where); n++)
		made[at] = spawn_one(w, p, s, where);
}

void protos_seed(struct world *w, const struct pack *pack, struct span done)
{
	json_t *doc = done.n ? json_loadb(done.p, done.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
	json_t *list = json_object_get(doc, "spawned");
	struct ent *made = base_alloc(pack->n_spawns, sizeof(*made));
	struct buf body = { 0 };
	bool changed = false;

	buf_adds(&body, "{\"spawned\":[");
	for (size_t i = 0; i < pack->n_spawns; i++) {
		const char *key = pack->spawns[i].key;

		if (!was_spawned(list, key)) {
			spawn(w, pack, made, i);
			changed = true;
		}
		if (i)
			buf_addc(&body, ',');
		json_quote(&body, (struct span){ key, strlen(key) });
	}
	buf_adds(&body, "]}");
	if (changed)
		world_document(w, "pack", pack->name, buf_span(&body));
	buf_done(&body);
	free(made);
	json_decref(doc);
}
