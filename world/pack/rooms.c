/*
 * rooms.c - the section `rooms`: texts, details, exits; and what the map as a whole must be.
 */
#include <stdlib.h>
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/loader.h"
#include "world/pack/noun.h"

struct room_form {
	struct pack_room room;
	const struct yaml_node *exits, *details, *things, *coords;
};

enum { COORD_MAX = 100000 };

#define ROOM(member) offsetof(struct room_form, member)

static const struct field room_fields[] = {
	FIELD_REQUIRED("name", FIELD_PLAIN, ROOM(room.name)),
	FIELD_REQUIRED("look", FIELD_TEXT, ROOM(room.look)),
	FIELD("indoors", FIELD_BOOL, ROOM(room.indoors)),
	FIELD("secret", FIELD_BOOL, ROOM(room.secret)),
	FIELD("environment", FIELD_PLAIN, ROOM(room.environment)),
	FIELD("sound", FIELD_KEY, ROOM(room.sound)),
	FIELD("coords", FIELD_NODE, ROOM(coords)),
	FIELD_REQUIRED("exits", FIELD_NODE, ROOM(exits)),
	FIELD("details", FIELD_NODE, ROOM(details)),
	FIELD("things", FIELD_NODE, ROOM(things)),
};

struct exit_form {
	const struct yaml_node *to;
	bool oneway;
	const char *sound;
};

static const struct field exit_fields[] = {
	FIELD_REQUIRED("to", FIELD_NODE, offsetof(struct exit_form, to)),
	FIELD("oneway", FIELD_BOOL, offsetof(struct exit_form, oneway)),
	FIELD("sound", FIELD_KEY, offsetof(struct exit_form, sound)),
};

static const struct pack_area *area_of(const struct pack_loader *l, const struct yaml_node *node)
{
	for (size_t i = 0; i < l->n_sources; i++)
		if (l->sources[i].root->file == node->file)
			return l->sources[i].area;
	return NULL;
}

/* `details`: a map from "rail, handrail" to what one sees. */
static void read_details(struct pack_loader *l, const struct yaml_node *map, struct pack_room *room)
{
	struct pack_detail *details;

	if (!field_is(l, map, YAML_MAP, "details"))
		return;
	details = arena_alloc(l->arena, map->n * sizeof(*details) + 1);
	for (const struct yaml_node *c = map->first; c; c = c->next) {
		struct pack_detail *d = &details[room->n_details];

		*d = (struct pack_detail){ .look = field_text(l, c, FIELD_TEXT) };
		noun_words(l, c->key->text.p, &d->words, &d->n_words);
		if (!d->n_words)
			mistake_at(&l->mistakes, c->key, "a detail needs a word to look at");
		room->n_details++;
	}
	room->details = details;
}

/* One member of `exits`: `north: quay`, or `north: {to: quay, oneway: true}`. */
static bool read_exit(struct pack_loader *l, const struct yaml_node *node, struct pack_exit *ret)
{
	struct exit_form form = { .to = node };
	enum dir d;

	if (!dir_parse(node->key->text, &d) || strcmp(dir_info(d)->name, node->key->text.p) != 0) {
		mistake_at(&l->mistakes, node->key, "`%.60s` is no direction", node->key->text.p);
		return false;
	}
	if (node->kind == YAML_MAP) {
		form.to = NULL;
		fields_read(l, node, "an exit", exit_fields, ARRAY_LEN(exit_fields), &form);
	}
	if (!form.to)
		return false;
	*ret = (struct pack_exit){ .to = loader_find(l, SECTION_ROOMS, form.to),
				   .dir = d,
				   .oneway = form.oneway,
				   .sound = form.sound };
	return ret->to != NULL;
}

static void read_exits(struct pack_loader *l, const struct yaml_node *map, struct pack_room *room)
{
	struct pack_exit by_dir[N_DIRS] = { 0 }, exit, *exits;

	if (!field_is(l, map, YAML_MAP, "exits")) {
		l->is_map_partial = true;
		return;
	}
	for (const struct yaml_node *c = map->first; c; c = c->next) {
		if (read_exit(l, c, &exit))
			by_dir[exit.dir] = exit;
		else
			l->is_map_partial = true;
	}
	exits = arena_alloc(l->arena, sizeof(by_dir));
	for (enum dir d = 0; d < N_DIRS; d++)
		if (by_dir[d].to)
			exits[room->n_exits++] = by_dir[d];
	room->exits = exits;
}

static bool read_coord(const struct yaml_node *node, int32_t *ret)
{
	char *end;
	long v;

	if (node->kind != YAML_TEXT || !node->text.n)
		return false;
	v = strtol(node->text.p, &end, 10);
	*ret = (int32_t)v;
	return !*end && v >= -COORD_MAX && v <= COORD_MAX;
}

/* `coords: [x, y, z]` */
static void read_coords(struct pack_loader *l, const struct yaml_node *list, struct pack_room *room)
{
	size_t n = 0;

	if (!field_is(l, list, YAML_LIST, "coords"))
		return;
	for (const struct yaml_node *c = list->first; c; c = c->next, n++)
		if (n == ARRAY_LEN(room->coords) || !read_coord(c, &room->coords[n]))
			break;
	room->has_coords = n == ARRAY_LEN(room->coords) && n == list->n;
	if (!room->has_coords)
		mistake_at(&l->mistakes, list, "`coords` are three whole numbers: [x, y, z]");
}

void load_rooms(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ROOMS];
	struct pack_room *rooms = r->list;

	for (size_t i = 0; i < r->n; i++) {
		const struct yaml_node *node = r->nodes[i];
		struct room_form form = { .room = { .key = rooms[i].key } };

		fields_read(l, node, "a room", room_fields, ARRAY_LEN(room_fields), &form);
		form.room.area = area_of(l, node);
		if (!form.room.area)
			mistake_at(&l->mistakes, node->key, "a file with rooms needs an `area`");
		if (form.coords)
			read_coords(l, form.coords, &form.room);
		if (form.details)
			read_details(l, form.details, &form.room);
		if (form.exits)
			read_exits(l, form.exits, &form.room);
		else
			l->is_map_partial = true;
		rooms[i] = form.room;
	}
}

static const struct pack_exit *exit_to(const struct pack_room *room, enum dir d)
{
	for (size_t i = 0; i < room->n_exits; i++)
		if (room->exits[i].dir == d)
			return &room->exits[i];
	return NULL;
}

/* A way must lead straight back, or say that it does not. */
static void check_way_back(struct pack_loader *l, const struct yaml_node *node,
			   const struct pack_room *room, const struct pack_exit *e)
{
	const struct pack_exit *back = exit_to(e->to, dir_info(e->dir)->opposite);
	bool leads_back = back && back->to == room;

	if (!leads_back && !e->oneway)
		mistake_at(
			&l->mistakes, node,
			"no way leads back %s from `%s` to `%s`: make one, or say `oneway: true`",
			dir_info(dir_info(e->dir)->opposite)->name, e->to->key, room->key);
	if (leads_back && e->oneway)
		mistake_at(&l->mistakes, node,
			   "this is not one-way: `%s` leads straight back from `%s`",
			   dir_info(back->dir)->name, e->to->key);
}

static void check_ways(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ROOMS];
	const struct pack_room *rooms = r->list;

	for (size_t i = 0; i < r->n; i++) {
		const struct yaml_node *exits = yaml_get(r->nodes[i], "exits");

		for (size_t e = 0; e < rooms[i].n_exits; e++) {
			const struct pack_exit *exit = &rooms[i].exits[e];
			const struct yaml_node *way = yaml_get(exits, dir_info(exit->dir)->name);

			/* Not there: a key given twice, which is a mistake already. */
			if (way)
				check_way_back(l, way->key, &rooms[i], exit);
		}
	}
}

void check_map(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ROOMS];
	const struct pack_room *rooms = r->list;
	size_t *queue, head = 0, tail = 0;
	bool *seen;

	if (l->is_partial || l->is_map_partial || !l->pack->start)
		return;
	check_ways(l);
	queue = base_alloc(r->n, sizeof(*queue));
	seen = base_alloc(r->n, sizeof(*seen));
	queue[tail++] = (size_t)(l->pack->start - rooms);
	seen[queue[0]] = true;
	while (head < tail) {
		const struct pack_room *room = &rooms[queue[head++]];

		for (size_t e = 0; e < room->n_exits; e++) {
			size_t to = (size_t)(room->exits[e].to - rooms);

			if (!seen[to])
				queue[tail++] = to;
			seen[to] = true;
		}
	}
	for (size_t i = 0; i < r->n; i++)
		if (!seen[i])
			mistake_at(&l->mistakes, r->nodes[i]->key,
				   "no way leads from `%s` to room `%s`", l->pack->start->key,
				   rooms[i].key);
	base_freep(&queue);
	base_freep(&seen);
}
