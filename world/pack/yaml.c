/*
 * yaml.c - libyaml's events made into a tree; everything a pack does not need is a mistake.
 *
 * After a mistake in the structure reading goes on where that is safe (a duplicate key, a tag), so
 * that one run tells all; a syntax error ends the file, for nothing behind it can be trusted.
 */
#include "world/pack/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "rt/text.h"
#include "world/pack/mistake.h"

#define MAX_DEPTH 16
#define MAX_ENTRIES 2048

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the present one */
	struct arena *arena;
	struct mistakes *m;
	const char *file;
	bool failed;
};

static void mistake_here(struct reader *r, const char *sentence)
{
	const yaml_mark_t *at = &r->event.start_mark;

	mistake_in(r->m, r->file, at->line + 1, at->column + 1, "%s", sentence);
}

static void syntax_error(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;

	mistake_in(r->m, r->file, p->problem_mark.line + 1, p->problem_mark.column + 1,
		   "this is not YAML: %s%s%s", p->context ? p->context : "", p->context ? ", " : "",
		   p->problem ? p->problem : "unreadable");
	r->failed = true;
}

/* Steps to the next event; false when the file ended in an error. */
static bool advance(struct reader *r)
{
	if (r->failed)
		return false;
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		memset(&r->event, 0, sizeof(r->event));
		syntax_error(r);
	}
	return !r->failed;
}

static void refuse_marks(struct reader *r, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		mistake_here(r, "anchors (&) are not allowed: say it twice");
	if (tag)
		mistake_here(r, "tags (!) are not allowed");
}

static struct yaml_node *node_new(struct reader *r, enum yaml_kind kind)
{
	struct yaml_node *node = arena_alloc(r->arena, sizeof(*node));

	*node = (struct yaml_node){ .kind = kind,
				    .file = r->file,
				    .line = (uint32_t)r->event.start_mark.line + 1,
				    .column = (uint32_t)r->event.start_mark.column + 1 };
	return node;
}

static struct yaml_node *read_scalar(struct reader *r)
{
	struct yaml_node *node = node_new(r, YAML_TEXT);
	const char *p = (const char *)r->event.data.scalar.value;
	size_t n = r->event.data.scalar.length;

	refuse_marks(r, r->event.data.scalar.anchor, r->event.data.scalar.tag);
	if (memchr(p, 0, n)) {
		mistake_here(r, "a text cannot hold a NUL");
		n = strlen(p);
	}
	node->is_quoted = r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = (struct span){ arena_dup(r->arena, p, n), n };
	return node;
}

static struct yaml_node *read_node(struct reader *r, unsigned depth);

/* Puts a child at the end of its parent's list. */
static void append(struct reader *r, struct yaml_node *parent, struct yaml_node **tail,
		   struct yaml_node *child)
{
	if (parent->n == MAX_ENTRIES)
		mistake_in(r->m, r->file, child->line, child->column,
			   "more than %d entries: split this", MAX_ENTRIES);
	if (parent->n++ >= MAX_ENTRIES)
		return;
	if (*tail)
		(*tail)->next = child;
	else
		parent->first = child;
	*tail = child;
}

static struct yaml_node *read_list(struct reader *r, unsigned depth)
{
	struct yaml_node *list = node_new(r, YAML_LIST), *tail = NULL, *child;

	refuse_marks(r, r->event.data.sequence_start.anchor, r->event.data.sequence_start.tag);
	while (advance(r) && r->event.type != YAML_SEQUENCE_END_EVENT) {
		child = read_node(r, depth + 1);
		if (child)
			append(r, list, &tail, child);
	}
	return list;
}

static struct yaml_node *read_key(struct reader *r, const struct yaml_node *map)
{
	struct yaml_node *key;

	if (r->event.type != YAML_SCALAR_EVENT) {
		mistake_here(r, "a key must be a word");
		r->failed = true;
		return NULL;
	}
	key = read_scalar(r);
	for (const struct yaml_node *c = map->first; c; c = c->next)
		if (c->key->text.n == key->text.n &&
		    !memcmp(c->key->text.p, key->text.p, key->text.n))
			mistake_in(r->m, r->file, key->line, key->column,
				   "`%.60s` stands here for the second time (first in line %u)",
				   key->text.p, c->key->line);
	return key;
}

static struct yaml_node *read_map(struct reader *r, unsigned depth)
{
	struct yaml_node *map = node_new(r, YAML_MAP), *tail = NULL, *key, *child;

	refuse_marks(r, r->event.data.mapping_start.anchor, r->event.data.mapping_start.tag);
	while (advance(r) && r->event.type != YAML_MAPPING_END_EVENT) {
		key = read_key(r, map);
		if (!key || !advance(r))
			break;
		child = read_node(r, depth + 1);
		if (!child)
			continue;
		child->key = key;
		append(r, map, &tail, child);
	}
	return map;
}

/* An alias stands for a text, so that its place is not called empty as well. */
static struct yaml_node *refuse_alias(struct reader *r)
{
	struct yaml_node *node = node_new(r, YAML_TEXT);

	mistake_here(r, "aliases (*) are not allowed: say it twice");
	node->text = SPAN("alias");
	return node;
}

/* The node that begins at the present event; NULL after a mistake. */
static struct yaml_node *read_node(struct reader *r, unsigned depth)
{
	if (depth > MAX_DEPTH) {
		mistake_here(r, "nested too deeply");
		r->failed = true;
		return NULL;
	}
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(r);
	case YAML_SEQUENCE_START_EVENT:
		return read_list(r, depth);
	case YAML_MAPPING_START_EVENT:
		return read_map(r, depth);
	default:
		return refuse_alias(r);
	}
}

static struct yaml_node *read_document(struct reader *r)
{
	struct yaml_node *root;

	if (!advance(r) || !advance(r))
		return NULL;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return node_new(r, YAML_MAP);
	if (!advance(r))
		return NULL;
	root = read_node(r, 0);
	if (!advance(r) || !advance(r))
		return NULL;
	if (r->event.type == YAML_DOCUMENT_START_EVENT)
		mistake_here(r, "a file holds one document only");
	return root;
}

struct yaml_node *yaml_read(struct arena *arena, struct mistakes *m, const char *file,
			    struct span bytes)
{
	struct reader r = { .arena = arena, .m = m, .file = file };
	struct yaml_node *root;

	if (!text_is_utf8(bytes)) {
		mistake_in(m, file, 1, 1, "the file is not UTF-8");
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser))
		abort();
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes.p, bytes.n);
	root = read_document(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return r.failed ? NULL : root;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	for (const struct yaml_node *c = map->kind == YAML_MAP ? map->first : NULL; c; c = c->next)
		if (!strcmp(c->key->text.p, key))
			return c;
	return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT && !node->is_quoted &&
	       (!node->text.n || !strcmp(node->text.p, "~") || !strcmp(node->text.p, "null"));
}

const char *yaml_kind_name(enum yaml_kind kind)
{
	static const char *const names[] = {
		[YAML_TEXT] = "a text", [YAML_LIST] = "a list", [YAML_MAP] = "a map"
	};

	return names[kind];
}
