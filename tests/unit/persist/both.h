/*
 * both.h - a test that runs on both stores: a loop test whose _i chooses one.  main() starts one
 * PostgreSQL before check forks; every test has a database or file of its own.
 */
#pragma once

#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "persist/store.h"
#include "tests/support/pg_server.h"
#include "rows.h"

enum { ON_SQLITE, ON_PG, STORES };

struct both {
	const struct store_ops *ops;
	struct store *s;
	struct arena a;
	struct buf why;
	char dir[64], where[256];
};

static struct pg_server both_server;

static inline void both_where(struct both *b, int which)
{
	memset(b, 0, sizeof(*b));
	snprintf(b->dir, sizeof(b->dir), "/tmp/mudlark-store-XXXXXX");
	if (which == ON_SQLITE) {
		ck_assert_ptr_nonnull(mkdtemp(b->dir));
		snprintf(b->where, sizeof(b->where), "sqlite:%s/var/mudlark.db", b->dir);
	} else {
		char name[32];
		snprintf(name, sizeof(name), "test_%d", (int)getpid());
		ck_assert(pg_server_database(&both_server, name, b->where, sizeof(b->where)));
	}
	b->ops = store_for(b->where);
	ck_assert_ptr_nonnull(b->ops);
}

static inline int both_try_open(struct both *b)
{
	buf_reset(&b->why);
	return b->ops->open(&b->s, b->where, &b->why);
}

static inline void both_open(struct both *b, int which)
{
	both_where(b, which);
	const int r = both_try_open(b);
	ck_assert_msg(r == 0, "open: %d %.*s", r, (int)b->why.n, buf_p(&b->why));
}

static inline void both_reopen(struct both *b)
{
	b->ops->close(b->s);
	b->s = NULL;
	ck_assert_int_eq(both_try_open(b), 0);
}

static inline void both_close(struct both *b)
{
	char sweep[96];

	if (b->s)
		b->ops->close(b->s);
	arena_done(&b->a);
	buf_done(&b->why);
	snprintf(sweep, sizeof(sweep), "rm -rf %s", b->dir);
	ck_assert_int_eq(system(sweep), 0);
}

/* Grants the world to an instance; the epoch. */
static inline uint64_t both_grant(struct both *b, uint64_t instance)
{
	Mudlark__WorldState *state = NULL;
	uint64_t epoch = 0;

	ck_assert_int_eq(b->ops->grant(b->s, WORLD_, instance, &epoch, &state, &b->a), 0);
	return epoch;
}

static inline int both_commit(struct both *b, Mudlark__Commit *c)
{
	size_t bad = 0;

	buf_reset(&b->why);
	return b->ops->commit(b->s, &c, 1, &bad, &b->why);
}

static inline void both_must_commit(struct both *b, Mudlark__Commit *c)
{
	const int r = both_commit(b, c);
	ck_assert_msg(r == 0, "commit: %d %.*s", r, (int)b->why.n, buf_p(&b->why));
}

static inline uint64_t both_batch(struct both *b)
{
	uint64_t epoch, instance, batch = 0;

	ck_assert_int_eq(b->ops->progress(b->s, WORLD_, &epoch, &instance, &batch), 0);
	return batch;
}

static inline Mudlark__Page *both_page(struct both *b, Mudlark__LoadPage__What what, uint64_t after)
{
	Mudlark__LoadPage q = MUDLARK__LOAD_PAGE__INIT;
	Mudlark__Page *p = row_alloc(&b->a, sizeof(*p));

	q.world = WORLD_;
	q.what = what;
	q.after = after;
	ck_assert_int_eq(b->ops->load_page(b->s, &q, p, &b->a), 0);
	return p;
}

/* main() of such a test program. */
static inline int both_main(Suite *suite)
{
	if (!pg_server_start(&both_server))
		return EXIT_FAILURE;
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	pg_server_stop(&both_server);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
