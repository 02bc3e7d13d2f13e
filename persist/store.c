/*
 * store.c - the life of a store over a db, who may write a world, and the two tables of functions:
 * SQLite and PostgreSQL differ in their db alone, so that they cannot differ in meaning.
 */
#include "persist/store.h"

#include <stdlib.h>
#include <string.h>

#include "persist/dump.h"
#include "persist/migrate.h"
#include "persist/row.h"
#include "persist/store_inner.h"

struct db_value db_str(const char *s)
{
	return db_text(s ? s : "", s ? strlen(s) : 0);
}

void store_forget_ids(struct store *s)
{
	free(s->ids.list);
	memset(&s->ids, 0, sizeof(s->ids));
}

int store_end(struct store *s, int r)
{
	if (!r)
		r = s->driver->commit(s->db);
	if (r) {
		s->driver->rollback(s->db);
		s->events.of = 0;
	}
	return r;
}

int store_query(struct store *s, enum sql st, const struct db_value *args, size_t n,
		int (*row)(void *ctx, const struct db_value *v, size_t n_columns), void *ctx)
{
	const struct db_rows rows = { row, ctx };

	return s->driver->query(s->db, st, args, n, row ? &rows : NULL);
}

int store_one_int(void *ctx, const struct db_value *v, size_t n)
{
	*(int64_t *)ctx = n ? v[0].v.i : 0;
	return 0;
}

int store_count(void *ctx, const struct db_value *v, size_t n)
{
	(void)v;
	(void)n;
	++*(uint64_t *)ctx;
	return 0;
}

struct granted {
	uint64_t epoch;
	Mudlark__WorldState *state;
	struct arena *a;
};

static int take_granted(void *ctx, const struct db_value *v, size_t n)
{
	struct granted *g = ctx;

	(void)n;
	g->epoch = (uint64_t)v[0].v.i;
	if (v[1].type == DB_NULL)
		return 0;
	g->state = row_alloc(g->a, sizeof(*g->state));
	mudlark__world_state__init(g->state);
	g->state->tick = (uint64_t)v[1].v.i;
	g->state->next_id = (uint64_t)v[2].v.i;
	g->state->event_seq = (uint64_t)v[3].v.i;
	g->state->random = row_bytes(g->a, &v[4]);
	g->state->timers = row_bytes(g->a, &v[5]);
	return 0;
}

int store_grant(struct store *s, uint32_t world, uint64_t instance, uint64_t *ret_epoch,
		Mudlark__WorldState **ret_state, struct arena *a)
{
	const struct db_value args[] = { db_int(world), db_u64(instance) };
	struct granted g = { .a = a };

	store_forget_ids(s);
	int r = s->driver->begin(s->db);
	if (!r)
		r = store_query(s, SQL_GRANT, args, ARRAY_LEN(args), take_granted, &g);
	r = store_end(s, r);
	if (r)
		return r;
	*ret_epoch = g.epoch;
	*ret_state = g.state;
	return 0;
}

static int take_progress(void *ctx, const struct db_value *v, size_t n)
{
	struct store_world *w = ctx;

	(void)n;
	w->epoch = (uint64_t)v[0].v.i;
	w->instance = (uint64_t)v[1].v.i;
	w->batch = (uint64_t)v[2].v.i;
	return 0;
}

int store_progress(struct store *s, uint32_t world, uint64_t *ret_epoch, uint64_t *ret_instance,
		   uint64_t *ret_batch)
{
	const struct db_value args[] = { db_int(world) };
	struct store_world w = { 0 };
	const int r = store_query(s, SQL_WORLD_LOCK, args, ARRAY_LEN(args), take_progress, &w);

	if (r)
		return r;
	*ret_epoch = w.epoch;
	*ret_instance = w.instance;
	*ret_batch = w.batch;
	return 0;
}

struct worlds {
	struct store_world *list;
	size_t n;
	struct arena *a;
};

static int take_world(void *ctx, const struct db_value *v, size_t n)
{
	struct worlds *w = ctx;
	struct store_world *list = row_alloc(w->a, (w->n + 1) * sizeof(*list));

	if (w->n)
		memcpy(list, w->list, w->n * sizeof(*list));
	w->list = list;
	w->list[w->n].world = (uint32_t)v[0].v.i;
	return take_progress(&w->list[w->n++], v + 1, n - 1);
}

static int store_worlds(struct store *s, struct store_world **ret, size_t *ret_n, struct arena *a)
{
	struct worlds w = { .a = a };
	const int r = store_query(s, SQL_WORLDS, NULL, 0, take_world, &w);

	if (r)
		return r;
	*ret = w.list;
	*ret_n = w.n;
	return 0;
}

static void store_close(struct store *s)
{
	if (!s)
		return;
	store_forget_ids(s);
	if (s->db)
		s->driver->close(s->db);
	free(s->where);
	free(s);
}

static int store_dump(struct store *s, struct dump **ret, struct buf *why)
{
	return dump_open(ret, s->driver, s->where, why);
}

static void store_schema(struct store *s, uint32_t *ret_was, uint32_t *ret_is)
{
	*ret_was = s->schema_was;
	*ret_is = s->schema_is;
}

static struct store *store_new(const struct db_driver *driver, const char *where)
{
	struct store *s = base_alloc(1, sizeof(*s));

	s->driver = driver;
	s->where = base_dup(where, strlen(where));
	s->schema_is = migrate_newest(driver->schema);
	return s;
}

static int look_with(const struct db_driver *driver, struct store **ret, const char *where,
		     struct buf *why)
{
	struct store *s = store_new(driver, where);
	int r = driver->exists ? driver->exists(where, why) : 0;

	if (!r)
		r = driver->open(&s->db, where, why);
	if (!r)
		r = migrate_look(s->db, &s->schema_was, why);
	if (r) {
		store_close(s);
		return r > 0 ? STORE_BAD : r;
	}
	*ret = s;
	return 0;
}

static int open_with(const struct db_driver *driver, struct store **ret, const char *where,
		     struct buf *why)
{
	struct store *s = store_new(driver, where);
	int r = driver->open(&s->db, where, why);
	if (!r)
		r = migrate(s->db, &s->schema_was, why);
	if (!r) {
		r = driver->prepare(s->db);
		if (r)
			buf_add(why, buf_p(&s->db->why), s->db->why.n);
	}
	if (r) {
		store_close(s);
		return r > 0 ? STORE_BAD : r;
	}
	*ret = s;
	return 0;
}

static int open_sqlite(struct store **ret, const char *where, struct buf *why)
{
	return open_with(&db_sqlite, ret, where, why);
}

static int open_pg(struct store **ret, const char *where, struct buf *why)
{
	return open_with(&db_pg, ret, where, why);
}

static int look_sqlite(struct store **ret, const char *where, struct buf *why)
{
	return look_with(&db_sqlite, ret, where, why);
}

static int look_pg(struct store **ret, const char *where, struct buf *why)
{
	return look_with(&db_pg, ret, where, why);
}

#define COMMON                                                                                     \
	.close = store_close, .grant = store_grant, .progress = store_progress,                    \
	.worlds = store_worlds, .commit = store_commit, .set_aside = store_set_aside,              \
	.keep_events = store_keep_events, .load_page = store_load_page,                            \
	.load_tree = store_load_tree, .document_get = store_document_get,                          \
	.document_put = store_document_put, .document_query = store_document_query,                \
	.document_drop = store_document_drop, .ledger_reserve = store_ledger_reserve,              \
	.ledger_settle = store_ledger_settle, .ledger_list = store_ledger_list,                    \
	.ledger_drop = store_ledger_drop, .group_begin = store_group_begin,                        \
	.group_end = store_group_end, .events_after = store_events_after,                          \
	.event_oldest = store_event_oldest, .account_create = store_account_create,                \
	.account_find = store_account_find, .account_set_hash = store_account_set_hash,            \
	.account_set_role = store_account_set_role, .account_logged_in = store_account_logged_in,  \
	.account_list = store_account_list, .character_create = store_character_create,            \
	.failure_note = store_failure_note, .failure_recent = store_failure_recent,                \
	.failure_clear = store_failure_clear, .dump = store_dump, .import = store_import,          \
	.schema = store_schema

const struct store_ops store_sqlite = {
	.name = "sqlite", .open = open_sqlite, .look = look_sqlite, COMMON
};
const struct store_ops store_pg = {
	.name = "postgresql", .open = open_pg, .look = look_pg, COMMON
};

const struct store_ops *store_for(const char *where)
{
	static const struct {
		const char *scheme;
		const struct store_ops *ops;
	} schemes[] = {
		{ "sqlite:", &store_sqlite },
		{ "postgresql://", &store_pg },
		{ "postgres://", &store_pg },
	};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (strncmp(where, schemes[i].scheme, strlen(schemes[i].scheme)) == 0)
			return schemes[i].ops;
	}
	return NULL;
}
