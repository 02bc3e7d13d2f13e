/* undump.c - the strict reader of an export; see undump.h. */
#include "persist/undump.h"

#include <stdio.h>
#include <string.h>

#include "persist/store.h"
#include "rt/jsonin.h"

void undump_init(struct undump *u, uint32_t newest, const struct undump_sink *sink)
{
	*u = (struct undump){ .sink = *sink, .newest = newest };
}

void undump_done(struct undump *u)
{
	buf_done(&u->line);
	buf_done(&u->where);
	dump_row_done(&u->rows[0]);
	dump_row_done(&u->rows[1]);
}

static int bad(struct buf *why, const char *sentence)
{
	buf_adds(why, sentence);
	return STORE_BAD;
}

static void note_worlds(struct undump *u, const json_t *header)
{
	const json_t *worlds = jsonin_list(header, "worlds"), *w;
	size_t i;

	json_array_foreach(worlds, i, w)
	{
		uint64_t world = 0, epoch = 0, batch = 0, seq = 0;

		(void)jsonin_count(w, "world", INT64_MAX, &world);
		(void)jsonin_count(w, "epoch", INT64_MAX, &epoch);
		(void)jsonin_count(w, "batch", INT64_MAX, &batch);
		(void)jsonin_count(w, "event_seq", INT64_MAX, &seq);
		buf_addf(&u->where, "%sworld %llu: epoch %llu, batch %llu, fact %llu",
			 u->where.n ? "; " : "", (unsigned long long)world,
			 (unsigned long long)epoch, (unsigned long long)batch,
			 (unsigned long long)seq);
	}
}

static int read_header(struct undump *u, struct span line, struct buf *why)
{
	CLEANUP(jsonin_freep) json_t *o = jsonin_object(line);
	uint64_t format = 0, schema = 0;

	if (!o || !jsonin_is(o, "mudlark", "export") ||
	    !jsonin_count(o, "format", UINT32_MAX, &format) ||
	    !jsonin_count(o, "schema", UINT32_MAX, &schema))
		return bad(why, "this is not the beginning of an export of Mudlark");
	if (format > DUMP_FORMAT || schema > u->newest) {
		buf_addf(why,
			 "the export has schema %llu in format %llu, this program knows %u and %d:"
			 " use a newer program",
			 (unsigned long long)schema, (unsigned long long)format, u->newest,
			 DUMP_FORMAT);
		return STORE_BAD;
	}
	if (format != DUMP_FORMAT || schema < DUMP_SCHEMA_OLDEST)
		return bad(why, "this is an export of no schema that there ever was");
	(void)jsonin_count(o, "at_ms", INT64_MAX, &u->at_ms);
	note_worlds(u, o);
	dump_sum_init(&u->sum, (uint32_t)schema);
	u->phase = UNDUMP_ROWS;
	return 0;
}

/* Behind the row before it. */
static int check_order(struct undump *u, const struct dump_row *row, struct buf *why)
{
	const struct dump_row *last = &u->rows[!u->turn];
	const size_t table = (size_t)(row->table - dump_tables);

	if (!u->has_row || table > u->table)
		return 0;
	if (table < u->table) {
		buf_addf(why, "a row of table %s cannot stand behind those of table %s",
			 row->table->name, last->table->name);
		return STORE_BAD;
	}
	const int r = dump_row_compare(last, row);
	if (r < 0 || (!r && row->table->is_bag))
		return 0;
	return bad(why, r ? "this row stands before the one above it, by its key"
			  : "this row is there twice, by its key");
}

static int read_row(struct undump *u, struct span line, struct buf *why)
{
	struct dump_row *row = &u->rows[u->turn];
	int r = dump_line_read(row, (struct span){ line.p, line.n - 1 }, u->sum.schema, why);

	if (!r)
		r = check_order(u, row, why);
	if (r)
		return r;
	u->table = (size_t)(row->table - dump_tables);
	u->has_row = true;
	u->turn = !u->turn;
	dump_sum_row(&u->sum, row->table, line);
	return u->sink.row ? u->sink.row(u->sink.ctx, row, why) : 0;
}

static int read_trailer(struct undump *u, struct span line, struct buf *why)
{
	struct buf wanted = { 0 };

	dump_sum_trailer(&u->sum, &wanted);
	const bool same = wanted.n == line.n && memcmp(buf_p(&wanted), line.p, line.n) == 0;
	buf_done(&wanted);
	if (!same) {
		dump_sum_differs(&u->sum, line, why);
		return STORE_BAD;
	}
	u->phase = UNDUMP_DONE;
	return 0;
}

static bool begins(struct span s, struct span with)
{
	return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0;
}

/* A line with its newline. */
static int read_line(struct undump *u, struct span line, struct buf *why)
{
	int r;

	u->number++;
	buf_addf(why, "line %llu: ", (unsigned long long)u->number);
	if (u->phase == UNDUMP_HEADER) {
		r = read_header(u, line, why);
		if (!r)
			dump_sum_header(&u->sum, line);
	} else if (u->phase == UNDUMP_DONE) {
		r = bad(why, "something stands behind the last line of the export");
	} else if (begins(line, SPAN("{\"mudlark\":\"end\""))) {
		r = read_trailer(u, line, why);
	} else {
		r = read_row(u, line, why);
	}
	if (!r)
		buf_reset(why);
	return r;
}

static int too_long(const struct undump *u, struct buf *why)
{
	buf_addf(why, "line %llu: it is longer than the %d bytes that a line may have",
		 (unsigned long long)u->number + 1, DUMP_LINE_MAX);
	return STORE_BAD;
}

int undump_feed(struct undump *u, struct span bytes, struct buf *why)
{
	while (bytes.n) {
		const char *newline = memchr(bytes.p, '\n', bytes.n);
		const size_t n = newline ? (size_t)(newline + 1 - bytes.p) : bytes.n;

		if (u->line.n + n > DUMP_LINE_MAX)
			return too_long(u, why);
		buf_add(&u->line, bytes.p, n);
		bytes = (struct span){ bytes.p + n, bytes.n - n };
		if (!newline)
			break;
		const int r = read_line(u, buf_span(&u->line), why);
		if (r)
			return r;
		buf_reset(&u->line);
	}
	return 0;
}

int undump_end(struct undump *u, struct buf *why)
{
	if (u->phase == UNDUMP_DONE && !u->line.n)
		return 0;
	if (u->phase == UNDUMP_DONE)
		buf_addf(why, "line %llu: something stands behind the last line of the export",
			 (unsigned long long)u->number + 1);
	else if (!u->number && !u->line.n)
		buf_adds(why, "line 1: there is nothing in this file");
	else
		buf_addf(why, "line %llu: the file ends here, it was cut off",
			 (unsigned long long)u->number + (u->line.n > 0));
	return STORE_BAD;
}
