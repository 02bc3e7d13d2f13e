/*
 * yaml.h - strict YAML as a tree of nodes that know where they stand.
 *
 * Only what a pack needs: one document of maps, lists and scalars.  Anchors, aliases, tags, a
 * second document, a key that stands twice in a map, a key that is not text, and anything nested
 * deeper than 16 or longer than 2048 entries are mistakes.  Nodes live in the arena and borrow
 * nothing.
 */
#pragma once

#include "rt/arena.h"
#include "rt/base.h"

struct mistakes;

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	bool is_quoted;		 /* 'x', "x" or a block: never a number, a truth or nothing */
	const char *file;	 /* for mistakes; borrowed from yaml_read's caller */
	uint32_t line, column;	 /* from 1 */
	struct span text;	 /* YAML_TEXT, NUL-terminated too */
	struct yaml_node *key;	 /* in a map: the member's key */
	struct yaml_node *first; /* YAML_LIST, YAML_MAP */
	struct yaml_node *next;
	uint32_t n; /* children */
};

/* The document's root; NULL after a mistake that made the rest unreadable. An empty file is an
 * empty map. */
struct yaml_node *yaml_read(struct arena *arena, struct mistakes *m, const char *file,
			    struct span bytes) MUST_USE;
/* The member of a map; NULL: none. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
/* An unquoted `~`, `null` or nothing at all. */
bool yaml_is_null(const struct yaml_node *node);
const char *yaml_kind_name(enum yaml_kind kind);
