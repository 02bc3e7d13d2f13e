/*
 * db.h - the little that a store needs of a database; db_sqlite.c and db_pg.c are two tables of these
 * functions, everything above them (store*.c) is common to both.
 *
 * Results: 0; -errno: the database is away or broken, the outcome is unknown and the connection is to be
 * closed; STORE_POISON: it refuses the data; STORE_EXISTS: a unique key is taken.  db->why then holds
 * a sentence for the operator.  Values handed to a row function are valid during the call.
 *
 * Statements are numbered (sql.h) and prepared once; `$1`, `$2` ... are their arguments in both dialects.
 */
#pragma once

#include "persist/sql.h"
#include "rt/base.h"
#include "rt/buf.h"

enum db_type { DB_NULL, DB_INT, DB_REAL, DB_TEXT, DB_BLOB };

struct db_value {
	enum db_type type;
	union {
		int64_t i;
		double r;
		struct span s;
	} v;
};

enum { DB_ARGS_MAX = 40, DB_COLUMNS_MAX = 16 };

static inline struct db_value db_int(int64_t i)
{
	return (struct db_value){ .type = DB_INT, .v.i = i };
}

/* Unsigned numbers travel as the signed one of the same bits. */
static inline struct db_value db_u64(uint64_t u)
{
	return db_int((int64_t)u);
}

static inline struct db_value db_real(double r)
{
	return (struct db_value){ .type = DB_REAL, .v.r = r };
}

static inline struct db_value db_text(const char *p, size_t n)
{
	return (struct db_value){ .type = DB_TEXT, .v.s = { p, n } };
}

static inline struct db_value db_blob(const void *p, size_t n)
{
	return (struct db_value){ .type = DB_BLOB, .v.s = { p, n } };
}

struct db_value db_str(const char *s);

/* Receives the rows of a query; anything but 0 ends it and becomes its result. */
struct db_rows {
	int (*row)(void *ctx, const struct db_value *v, size_t n);
	void *ctx;
};

struct db {
	const struct db_driver *driver;
	struct buf why;
};

struct db_driver {
	const char *name;   /* sqlite, postgresql */
	const char *schema; /* folder of its migrations */

	/* Opens and checks the durable settings. STORE_BAD: refused for good. */
	int (*open)(struct db **ret, const char *where, struct buf *why);
	/* Is there something to open? -ENOENT: no. NULL: that cannot be seen without opening it. */
	int (*exists)(const char *where, struct buf *why);
	/* A second connection to what is open, for begin_snapshot() and scans alone. */
	int (*open_reader)(struct db **ret, const char *where, struct buf *why);
	void (*close)(struct db *d);

	/* begin and queue may be deferred until the next query or commit, which then reports. */
	int (*begin)(struct db *d);
	int (*commit)(struct db *d);
	void (*rollback)(struct db *d);
	/* `rows` may be NULL. */
	int (*query)(struct db *d, enum sql st, const struct db_value *args, size_t n,
		     const struct db_rows *rows);
	/* The same with a statement made for the occasion. */
	int (*query_text)(struct db *d, const char *text, const struct db_value *args, size_t n,
			  const struct db_rows *rows);
	/* A statement that returns nothing, once for each of n_rows rows of n arguments. */
	int (*queue)(struct db *d, enum sql st, const struct db_value *args, size_t n,
		     size_t n_rows);
	/* The same with a statement made for the occasion; NULLs are allowed. */
	int (*queue_text)(struct db *d, const char *text, const struct db_value *args, size_t n,
			  size_t n_rows);

	/* A transaction that sees everything as it was at its first query, and keeps nobody waiting. */
	int (*begin_snapshot)(struct db *d);
	/* Goes through the rows of a query a few at a time, inside a transaction: scan() begins, scan_next()
	 * hands over up to n_rows; *ret_end: that were the last, and the scan is over. */
	int (*scan)(struct db *d, const char *text);
	int (*scan_next)(struct db *d, size_t n_rows, const struct db_rows *rows, bool *ret_end);

	/* Begins a transaction that takes its time, and in which nobody else writes; -EADDRINUSE: another
	 * process has the store open. import_end(): rows with numbers of their own were added. */
	int (*begin_import)(struct db *d);
	int (*import_end)(struct db *d);

	/* Begins a transaction that no other process can be in at the same time. */
	int (*begin_migration)(struct db *d);
	int (*script)(struct db *d, const char *text);
	/* The schema is there: statements can be prepared. */
	int (*prepare)(struct db *d);
};

extern const struct db_driver db_sqlite, db_pg;
