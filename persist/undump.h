/*
 * undump.h - the strict reader of an export: bytes in, rows out.
 *
 * It holds one line at a time, and takes a row only when it is written as an export writes it, of a table and
 * columns that its schema has, and behind the row before it by its key; the last line must tell the very
 * counts and hashes of what went by.  So a file that was cut off, changed, put together or sorted anew
 * is refused, at the latest at its end: nothing of it counts before undump_end() said 0.
 *
 * An export of an older schema is read, too: what it lacks has a value by default (dump_table.h).
 */
#pragma once

#include "persist/dump_line.h"
#include "persist/dump_sum.h"

enum undump_phase { UNDUMP_HEADER, UNDUMP_ROWS, UNDUMP_DONE };

struct undump_sink {
	/* A row of the present schema, in the order of dump_table.h. Anything but 0 ends the reading, with a
	 * sentence in *why. */
	int (*row)(void *ctx, const struct dump_row *row, struct buf *why);
	void *ctx;
};

struct undump {
	struct undump_sink sink;
	uint32_t newest; /* schema that is understood */
	enum undump_phase phase;
	struct buf line; /* that has begun */
	uint64_t number; /* of the last whole line */
	size_t table;	 /* of the row before */
	struct dump_row rows[2];
	bool has_row;
	unsigned turn; /* which of `rows` is the next */
	struct dump_sum sum;
	uint64_t at_ms;	  /* when it was made */
	struct buf where; /* the instant, for people: "world 1: epoch 2, batch 30, fact 40" */
};

void undump_init(struct undump *u, uint32_t newest, const struct undump_sink *sink);
/* STORE_BAD, or what the sink said: a sentence in *why, with the line's number. Then only undump_done(). */
int undump_feed(struct undump *u, struct span bytes, struct buf *why) MUST_USE;
/* The file has ended. */
int undump_end(struct undump *u, struct buf *why) MUST_USE;
void undump_done(struct undump *u);
