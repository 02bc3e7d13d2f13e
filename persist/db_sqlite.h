/* db_sqlite.h - shared by the two halves of the SQLite driver: db_sqlite.c and db_sqlite_query.c. */
#pragma once

#include <sqlite3.h>

#include "persist/db.h"

struct db_sqlite {
	struct db db;
	sqlite3 *c;
	int lock_fd;
	sqlite3_stmt *statements[SQL_COUNT_];
	sqlite3_stmt *scan; /* under way, or NULL */
};

static inline struct db_sqlite *sqlite_of(struct db *db)
{
	return CONTAINER_OF(db, struct db_sqlite, db);
}

/* For a process in which one thread alone ever uses SQLite, which then takes no locks and counts no
 * memory: a tenth of what a commit costs. Before anything else is done with it. */
void sqlite_one_thread(void);
/* A result of SQLite as one of db.h; says why in db->why. */
int sqlite_result(struct db_sqlite *d, int code);
/* Prepares a numbered statement unless it is. */
int sqlite_ready(struct db_sqlite *d, enum sql st);
int sqlite_query(struct db *db, enum sql st, const struct db_value *args, size_t n,
		 const struct db_rows *rows);
int sqlite_query_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		      const struct db_rows *rows);
int sqlite_queue(struct db *db, enum sql st, const struct db_value *args, size_t n, size_t n_rows);
int sqlite_queue_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		      size_t n_rows);
int sqlite_scan(struct db *db, const char *text);
int sqlite_scan_next(struct db *db, size_t n_rows, const struct db_rows *rows, bool *ret_end);
