/*
 * db_sqlite.c - SQLite as a db: one file, one connection, one thread.
 *
 * Durable means: WAL with synchronous=FULL, so that a commit that returned has reached the disk.  The
 * settings are read back after they were made, and weaker ones are refused.  A lock file beside the
 * database keeps a second persist out; it is flock()ed, so it vanishes with its holder.
 */
#include "persist/db_sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "persist/store.h"
#include "rt/path.h"

static const char *scheme_path(const char *where)
{
	return strncmp(where, "sqlite:", 7) == 0 ? where + 7 : where;
}

static int lock_file(struct db_sqlite *d, const char *path, struct buf *why)
{
	struct buf name = { 0 };

	buf_adds(&name, path);
	buf_add(&name, ".lock", 6);
	d->lock_fd = open(buf_p(&name), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = d->lock_fd < 0 ? -errno : 0;
	if (r < 0) {
		buf_addf(why, "cannot open %s: %s", buf_p(&name), strerror(-r));
	} else if (flock(d->lock_fd, LOCK_EX | LOCK_NB) < 0) {
		r = errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
		buf_addf(why, "%s is in use by another process", path);
	}
	buf_done(&name);
	return r;
}

/* Row function: the value as a terminated text. */
static int keep_text(void *ctx, const struct db_value *v, size_t n)
{
	struct buf *out = ctx;

	buf_reset(out);
	if (n && v[0].type == DB_TEXT)
		buf_add(out, v[0].v.s.p, v[0].v.s.n);
	else if (n && v[0].type == DB_INT)
		buf_addf(out, "%lld", (long long)v[0].v.i);
	buf_addc(out, '\0');
	return 0;
}

struct setting_row {
	const char *set, *get, *want, *why;
};

static const struct setting_row settings[] = {
	{ "PRAGMA busy_timeout = 2000", "PRAGMA busy_timeout", "2000", "" },
	{ "PRAGMA trusted_schema = OFF", "PRAGMA trusted_schema", "0", "" },
	{ "PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal",
	  "the file system cannot do write-ahead logging" },
	{ "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2", "commits would not be durable" },
	{ "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1", "" },
	{ "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2", "" },
	{ "PRAGMA cache_size = -16384", "PRAGMA cache_size", "-16384", "" },
	{ "PRAGMA journal_size_limit = 67108864", "PRAGMA journal_size_limit", "67108864", "" },
};

static int make_settings(struct db_sqlite *d, struct buf *why)
{
	struct buf got = { 0 };
	const struct db_rows rows = { keep_text, &got };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(settings) && !r; i++) {
		r = sqlite_query_text(&d->db, settings[i].set, NULL, 0, NULL);
		if (!r)
			r = sqlite_query_text(&d->db, settings[i].get, NULL, 0, &rows);
		if (r) {
			buf_add(why, buf_p(&d->db.why), d->db.why.n);
		} else if (strcmp(buf_p(&got), settings[i].want) != 0) {
			buf_addf(why, "SQLite does not take \"%s\": %s", settings[i].set,
				 settings[i].why);
			r = STORE_BAD;
		}
	}
	buf_done(&got);
	return r;
}

/* After a crash (a log is left over) the file is looked over before anything is built on it. */
static int check_file(struct db_sqlite *d, struct buf *why)
{
	struct buf got = { 0 };
	const struct db_rows rows = { keep_text, &got };
	int r = sqlite_query_text(&d->db, "PRAGMA quick_check(1)", NULL, 0, &rows);

	if (r) {
		buf_add(why, buf_p(&d->db.why), d->db.why.n);
	} else if (strcmp(buf_p(&got), "ok") != 0) {
		buf_addf(why, "the database is damaged: %s", buf_p(&got));
		r = STORE_BAD;
	}
	buf_done(&got);
	return r;
}

/* The number a JSON text stands for, as PostgreSQL would make a double of it. */
static void number_of(sqlite3_context *c, int n, sqlite3_value **args)
{
	const char *text = n == 1 ? (const char *)sqlite3_value_text(args[0]) : NULL;

	if (text)
		sqlite3_result_double(c, strtod(text, NULL));
}

void sqlite_one_thread(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static bool has_log(const char *path)
{
	struct buf name = { 0 };
	struct stat st;

	buf_adds(&name, path);
	buf_add(&name, "-wal", 5);
	const bool there = stat(buf_p(&name), &st) == 0 && st.st_size > 0;
	buf_done(&name);
	return there;
}

static int open_file(struct db_sqlite *d, const char *path, struct buf *why)
{
	/* Made by us, so that the log and index files of SQLite take over these rights. */
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	const bool crashed = has_log(path);
	if (!r && sqlite3_open_v2(path, &d->c, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
			  SQLITE_OK)
		r = -EIO;
	if (r) {
		buf_addf(why, "cannot open %s: %s", path, strerror(-r));
		return r;
	}
	sqlite3_extended_result_codes(d->c, 1);
	sqlite3_create_function(d->c, "number_of", 1,
				SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
				number_of, NULL, NULL);
	r = make_settings(d, why);
	return r || !crashed ? r : check_file(d, why);
}

static void sqlite_close(struct db *db)
{
	struct db_sqlite *d = sqlite_of(db);

	for (size_t i = 0; i < SQL_COUNT_; i++)
		sqlite3_finalize(d->statements[i]);
	sqlite3_finalize(d->scan);
	if (d->c)
		sqlite3_close_v2(d->c);
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	buf_done(&db->why);
	free(d);
}

static int sqlite_open(struct db **ret, const char *where, struct buf *why)
{
	const char *path = scheme_path(where);
	struct db_sqlite *d = base_alloc(1, sizeof(*d));

	d->db.driver = &db_sqlite;
	d->lock_fd = -1;
	int r = path_make_for(path);
	if (r < 0)
		buf_addf(why, "cannot make the folder of %s: %s", path, strerror(-r));
	if (!r)
		r = lock_file(d, path, why);
	if (!r)
		r = open_file(d, path, why);
	if (r) {
		sqlite_close(&d->db);
		return r;
	}
	*ret = &d->db;
	return 0;
}

static int sqlite_exists(const char *where, struct buf *why)
{
	const char *path = scheme_path(where);
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > 0)
		return 0;
	buf_addf(why, "there is no store at %s", path);
	return -ENOENT;
}

/* Beside the connection that holds the lock, in its thread. */
static int sqlite_open_reader(struct db **ret, const char *where, struct buf *why)
{
	const char *path = scheme_path(where);
	struct db_sqlite *d = base_alloc(1, sizeof(*d));

	d->db.driver = &db_sqlite;
	d->lock_fd = -1;
	int r = 0;
	if (sqlite3_open_v2(path, &d->c, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		r = -EIO;
	if (!r) {
		sqlite3_extended_result_codes(d->c, 1);
		r = sqlite_query_text(&d->db, "PRAGMA query_only = ON", NULL, 0, NULL);
	}
	if (!r)
		r = sqlite_query_text(&d->db, "PRAGMA trusted_schema = OFF", NULL, 0, NULL);
	if (r) {
		buf_addf(why, "cannot open %s a second time: %s", path, strerror(-r));
		sqlite_close(&d->db);
		return r;
	}
	*ret = &d->db;
	return 0;
}

/* Of a log that is written on, a transaction sees what was there at its first query. */
static int sqlite_begin_snapshot(struct db *db)
{
	return sqlite_query_text(db, "BEGIN", NULL, 0, NULL);
}

/* The lock file keeps others out; numbers are counted on from the greatest by SQLite itself. */
static int sqlite_import_end(struct db *db)
{
	(void)db;
	return 0;
}

static int sqlite_begin(struct db *db)
{
	return sqlite_query_text(db, "BEGIN IMMEDIATE", NULL, 0, NULL);
}

static int sqlite_begin_migration(struct db *db)
{
	return sqlite_query_text(db, "BEGIN EXCLUSIVE", NULL, 0, NULL);
}

static int sqlite_commit(struct db *db)
{
	return sqlite_query_text(db, "COMMIT", NULL, 0, NULL);
}

static void sqlite_rollback(struct db *db)
{
	struct db_sqlite *d = sqlite_of(db);

	if (!sqlite3_get_autocommit(d->c))
		sqlite3_exec(d->c, "ROLLBACK", NULL, NULL, NULL);
}

static int sqlite_script(struct db *db, const char *text)
{
	struct db_sqlite *d = sqlite_of(db);

	return sqlite_result(d, sqlite3_exec(d->c, text, NULL, NULL, NULL));
}

static int sqlite_prepare(struct db *db)
{
	int r = 0;

	for (size_t i = 0; i < SQL_COUNT_ && !r; i++)
		r = sqlite_ready(sqlite_of(db), (enum sql)i);
	return r;
}

const struct db_driver db_sqlite = {
	.name = "sqlite",
	.schema = "sqlite",
	.open = sqlite_open,
	.exists = sqlite_exists,
	.open_reader = sqlite_open_reader,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.query = sqlite_query,
	.query_text = sqlite_query_text,
	.queue = sqlite_queue,
	.queue_text = sqlite_queue_text,
	.begin_snapshot = sqlite_begin_snapshot,
	.scan = sqlite_scan,
	.scan_next = sqlite_scan_next,
	.begin_import = sqlite_begin,
	.import_end = sqlite_import_end,
	.begin_migration = sqlite_begin_migration,
	.script = sqlite_script,
	.prepare = sqlite_prepare,
};
