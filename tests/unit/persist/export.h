/*
 * export.h - exports for tests: made of random rows of every table, written from a store, read into one.
 */
#pragma once

#include <check.h>
#include <string.h>

#include "persist/dump.h"
#include "persist/dump_line.h"
#include "persist/migrate.h"
#include "persist/store.h"
#include "rt/rand.h"
#include "rt/text.h"

/* An export as it is being made. */
struct export
{
	struct buf text;
	struct dump_sum sum;
};

static inline void export_begin(struct export *e, uint32_t schema)
{
	memset(e, 0, sizeof(*e));
	dump_sum_init(&e->sum, schema);
	buf_addf(&e->text, "{\"mudlark\":\"export\",\"format\":1,\"schema\":%u}\n", schema);
	dump_sum_header(&e->sum, buf_span(&e->text));
}

static inline void export_row(struct export *e, const struct dump_table *t,
			      const struct db_value *v)
{
	const size_t before = e->text.n;

	ck_assert_int_eq(dump_line_write(&e->text, t, e->sum.schema, v), 0);
	dump_sum_row(&e->sum, t, (struct span){ buf_p(&e->text) + before, e->text.n - before });
}

static inline void export_end(struct export *e)
{
	dump_sum_trailer(&e->sum, &e->text);
}

static inline const struct dump_table *table_of(const char *name)
{
	const struct dump_table *t =
		dump_table_find((struct span){ name, strlen(name) }, UINT32_MAX);

	ck_assert_ptr_nonnull(t);
	return t;
}

/* Characters of every kind that has ever been trouble. */
static const char *const odd_texts[] = {
	"",
	"a",
	"penny",
	"\"",
	"\\",
	"/",
	"\b\f\n\r\t",
	"\x01\x1f",
	"\x7f",
	"\xc2\x80",
	"\xc2\xa0",
	"\xc3\xa9",
	"e\xcc\x81",
	"\xe2\x80\xa8",
	"\xe2\x80\xa9",
	"\xef\xbb\xbf",
	"\xef\xbf\xbd",
	"\xef\xbf\xbf",
	"\xf0\x9f\x90\xa6",
	"\xf4\x8f\xbf\xbf",
	"\xe2\x80\xae",
	"'; DROP TABLE world; --",
	"$1",
	"?1",
	"%s",
	"{}",
	"null",
	"\\u0000",
	" ",
};

static inline void random_text(struct rng *r, struct buf *out)
{
	for (uint64_t n = rng_below(r, 6); n; n--)
		buf_adds(out, odd_texts[rng_below(r, ARRAY_LEN(odd_texts))]);
}

/* As somebody might write it: blanks, escapes, keys in any order. */
static inline void random_json(struct rng *r, struct buf *out, unsigned depth)
{
	static const char *const scalars[] = { "true",
					       "false",
					       "null",
					       "0",
					       "-0",
					       "1.50",
					       "1e3",
					       "-2.5E-07",
					       "12345678901234567890",
					       "0.1e+1",
					       "\"\\u00e9\\/\"",
					       "\"\\ud83d\\ude00\"" };
	const uint64_t kind = rng_below(r, depth ? 6 : 3);

	if (kind < 2) {
		buf_adds(out, scalars[rng_below(r, ARRAY_LEN(scalars))]);
	} else if (kind == 2) {
		struct buf text = { 0 };
		random_text(r, &text);
		json_quote(out, buf_span(&text));
		buf_done(&text);
	} else {
		const bool is_list = kind == 3;
		buf_adds(out, is_list ? "[ " : "{\n");
		for (uint64_t i = 0, n = rng_below(r, 5); i < n; i++) {
			if (!is_list)
				buf_addf(out, "\"%c%llu\" :\t", (int)('a' + rng_below(r, 26)),
					 (unsigned long long)i);
			random_json(r, out, depth - 1);
			buf_adds(out, i + 1 < n ? " ,  " : " ");
		}
		buf_addc(out, is_list ? ']' : '}');
	}
}

static inline void random_object(struct rng *r, struct buf *out)
{
	buf_adds(out, "{ \"z\": ");
	random_json(r, out, 4);
	buf_adds(out, ", \"a\": ");
	random_json(r, out, 3);
	buf_adds(out, "}");
}

static inline void random_bytes(struct rng *r, struct buf *out, size_t n)
{
	while (n--)
		buf_addc(out, (char)rng_next(r));
}

/* Any number; 0, small and the greatest ones come often. */
static inline int64_t random_number(struct rng *r)
{
	static const int64_t edges[] = {
		0, 1, -1, INT64_MAX, INT64_MIN, 1LL << 53, (1LL << 53) + 1
	};
	const uint64_t kind = rng_below(r, 3);

	return kind == 0   ? edges[rng_below(r, ARRAY_LEN(edges))]
	       : kind == 1 ? (int64_t)rng_below(r, 1000)
			   : (int64_t)rng_next(r);
}

static inline bool is_unique(const struct dump_table *t, size_t column)
{
	const char *name = t->columns[column].name;

	return column < t->n_key || strcmp(name, "folded") == 0 || strcmp(name, "key") == 0;
}

/* Row i of its table: keys rise with i, and what refers to another table does. */
static inline void random_row(struct rng *r, struct export *e, const struct dump_table *t,
			      uint64_t i)
{
	struct db_value v[DB_COLUMNS_MAX];
	struct buf texts[DB_COLUMNS_MAX] = { 0 };

	for (size_t c = 0; c < t->n_columns; c++) {
		const struct dump_column *column = &t->columns[c];
		struct buf *text = &texts[c];
		if (is_unique(t, c) && column->type == DUMP_TEXT)
			buf_addf(text, "%06llu", (unsigned long long)i);
		switch (column->type) {
		case DUMP_INT:
			v[c] = db_int(c < t->n_key ? (int64_t)i + 1 : random_number(r));
			break;
		case DUMP_ID:
			v[c] = db_int(c < t->n_key ? INT64_MIN + (int64_t)i * (1LL << 53)
						   : random_number(r));
			break;
		case DUMP_TEXT:
			random_text(r, text);
			v[c] = db_text(buf_p(text), text->n);
			break;
		case DUMP_JSON:
			random_object(r, text);
			v[c] = db_text(buf_p(text), text->n);
			break;
		case DUMP_BLOB:
			random_bytes(r, text, rng_below(r, 100));
			v[c] = db_blob(buf_p(text), text->n);
			break;
		}
		if (column->nullable && rng_below(r, 3) == 0)
			v[c] = (struct db_value){ .type = DB_NULL };
	}
	if (t == table_of("character"))
		v[1] = db_int(1 + (int64_t)(i / 2));
	export_row(e, t, v);
	for (size_t c = 0; c < t->n_columns; c++)
		buf_done(&texts[c]);
}

static inline void export_random(struct export *e, uint64_t seed, uint64_t rows)
{
	struct rng r;

	rng_seed(&r, seed);
	export_begin(e, migrate_newest("sqlite"));
	for (size_t t = 0; t < DUMP_TABLES; t++)
		for (uint64_t i = 0; i < rows; i++)
			random_row(&r, e, &dump_tables[t], i);
	export_end(e);
}

/* Hands over a text in pieces of so many bytes. */
struct feeder {
	struct span left;
	size_t step;
};

static inline int feed(void *ctx, struct span *ret, struct buf *why)
{
	struct feeder *f = ctx;
	const size_t n = f->left.n < f->step ? f->left.n : f->step;

	(void)why;
	*ret = (struct span){ f->left.p, n };
	f->left = (struct span){ f->left.p + n, f->left.n - n };
	return 0;
}

static inline int try_import(const struct store_ops *ops, struct store *s, struct span text,
			     size_t step, struct store_import *ret, struct buf *why)
{
	struct feeder f = { text, step };

	buf_reset(why);
	return ops->import(s, feed, &f, ret, why);
}

/* All of a store, as an export; its header line is cut off, since it tells the time. */
static inline void dump_all(const struct store_ops *ops, struct store *s, struct buf *ret)
{
	struct dump *d = NULL;
	struct buf why = { 0 };
	bool last = false;

	ck_assert_int_eq(ops->dump(s, &d, &why), 0);
	while (!last)
		ck_assert_int_eq(dump_next(d, ret, &last, &why), 0);
	dump_close(d);
	buf_done(&why);
}

/* Its rows alone. */
static inline struct span rows_of(const struct buf *text)
{
	const char *begin = memchr(buf_p(text), '\n', text->n);
	const char *end = memrchr(buf_p(text), '\n', text->n - 1);

	ck_assert(begin && end && begin <= end);
	return (struct span){ begin + 1, (size_t)(end - begin) };
}
