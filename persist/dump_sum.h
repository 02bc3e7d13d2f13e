/*
 * dump_sum.h - what makes an export whole: how many rows of each table, the state hash over all of their lines,
 * a hash over all lines before the last, and the last line, which tells them.  Writer and reader
 * count the same way, and a last line that is not the very text that comes of it is refused.
 */
#pragma once

#include <sodium.h>

#include "persist/dump_table.h"

enum { DUMP_FORMAT = 1, DUMP_HASH_BYTES = 32, DUMP_HASH_HEX = 2 * DUMP_HASH_BYTES + 1 };

struct dump_sum {
	uint32_t schema;
	uint64_t rows[DUMP_TABLES], total;
	crypto_generichash_state state, all;
};

void dump_sum_init(struct dump_sum *s, uint32_t schema);
/* Lines come with their newline. */
void dump_sum_header(struct dump_sum *s, struct span line);
void dump_sum_row(struct dump_sum *s, const struct dump_table *t, struct span line);
/* The state hash of the rows so far. */
void dump_sum_state(const struct dump_sum *s, char ret[DUMP_HASH_HEX]);
/* Appends the last line of an export with these rows, with its newline. */
void dump_sum_trailer(const struct dump_sum *s, struct buf *out);
/* Says in what a last line differs from the one it should be. */
void dump_sum_differs(const struct dump_sum *s, struct span line, struct buf *why);
