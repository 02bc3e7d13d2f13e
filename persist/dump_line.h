/*
 * dump_line.h - one row of a table as one line of an export, and back:
 *
 *	{"table":"entity","id":"17","world":1,"owner":"3","kind":"item","body":{"name":"penny"},"version":4}
 *
 * Every row has exactly one text: columns in the order of dump_table.h, JSON in canonical form (canon.h). So
 * what is read is written again and compared, and whatever differs is refused.  A column whose value is
 * not of the kind it should be keeps its bytes under another name: "body.text" is a body that is not JSON,
 * "why.base64" a text that is not UTF-8.
 */
#pragma once

#include "persist/dump_table.h"

/* More than the greatest row makes: a dead letter of 1 MiB, in base64. */
enum { DUMP_LINE_MAX = 4 << 20 };

struct dump_row {
	const struct dump_table *table;
	struct db_value
		v[DB_COLUMNS_MAX]; /* of all columns of the table, also those its schema lacked */
	struct buf bytes;	   /* what they point to */
};

/* Appends the line, with its newline. STORE_BAD: a value is of a type the column cannot have. */
int dump_line_write(struct buf *out, const struct dump_table *t, uint32_t schema,
		    const struct db_value *v) MUST_USE;
/* Reads a line (without its newline) of an export of that schema. STORE_BAD: a sentence in *why that goes on
 * behind "line 7: ". `row` is used again and again. */
int dump_line_read(struct dump_row *row, struct span line, uint32_t schema,
		   struct buf *why) MUST_USE;
void dump_row_done(struct dump_row *row);
/* Compares the keys of two rows of one table, as databases order them. */
int dump_row_compare(const struct dump_row *a, const struct dump_row *b);
