/*
 * store_import.c - an empty store is filled with an export, in one transaction: the rows go in as they are read, and
 * when the last line has been found right, what is stored is read back and its hash compared, before
 * anything is committed.
 */
#include <errno.h>
#include <string.h>

#include "persist/dump.h"
#include "persist/row.h"
#include "persist/store_inner.h"
#include "persist/undump.h"

enum { FLUSH_ROWS = 500, FLUSH_BYTES = 512 << 10 };

struct importer {
	struct store *s;
	struct undump undump;
	/* Rows of one table that wait to be put in. */
	const struct dump_table *table;
	struct arena arena;
	struct row_list rows; /* of struct db_value [n_columns] */
	uint64_t first_line;
	struct dump_sum sum; /* of the rows as they are in the present schema */
	struct buf line;
};

/* Copies, since a reader's row is gone with the next. */
static void keep_row(struct importer *im, const struct dump_row *row)
{
	const size_t n = row->table->n_columns;
	struct db_value *v = row_alloc(&im->arena, n * sizeof(*v));

	for (size_t i = 0; i < n; i++) {
		v[i] = row->v[i];
		if (v[i].type == DB_TEXT || v[i].type == DB_BLOB)
			v[i].v.s.p = row_text(&im->arena, &row->v[i]);
	}
	if (!im->rows.n) {
		im->table = row->table;
		im->first_line = im->undump.number;
	}
	row_add(&im->rows, &im->arena, v);
}

/* What the database said, behind what was being done. */
static void add_said(const struct store *s, int r, struct buf *why)
{
	if (r < 0)
		buf_addf(why, " (%s)", strerror(-r));
	if (s->db->why.n)
		buf_addf(why, ": %.*s", (int)s->db->why.n, buf_p(&s->db->why));
}

static void say_why(const struct importer *im, int r, struct buf *why)
{
	buf_reset(why);
	if (r > 0)
		buf_addf(why, "lines %llu to %llu: the database refuses a row of table %s",
			 (unsigned long long)im->first_line, (unsigned long long)im->undump.number,
			 im->table->name);
	else
		buf_adds(why, "the store failed");
	add_said(im->s, r, why);
}

/* Puts in what waits, and finds out whether it was taken. */
static int flush(struct importer *im, struct buf *why)
{
	const struct db_driver *driver = im->s->driver;
	struct buf text = { 0 };
	int r = 0;

	if (!im->rows.n)
		return 0;
	const size_t n = im->table->n_columns;
	struct db_value *all = row_alloc(&im->arena, im->rows.n * n * sizeof(*all));
	for (size_t i = 0; i < im->rows.n; i++)
		memcpy(all + i * n, im->rows.items[i], n * sizeof(*all));
	dump_insert(&text, im->table);
	r = driver->queue_text(im->s->db, buf_p(&text), all, n, im->rows.n);
	buf_done(&text);
	/* What was only queued is done before the next question is answered. */
	if (!r)
		r = driver->query_text(im->s->db, "SELECT 1", NULL, 0, NULL);
	if (r)
		say_why(im, r, why);
	im->rows = (struct row_list){ 0 };
	arena_reset(&im->arena);
	return r > 0 ? STORE_BAD : r;
}

static int take_row(void *ctx, const struct dump_row *row, struct buf *why)
{
	struct importer *im = ctx;

	buf_reset(&im->line);
	if (dump_line_write(&im->line, row->table, im->s->schema_is, row->v)) {
		buf_adds(why, "a value is not of the type that its column has");
		return STORE_BAD;
	}
	dump_sum_row(&im->sum, row->table, buf_span(&im->line));
	if (im->rows.n &&
	    (row->table != im->table || im->rows.n == FLUSH_ROWS || im->arena.used > FLUSH_BYTES)) {
		const int r = flush(im, why);
		if (r)
			return r;
	}
	keep_row(im, row);
	return 0;
}

static int is_empty(struct store *s, struct buf *why)
{
	const struct db_rows rows = { store_count, &(uint64_t){ 0 } };

	for (size_t i = 0; i < DUMP_TABLES; i++) {
		struct buf text = { 0 };
		uint64_t *n = rows.ctx;

		buf_addf(&text, "SELECT 1 FROM %s LIMIT 1%c", dump_tables[i].name, '\0');
		const int r = s->driver->query_text(s->db, buf_p(&text), NULL, 0, &rows);
		buf_done(&text);
		if (r)
			return r;
		if (*n) {
			buf_addf(why,
				 "the store is not empty (table %s): an export is imported into"
				 " an empty one",
				 dump_tables[i].name);
			return STORE_BAD;
		}
	}
	return 0;
}

static int read_all(struct importer *im, int (*read)(void *ctx, struct span *ret, struct buf *why),
		    void *ctx, struct buf *why)
{
	struct span bytes = { 0 };
	int r;

	while (!(r = read(ctx, &bytes, why)) && bytes.n) {
		r = undump_feed(&im->undump, bytes, why);
		if (r)
			return r;
	}
	if (!r)
		r = undump_end(&im->undump, why);
	return r ? r : flush(im, why);
}

/* Is what the database has what was put in? */
static int read_back(struct importer *im, struct store_import *ret, struct buf *why)
{
	struct dump_sum stored;
	char wanted[DUMP_HASH_HEX];
	const int r = dump_count(im->s->db, &stored);

	if (r)
		return r;
	dump_sum_state(&im->sum, wanted);
	dump_sum_state(&stored, ret->state);
	ret->rows = stored.total;
	ret->schema = im->undump.sum.schema;
	if (strcmp(wanted, ret->state) == 0)
		return 0;
	buf_addf(why, "what was stored is not what was read: state hash %s instead of %s",
		 ret->state, wanted);
	return STORE_BAD;
}

static int import(struct importer *im, int (*read)(void *ctx, struct span *ret, struct buf *why),
		  void *ctx, struct store_import *ret, struct buf *why)
{
	int r = is_empty(im->s, why);

	if (!r)
		r = read_all(im, read, ctx, why);
	if (!r)
		r = im->s->driver->import_end(im->s->db);
	return r ? r : read_back(im, ret, why);
}

static int keep(struct store *s, struct buf *why)
{
	const int r = s->driver->commit(s->db);

	if (!r)
		return 0;
	buf_adds(why, "the store failed when all was to be kept; look whether it is empty before"
		      " you try again");
	add_said(s, r, why);
	return r;
}

static int run(struct importer *im, int (*read)(void *ctx, struct span *ret, struct buf *why),
	       void *ctx, struct store_import *ret, struct buf *why)
{
	int r = im->s->driver->begin_import(im->s->db);

	if (r == -EADDRINUSE) {
		buf_add(why, buf_p(&im->s->db->why), im->s->db->why.n);
		return r;
	}
	if (!r)
		r = import(im, read, ctx, ret, why);
	if (!r)
		return keep(im->s, why);
	if (!why->n) {
		buf_adds(why, "the store failed");
		add_said(im->s, r, why);
	}
	return r;
}

int store_import(struct store *s, int (*read)(void *ctx, struct span *ret, struct buf *why),
		 void *ctx, struct store_import *ret, struct buf *why)
{
	struct importer im = { .s = s };
	const struct undump_sink sink = { take_row, &im };
	struct store_import got = { 0 };

	undump_init(&im.undump, s->schema_is, &sink);
	arena_init(&im.arena, 0);
	dump_sum_init(&im.sum, s->schema_is);
	const int r = run(&im, read, ctx, &got, why);
	if (r)
		s->driver->rollback(s->db);
	else
		*ret = got;
	undump_done(&im.undump);
	arena_done(&im.arena);
	buf_done(&im.line);
	return r > 0 ? STORE_BAD : r;
}
