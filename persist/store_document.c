/* store_document.c - documents: one by its key, a checked write, queries (query.h), and many dropped. */
#include <string.h>

#include "persist/check.h"
#include "persist/query.h"
#include "persist/row.h"
#include "persist/store_inner.h"

struct one {
	struct arena *a;
	Mudlark__DocumentRow *row;
};

static int take_one(void *ctx, const struct db_value *v, size_t n)
{
	struct one *o = ctx;

	(void)n;
	o->row = row_document(o->a, v);
	return 0;
}

int store_document_get(struct store *s, const char *collection, const char *key,
		       Mudlark__DocumentRow **ret, struct arena *a)
{
	const struct db_value args[] = { db_str(collection), db_str(key) };
	struct one o = { .a = a };
	const int r = store_query(s, SQL_DOCUMENT_GET, args, ARRAY_LEN(args), take_one, &o);

	if (r)
		return r;
	if (!o.row)
		return STORE_ABSENT;
	*ret = o.row;
	return 0;
}

static int take_version(void *ctx, const struct db_value *v, size_t n)
{
	*(uint64_t *)ctx = (uint64_t)v[n - 1].v.i;
	return 0;
}

static int write_document(struct store *s, const Mudlark__DocumentPut *q, uint64_t *version)
{
	const struct db_value args[] = { db_str(q->collection), db_str(q->key),
					 db_text((const char *)q->body.data, q->body.len) };
	int r = store_query(s, SQL_DOCUMENT_GET, args, 2, take_version, version);

	if (r)
		return r;
	if (q->check && *version != q->version)
		return STORE_CONFLICT;
	if (q->body.len)
		return store_query(s, SQL_DOCUMENT_PUT, args, 3, take_version, version);
	if (!*version)
		return STORE_ABSENT;
	*version = 0;
	return store_query(s, SQL_DOCUMENT_DEL, args, 2, NULL, NULL);
}

int store_document_put(struct store *s, const Mudlark__DocumentPut *q, uint64_t *ret_version)
{
	struct buf why = { 0 };
	uint64_t version = 0;
	int r = check_document(q->collection, q->key, q->body, &why);

	buf_done(&why);
	if (r)
		return r;
	r = s->driver->begin(s->db);
	if (!r)
		r = write_document(s, q, &version);
	r = store_end(s, r);
	if (!r || r == STORE_CONFLICT)
		*ret_version = version;
	return r;
}

struct taker {
	struct arena *a;
	struct row_list rows;
};

static int take_row(void *ctx, const struct db_value *v, size_t n)
{
	struct taker *t = ctx;

	(void)n;
	t->rows.bytes += v[2].v.s.n + 64;
	if (t->rows.bytes > STORE_REPLY_MAX && t->rows.n)
		return STORE_BAD;
	row_add(&t->rows, t->a, row_document(t->a, v));
	return 0;
}

int store_document_query(struct store *s, const Mudlark__DocumentQuery *q,
			 Mudlark__DocumentRow ***ret, size_t *ret_n, struct arena *a,
			 struct buf *why)
{
	struct taker t = { .a = a };
	const struct db_rows rows = { take_row, &t };
	struct query query;
	int r = query_build(&query, s->driver->schema, q, why);

	if (r)
		return r;
	r = s->driver->query_text(s->db, buf_p(&query.text), query.args, query.n_args, &rows);
	query_done(&query);
	if (r == STORE_BAD)
		buf_adds(why, "the answer is too long: ask for fewer documents at a time");
	if (r)
		return r;
	*ret = (Mudlark__DocumentRow **)t.rows.items;
	*ret_n = t.rows.n;
	return 0;
}

/* Behind every text that begins with what stands before it: the last code point there is. */
#define LAST "\xf4\x8f\xbf\xbf"

int store_document_drop(struct store *s, const Mudlark__DocumentDrop *q, uint64_t *ret_count)
{
	const uint32_t limit = q->limit ? q->limit : 100;
	struct buf end = { 0 };
	uint64_t count = 0;

	buf_addf(&end, "%s" LAST "%c", q->prefix, '\0');
	const char *below =
		q->below[0] && strcmp(q->below, buf_p(&end)) < 0 ? q->below : buf_p(&end);
	const struct db_value args[] = { db_str(q->collection), db_str(q->prefix), db_str(below),
					 db_int(limit < 1000 ? limit : 1000) };
	int r = s->driver->begin(s->db);
	if (!r)
		r = store_query(s, SQL_DOCUMENT_DROP, args, ARRAY_LEN(args), store_count, &count);
	r = store_end(s, r);
	buf_done(&end);
	if (!r)
		*ret_count = count;
	return r;
}
