/*
 * loader.h - the state of one pack_load(), shared by the files that read its sections.
 *
 * Two passes over the trees of all files: *declare* gives every key of every section its record, at
 * an address that stays; *define* fills the records, so that any text can refer to any key.
 */
#pragma once

#include "rt/arena.h"
#include "rt/map.h"
#include "world/pack/mistake.h"
#include "world/pack/pack.h"
#include "world/pack/yaml.h"

/* The records of one section, and where each was declared. */
struct records {
	const char *section;
	size_t size;			/* of a record; it begins with `const char *key` */
	void *list;			/* in the arena */
	const struct yaml_node **nodes; /* the value behind each key */
	size_t n;
	struct strmap by_key;
};

enum section {
	SECTION_ROOMS,
	SECTION_ITEMS,
	SECTION_NPCS,
	SECTION_HELP,
	SECTION_SMALLTALK,
	SECTION_ERRANDS,
	N_SECTIONS
};

/* A condition that is read when all it may name is there. */
struct later {
	const struct yaml_node *node;
	const struct pack_when **to;
	struct later *next;
};

/* A file other than pack.yaml. */
struct source {
	const struct yaml_node *root;
	const struct pack_area *area; /* NULL: declares none */
};

struct pack_loader {
	struct pack *pack;
	struct arena *arena;
	struct mistakes mistakes;
	struct source *sources;
	size_t n_sources;
	struct records sections[N_SECTIONS];
	bool is_partial;     /* a file could not be read: what refers to it is not judged */
	bool is_map_partial; /* nor is what only broken exits may lead to */
	struct pack_spawn *spawns;
	size_t n_spawns;
	struct strmap spawn_keys;
	struct strmap topics; /* "npc/topic": struct pack_topic */
	struct later *whens;
};

/* The record that a node names; NULL after a mistake. */
void *loader_find(struct pack_loader *l, enum section section, const struct yaml_node *node);

void load_items(struct pack_loader *l);
void load_npcs(struct pack_loader *l);
void load_help(struct pack_loader *l);
void load_rooms(struct pack_loader *l);
void load_spawns(struct pack_loader *l);
/* The `mind` of an npc; NULL after a mistake in its form. */
const struct pack_mind *load_mind(struct pack_loader *l, const struct yaml_node *node,
				  const char *npc);
void load_smalltalk(struct pack_loader *l);
void load_errands(struct pack_loader *l);
/* *to is filled by load_whens(), behind all other sections. */
void when_later(struct pack_loader *l, const struct yaml_node *node, const struct pack_when **to);
void load_whens(struct pack_loader *l);
/* The topic that "npc/topic" names, from now on one that is kept in mind; NULL after a mistake. */
const struct pack_topic *loader_topic(struct pack_loader *l, const struct yaml_node *node,
				      const struct pack_npc **ret_npc);
void load_sounds(struct pack_loader *l);
/* What only the whole can show: ways back, rooms that nobody can reach. */
void check_map(struct pack_loader *l);
/* What a mind is in all, and that every errand can be had and done. */
void check_minds(struct pack_loader *l);
void check_errands(struct pack_loader *l);
/* That nothing waits for itself; behind all other checks. */
void check_reach(struct pack_loader *l);
