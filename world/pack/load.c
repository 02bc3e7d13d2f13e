/*
 * load.c - pack_load(): files to trees, trees to records, records to a checked whole.
 */
#include "world/pack/pack.h"

#include <stdlib.h>
#include <string.h>
#include "world/pack/field.h"
#include "world/pack/files.h"
#include "world/pack/loader.h"
#include "world/pack/tags.h"

#define BANNER_COLUMNS 70

/* A pack and the memory that all of it stands in. */
struct pack_home {
	struct pack pack;
	struct arena arena;
};

struct header_form {
	struct pack *pack;
	const char *name, *version, *licence, *banner, *genre, *status, *created;
	const char *const *depends, *const *credits;
	size_t n_depends, n_credits;
	const struct yaml_node *start;
};

#define HEADER(member) offsetof(struct header_form, member)

static const struct field header_fields[] = {
	FIELD_REQUIRED("name", FIELD_KEY, HEADER(name)),
	FIELD_REQUIRED("version", FIELD_PLAIN, HEADER(version)),
	FIELD_REQUIRED("licence", FIELD_PLAIN, HEADER(licence)),
	FIELD_LIST("credits", FIELD_PLAINS, HEADER(credits), HEADER(n_credits)),
	FIELD_LIST("depends", FIELD_KEYS, HEADER(depends), HEADER(n_depends)),
	FIELD_REQUIRED("start", FIELD_NODE, HEADER(start)),
	FIELD("banner", FIELD_TEXT, HEADER(banner)),
	FIELD("genre", FIELD_PLAIN, HEADER(genre)),
	FIELD("status", FIELD_PLAIN, HEADER(status)),
	FIELD("created", FIELD_PLAIN, HEADER(created)),
};

struct source_form {
	const struct yaml_node *area, *sections[N_SECTIONS];
};

#define SOURCE(member) offsetof(struct source_form, member)

static const struct field source_fields[] = {
	FIELD("area", FIELD_NODE, SOURCE(area)),
	FIELD("rooms", FIELD_NODE, SOURCE(sections[SECTION_ROOMS])),
	FIELD("items", FIELD_NODE, SOURCE(sections[SECTION_ITEMS])),
	FIELD("npcs", FIELD_NODE, SOURCE(sections[SECTION_NPCS])),
	FIELD("help", FIELD_NODE, SOURCE(sections[SECTION_HELP])),
	FIELD("smalltalk", FIELD_NODE, SOURCE(sections[SECTION_SMALLTALK])),
	FIELD("errands", FIELD_NODE, SOURCE(sections[SECTION_ERRANDS])),
};

static const struct field area_fields[] = {
	FIELD_REQUIRED("key", FIELD_KEY, offsetof(struct pack_area, key)),
	FIELD_REQUIRED("name", FIELD_PLAIN, offsetof(struct pack_area, name)),
};

static const struct records no_records[N_SECTIONS] = {
	[SECTION_ROOMS] = { .section = "rooms", .size = sizeof(struct pack_room) },
	[SECTION_ITEMS] = { .section = "items", .size = sizeof(struct pack_item) },
	[SECTION_NPCS] = { .section = "npcs", .size = sizeof(struct pack_npc) },
	[SECTION_HELP] = { .section = "help", .size = sizeof(struct pack_help) },
	[SECTION_SMALLTALK] = { .section = "smalltalk", .size = sizeof(struct pack_topic) },
	[SECTION_ERRANDS] = { .section = "errands", .size = sizeof(struct pack_errand) },
};

void *loader_find(struct pack_loader *l, enum section section, const struct yaml_node *node)
{
	const struct records *r = &l->sections[section];
	void *record;

	if (!field_is(l, node, YAML_TEXT, node->key ? node->key->text.p : "an entry"))
		return NULL;
	record = strmap_get(&r->by_key, node->text);
	if (!record && !l->is_partial)
		mistake_at(&l->mistakes, node, "there is no `%.60s` among the %s", node->text.p,
			   r->section);
	return record;
}

static void declare(struct pack_loader *l, struct records *r, const struct yaml_node *node)
{
	char *record = (char *)r->list + r->n * r->size;
	const char *key = node->key->text.p;
	struct yaml_node *first = strmap_get(&r->by_key, node->key->text);

	if (!field_is_key(node->key->text)) {
		mistake_at(&l->mistakes, node->key,
			   "`%.60s` cannot be a key: lower case letters, digits and _", key);
		return;
	}
	if (first) {
		size_t i = (size_t)((char *)first - (char *)r->list) / r->size;

		if (r->nodes[i]->file != node->file)
			mistake_at(&l->mistakes, node->key,
				   "`%s` stands among the %s already (%s, line %u)", key,
				   r->section, r->nodes[i]->file, r->nodes[i]->key->line);
		return;
	}
	memcpy(record, &key, sizeof(key));
	strmap_put(&r->by_key, node->key->text, record);
	r->nodes[r->n++] = node;
}

/* Gives every key of a section its record. */
static void declare_section(struct pack_loader *l, enum section section)
{
	struct records *r = &l->sections[section];
	const struct yaml_node *map;
	size_t n = 0;

	for (size_t i = 0; i < l->n_sources; i++) {
		map = yaml_get(l->sources[i].root, r->section);
		n += map ? map->n : 0;
	}
	r->list = arena_alloc(l->arena, n * r->size + 1);
	memset(r->list, 0, n * r->size);
	r->nodes = arena_alloc(l->arena, n * sizeof(*r->nodes) + 1);
	for (size_t i = 0; i < l->n_sources; i++) {
		map = yaml_get(l->sources[i].root, r->section);
		if (!map || !field_is(l, map, YAML_MAP, r->section))
			continue;
		for (const struct yaml_node *c = map->first; c; c = c->next)
			declare(l, r, c);
	}
}

/* The areas: one for each file that has rooms. */
static void load_sources(struct pack_loader *l)
{
	struct pack_area *areas =
		arena_alloc(l->arena, l->n_sources * sizeof(struct pack_area) + 1);
	size_t n = 0;

	for (size_t i = 0; i < l->n_sources; i++) {
		struct source_form form = { 0 };

		fields_read(l, l->sources[i].root, "a pack's file", source_fields,
			    ARRAY_LEN(source_fields), &form);
		if (!form.area)
			continue;
		areas[n] = (struct pack_area){ 0 };
		fields_read(l, form.area, "an area", area_fields, ARRAY_LEN(area_fields),
			    &areas[n]);
		l->sources[i].area = &areas[n++];
	}
	l->pack->areas = areas;
	l->pack->n_areas = n;
}

static void check_banner(struct pack_loader *l, const struct yaml_node *node)
{
	struct span text = node->text;

	while (text.n) {
		const char *nl = memchr(text.p, '\n', text.n);
		size_t n = nl ? (size_t)(nl - text.p) : text.n;

		if (tags_columns((struct span){ text.p, n }) > BANNER_COLUMNS) {
			mistake_at(&l->mistakes, node,
				   "a line of the banner is wider than %d columns", BANNER_COLUMNS);
			return;
		}
		n += nl != NULL;
		text.p += n;
		text.n -= n;
	}
}

static void load_header(struct pack_loader *l, const struct yaml_node *root)
{
	struct header_form form = { .banner = "" };

	fields_read(l, root, "a pack", header_fields, ARRAY_LEN(header_fields), &form);
	if (form.banner && *form.banner)
		check_banner(l, yaml_get(root, "banner"));
	l->pack->name = form.name;
	l->pack->version = form.version;
	l->pack->licence = form.licence;
	l->pack->banner = form.banner;
	l->pack->genre = form.genre;
	l->pack->status = form.status;
	l->pack->created = form.created;
	l->pack->depends = form.depends;
	l->pack->n_depends = form.n_depends;
	l->pack->credits = form.credits;
	l->pack->n_credits = form.n_credits;
	if (form.start)
		l->pack->start = loader_find(l, SECTION_ROOMS, form.start);
}

/* Parses every file; returns the root of pack.yaml, NULL if it is missing or broken. */
static const struct yaml_node *parse_files(struct pack_loader *l, const struct pack_files *files,
					   const char *dir)
{
	const struct yaml_node *header = NULL;
	bool has_header = false;

	l->sources = arena_alloc(l->arena, files->n * sizeof(*l->sources) + 1);
	for (size_t i = 0; i < files->n; i++) {
		const struct pack_file *f = &files->list[i];
		const struct yaml_node *root = yaml_read(l->arena, &l->mistakes, f->path, f->bytes);
		bool is_header = !strcmp(f->name, "pack.yaml");

		has_header |= is_header;
		if (!root)
			l->is_partial = true;
		else if (is_header)
			header = root;
		else
			l->sources[l->n_sources++] = (struct source){ .root = root };
	}
	if (!has_header)
		mistake_in(&l->mistakes, dir, 1, 1, "no pack.yaml here");
	return header;
}

static void load_all(struct pack_loader *l, const struct yaml_node *header)
{
	load_sources(l);
	for (enum section s = 0; s < N_SECTIONS; s++)
		declare_section(l, s);
	load_items(l);
	load_npcs(l);
	load_smalltalk(l);
	load_help(l);
	load_rooms(l);
	load_spawns(l);
	load_errands(l);
	load_whens(l);
	load_sounds(l);
	if (header)
		load_header(l, header);
	check_map(l);
	check_minds(l);
	check_errands(l);
	check_reach(l);
}

/* Hands what was loaded to the pack. */
static void publish(struct pack_loader *l, const struct pack_files *files)
{
	struct pack *p = l->pack;

	p->rooms = l->sections[SECTION_ROOMS].list;
	p->n_rooms = l->sections[SECTION_ROOMS].n;
	p->items = l->sections[SECTION_ITEMS].list;
	p->n_items = l->sections[SECTION_ITEMS].n;
	p->npcs = l->sections[SECTION_NPCS].list;
	p->n_npcs = l->sections[SECTION_NPCS].n;
	p->help = l->sections[SECTION_HELP].list;
	p->n_help = l->sections[SECTION_HELP].n;
	p->smalltalk = l->sections[SECTION_SMALLTALK].list;
	p->n_smalltalk = l->sections[SECTION_SMALLTALK].n;
	p->errands = l->sections[SECTION_ERRANDS].list;
	p->n_errands = l->sections[SECTION_ERRANDS].n;
	p->spawns = l->spawns;
	p->n_spawns = l->n_spawns;
	memcpy(p->hash, files->hash, sizeof(p->hash));
}

int pack_load(struct pack **ret, const char *dir, struct buf *errors)
{
	struct pack_home *home = base_alloc(1, sizeof(*home));
	CLEANUP(pack_freep) struct pack *pack = &home->pack;
	struct pack_loader l = { .pack = pack, .arena = &home->arena };
	struct pack_files files;
	bool ok;

	arena_init(&home->arena, 0);
	memcpy(l.sections, no_records, sizeof(no_records));
	for (enum section s = 0; s < N_SECTIONS; s++)
		strmap_init(&l.sections[s].by_key, NULL);
	strmap_init(&l.spawn_keys, NULL);
	strmap_init(&l.topics, NULL);
	pack_files_read(&files, dir, l.arena, &l.mistakes);
	load_all(&l, parse_files(&l, &files, dir));
	publish(&l, &files);
	mistakes_print(&l.mistakes, errors);
	ok = !l.mistakes.all;
	mistakes_done(&l.mistakes);
	pack_files_done(&files);
	for (enum section s = 0; s < N_SECTIONS; s++)
		strmap_done(&l.sections[s].by_key);
	strmap_done(&l.spawn_keys);
	strmap_done(&l.topics);
	if (!ok)
		return 1;
	*ret = TAKE(pack);
	return 0;
}

void pack_free(struct pack *p)
{
	struct pack_home *home = p ? CONTAINER_OF(p, struct pack_home, pack) : NULL;

	if (!home)
		return;
	arena_done(&home->arena);
	free(home);
}

void pack_freep(struct pack **p)
{
	pack_free(*p);
	*p = NULL;
}
