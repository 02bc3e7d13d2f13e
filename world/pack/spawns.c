/*
 * spawns.c - the `things` of rooms: which prototypes stand where, and what is in what.
 */
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/loader.h"

struct spawn_form {
	const struct yaml_node *item, *npc, *holds;
	const char *key;
	uint32_t count;
};

#define SPAWN(member) offsetof(struct spawn_form, member)

static const struct field spawn_fields[] = {
	FIELD("item", FIELD_NODE, SPAWN(item)),	    FIELD("npc", FIELD_NODE, SPAWN(npc)),
	FIELD_RANGE("count", SPAWN(count), 1, 100), FIELD("key", FIELD_KEY, SPAWN(key)),
	FIELD("holds", FIELD_NODE, SPAWN(holds)),
};

/* How many spawns a list describes, with what they hold: an upper bound. */
static size_t count_spawns(const struct yaml_node *things)
{
	size_t n = 0;

	for (const struct yaml_node *c = things ? things->first : NULL; c; c = c->next)
		n += 1 + (c->kind == YAML_MAP ? count_spawns(yaml_get(c, "holds")) : 0);
	return n;
}

static void name_spawn(struct pack_loader *l, const struct yaml_node *node,
		       const struct spawn_form *form, struct pack_spawn *s)
{
	const char *key = form->key ? form->key : s->item ? s->item->key : s->npc->key;
	struct span whole;

	s->key = arena_printf(l->arena, "%s/%s", s->inside ? s->inside->key : s->room->key, key);
	whole = (struct span){ s->key, strlen(s->key) };
	if (strmap_get(&l->spawn_keys, whole))
		mistake_at(&l->mistakes, node,
			   "a second `%s` in the same place: give it a `key`, or use `count`", key);
	else
		strmap_put(&l->spawn_keys, whole, s);
}

static void check_spawn(struct pack_loader *l, const struct yaml_node *node,
			const struct spawn_form *form, const struct pack_spawn *s)
{
	if (s->npc && s->inside)
		mistake_at(&l->mistakes, node, "an npc stands in a room, not in a thing");
	if (form->holds && s->item && !(s->item->flags & ITEM_CONTAINER))
		mistake_at(&l->mistakes, form->holds->key,
			   "`%s` is no container: it has no `holds`", s->item->key);
	if (form->holds && s->count > 1)
		mistake_at(&l->mistakes, form->holds->key, "only a single thing can hold others");
}

static void read_spawns(struct pack_loader *l, const struct yaml_node *things,
			const struct pack_room *room, const struct pack_spawn *inside);

static void read_spawn(struct pack_loader *l, const struct yaml_node *node,
		       const struct pack_room *room, const struct pack_spawn *inside)
{
	struct spawn_form form = { .count = 1 };
	struct pack_spawn *s = &l->spawns[l->n_spawns];

	fields_read(l, node, "a thing", spawn_fields, ARRAY_LEN(spawn_fields), &form);
	if (node->kind != YAML_MAP)
		return;
	if (!form.item == !form.npc) {
		mistake_at(&l->mistakes, node, "a thing needs either `item` or `npc`");
		return;
	}
	*s = (struct pack_spawn){ .room = inside ? NULL : room,
				  .inside = inside,
				  .count = form.count };
	if (form.item)
		s->item = loader_find(l, SECTION_ITEMS, form.item);
	else
		s->npc = loader_find(l, SECTION_NPCS, form.npc);
	if (!s->item && !s->npc)
		return;
	name_spawn(l, node, &form, s);
	check_spawn(l, node, &form, s);
	l->n_spawns++;
	if (form.holds)
		read_spawns(l, form.holds, room, s);
}

static void read_spawns(struct pack_loader *l, const struct yaml_node *things,
			const struct pack_room *room, const struct pack_spawn *inside)
{
	uint32_t held = 0;

	if (!field_is(l, things, YAML_LIST, things->key->text.p))
		return;
	for (const struct yaml_node *c = things->first; c; c = c->next) {
		size_t before = l->n_spawns;

		read_spawn(l, c, room, inside);
		if (l->n_spawns > before)
			held += l->spawns[before].count;
	}
	if (inside && inside->item && held > inside->item->holds && inside->item->holds)
		mistake_at(&l->mistakes, things->key, "`%s` holds %u things at most, these are %u",
			   inside->item->key, inside->item->holds, held);
}

void load_spawns(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ROOMS];
	struct pack_room *rooms = r->list;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += count_spawns(yaml_get(r->nodes[i], "things"));
	l->spawns = arena_alloc(l->arena, n * sizeof(*l->spawns) + 1);
	for (size_t i = 0; i < r->n; i++) {
		const struct yaml_node *things = yaml_get(r->nodes[i], "things");

		rooms[i].spawns = l->spawns + l->n_spawns;
		if (things)
			read_spawns(l, things, &rooms[i], NULL);
		rooms[i].n_spawns = (size_t)(l->spawns + l->n_spawns - rooms[i].spawns);
	}
}
