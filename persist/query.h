/*
 * query.h - a document query as SQL.
 *
 * What it means, in every store:
 * - A path names a member of objects; arrays are not entered.
 * - Numbers compare as doubles, texts bytewise; a condition holds only between values of one sort.  true, false
 *   and null can be equal, never less or greater.
 * - A missing member satisfies NE and nothing else. EXISTS holds for a member that is null.
 * - Order: missing, null, false, true, numbers, texts, arrays and objects (any of these are alike);
 *   then by key. `descending` turns the whole order round.
 */
#pragma once

#include "persist/db.h"
#include "persist/store.h"

struct query {
	struct buf text;
	struct db_value args[DB_ARGS_MAX];
	size_t n_args;
	void *values[DB_ARGS_MAX]; /* texts of conditions, owned */
	size_t n_values;
};

enum { QUERY_CONDITIONS_MAX = 16, QUERY_LIMIT_MAX = 1000 };

/* `schema`: the driver's. 0, or STORE_BAD with a sentence. */
int query_build(struct query *ret, const char *schema, const Mudlark__DocumentQuery *q,
		struct buf *why) MUST_USE;
void query_done(struct query *q);
