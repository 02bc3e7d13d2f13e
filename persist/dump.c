/* dump.c - everything that is stored, as lines; see dump.h. */
#include "persist/dump.h"

#include <stdlib.h>
#include <string.h>

#include "persist/dump_line.h"
#include "persist/migrate.h"
#include "persist/store.h"
#include "rt/clock.h"
#include "rt/proc.h"

enum { ROWS_FIRST = 8, ROWS_MAX = 512, FETCH_BYTES = 64 << 10 };

/* A walk through all tables. */
struct walk {
	struct db *db;
	struct dump_sum *sum;
	struct buf *out; /* lines are appended ... */
	bool is_kept;	 /* ... and stay there */
	size_t table;
	bool in_table;
	size_t rows;  /* so many at a time, by how long they were before */
	size_t bytes; /* of the last few */
};

struct dump {
	struct db *db;
	struct dump_sum sum;
	struct walk walk;
	struct buf ready; /* lines that were not handed out yet */
	bool has_ended;	  /* the last line is among them */
};

static int take_row(void *ctx, const struct db_value *v, size_t n)
{
	struct walk *w = ctx;
	const struct dump_table *t = &dump_tables[w->table];
	const size_t before = w->out->n;
	int r = n == t->n_columns ? dump_line_write(w->out, t, w->sum->schema, v) : STORE_BAD;

	if (!r && w->out->n - before > DUMP_LINE_MAX)
		r = STORE_BAD;
	if (r) {
		buf_reset(&w->db->why);
		buf_addf(&w->db->why, "row %llu of table %s holds what an export cannot hold",
			 (unsigned long long)w->sum->rows[w->table] + 1, t->name);
		return r;
	}
	dump_sum_row(w->sum, t, (struct span){ buf_p(w->out) + before, w->out->n - before });
	w->bytes += w->out->n - before;
	if (!w->is_kept)
		buf_reset(w->out);
	return 0;
}

static int begin_table(struct walk *w)
{
	struct buf text = { 0 };

	dump_select(&text, &dump_tables[w->table]);
	const int r = w->db->driver->scan(w->db, buf_p(&text));
	buf_done(&text);
	w->in_table = !r;
	w->rows = ROWS_FIRST;
	return r;
}

/* So many rows that they make about FETCH_BYTES, as those before did. */
static void choose_rows(struct walk *w)
{
	const size_t fit = w->bytes ? w->rows * FETCH_BYTES / w->bytes : ROWS_MAX;

	w->rows = fit < 1 ? 1 : fit > ROWS_MAX ? ROWS_MAX : fit;
}

/* A few rows further. */
static int walk_on(struct walk *w)
{
	const struct db_rows rows = { take_row, w };
	bool ended = false;
	int r = w->in_table ? 0 : begin_table(w);

	w->bytes = 0;
	if (!r)
		r = w->db->driver->scan_next(w->db, w->rows, &rows, &ended);
	if (r)
		return r;
	choose_rows(w);
	if (ended) {
		w->in_table = false;
		w->table++;
	}
	return 0;
}

int dump_count(struct db *db, struct dump_sum *ret)
{
	struct buf line = { 0 };
	struct walk w = { .db = db, .sum = ret, .out = &line };
	int r = 0;

	dump_sum_init(ret, migrate_newest(db->driver->schema));
	while (!r && w.table < DUMP_TABLES)
		r = walk_on(&w);
	buf_done(&line);
	return r;
}

static int add_world(void *ctx, const struct db_value *v, size_t n)
{
	struct buf *out = ctx;
	const bool is_first = buf_p(out)[out->n - 1] == '[';

	(void)n;
	buf_addf(out, "%s{\"world\":%lld,\"epoch\":%lld,\"batch\":%lld,\"event_seq\":%lld}",
		 is_first ? "" : ",", (long long)v[0].v.i, (long long)v[1].v.i, (long long)v[2].v.i,
		 v[3].type == DB_INT ? (long long)v[3].v.i : 0);
	return 0;
}

/* Its query is the first of the transaction, and so chooses the instant. */
static int write_header(struct dump *d)
{
	struct buf *out = &d->ready;
	const struct db_rows rows = { add_world, out };

	buf_addf(out,
		 "{\"mudlark\":\"export\",\"format\":%d,\"schema\":%u,\"store\":\"%s\","
		 "\"program\":\"%s\",\"at_ms\":%lld,\"worlds\":[",
		 DUMP_FORMAT, d->sum.schema, d->db->driver->name, PROC_VERSION,
		 (long long)clock_wall(&clock_system));
	const int r = d->db->driver->query_text(
		d->db, "SELECT world, epoch, batch, event_seq FROM world ORDER BY world", NULL, 0,
		&rows);
	buf_adds(out, "]}\n");
	dump_sum_header(&d->sum, buf_span(out));
	return r;
}

static int say_why(const struct db *db, int r, struct buf *why)
{
	if (r && db->why.n)
		buf_add(why, buf_p(&db->why), db->why.n);
	else if (r)
		buf_adds(why, r < 0 ? strerror(-r) : "the database refuses it");
	return r;
}

int dump_open(struct dump **ret, const struct db_driver *driver, const char *where, struct buf *why)
{
	struct db *db;
	int r = driver->open_reader(&db, where, why);

	if (r)
		return r;
	struct dump *d = base_alloc(1, sizeof(*d));
	d->db = db;
	dump_sum_init(&d->sum, migrate_newest(driver->schema));
	d->walk = (struct walk){ .db = db, .sum = &d->sum, .out = &d->ready, .is_kept = true };
	r = driver->begin_snapshot(db);
	if (!r)
		r = write_header(d);
	if (r) {
		(void)say_why(db, r, why);
		dump_close(d);
		return r;
	}
	*ret = d;
	return 0;
}

/* As many of the bytes as are handed out at once. */
static size_t piece_of(struct span s)
{
	if (s.n <= DUMP_PIECE_BYTES)
		return s.n;
	const char *newline = memrchr(s.p, '\n', DUMP_PIECE_BYTES);
	return newline ? (size_t)(newline + 1 - s.p) : DUMP_PIECE_BYTES;
}

int dump_next(struct dump *d, struct buf *out, bool *ret_last, struct buf *why)
{
	int r = 0;

	while (!r && !d->has_ended && d->ready.n < DUMP_PIECE_BYTES) {
		if (d->walk.table < DUMP_TABLES) {
			r = walk_on(&d->walk);
		} else {
			dump_sum_trailer(&d->sum, &d->ready);
			d->has_ended = true;
		}
	}
	if (r)
		return say_why(d->db, r, why);
	const size_t n = piece_of(buf_span(&d->ready));
	buf_add(out, buf_p(&d->ready), n);
	buf_drain(&d->ready, n);
	*ret_last = d->has_ended && !d->ready.n;
	return 0;
}

void dump_close(struct dump *d)
{
	if (!d)
		return;
	d->db->driver->rollback(d->db);
	d->db->driver->close(d->db);
	buf_done(&d->ready);
	free(d);
}

const struct dump_sum *dump_so_far(const struct dump *d)
{
	return &d->sum;
}
