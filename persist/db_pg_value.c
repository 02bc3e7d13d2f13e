/*
 * db_pg_value.c - values in PostgreSQL's binary formats: integers and doubles big-endian, text and
 * bytea as they are, arrays with their header of dimensions.
 */
#include "persist/db_pg.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };

static uint64_t bits_of(const struct db_value *v)
{
	uint64_t bits = (uint64_t)v->v.i;

	if (v->type == DB_REAL)
		memcpy(&bits, &v->v.r, sizeof(bits));
	return htobe64(bits);
}

void pg_args_row(struct pg_args *a, const struct db_value *v, size_t n)
{
	assert(n <= DB_ARGS_MAX);
	*a = (struct pg_args){ .n = n };
	/* Reserved at once: pointers into it must stay. */
	char *numbers = n ? buf_reserve(&a->bytes, n * 8) : NULL;

	for (size_t i = 0; i < n; i++) {
		a->formats[i] = 1;
		if (v[i].type == DB_TEXT || v[i].type == DB_BLOB) {
			a->values[i] = v[i].v.s.p ? v[i].v.s.p : "";
			a->lengths[i] = (int)v[i].v.s.n;
		} else if (v[i].type != DB_NULL) {
			const uint64_t bits = bits_of(&v[i]);
			memcpy(numbers + i * 8, &bits, 8);
			a->values[i] = numbers + i * 8;
			a->lengths[i] = 8;
		}
	}
}

static void add_int32(struct buf *b, uint32_t n)
{
	const uint32_t be = htobe32(n);

	buf_add(b, &be, sizeof(be));
}

static void add_element(struct buf *b, const struct db_value *v)
{
	if (v->type == DB_TEXT || v->type == DB_BLOB) {
		add_int32(b, (uint32_t)v->v.s.n);
		buf_add(b, v->v.s.p, v->v.s.n);
		return;
	}
	const uint64_t bits = bits_of(v);
	add_int32(b, sizeof(bits));
	buf_add(b, &bits, sizeof(bits));
}

static uint32_t oid_of(enum db_type t)
{
	return t == DB_TEXT ? OID_TEXT : t == DB_BLOB ? OID_BYTEA : OID_INT8;
}

void pg_args_columns(struct pg_args *a, const struct db_value *v, size_t n, size_t n_rows)
{
	size_t start[DB_ARGS_MAX];

	assert(n <= DB_ARGS_MAX && n_rows > 0);
	*a = (struct pg_args){ .n = n };
	for (size_t column = 0; column < n; column++) {
		start[column] = a->bytes.n;
		add_int32(&a->bytes, 1); /* dimensions */
		add_int32(&a->bytes, 0); /* no nulls */
		add_int32(&a->bytes, oid_of(v[column].type));
		add_int32(&a->bytes, (uint32_t)n_rows);
		add_int32(&a->bytes, 1); /* lower bound */
		for (size_t row = 0; row < n_rows; row++)
			add_element(&a->bytes, &v[row * n + column]);
		a->lengths[column] = (int)(a->bytes.n - start[column]);
	}
	for (size_t column = 0; column < n; column++) {
		a->values[column] = buf_p(&a->bytes) + start[column];
		a->formats[column] = 1;
	}
}

void pg_args_done(struct pg_args *a)
{
	buf_done(&a->bytes);
}

static void read_value(const PGresult *res, int row, int column, struct db_value *ret)
{
	const char *p = PQgetvalue(res, row, column);
	const size_t n = (size_t)PQgetlength(res, row, column);
	uint64_t bits;

	if (PQgetisnull(res, row, column)) {
		*ret = (struct db_value){ .type = DB_NULL };
	} else if (PQftype(res, column) == OID_INT8) {
		memcpy(&bits, p, sizeof(bits));
		*ret = db_u64(be64toh(bits));
	} else if (PQftype(res, column) == OID_FLOAT8) {
		double real;
		memcpy(&bits, p, sizeof(bits));
		bits = be64toh(bits);
		memcpy(&real, &bits, sizeof(real));
		*ret = db_real(real);
	} else if (PQftype(res, column) == OID_BYTEA) {
		*ret = db_blob(p, n);
	} else {
		*ret = db_text(p, n);
	}
}

int pg_rows(const PGresult *res, const struct db_rows *rows)
{
	struct db_value v[DB_COLUMNS_MAX];
	const int n = PQnfields(res);
	int r = 0;

	assert(n <= DB_COLUMNS_MAX);
	for (int row = 0; row < PQntuples(res) && !r; row++) {
		for (int i = 0; i < n; i++)
			read_value(res, row, i, &v[i]);
		r = rows->row(rows->ctx, v, (size_t)n);
	}
	return r;
}
