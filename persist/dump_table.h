/*
 * dump_table.h - the tables of an export: which, in what order, with what columns and by which key.
 * A test compares them with what the databases say of themselves, so none can be forgotten.
 */
#pragma once

#include "persist/db.h"

enum dump_type {
	DUMP_INT,  /* signed: a number, beyond 2^53 its digits as a string */
	DUMP_ID,   /* unsigned: always its digits as a string */
	DUMP_TEXT, /* a string */
	DUMP_JSON, /* the value itself, in canonical form */
	DUMP_BLOB, /* a string of base64 */
};

struct dump_column {
	const char *name;
	enum dump_type type;
	bool nullable;
	uint32_t
		since; /* schema; a row of an older one gets 0 or nothing there (what the migration gives) */
};

struct dump_table {
	const char *name;
	const struct dump_column *columns;
	size_t n_columns, n_key; /* the first n_key columns are the key ... */
	bool is_bag;		 /* ... or may be there several times */
	uint32_t since;
};

enum { DUMP_TABLES = 12, DUMP_SCHEMA_OLDEST = 1 };

/* What refers to another table stands behind it. */
extern const struct dump_table dump_tables[DUMP_TABLES];

/* NULL: there is none in that schema. */
const struct dump_table *dump_table_find(struct span name, uint32_t schema);
/* How many of its columns are there in that schema: these are its first ones. */
size_t dump_columns(const struct dump_table *t, uint32_t schema);
/* "SELECT columns FROM table ORDER BY key" and "INSERT INTO table (columns) VALUES ($1, ...)". */
void dump_select(struct buf *out, const struct dump_table *t);
void dump_insert(struct buf *out, const struct dump_table *t);
