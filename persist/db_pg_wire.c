/*
 * db_pg_wire.c - talk with the server in pipeline mode, bounded in time.
 *
 * Statements are queued without waiting; pg_sync() ends the segment and reads until its end.  A failed
 * statement fails the rest of its segment and, inside a transaction, the transaction.  Only what was
 * followed by a PIPELINE_SYNC is known; whoever stays silent beyond the deadline
 * (a stopped server, a dead route) is lost, and what was under way is unknown.
 */
#include "persist/db_pg.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "persist/store.h"

/* SQLSTATE, by its first characters, the most exact first. */
struct state_row {
	const char *state;
	int result;
};

static const struct state_row states[] = {
	{ "23505", STORE_EXISTS }, { "25006", -EROFS },	    { "53100", -ENOSPC },
	{ "53", -ENOMEM },	   { "57014", -ETIMEDOUT }, { "57", -ECONNRESET },
	{ "08", -ECONNRESET },	   { "40", -EAGAIN },	    { "55P03", -EBUSY },
	{ "22", STORE_POISON },	   { "23", STORE_POISON },  { "54", STORE_POISON },
};

static int result_of(struct db_pg *d, const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

	buf_reset(&d->db.why);
	buf_adds(&d->db.why, text ? text : PQerrorMessage(d->c));
	for (size_t i = 0; state && i < ARRAY_LEN(states); i++) {
		if (strncmp(state, states[i].state, strlen(states[i].state)) == 0)
			return states[i].result;
	}
	return state ? -EIO : -ECONNRESET;
}

uint64_t pg_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The first line: the rest is advice. */
static void add_line(struct buf *out, const char *text)
{
	buf_add(out, text, strcspn(text, "\n"));
}

int pg_lost(struct db_pg *d, int r)
{
	if (!d->lost) {
		buf_reset(&d->db.why);
		if (r == -ETIMEDOUT)
			buf_adds(&d->db.why, "the server does not answer");
		else
			add_line(&d->db.why, PQerrorMessage(d->c));
	}
	d->lost = true;
	return r;
}

int pg_wait(struct db_pg *d, bool write, uint64_t until_ms)
{
	for (;;) {
		const uint64_t now = pg_now_ms();
		struct pollfd p = { .fd = PQsocket(d->c),
				    .events = (short)(POLLIN | (write ? POLLOUT : 0)) };

		if (now >= until_ms)
			return -ETIMEDOUT;
		const int r = poll(&p, 1, (int)(until_ms - now));
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

/* Until the next result can be taken without waiting. */
static int next_result(struct db_pg *d, uint64_t until_ms)
{
	for (;;) {
		const int flush = PQflush(d->c);
		if (flush < 0)
			return -ECONNRESET;
		if (!flush && !PQisBusy(d->c))
			return 0;
		const int r = pg_wait(d, flush > 0, until_ms);
		if (r)
			return r;
		if (!PQconsumeInput(d->c))
			return -ECONNRESET;
		if (flush > 0 && !PQisBusy(d->c))
			return 0;
	}
}

static int send_failed(struct db_pg *d)
{
	return pg_lost(d, -ECONNRESET);
}

static void name_of(enum sql st, char *ret, size_t n)
{
	snprintf(ret, n, "s%d", (int)st);
}

int pg_send(struct db_pg *d, enum sql st, const struct pg_args *a)
{
	char name[16];

	if (!d->prepared || sql_texts[st].early)
		return pg_send_text(d, sql_texts[st].pg, a);
	if (d->lost)
		return -ECONNRESET;
	name_of(st, name, sizeof(name));
	if (!PQsendQueryPrepared(d->c, name, (int)a->n, a->values, a->lengths, a->formats, 1))
		return send_failed(d);
	return 0;
}

int pg_send_text(struct db_pg *d, const char *text, const struct pg_args *a)
{
	if (d->lost)
		return -ECONNRESET;
	if (!PQsendQueryParams(d->c, text, a ? (int)a->n : 0, NULL, a ? a->values : NULL,
			       a ? a->lengths : NULL, a ? a->formats : NULL, 1))
		return send_failed(d);
	return 0;
}

int pg_send_prepare(struct db_pg *d, enum sql st)
{
	char name[16];

	if (d->lost)
		return -ECONNRESET;
	name_of(st, name, sizeof(name));
	if (!PQsendPrepare(d->c, name, sql_texts[st].pg, 0, NULL))
		return send_failed(d);
	return 0;
}

int pg_send_prepare_text(struct db_pg *d, const char *text)
{
	if (d->lost)
		return -ECONNRESET;
	return PQsendPrepare(d->c, "", text, 0, NULL) ? 0 : send_failed(d);
}

int pg_send_prepared(struct db_pg *d, const struct pg_args *a)
{
	if (d->lost)
		return -ECONNRESET;
	if (!PQsendQueryPrepared(d->c, "", (int)a->n, a->values, a->lengths, a->formats, 1))
		return send_failed(d);
	return 0;
}

/* A COMMIT of a failed transaction answers ROLLBACK and no error. */
static bool is_rollback(const PGresult *res)
{
	return strcmp(PQcmdStatus((PGresult *)res), "ROLLBACK") == 0;
}

struct answers {
	int first_error;
	bool rolled_back, ended;
	PGresult *rows; /* of the last statement that returned any */
};

static void take_answer(struct db_pg *d, PGresult *res, struct answers *a)
{
	switch (PQresultStatus(res)) {
	case PGRES_PIPELINE_SYNC:
		a->ended = true;
		break;
	case PGRES_COMMAND_OK:
		a->rolled_back = a->rolled_back || is_rollback(res);
		break;
	case PGRES_TUPLES_OK:
		PQclear(a->rows);
		a->rows = res;
		return;
	case PGRES_PIPELINE_ABORTED:
		break;
	default:
		if (!a->first_error)
			a->first_error = result_of(d, res);
	}
	PQclear(res);
}

static int read_answers(struct db_pg *d, struct answers *a, uint64_t until_ms)
{
	unsigned nothing = 0;

	while (!a->ended) {
		const int r = next_result(d, until_ms);
		if (r)
			return pg_lost(d, r);
		PGresult *res = PQgetResult(d->c);
		/* One NULL ends a statement; more in a row: the connection is gone. */
		nothing = res ? 0 : nothing + 1;
		if (nothing > 2 || PQstatus(d->c) == CONNECTION_BAD) {
			if (res)
				take_answer(d, res, a);
			return pg_lost(d, -ECONNRESET);
		}
		if (res)
			take_answer(d, res, a);
	}
	return 0;
}

int pg_sync(struct db_pg *d, const struct db_rows *rows)
{
	struct answers a = { 0 };

	if (d->lost)
		return -ECONNRESET;
	int r = PQpipelineSync(d->c) ? 0 : send_failed(d);
	if (!r)
		r = read_answers(d, &a, pg_now_ms() + PG_WAIT_MS);
	if (!r)
		r = a.first_error ? a.first_error : a.rolled_back ? -EAGAIN : 0;
	if (!r && rows && a.rows)
		r = pg_rows(a.rows, rows);
	PQclear(a.rows);
	return r;
}

int pg_script(struct db *db, const char *text)
{
	struct db_pg *d = pg_of(db);
	const uint64_t until = pg_now_ms() + PG_MIGRATION_MS;
	int r = pg_sync(d, NULL), failed = 0;

	if (r)
		return r;
	if (!PQexitPipelineMode(d->c) || !PQsendQuery(d->c, text))
		return send_failed(d);
	for (;;) {
		r = next_result(d, until);
		if (r)
			return pg_lost(d, r);
		PGresult *res = PQgetResult(d->c);
		if (!res)
			break;
		if (!failed && PQresultStatus(res) != PGRES_COMMAND_OK &&
		    PQresultStatus(res) != PGRES_TUPLES_OK)
			failed = result_of(d, res);
		PQclear(res);
	}
	if (!PQenterPipelineMode(d->c))
		return send_failed(d);
	return failed;
}
