/*
 * field.h - maps of a pack read by a table: one row for each key says its type, its bounds and
 * where its value goes.  The table is the truth for what a key may be; README.md's lists follow it.
 */
#pragma once

#include "rt/base.h"
#include "world/pack/yaml.h"

struct pack_loader;

enum field_kind {
	FIELD_KEY,    /* const char *: [a-z][a-z0-9_]* */
	FIELD_PLAIN,  /* const char *: one line, no markup */
	FIELD_LINE,   /* const char *: one line of markup */
	FIELD_TEXT,   /* const char *: markup, one or more lines */
	FIELD_BOOL,   /* bool */
	FIELD_NUMBER, /* uint32_t, min..max */
	FIELD_CHANGE, /* int32_t, -max..max */
	FIELD_KEYS,   /* const char *const *, then size_t: lists of the above */
	FIELD_PLAINS,
	FIELD_LINES,
	FIELD_SPOKEN, /* what somebody says: no markup, but the fields that `choices` names */
	FIELD_FLAGS,  /* unsigned: a list of `choices`, the first is bit 0 */
	FIELD_CHOICE, /* unsigned: index into `choices` */
	FIELD_NODE,   /* const struct yaml_node *: read by somebody else */
};

struct field {
	const char *name;
	enum field_kind kind;
	bool is_required;
	size_t offset;
	size_t offset_n;	    /* lists: where their length goes */
	uint32_t min, max;	    /* numbers; lists: how many entries, max 0: any number */
	uint32_t bytes;		    /* texts and entries of lists: the longest one, 0: any */
	const char *const *choices; /* NULL-terminated */
};

/* The rows of a table. */
#define FIELD(name_, kind_, at)                                                                    \
	{                                                                                          \
		.name = name_, .kind = kind_, .offset = at                                         \
	}
#define FIELD_REQUIRED(name_, kind_, at)                                                           \
	{                                                                                          \
		.name = name_, .kind = kind_, .offset = at, .is_required = true                    \
	}
#define FIELD_LIST(name_, kind_, at, at_n)                                                         \
	{                                                                                          \
		.name = name_, .kind = kind_, .offset = at, .offset_n = at_n                       \
	}
#define FIELD_RANGE(name_, at, min_, max_)                                                         \
	{                                                                                          \
		.name = name_, .kind = FIELD_NUMBER, .offset = at, .min = min_, .max = max_        \
	}
#define FIELD_NAMED(name_, kind_, at, choices_)                                                    \
	{                                                                                          \
		.name = name_, .kind = kind_, .offset = at, .choices = choices_                    \
	}
#define FIELD_SHORT(name_, kind_, at, bytes_)                                                      \
	{                                                                                          \
		.name = name_, .kind = kind_, .offset = at, .bytes = bytes_                        \
	}
#define FIELD_CHANGES(name_, at, max_)                                                             \
	{                                                                                          \
		.name = name_, .kind = FIELD_CHANGE, .offset = at, .max = max_                     \
	}

/* Reads a map into the record; `what` names it in sentences ("a room"). */
void fields_read(struct pack_loader *l, const struct yaml_node *map, const char *what,
		 const struct field *fields, size_t n_fields, void *record);

/* Single values; after a mistake NULL. */
const char *field_text(struct pack_loader *l, const struct yaml_node *node, enum field_kind kind);
bool field_is_key(struct span s);
/* A node that must be a map (or list); false after a mistake. */
bool field_is(struct pack_loader *l, const struct yaml_node *node, enum yaml_kind kind,
	      const char *what);
