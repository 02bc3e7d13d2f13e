/*
 * db_sqlite_query.c - statements and results of SQLite.  Everything is done at once; nothing is
 * deferred, so a bulk statement is simply run row by row inside its transaction.
 */
#include "persist/db_sqlite.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "persist/store.h"

/* Primary result codes that mean something other than -EIO. */
struct result_row {
	int code, result;
};

static const struct result_row results[] = {
	{ SQLITE_FULL, -ENOSPC },
	{ SQLITE_READONLY, -EROFS },
	{ SQLITE_CANTOPEN, -EIO },
	{ SQLITE_BUSY, -EBUSY },
	{ SQLITE_LOCKED, -EBUSY },
	{ SQLITE_NOMEM, -ENOMEM },
	{ SQLITE_CORRUPT, -EBADMSG },
	{ SQLITE_NOTADB, -EBADMSG },
	{ SQLITE_CONSTRAINT, STORE_POISON },
	{ SQLITE_TOOBIG, STORE_POISON },
	{ SQLITE_MISMATCH, STORE_POISON },
};

int sqlite_result(struct db_sqlite *d, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return 0;
	buf_reset(&d->db.why);
	buf_adds(&d->db.why, sqlite3_errmsg(d->c));
	if (code == SQLITE_CONSTRAINT_NOTNULL)
		buf_adds(&d->db.why, " (it is not valid JSON)");
	if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
		return STORE_EXISTS;
	for (size_t i = 0; i < ARRAY_LEN(results); i++) {
		if (results[i].code == (code & 0xff))
			return results[i].result;
	}
	return -EIO;
}

/* `$1` is a name to SQLite, numbered by first appearance; `?1` is what we mean. */
static void add_numbered(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++)
		buf_addc(out, *p == '$' && isdigit((unsigned char)p[1]) ? '?' : *p);
	buf_addc(out, '\0');
}

static int prepare(struct db_sqlite *d, const char *text, unsigned flags, sqlite3_stmt **ret)
{
	struct buf sql = { 0 };

	add_numbered(&sql, text);
	const int code = sqlite3_prepare_v3(d->c, buf_p(&sql), (int)sql.n, flags, ret, NULL);
	buf_done(&sql);
	return sqlite_result(d, code);
}

int sqlite_ready(struct db_sqlite *d, enum sql st)
{
	if (d->statements[st])
		return 0;
	return prepare(d, sql_texts[st].sqlite, SQLITE_PREPARE_PERSISTENT, &d->statements[st]);
}

static int bind_one(sqlite3_stmt *s, int at, const struct db_value *v)
{
	switch (v->type) {
	case DB_NULL:
		return sqlite3_bind_null(s, at);
	case DB_INT:
		return sqlite3_bind_int64(s, at, v->v.i);
	case DB_REAL:
		return sqlite3_bind_double(s, at, v->v.r);
	case DB_TEXT:
		return sqlite3_bind_text64(s, at, v->v.s.p ? v->v.s.p : "", v->v.s.n, SQLITE_STATIC,
					   SQLITE_UTF8);
	case DB_BLOB:
		return sqlite3_bind_blob64(s, at, v->v.s.p ? v->v.s.p : "", v->v.s.n,
					   SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static int bind_all(struct db_sqlite *d, sqlite3_stmt *s, const struct db_value *args, size_t n)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < n && code == SQLITE_OK; i++)
		code = bind_one(s, (int)i + 1, &args[i]);
	return sqlite_result(d, code);
}

static void read_column(sqlite3_stmt *s, int at, struct db_value *ret)
{
	switch (sqlite3_column_type(s, at)) {
	case SQLITE_INTEGER:
		*ret = db_int(sqlite3_column_int64(s, at));
		break;
	case SQLITE_FLOAT:
		*ret = db_real(sqlite3_column_double(s, at));
		break;
	case SQLITE_TEXT:
		*ret = db_text((const char *)sqlite3_column_text(s, at),
			       (size_t)sqlite3_column_bytes(s, at));
		break;
	case SQLITE_BLOB:
		*ret = db_blob(sqlite3_column_blob(s, at), (size_t)sqlite3_column_bytes(s, at));
		break;
	default:
		*ret = (struct db_value){ .type = DB_NULL };
	}
}

static int hand_over(sqlite3_stmt *s, const struct db_rows *rows)
{
	struct db_value v[DB_COLUMNS_MAX];
	const int n = sqlite3_column_count(s);

	if (!rows)
		return 0;
	for (int i = 0; i < n && i < DB_COLUMNS_MAX; i++)
		read_column(s, i, &v[i]);
	return rows->row(rows->ctx, v, (size_t)n);
}

/*
 * Runs to the end: a statement that returns rows must be stepped until it is done to take effect.  What was
 * bound stays so, unread: the next run binds every argument anew.
 */
static int run(struct db_sqlite *d, sqlite3_stmt *s, const struct db_value *args, size_t n,
	       const struct db_rows *rows)
{
	int r = bind_all(d, s, args, n);

	while (!r) {
		const int code = sqlite3_step(s);
		if (code != SQLITE_ROW) {
			r = sqlite_result(d, code);
			break;
		}
		r = hand_over(s, rows);
	}
	sqlite3_reset(s);
	return r;
}

int sqlite_query(struct db *db, enum sql st, const struct db_value *args, size_t n,
		 const struct db_rows *rows)
{
	struct db_sqlite *d = sqlite_of(db);
	const int r = sqlite_ready(d, st);

	return r ? r : run(d, d->statements[st], args, n, rows);
}

int sqlite_query_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		      const struct db_rows *rows)
{
	struct db_sqlite *d = sqlite_of(db);
	sqlite3_stmt *s = NULL;
	int r = prepare(d, text, 0, &s);

	if (!r)
		r = run(d, s, args, n, rows);
	sqlite3_finalize(s);
	return r;
}

int sqlite_queue(struct db *db, enum sql st, const struct db_value *args, size_t n, size_t n_rows)
{
	struct db_sqlite *d = sqlite_of(db);
	int r = sqlite_ready(d, st);

	for (size_t i = 0; i < n_rows && !r; i++)
		r = run(d, d->statements[st], args + i * n, n, NULL);
	return r;
}

int sqlite_queue_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		      size_t n_rows)
{
	struct db_sqlite *d = sqlite_of(db);
	sqlite3_stmt *s = NULL;
	int r = prepare(d, text, 0, &s);

	for (size_t i = 0; i < n_rows && !r; i++)
		r = run(d, s, args + i * n, n, NULL);
	sqlite3_finalize(s);
	return r;
}

static int end_scan(struct db_sqlite *d, int r)
{
	sqlite3_finalize(d->scan);
	d->scan = NULL;
	return r;
}

int sqlite_scan(struct db *db, const char *text)
{
	struct db_sqlite *d = sqlite_of(db);

	(void)end_scan(d, 0);
	return prepare(d, text, 0, &d->scan);
}

int sqlite_scan_next(struct db *db, size_t n_rows, const struct db_rows *rows, bool *ret_end)
{
	struct db_sqlite *d = sqlite_of(db);

	for (size_t i = 0; i < n_rows; i++) {
		const int code = sqlite3_step(d->scan);
		if (code != SQLITE_ROW) {
			*ret_end = true;
			return end_scan(d, sqlite_result(d, code));
		}
		const int r = hand_over(d->scan, rows);
		if (r)
			return end_scan(d, r);
	}
	*ret_end = false;
	return 0;
}
