/* db_pg.h - shared by the parts of the PostgreSQL driver: db_pg.c, db_pg_wire.c, db_pg_value.c. */
#pragma once

#include <libpq-fe.h>

#include "persist/db.h"

/* Longer than the server's own statement_timeout, so that a live server answers first. */
enum { PG_STATEMENT_MS = 5000, PG_WAIT_MS = 6000, PG_MIGRATION_MS = 600000 };

struct db_pg {
	struct db db;
	PGconn *c;
	bool lost;     /* nothing more is sent on this connection */
	bool prepared; /* numbered statements exist on the server */
};

/* Arguments in binary form, ready for libpq. */
struct pg_args {
	size_t n;
	struct buf bytes; /* what does not lie in the caller's memory */
	const char *values[DB_ARGS_MAX];
	int lengths[DB_ARGS_MAX], formats[DB_ARGS_MAX];
};

static inline struct db_pg *pg_of(struct db *db)
{
	return CONTAINER_OF(db, struct db_pg, db);
}

/* db_pg_value.c */
void pg_args_row(struct pg_args *a, const struct db_value *v, size_t n);
/* One array for each of the n columns of n_rows rows. */
void pg_args_columns(struct pg_args *a, const struct db_value *v, size_t n, size_t n_rows);
void pg_args_done(struct pg_args *a);
int pg_rows(const PGresult *res, const struct db_rows *rows);

/* db_pg_dump.c */
int pg_open_reader(struct db **ret, const char *where, struct buf *why);
int pg_queue_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		  size_t n_rows);
int pg_begin_snapshot(struct db *db);
int pg_scan(struct db *db, const char *text);
int pg_scan_next(struct db *db, size_t n_rows, const struct db_rows *rows, bool *ret_end);
int pg_begin_import(struct db *db);
/* Tells others that the store is in use. -EADDRINUSE: one of them fills it. */
int pg_share(struct db *db);
int pg_import_end(struct db *db);

/* db_pg.c: connected, with nothing checked. *ret also when it fails, for its `why`. */
int pg_connect(struct db **ret, const char *where);
void pg_close(struct db *db);
int pg_query_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		  const struct db_rows *rows);

/* db_pg_wire.c */
uint64_t pg_now_ms(void);
/* Waits for the socket until `until_ms`; -ETIMEDOUT. */
int pg_wait(struct db_pg *d, bool write, uint64_t until_ms);
/* The connection is of no use any more; remembers why. */
int pg_lost(struct db_pg *d, int r);
/* Queues one statement; nothing is waited for. */
int pg_send(struct db_pg *d, enum sql st, const struct pg_args *a);
int pg_send_text(struct db_pg *d, const char *text, const struct pg_args *a);
int pg_send_prepare(struct db_pg *d, enum sql st);
/* The statement without a name, and a run of it. */
int pg_send_prepare_text(struct db_pg *d, const char *text);
int pg_send_prepared(struct db_pg *d, const struct pg_args *a);
/* Ends what was queued and waits for all of it; the rows of the last statement are handed over. */
int pg_sync(struct db_pg *d, const struct db_rows *rows);
/* Several statements in one text, outside the pipeline. */
int pg_script(struct db *db, const char *text);
