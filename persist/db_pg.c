/*
 * db_pg.c - PostgreSQL as a db: one connection, used by one thread, in pipeline mode.
 *
 * begin and queue only send; the next query or the commit waits, so that a commit costs two round
 * trips however much is in it.  Every wait has an end of its own, since a server that is stopped
 * (SIGSTOP, a dead host) closes nothing.
 */
#include "persist/db_pg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "persist/store.h"

#define PG_OPTIONS                                                                                 \
	"-c statement_timeout=5000 -c lock_timeout=4000"                                           \
	" -c idle_in_transaction_session_timeout=15000 -c client_min_messages=warning"

static const char *const keywords[] = { "dbname",	    "options",	  "connect_timeout",
					"tcp_user_timeout", "keepalives", "client_encoding",
					"application_name", NULL };

static int finish_connect(struct db_pg *d)
{
	const uint64_t until = pg_now_ms() + PG_WAIT_MS;
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	while (want != PGRES_POLLING_OK) {
		if (want == PGRES_POLLING_FAILED)
			return pg_lost(d, -ECONNREFUSED);
		const int r = pg_wait(d, want == PGRES_POLLING_WRITING, until);
		if (r)
			return pg_lost(d, r);
		want = PQconnectPoll(d->c);
	}
	return 0;
}

static int dial(struct db_pg *d, const char *where)
{
	const char *const values[] = {
		where, PG_OPTIONS, "5", "5000", "1", "UTF8", "mudlark", NULL
	};

	d->c = PQconnectStartParams(keywords, values, 1);
	if (!d->c)
		return -ENOMEM;
	if (PQstatus(d->c) == CONNECTION_BAD)
		return pg_lost(d, -ECONNREFUSED);
	const int r = finish_connect(d);
	if (r)
		return r;
	if (PQsetnonblocking(d->c, 1) || !PQenterPipelineMode(d->c))
		return pg_lost(d, -ECONNRESET);
	return 0;
}

/* What a commit stands on. An engine that does not know a setting has its own way of being durable. */
static int check_setting(void *ctx, const struct db_value *v, size_t n)
{
	struct buf *why = ctx;

	if (n < 2 || v[0].type != DB_TEXT || v[1].type != DB_TEXT)
		return 0;
	const struct span name = v[0].v.s, is = v[1].v.s;
	const bool fine = (is.n == 2 && memcmp(is.p, "on", 2) == 0) ||
			  (is.n == 12 && memcmp(is.p, "remote_apply", 12) == 0);
	if (fine)
		return 0;
	buf_addf(why,
		 "PostgreSQL has %.*s = %.*s: acknowledged commits could be lost; set it to on",
		 (int)name.n, name.p, (int)is.n, is.p);
	return STORE_BAD;
}

static int check_settings(struct db_pg *d, struct buf *why)
{
	static const char question[] =
		"SELECT name, current_setting(name, true) FROM (VALUES ('fsync'),"
		" ('synchronous_commit'), ('full_page_writes')) AS wanted (name)";
	const char *encoding = PQparameterStatus(d->c, "server_encoding");
	const struct db_rows rows = { check_setting, why };

	if (encoding && strcmp(encoding, "UTF8") != 0) {
		buf_addf(why, "the database is encoded in %s; Mudlark needs UTF8", encoding);
		return STORE_BAD;
	}
	int r = pg_send_text(d, question, NULL);
	return r ? r : pg_sync(d, &rows);
}

void pg_close(struct db *db)
{
	struct db_pg *d = pg_of(db);

	PQfinish(d->c);
	buf_done(&db->why);
	free(d);
}

int pg_connect(struct db **ret, const char *where)
{
	struct db_pg *d = base_alloc(1, sizeof(*d));

	d->db.driver = &db_pg;
	*ret = &d->db;
	return dial(d, where);
}

static int pg_open(struct db **ret, const char *where, struct buf *why)
{
	struct db *db;
	int r = pg_connect(&db, where);

	if (!r)
		r = check_settings(pg_of(db), why);
	if (!r)
		r = pg_share(db);
	if (r) {
		if (!why->n)
			buf_add(why, buf_p(&db->why), db->why.n);
		pg_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

static int pg_begin(struct db *db)
{
	return pg_send_text(pg_of(db), "BEGIN", NULL);
}

static int pg_commit(struct db *db)
{
	const int r = pg_send_text(pg_of(db), "COMMIT", NULL);

	return r ? r : pg_sync(pg_of(db), NULL);
}

static void pg_rollback(struct db *db)
{
	struct db_pg *d = pg_of(db);
	struct buf kept = db->why;

	if (d->lost)
		return;
	/* What failed is what the caller wants to tell, not that the end of it failed too. */
	db->why = (struct buf){ 0 };
	if (pg_send_text(d, "ROLLBACK", NULL) || pg_sync(d, NULL) < 0)
		d->lost = d->lost || PQtransactionStatus(d->c) != PQTRANS_IDLE;
	buf_done(&db->why);
	db->why = kept;
}

static int pg_query(struct db *db, enum sql st, const struct db_value *args, size_t n,
		    const struct db_rows *rows)
{
	struct pg_args a;

	pg_args_row(&a, args, n);
	int r = pg_send(pg_of(db), st, &a);
	pg_args_done(&a);
	return r ? r : pg_sync(pg_of(db), rows);
}

int pg_query_text(struct db *db, const char *text, const struct db_value *args, size_t n,
		  const struct db_rows *rows)
{
	struct pg_args a;

	pg_args_row(&a, args, n);
	int r = pg_send_text(pg_of(db), text, &a);
	pg_args_done(&a);
	return r ? r : pg_sync(pg_of(db), rows);
}

/* Texts with arrays take all rows at once; the others are sent row by row. */
static bool is_bulk(enum sql st)
{
	return strstr(sql_texts[st].pg, "[]") != NULL;
}

static int pg_queue(struct db *db, enum sql st, const struct db_value *args, size_t n,
		    size_t n_rows)
{
	const size_t step = is_bulk(st) ? n_rows : 1;
	int r = 0;

	for (size_t row = 0; row < n_rows && !r; row += step) {
		struct pg_args a;
		if (is_bulk(st))
			pg_args_columns(&a, args, n, n_rows);
		else
			pg_args_row(&a, args + row * n, n);
		r = pg_send(pg_of(db), st, &a);
		pg_args_done(&a);
	}
	return r;
}

static int pg_begin_migration(struct db *db)
{
	int r = pg_begin(db);

	if (!r)
		r = pg_send_text(pg_of(db), "SET LOCAL statement_timeout = 0", NULL);
	/* "MUDL": one migration at a time on this database; the lock ends with the transaction. */
	if (!r)
		r = pg_send_text(pg_of(db), "SELECT pg_advisory_xact_lock(1297433676)", NULL);
	return r ? r : pg_sync(pg_of(db), NULL);
}

static int pg_prepare(struct db *db)
{
	struct db_pg *d = pg_of(db);
	int r = 0;

	for (size_t i = 0; i < SQL_COUNT_ && !r; i++) {
		if (!sql_texts[i].early)
			r = pg_send_prepare(d, (enum sql)i);
	}
	if (!r)
		r = pg_sync(d, NULL);
	d->prepared = !r;
	return r;
}

const struct db_driver db_pg = {
	.name = "postgresql",
	.schema = "pg",
	.open = pg_open,
	.open_reader = pg_open_reader,
	.close = pg_close,
	.begin = pg_begin,
	.commit = pg_commit,
	.rollback = pg_rollback,
	.query = pg_query,
	.query_text = pg_query_text,
	.queue = pg_queue,
	.queue_text = pg_queue_text,
	.begin_snapshot = pg_begin_snapshot,
	.scan = pg_scan,
	.scan_next = pg_scan_next,
	.begin_import = pg_begin_import,
	.import_end = pg_import_end,
	.begin_migration = pg_begin_migration,
	.script = pg_script,
	.prepare = pg_prepare,
};
