/*
 * follower.h - a client that believes what it is told as data: the lists of what one carries and of
 * what lies in the room, kept by List, Add and Remove.  Whatever happens in the world, they are in the
 * end what is there.
 */
#pragma once

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "world/core/item.h"
#include "world/core/place.h"
#include "world/core/world.h"

enum { FOLLOWED_MAX = 600 };

struct followed {
	uint64_t id[FOLLOWED_MAX];
	size_t n;
};

struct follower {
	struct followed inv, room;
};

static inline uint64_t follower_id(const json_t *item)
{
	const char *id = json_string_value(json_object_get(item, "id"));

	FUZZ_HOLDS(id && strtoull(id, NULL, 10) > 0);
	return strtoull(id, NULL, 10);
}

static inline void follower_remove(struct followed *l, uint64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->id[i] == id)
			l->id[i--] = l->id[--l->n];
}

static inline void follower_add(struct followed *l, uint64_t id)
{
	follower_remove(l, id);
	FUZZ_HOLDS(l->n < FOLLOWED_MAX);
	l->id[l->n++] = id;
}

static inline void follower_items(struct follower *f, const char *what, const json_t *body)
{
	const char *location = json_string_value(json_object_get(body, "location"));
	struct followed *l;
	const json_t *item;
	size_t i;

	FUZZ_HOLDS(location);
	if (!strncmp(location, "rep", 3))
		return;
	l = !strcmp(location, "inv") ? &f->inv : &f->room;
	if (!strcmp(what, "List")) {
		l->n = 0;
		json_array_foreach(json_object_get(body, "items"), i, item)
			follower_add(l, follower_id(item));
	} else if (!strcmp(what, "Remove")) {
		follower_remove(l, follower_id(json_object_get(body, "item")));
	} else if (!strcmp(what, "Add")) {
		follower_add(l, follower_id(json_object_get(body, "item")));
	}
}

static inline void follower_told(struct follower *f, const Mudlark__Data *d)
{
	static const char items[] = "Char.Items.";
	json_t *body = json_loadb((const char *)d->json.data, d->json.len,
				  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	FUZZ_HOLDS(body);
	if (!strncmp(d->package, items, sizeof(items) - 1))
		follower_items(f, d->package + sizeof(items) - 1, body);
	json_decref(body);
}

static inline void follower_is_right(const struct followed *l, const struct world *w,
				     struct ent owner)
{
	size_t n = 0;

	for (struct ent e = place_first(w, owner); ent_is(e); e = place_next(w, e)) {
		uint64_t id = ent_id(w, e) & (((uint64_t)1 << 53) - 1);
		bool known = false;

		if (ent_kind(w, e) == KIND_PLAYER || item_flags(w, e) & ITEM_SCENERY)
			continue;
		for (size_t i = 0; i < l->n; i++)
			known |= l->id[i] == id;
		FUZZ_HOLDS(known);
		n++;
	}
	FUZZ_HOLDS(n == l->n);
}
