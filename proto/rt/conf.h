/*
 * conf.h - the option table: one constant array is the truth for parsing, help, ranges and
 * `--print-config`.
 *
 * Order of precedence: flag (--set section.key=value) over environment (MUDLARK_SECTION_KEY) over
 * file (YAML, strict: no anchors, tags, second document, unknown or duplicate key) over default.
 * Every mistake is a sentence with file:line:column (or the flag's or variable's name), all of them in one
 * go.  Values live in the owner's struct at the option's offset.  A process owns the sections in its
 * table; sections of other processes in the same file are passed over (`known_sections`).  A
 * table may hold options of such a section, too (the gateway holds world.bus): then the others in it
 * are passed over.
 */
#pragma once

#include <stdio.h>
#include "rt/base.h"
#include "rt/buf.h"

enum conf_type {
	CONF_BOOL,   /* bool */
	CONF_INT,    /* int64_t, with range */
	CONF_SIZE,   /* int64_t bytes; K, M, G suffixes */
	CONF_TIME,   /* int64_t microseconds; us, ms, s, m, h suffixes; bare number: seconds */
	CONF_STRING, /* char *, owned by the struct */
	CONF_ENUM,   /* int; names in `choices`, NULL-terminated */
	CONF_LIST,   /* char **, NULL-terminated, owned; YAML sequence or a,b,c */
	CONF_ADDRESS, /* char *: host:port, [v6]:port, :port, a path with unix: in front, or empty = off */
	CONF_ENDPOINT, /* char *: ipc://... or tcp://... */
};

struct conf_option {
	const char *name; /* section.key */
	enum conf_type type;
	size_t offset;	      /* into the owner's struct */
	const char *fallback; /* default, as it would be written */
	int64_t min, max;     /* CONF_INT, CONF_SIZE, CONF_TIME (us); both 0: any from 0 up */
	const char *const *choices;
	bool reload;	  /* may change on SIGHUP */
	const char *help; /* one line */
};

struct conf_table {
	const struct conf_option *options;
	size_t n;
	size_t size; /* of the struct */
};

/* Several tables that are read as one: a process's own and those every process shares. */
struct conf_part {
	const struct conf_table *table;
	void *values;
};

/* Where values come from; `file` NULL: none. `sets`: "section.key=value". */
struct conf_source {
	const char *file;
	const char *const *sets;
	size_t n_sets;
	char **environ_;		   /* NULL: the process's own */
	const char *const *known_sections; /* sections of others, passed over; NULL-terminated */
};

/* Fills *values (zeroed by the caller). 0; 1: mistakes, one line each in *errors, values untouched. */
int conf_load(const struct conf_table *t, const struct conf_source *src, void *values,
	      struct buf *errors) MUST_USE;
/* Loads anew and takes over what may change; 1 as above; names of options that changed but need a
 * restart are added to *notes. */
int conf_reload(const struct conf_table *t, const struct conf_source *src, void *values,
		struct buf *errors, struct buf *notes) MUST_USE;
void conf_done(const struct conf_table *t, void *values);
int conf_load_parts(const struct conf_part *parts, size_t n, const struct conf_source *src,
		    struct buf *errors) MUST_USE;
int conf_reload_parts(const struct conf_part *parts, size_t n, const struct conf_source *src,
		      struct buf *errors, struct buf *notes) MUST_USE;
void conf_print_parts(const struct conf_part *parts, size_t n, struct buf *out);
/* The whole table as YAML with help, defaults, ranges and present values. */
void conf_print(const struct conf_table *t, const void *values, struct buf *out);
