/*
 * conf_impl.h - what the files of conf share: one value as it was written, its typed form, and the
 * reader of the file.  For conf*.c only.
 */
#pragma once

#include "rt/conf.h"

/* A value as it stands in a file, a variable or a flag; `where` begins its mistakes. */
struct conf_raw {
	const char *where;
	struct span text;	  /* a scalar */
	const struct span *items; /* or a sequence */
	size_t n_items;
	bool is_list;
};

union conf_value {
	bool b;
	int64_t i;
	int e;
	char *s;
	char **list;
};

void conf_mistake(struct buf *errors, const char *where, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* conf_value.c: false leaves *ret untouched and appends a sentence to *why. */
bool conf_value_parse(const struct conf_option *o, const struct conf_raw *raw,
		      union conf_value *ret, struct buf *why) MUST_USE;
union conf_value conf_value_get(const struct conf_option *o, const void *values);
void conf_value_put(const struct conf_option *o, void *values, union conf_value v);
void conf_value_free(const struct conf_option *o, union conf_value v);
bool conf_value_same(const struct conf_option *o, union conf_value a, union conf_value b);

/* conf_print.c: a number of the option's type, with the largest unit that keeps it exact. */
void conf_print_number(const struct conf_option *o, int64_t v, struct buf *out);

/* conf_yaml.c */
enum conf_whose { CONF_OWN, CONF_OTHER, CONF_UNKNOWN };

struct conf_reader {
	enum conf_whose (*section)(void *ctx, struct span section);
	/* key_where: position of the key; name: section.key, of an own section. */
	void (*value)(void *ctx, struct span name, const char *key_where,
		      const struct conf_raw *raw);
	void *ctx;
};

void conf_yaml_read(const char *file, const struct conf_reader *r, struct buf *errors);
