/*
 * db_pg_dump.c - PostgreSQL as a db for exports and imports: a snapshot in a transaction of its own, cursors, rows
 * that are put in by the thousand, and who may fill a store.
 *
 * Every connection of a persist holds an advisory lock that it shares with others; an import wants it alone,
 * so it neither runs beside a persist nor does one start beside it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "persist/db_pg.h"
#include "persist/store.h"

/* "MUDM" */
#define IN_USE "1297433677"

/* Row function: the first column, true as a text in binary form: one byte. */
static int take_truth(void *ctx, const struct db_value *v, size_t n)
{
	*(bool *)ctx = n && v[0].type == DB_TEXT && v[0].v.s.n && v[0].v.s.p[0];
	return 0;
}

static int lock(struct db *db, const char *text, const char *refusal)
{
	bool got = false;
	const struct db_rows rows = { take_truth, &got };
	const int r = pg_query_text(db, text, NULL, 0, &rows);

	if (r || got)
		return r;
	buf_reset(&db->why);
	buf_adds(&db->why, refusal);
	return -EADDRINUSE;
}

int pg_share(struct db *db)
{
	return lock(db, "SELECT pg_try_advisory_lock_shared(" IN_USE ")",
		    "the database is in use by an import");
}

int pg_open_reader(struct db **ret, const char *where, struct buf *why)
{
	struct db *db;
	const int r = pg_connect(&db, where);

	if (r) {
		buf_add(why, buf_p(&db->why), db->why.n);
		pg_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

static int send_all(struct db *db, const char *const *texts, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = pg_send_text(pg_of(db), texts[i], NULL);
	return r ? r : pg_sync(pg_of(db), NULL);
}

/* Rows come by the index of the key: sorting a great table would take its time before the first of them. It may be
 * idle as long as whoever reads it. */
int pg_begin_snapshot(struct db *db)
{
	static const char *const texts[] = {
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		"SET LOCAL idle_in_transaction_session_timeout = 0",
		"SET LOCAL enable_sort = off",
		"SET LOCAL enable_seqscan = off",
		"SET LOCAL enable_bitmapscan = off",
	};

	return send_all(db, texts, ARRAY_LEN(texts));
}

int pg_scan(struct db *db, const char *text)
{
	struct buf declare = { 0 };

	buf_addf(&declare, "DECLARE scan NO SCROLL CURSOR FOR %s%c", text, '\0');
	int r = pg_send_text(pg_of(db), buf_p(&declare), NULL);
	buf_done(&declare);
	return r ? r : pg_sync(pg_of(db), NULL);
}

/* Rows that are counted on their way to whoever wants them. */
struct counter {
	const struct db_rows *rows;
	size_t n;
};

static int count(void *ctx, const struct db_value *v, size_t n)
{
	struct counter *c = ctx;

	c->n++;
	return c->rows->row(c->rows->ctx, v, n);
}

int pg_scan_next(struct db *db, size_t n_rows, const struct db_rows *rows, bool *ret_end)
{
	struct counter counter = { .rows = rows };
	const struct db_rows counted = { count, &counter };
	char text[64];

	snprintf(text, sizeof(text), "FETCH FORWARD %zu FROM scan", n_rows);
	const int r = pg_query_text(db, text, NULL, 0, &counted);
	if (r)
		return r;
	*ret_end = counter.n < n_rows;
	return *ret_end ? pg_query_text(db, "CLOSE scan", NULL, 0, NULL) : 0;
}

int pg_queue_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		  size_t n_rows)
{
	struct db_pg *d = pg_of(db);
	int r = pg_send_prepare_text(d, text);

	for (size_t i = 0; i < n_rows && !r; i++) {
		struct pg_args a;
		pg_args_row(&a, args + i * n, n);
		r = pg_send_prepared(d, &a);
		pg_args_done(&a);
	}
	return r;
}

int pg_begin_import(struct db *db)
{
	static const char *const texts[] = {
		"BEGIN",
		"SET LOCAL idle_in_transaction_session_timeout = 0",
		/* It is read back by its keys. */
		"SET LOCAL enable_sort = off",
		"SET LOCAL enable_seqscan = off",
		"SET LOCAL enable_bitmapscan = off",
	};
	const int r = send_all(db, texts, ARRAY_LEN(texts));

	return r ? r
		 : lock(db, "SELECT pg_try_advisory_xact_lock(" IN_USE ")",
			"the database is in use by another process");
}

/* Numbers that are given out go on behind those that were brought. */
int pg_import_end(struct db *db)
{
	static const char *const texts[] = {
		"SELECT setval(pg_get_serial_sequence('account', 'id'), max(id)) FROM account"
		" HAVING max(id) > 0",
		"SELECT setval(pg_get_serial_sequence('document', 'id'), max(id)) FROM document"
		" HAVING max(id) > 0",
	};

	return send_all(db, texts, ARRAY_LEN(texts));
}
