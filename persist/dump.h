/*
 * dump.h - everything that is stored, at one instant, as the lines of an export (README.md has the format), while
 * others go on writing: a read transaction on a connection of its own, gone through a little at a time.
 */
#pragma once

#include "persist/dump_sum.h"

enum { DUMP_PIECE_BYTES = 256 << 10 };

struct dump;

/* Begins: the first line is made and the instant chosen. 0; -errno or STORE_BAD, with a sentence in *why. */
int dump_open(struct dump **ret, const struct db_driver *driver, const char *where,
	      struct buf *why) MUST_USE;
/* Appends the next bytes, at most DUMP_PIECE_BYTES: whole lines, but of a line longer than that as much as fits.
 * *ret_last: there is nothing behind them. Anything but 0: the dump is spoiled; a sentence in *why. */
int dump_next(struct dump *d, struct buf *out, bool *ret_last, struct buf *why) MUST_USE;
void dump_close(struct dump *d);
/* What went by so far. */
const struct dump_sum *dump_so_far(const struct dump *d);

/* Counts what is stored, inside the transaction that is open on db. STORE_BAD: see dump_line.h. */
int dump_count(struct db *db, struct dump_sum *ret) MUST_USE;
