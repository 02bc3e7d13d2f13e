/*
 * protos.c - rooms of packs become entities; see protos.h.
 */
#include "world/core/protos.h"

#include <string.h>

#include "rt/log.h"
#include "world/core/name.h"
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

int protos_load(json_t *members, unsigned *unknown, char **key)
{
	const char *name, *path;
	json_t *v;
	int bad = 0;

	json_object_foreach(members, name, v)
	{
		if (strcmp(name, "proto")) {
			++*unknown;
			continue;
		}
		path = comp_text(v, &bad);
		if (bad)
			return bad;
		*key = base_dup(path, strlen(path));
	}
	return 0;
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

struct ent protos_room(const struct world *w, const struct pack *p, const char *key)
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
				protos_room(w, r->pack, r->def->exits[k].to->key);
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
			return protos_room(w, w->packs[i], w->packs[i]->start->key);
	return ENT_NONE;
}
