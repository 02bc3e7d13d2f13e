/* store.c - see store.h. */
#include "tests/support/store.h"

#include <sqlite3.h>

#include "tests/support/child.h"
#include "tests/support/die.h"
#include "tests/support/pg_server.h"
#include "tests/support/sample.h"

enum { BACKENDS_MAX = 64, STEP_US = 2000 };

static struct pg_server pg;
static pid_t owner;

static void pg_end(void)
{
	if (getpid() == owner)
		pg_server_stop(&pg);
}

static void pg_begin(void)
{
	if (owner == getpid())
		return;
	owner = getpid();
	if (!pg_server_start(&pg))
		die("PostgreSQL does not start");
	atexit(pg_end);
}

const char *store_url(enum store_kind kind, const char *dir)
{
	static unsigned databases;
	static char url[300];
	char name[64];

	if (kind == STORE_OF_SQLITE) {
		snprintf(url, sizeof(url), "sqlite:%s/mudlark.db", dir);
		return url;
	}
	pg_begin();
	snprintf(name, sizeof(name), "d%d_%u", (int)getpid(), databases++);
	if (!pg_server_database(&pg, name, url, sizeof(url)))
		die("no database %s", name);
	return url;
}

/* The first row is there when it returns. */
static sqlite3_stmt *sqlite_row(sqlite3 **db, const char *path, const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_open_v2(path, db, SQLITE_OPEN_READWRITE, NULL) ||
	    sqlite3_prepare_v2(*db, sql, -1, &statement, NULL) ||
	    sqlite3_step(statement) != SQLITE_ROW)
		die("%s: %s: %s", path, sql, sqlite3_errmsg(*db));
	return statement;
}

static int64_t sqlite_number(const char *path, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement = sqlite_row(&db, path, sql);
	int64_t n = sqlite3_column_int64(statement, 0);

	sqlite3_finalize(statement);
	sqlite3_close(db);
	return n;
}

char *store_text(const char *url, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement = sqlite_row(&db, url + strlen("sqlite:"), sql);
	const char *text = (const char *)sqlite3_column_text(statement, 0);
	char *ret = base_dup(text ? text : "", text ? strlen(text) : 0);

	sqlite3_finalize(statement);
	sqlite3_close(db);
	return ret;
}

static int64_t pg_number(const char *url, const char *sql)
{
	PGconn *c = PQconnectdb(url);
	PGresult *r = PQexec(c, sql);
	int64_t n;

	if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) < 1)
		die("%s: %s", sql, PQerrorMessage(c));
	n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
	PQclear(r);
	PQfinish(c);
	return n;
}

int64_t store_number(const char *url, const char *sql)
{
	return strncmp(url, "sqlite:", 7) ? pg_number(url, sql) : sqlite_number(url + 7, sql);
}

/* Frozen first, so that it cannot clean up after its backends; gone only when all of them are. */
void store_pg_crash(void)
{
	pid_t backends[BACKENDS_MAX];
	size_t n;

	kill(pg.pid, SIGSTOP);
	n = sample_children(pg.pid, backends, BACKENDS_MAX);
	for (size_t i = 0; i < n; i++)
		kill(backends[i], SIGKILL);
	pg_server_kill(&pg, SIGKILL);
	for (size_t i = 0; i < n; i++)
		while (child_is_alive(backends[i]))
			usleep(STEP_US);
}

void store_pg_hang(bool hangs)
{
	pid_t backends[BACKENDS_MAX];
	const size_t n = sample_children(pg.pid, backends, BACKENDS_MAX);

	for (size_t i = 0; i < n; i++)
		kill(backends[i], hangs ? SIGSTOP : SIGCONT);
	kill(pg.pid, hangs ? SIGSTOP : SIGCONT);
}

void store_pg_again(void)
{
	if (!pg_server_up(&pg, NULL))
		die("PostgreSQL does not come up again");
}
