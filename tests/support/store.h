/*
 * store.h - the two stores a scenario runs on: SQLite in the server's own folder, and a real PostgreSQL
 * on a unix socket, started when it is first asked for and ended with the test.
 *
 *	tcase_add_loop_test(tc, the_test, 0, STORES);
 *
 * The address of the store stays valid after the server has stopped, so the test can ask what is in
 * it.  SQLite is never opened while the server runs.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"

enum store_kind { STORE_OF_SQLITE, STORE_OF_PG, STORES };

/* A fresh, empty store for a server with this --data; what persist.store is to be. Static memory. */
const char *store_url(enum store_kind kind, const char *dir);
/* The first column of the first row, as a number. */
int64_t store_number(const char *url, const char *sql);
/* The same as text, "" for NULL; freed by the caller. Of SQLite alone. */
char *store_text(const char *url, const char *sql) MUST_USE;

/* The PostgreSQL server: kill -9 of all of it, and up again on the same data. */
void store_pg_crash(void);
void store_pg_again(void);
/* It hangs: nobody is refused, and nobody is answered, until it goes on. */
void store_pg_hang(bool hangs);
