/*
 * conf_yaml.c - the file: YAML cut down to sections of keys, read event by event.  Anchors, aliases,
 * tags, directives, further documents and doubled keys are mistakes; reading goes on behind each, so
 * that one run shows them all.  Only broken YAML itself ends the reading.
 */
#include "rt/conf_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "rt/map.h"

enum { FILE_MAX = 1 << 20, WHERE_MAX = 512 };

struct reader {
	const struct conf_reader *out;
	struct buf *errors;
	const char *file;
	yaml_parser_t parser;
	yaml_event_t event;
	bool has_event, broken;
	char where[WHERE_MAX]; /* of the present event */
	struct strmap seen;    /* names of sections and section.keys */
};

static void set_where(struct reader *r, yaml_mark_t mark)
{
	snprintf(r->where, sizeof(r->where), "%s:%zu:%zu", r->file, mark.line + 1, mark.column + 1);
}

static void refuse(struct reader *r, const char *what)
{
	conf_mistake(r->errors, r->where, "%s are not used here", what);
}

/* What no event may carry. */
static void check_profile(struct reader *r)
{
	const yaml_event_t *e = &r->event;
	bool anchor = false, tag = false;

	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (e->data.document_start.version_directive ||
		    e->data.document_start.tag_directives.start !=
			    e->data.document_start.tag_directives.end)
			refuse(r, "directives (%)");
		break;
	case YAML_ALIAS_EVENT:
		refuse(r, "aliases (*)");
		break;
	case YAML_SCALAR_EVENT:
		anchor = e->data.scalar.anchor;
		tag = e->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = e->data.sequence_start.anchor;
		tag = e->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = e->data.mapping_start.anchor;
		tag = e->data.mapping_start.tag;
		break;
	default:
		break;
	}
	if (anchor)
		refuse(r, "anchors (&)");
	if (tag)
		refuse(r, "tags (!)");
}

/* The next event; YAML_NO_EVENT once the file is broken. */
static yaml_event_type_t next(struct reader *r)
{
	if (r->has_event)
		yaml_event_delete(&r->event);
	r->has_event = false;
	if (r->broken)
		return YAML_NO_EVENT;
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		r->broken = true;
		set_where(r, r->parser.problem_mark);
		conf_mistake(r->errors, r->where, "%s",
			     r->parser.problem ? r->parser.problem : "not valid YAML");
		return YAML_NO_EVENT;
	}
	r->has_event = true;
	set_where(r, r->event.start_mark);
	check_profile(r);
	return r->event.type;
}

static bool is_open(yaml_event_type_t t)
{
	return t == YAML_MAPPING_START_EVENT || t == YAML_SEQUENCE_START_EVENT;
}

static bool is_close(yaml_event_type_t t)
{
	return t == YAML_MAPPING_END_EVENT || t == YAML_SEQUENCE_END_EVENT;
}

/* Passes over the node whose first event is the present one. */
static void skip(struct reader *r)
{
	unsigned depth = is_open(r->event.type);

	while (depth > 0 && !r->broken) {
		yaml_event_type_t t = next(r);

		if (is_open(t))
			depth++;
		else if (is_close(t))
			depth--;
	}
}

static struct span scalar(const struct reader *r)
{
	return (struct span){ (const char *)r->event.data.scalar.value,
			      r->event.data.scalar.length };
}

static bool is_nothing(const struct reader *r)
{
	return r->event.type == YAML_SCALAR_EVENT && r->event.data.scalar.length == 0 &&
	       r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* Is this the first time the name occurs in the file? */
static bool is_new(struct reader *r, struct span name)
{
	if (!strmap_put(&r->seen, name, r))
		return true;
	conf_mistake(r->errors, r->where, "%.*s is here a second time", (int)name.n, name.p);
	return false;
}

/* The present event opens a sequence: hands its scalars over. */
static void read_list(struct reader *r, struct span name, const char *key_where, bool wanted)
{
	char where[WHERE_MAX];
	struct span *items = NULL;
	size_t n = 0;
	yaml_event_type_t t;

	memcpy(where, r->where, sizeof(where));
	while ((t = next(r)) != YAML_SEQUENCE_END_EVENT && t != YAML_NO_EVENT) {
		if (t != YAML_SCALAR_EVENT) {
			conf_mistake(r->errors, r->where, "a list holds plain values only");
			skip(r);
			continue;
		}
		items = base_realloc(items, n + 1, sizeof(*items));
		items[n].n = scalar(r).n;
		items[n++].p = base_dup(scalar(r).p, scalar(r).n);
	}
	if (wanted && !r->broken) {
		const struct conf_raw raw = {
			.where = where, .items = items, .n_items = n, .is_list = true
		};

		r->out->value(r->out->ctx, name, key_where, &raw);
	}
	for (size_t i = 0; i < n; i++)
		base_freep(&items[i].p);
	free(items);
}

/* The value of a key; the present event is its first. */
static void read_value(struct reader *r, struct span name, const char *key_where, bool wanted)
{
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		if (wanted) {
			const struct conf_raw raw = { .where = r->where, .text = scalar(r) };

			r->out->value(r->out->ctx, name, key_where, &raw);
		}
		break;
	case YAML_SEQUENCE_START_EVENT:
		read_list(r, name, key_where, wanted);
		break;
	case YAML_MAPPING_START_EVENT:
		if (wanted)
			conf_mistake(r->errors, r->where,
				     "%.*s takes a value, not a map of further keys", (int)name.n,
				     name.p);
		skip(r);
		break;
	default:
		break;
	}
}

/* Reads a key; false when the present event is something else, which is said and passed over. */
static bool read_key(struct reader *r, const char *what)
{
	if (r->event.type == YAML_SCALAR_EVENT)
		return true;
	conf_mistake(r->errors, r->where, "the name of %s is expected", what);
	skip(r);
	if (next(r) != YAML_NO_EVENT)
		skip(r);
	return false;
}

static void read_keys(struct reader *r, const char *section, bool own)
{
	yaml_event_type_t t;

	while ((t = next(r)) != YAML_MAPPING_END_EVENT && t != YAML_NO_EVENT) {
		char key_where[WHERE_MAX];
		struct buf name = { 0 };
		bool wanted;

		if (!read_key(r, "an option"))
			continue;
		memcpy(key_where, r->where, sizeof(key_where));
		buf_addf(&name, "%s.", section);
		buf_add(&name, scalar(r).p, scalar(r).n);
		wanted = is_new(r, buf_span(&name)) && own;
		if (next(r) != YAML_NO_EVENT)
			read_value(r, buf_span(&name), key_where, wanted);
		buf_done(&name);
	}
}

static void read_section(struct reader *r)
{
	CLEANUP(base_freep) char *section = base_dup(scalar(r).p, scalar(r).n);
	enum conf_whose whose = r->out->section(r->out->ctx, scalar(r));

	is_new(r, scalar(r));
	if (whose == CONF_UNKNOWN)
		conf_mistake(r->errors, r->where, "there is no section \"%s\"", section);
	if (next(r) == YAML_NO_EVENT)
		return;
	if (r->event.type == YAML_MAPPING_START_EVENT) {
		read_keys(r, section, whose == CONF_OWN);
		return;
	}
	if (!is_nothing(r))
		conf_mistake(r->errors, r->where, "section \"%s\" is not a map of options",
			     section);
	skip(r);
}

static void read_document(struct reader *r)
{
	yaml_event_type_t t = next(r);

	if (t != YAML_MAPPING_START_EVENT) {
		if (t != YAML_NO_EVENT && !is_nothing(r))
			conf_mistake(r->errors, r->where, "a map of sections is expected");
		skip(r);
		return;
	}
	while ((t = next(r)) != YAML_MAPPING_END_EVENT && t != YAML_NO_EVENT)
		if (read_key(r, "a section"))
			read_section(r);
}

static void read_stream(struct reader *r)
{
	yaml_event_type_t t;
	unsigned documents = 0;

	while ((t = next(r)) != YAML_STREAM_END_EVENT && t != YAML_NO_EVENT) {
		if (t != YAML_DOCUMENT_START_EVENT)
			continue;
		if (documents++ > 0) {
			conf_mistake(r->errors, r->where, "a second document is not used here");
			return;
		}
		read_document(r);
	}
}

/* The file's bytes; false with a mistake. */
static bool slurp(const char *file, struct buf *out, struct buf *errors)
{
	FILE *f = fopen(file, "re");
	size_t n = 0;

	if (!f) {
		conf_mistake(errors, file, "%s", strerrordesc_np(errno));
		return false;
	}
	do {
		n = fread(buf_reserve(out, BUFSIZ), 1, BUFSIZ, f);
		buf_commit(out, n);
	} while (n > 0 && out->n <= FILE_MAX);
	if (ferror(f))
		conf_mistake(errors, file, "%s", strerrordesc_np(errno));
	else if (out->n > FILE_MAX)
		conf_mistake(errors, file, "larger than any configuration is: 1 MiB at most");
	n = (size_t)ferror(f);
	fclose(f);
	return n == 0 && out->n <= FILE_MAX;
}

void conf_yaml_read(const char *file, const struct conf_reader *out, struct buf *errors)
{
	struct reader r = { .out = out, .errors = errors, .file = file };
	struct buf bytes = { 0 };

	if (slurp(file, &bytes, errors) && yaml_parser_initialize(&r.parser)) {
		strmap_init(&r.seen, NULL);
		yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&r.parser, (const unsigned char *)buf_p(&bytes),
					     bytes.n);
		read_stream(&r);
		if (r.has_event)
			yaml_event_delete(&r.event);
		yaml_parser_delete(&r.parser);
		strmap_done(&r.seen);
	}
	buf_done(&bytes);
}
