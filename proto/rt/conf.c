/*
 * conf.c - see conf.h.  A load fills a fresh copy of each struct, source by source in rising
 * precedence; only when no source held a mistake does the copy become the values.
 */
#include "rt/conf.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "rt/conf_impl.h"

#define ENV_PREFIX "MUDLARK_"

/* Variables that look like options and are the supervisor's. */
static const char *const runtime_variables[] = {
	"MUDLARK_PARENT",
	"MUDLARK_HEARTBEAT_FD",
	"MUDLARK_READY_FD",
};

struct load {
	const struct conf_part *parts; /* values: the fresh copies */
	size_t n;
	const struct conf_source *src;
	struct buf *errors;
};

void conf_mistake(struct buf *errors, const char *where, const char *fmt, ...)
{
	va_list ap;

	buf_addf(errors, "%s: ", where);
	va_start(ap, fmt);
	buf_vaddf(errors, fmt, ap);
	va_end(ap);
	buf_addc(errors, '\n');
}

static const struct conf_option *find(const struct load *l, struct span name, void **ret_values)
{
	for (size_t p = 0; p < l->n; p++) {
		const struct conf_table *t = l->parts[p].table;

		for (size_t i = 0; i < t->n; i++) {
			if (strlen(t->options[i].name) == name.n &&
			    memcmp(t->options[i].name, name.p, name.n) == 0) {
				*ret_values = l->parts[p].values;
				return &t->options[i];
			}
		}
	}
	return NULL;
}

/* Is it a section of another process? Of such a one we may hold some options, and pass over the rest. */
static bool is_of_others(const struct load *l, struct span section)
{
	const char *const *known = l->src->known_sections;

	for (; known && *known; known++)
		if (strlen(*known) == section.n && memcmp(*known, section.p, section.n) == 0)
			return true;
	return false;
}

static enum conf_whose whose_section(void *ctx, struct span section)
{
	const struct load *l = ctx;

	for (size_t p = 0; p < l->n; p++) {
		const struct conf_table *t = l->parts[p].table;

		for (size_t i = 0; i < t->n; i++)
			if (strcspn(t->options[i].name, ".") == section.n &&
			    memcmp(t->options[i].name, section.p, section.n) == 0)
				return CONF_OWN;
	}
	return is_of_others(l, section) ? CONF_OTHER : CONF_UNKNOWN;
}

static void take(const struct load *l, const struct conf_option *o, void *values,
		 const struct conf_raw *raw)
{
	union conf_value v = { .i = 0 };
	struct buf why = { 0 };

	if (conf_value_parse(o, raw, &v, &why)) {
		conf_value_free(o, conf_value_get(o, values));
		conf_value_put(o, values, v);
	} else {
		conf_mistake(l->errors, raw->where, "%s: %.*s", o->name, (int)why.n, buf_p(&why));
	}
	buf_done(&why);
}

static void take_named(void *ctx, struct span name, const char *key_where,
		       const struct conf_raw *raw)
{
	const struct load *l = ctx;
	const struct conf_option *o;
	void *values;

	o = find(l, name, &values);
	if (o)
		take(l, o, values, raw);
	else if (!is_of_others(l, (struct span){ name.p, strcspn(name.p, ".") }))
		conf_mistake(l->errors, key_where, "there is no option \"%.*s\"", (int)name.n,
			     name.p);
}

static void take_defaults(const struct load *l)
{
	for (size_t p = 0; p < l->n; p++) {
		const struct conf_table *t = l->parts[p].table;

		for (size_t i = 0; i < t->n; i++) {
			const struct conf_option *o = &t->options[i];
			const struct conf_raw raw = {
				.where = "default",
				.text = { o->fallback, strlen(o->fallback) },
			};

			take(l, o, l->parts[p].values, &raw);
		}
	}
}

/* MUDLARK_SECTION_KEY of a name, or with a name of "section" the start of all its variables. */
static void variable_of(struct buf *out, const char *name, size_t n)
{
	buf_adds(out, ENV_PREFIX);
	for (size_t i = 0; i < n; i++)
		buf_addc(out, name[i] == '.' ? '_' : (char)toupper((unsigned char)name[i]));
}

static bool is_runtime(const char *variable, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(runtime_variables); i++)
		if (strlen(runtime_variables[i]) == n &&
		    memcmp(runtime_variables[i], variable, n) == 0)
			return true;
	return false;
}

/* Matches a variable with an option: the option, or NULL and whether it is in a section of ours. */
static const struct conf_option *match_variable(const struct load *l, struct span variable,
						void **ret_values, bool *ret_ours)
{
	const struct conf_option *found = NULL;
	struct buf name = { 0 };

	*ret_ours = false;
	for (size_t p = 0; p < l->n && !found; p++) {
		const struct conf_table *t = l->parts[p].table;

		for (size_t i = 0; i < t->n && !found; i++) {
			const char *o = t->options[i].name;
			size_t section = strlen(ENV_PREFIX) + strcspn(o, ".") + 1;

			buf_reset(&name);
			variable_of(&name, o, strlen(o));
			if (name.n == variable.n && !memcmp(buf_p(&name), variable.p, name.n)) {
				found = &t->options[i];
				*ret_values = l->parts[p].values;
			}
			if (variable.n >= section && !memcmp(buf_p(&name), variable.p, section))
				*ret_ours = true;
		}
	}
	buf_done(&name);
	return found;
}

/* Is it an option of another process, in a section of which we hold one? */
static bool is_variable_of_others(const struct load *l, const char *name)
{
	char section[32];
	size_t n = 0;

	for (name += strlen(ENV_PREFIX); name[n] && name[n] != '_' && n < sizeof(section); n++)
		section[n] = (char)tolower((unsigned char)name[n]);
	return is_of_others(l, (struct span){ section, n });
}

static void take_variable(const struct load *l, const char *entry)
{
	const char *equals = strchr(entry, '=');
	const struct conf_option *o;
	void *values = NULL;
	bool ours;

	if (strncmp(entry, ENV_PREFIX, strlen(ENV_PREFIX)) != 0 || !equals ||
	    is_runtime(entry, (size_t)(equals - entry)))
		return;
	CLEANUP(base_freep) char *name = base_dup(entry, (size_t)(equals - entry));
	const struct conf_raw raw = { .where = name, .text = { equals + 1, strlen(equals + 1) } };

	o = match_variable(l, (struct span){ name, strlen(name) }, &values, &ours);
	if (o)
		take(l, o, values, &raw);
	else if (ours && !is_variable_of_others(l, name))
		conf_mistake(l->errors, name, "there is no such option");
}

static void take_set(struct load *l, const char *set)
{
	const char *equals = strchr(set, '=');
	size_t n = equals ? (size_t)(equals - set) : strlen(set);
	const char *dot = memchr(set, '.', n);
	struct span section = { set, dot ? (size_t)(dot - set) : 0 };
	struct conf_raw raw = { .where = "--set" };

	if (!equals || !dot) {
		conf_mistake(l->errors, raw.where, "%s: write section.key=value", set);
		return;
	}
	raw.text = (struct span){ equals + 1, strlen(equals + 1) };
	switch (whose_section(l, section)) {
	case CONF_OWN:
		take_named(l, (struct span){ set, n }, raw.where, &raw);
		break;
	case CONF_UNKNOWN:
		conf_mistake(l->errors, raw.where, "there is no section \"%.*s\"", (int)section.n,
			     section.p);
		break;
	case CONF_OTHER:
		break;
	}
}

static void take_all(struct load *l)
{
	const struct conf_reader reader = { whose_section, take_named, l };
	char **env = l->src->environ_ ? l->src->environ_ : environ;

	take_defaults(l);
	if (l->src->file)
		conf_yaml_read(l->src->file, &reader, l->errors);
	for (; env && *env; env++)
		take_variable(l, *env);
	for (size_t i = 0; i < l->src->n_sets; i++)
		take_set(l, l->src->sets[i]);
}

static void free_parts(struct conf_part *parts, size_t n)
{
	for (size_t p = 0; p < n; p++) {
		conf_done(parts[p].table, parts[p].values);
		free(parts[p].values);
	}
	free(parts);
}

/* Fresh copies filled from every source, or NULL with mistakes. */
static struct conf_part *load_fresh(const struct conf_part *parts, size_t n,
				    const struct conf_source *src, struct buf *errors)
{
	struct conf_part *fresh = base_alloc(n, sizeof(*fresh));
	struct load l = { .parts = fresh, .n = n, .src = src, .errors = errors };
	size_t before = errors->n;

	for (size_t p = 0; p < n; p++)
		fresh[p] =
			(struct conf_part){ parts[p].table, base_alloc(1, parts[p].table->size) };
	take_all(&l);
	if (errors->n == before)
		return fresh;
	free_parts(fresh, n);
	return NULL;
}

int conf_load_parts(const struct conf_part *parts, size_t n, const struct conf_source *src,
		    struct buf *errors)
{
	struct conf_part *fresh = load_fresh(parts, n, src, errors);

	if (!fresh)
		return 1;
	for (size_t p = 0; p < n; p++) {
		const struct conf_table *t = parts[p].table;

		for (size_t i = 0; i < t->n; i++) {
			const struct conf_option *o = &t->options[i];

			conf_value_put(o, parts[p].values, conf_value_get(o, fresh[p].values));
			conf_value_put(o, fresh[p].values, (union conf_value){ .i = 0 });
		}
	}
	free_parts(fresh, n);
	return 0;
}

static void take_over(const struct conf_option *o, void *values, void *fresh, struct buf *notes)
{
	union conf_value old = conf_value_get(o, values), new = conf_value_get(o, fresh);

	if (conf_value_same(o, old, new))
		return;
	if (o->reload) {
		conf_value_put(o, values, new);
		conf_value_put(o, fresh, old);
	} else {
		buf_addf(notes, "%s%s", notes->n ? ", " : "", o->name);
	}
}

int conf_reload_parts(const struct conf_part *parts, size_t n, const struct conf_source *src,
		      struct buf *errors, struct buf *notes)
{
	struct conf_part *fresh = load_fresh(parts, n, src, errors);

	if (!fresh)
		return 1;
	for (size_t p = 0; p < n; p++)
		for (size_t i = 0; i < parts[p].table->n; i++)
			take_over(&parts[p].table->options[i], parts[p].values, fresh[p].values,
				  notes);
	free_parts(fresh, n);
	return 0;
}

int conf_load(const struct conf_table *t, const struct conf_source *src, void *values,
	      struct buf *errors)
{
	const struct conf_part part = { t, values };

	return conf_load_parts(&part, 1, src, errors);
}

int conf_reload(const struct conf_table *t, const struct conf_source *src, void *values,
		struct buf *errors, struct buf *notes)
{
	const struct conf_part part = { t, values };

	return conf_reload_parts(&part, 1, src, errors, notes);
}

void conf_done(const struct conf_table *t, void *values)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct conf_option *o = &t->options[i];

		conf_value_free(o, conf_value_get(o, values));
		conf_value_put(o, values, (union conf_value){ .i = 0 });
	}
}
