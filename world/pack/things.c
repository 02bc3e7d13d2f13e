/*
 * things.c - the sections `items`, `npcs` and `help`: prototypes and texts. How an npc talks is read
 * by minds.c.
 */
#include <ctype.h>
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/loader.h"
#include "world/pack/noun.h"

static const char *const item_flags[] = { "fixed", "wearable", "light", "scenery", "coin", NULL };
static const char *const pronouns[] = { "they", "she", "he", "it", NULL };

struct item_form {
	struct pack_item item;
	const char *full; /* "an old net" */
};

#define ITEM(member) offsetof(struct item_form, item.member)

static const struct field item_fields[] = {
	FIELD_REQUIRED("name", FIELD_PLAIN, offsetof(struct item_form, full)),
	FIELD("plural", FIELD_PLAIN, ITEM(name.plural)),
	FIELD_LIST("words", FIELD_PLAINS, ITEM(name.words), ITEM(name.n_words)),
	FIELD("here", FIELD_LINE, ITEM(here)),
	FIELD_REQUIRED("look", FIELD_TEXT, ITEM(look)),
	FIELD("read", FIELD_TEXT, ITEM(read)),
	FIELD_RANGE("weight", ITEM(weight), 0, 1000000),
	FIELD_RANGE("holds", ITEM(holds), 1, 1000),
	FIELD_NAMED("flags", FIELD_FLAGS, ITEM(flags), item_flags),
};

struct npc_form {
	struct pack_npc npc;
	const char *full;
	const struct yaml_node *mind;
};

#define NPC(member) offsetof(struct npc_form, npc.member)

static const struct field npc_fields[] = {
	FIELD_REQUIRED("name", FIELD_PLAIN, offsetof(struct npc_form, full)),
	FIELD("plural", FIELD_PLAIN, NPC(name.plural)),
	FIELD_LIST("words", FIELD_PLAINS, NPC(name.words), NPC(name.n_words)),
	FIELD("here", FIELD_LINE, NPC(here)),
	FIELD_REQUIRED("look", FIELD_TEXT, NPC(look)),
	FIELD_NAMED("pronouns", FIELD_CHOICE, NPC(pronoun), pronouns),
	FIELD("wanders", FIELD_BOOL, NPC(wanders)),
	FIELD("greeting", FIELD_LINE, NPC(greeting)),
	FIELD_LIST("barks", FIELD_LINES, NPC(barks), NPC(n_barks)),
	FIELD("sound", FIELD_KEY, NPC(sound)),
	FIELD("mind", FIELD_NODE, offsetof(struct npc_form, mind)),
};

#define HELP(member) offsetof(struct pack_help, member)

static const struct field help_fields[] = {
	FIELD_REQUIRED("title", FIELD_LINE, HELP(title)),
	FIELD_LIST("words", FIELD_PLAINS, HELP(words), HELP(n_words)),
	FIELD_REQUIRED("text", FIELD_TEXT, HELP(text)),
};

/* "An old net lies here." for who gave no line of his own. */
static const char *default_here(struct pack_loader *l, const struct pack_name *name,
				const char *verb)
{
	char *line = arena_printf(l->arena, "%s%s%s %s here.", name->article,
				  *name->article ? " " : "", name->noun, verb);

	*line = (char)toupper((unsigned char)*line);
	return line;
}

void load_items(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_ITEMS];
	struct pack_item *items = r->list;

	for (size_t i = 0; i < r->n; i++) {
		struct item_form form = { .item = { .key = items[i].key, .weight = 100 } };

		fields_read(l, r->nodes[i], "an item", item_fields, ARRAY_LEN(item_fields), &form);
		if (form.full)
			noun_fill(l, form.full, &form.item.name);
		if (form.item.holds)
			form.item.flags |= ITEM_CONTAINER;
		if (form.item.flags & ITEM_SCENERY)
			form.item.flags |= ITEM_FIXED;
		if (form.full && !form.item.here)
			form.item.here = default_here(l, &form.item.name, "lies");
		items[i] = form.item;
	}
}

void load_npcs(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_NPCS];
	struct pack_npc *npcs = r->list;

	for (size_t i = 0; i < r->n; i++) {
		struct npc_form form = { .npc = { .key = npcs[i].key } };

		fields_read(l, r->nodes[i], "an npc", npc_fields, ARRAY_LEN(npc_fields), &form);
		if (form.full)
			noun_fill(l, form.full, &form.npc.name);
		if (form.full && !form.npc.here)
			form.npc.here = default_here(l, &form.npc.name, "is");
		if (form.mind)
			form.npc.mind = load_mind(l, form.mind, npcs[i].key);
		npcs[i] = form.npc;
	}
}

void load_help(struct pack_loader *l)
{
	const struct records *r = &l->sections[SECTION_HELP];
	struct pack_help *help = r->list;

	for (size_t i = 0; i < r->n; i++)
		fields_read(l, r->nodes[i], "a help topic", help_fields, ARRAY_LEN(help_fields),
			    &help[i]);
}
