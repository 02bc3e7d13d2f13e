/* dump_line.c - one row of a table as one line of an export, and back; see dump_line.h. */
#include "persist/dump_line.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "persist/canon.h"
#include "persist/store.h"
#include "rt/text.h"

static const int64_t exact = INT64_C(1) << 53; /* a double holds every whole number up to it */

static const char as_text[] = ".text", as_base64[] = ".base64";

static void add_base64(struct buf *out, struct span s)
{
	const size_t n = sodium_base64_ENCODED_LEN(s.n, sodium_base64_VARIANT_ORIGINAL);

	buf_addc(out, '"');
	sodium_bin2base64(buf_reserve(out, n), n, (const unsigned char *)s.p, s.n,
			  sodium_base64_VARIANT_ORIGINAL);
	buf_commit(out, n - 1);
	buf_addc(out, '"');
}

static void add_key(struct buf *out, const char *name, const char *suffix)
{
	buf_addf(out, ",\"%s%s\":", name, suffix);
}

/* NUL is a character to JSON. */
static bool is_text(struct span s)
{
	while (s.n) {
		const char *nul = memchr(s.p, '\0', s.n);
		const size_t n = nul ? (size_t)(nul - s.p) : s.n;
		if (!text_is_utf8((struct span){ s.p, n }))
			return false;
		s.p += n + (nul != NULL);
		s.n -= n + (nul != NULL);
	}
	return true;
}

static void write_text(struct buf *out, const char *name, const char *suffix, struct span s)
{
	if (!is_text(s)) {
		add_key(out, name, as_base64);
		add_base64(out, s);
		return;
	}
	add_key(out, name, suffix);
	canon_quote(out, s);
}

/* A body that says `null` would be taken for no body at all. */
static void write_json(struct buf *out, const char *name, struct span s)
{
	const size_t before = out->n;

	add_key(out, name, "");
	const size_t value = out->n;
	if (canon_json(out, s) && (out->n - value != 4 || memcmp(buf_p(out) + value, "null", 4)))
		return;
	out->n = before;
	write_text(out, name, as_text, s);
}

static void write_int(struct buf *out, const char *name, int64_t i)
{
	const char *quote = i > exact || i < -exact ? "\"" : "";

	add_key(out, name, "");
	buf_addf(out, "%s%lld%s", quote, (long long)i, quote);
}

static int write_value(struct buf *out, const struct dump_column *c, const struct db_value *v)
{
	const bool is_int = c->type == DUMP_INT || c->type == DUMP_ID;
	const enum db_type want = is_int ? DB_INT : c->type == DUMP_BLOB ? DB_BLOB : DB_TEXT;

	if (v->type == DB_NULL && c->nullable) {
		add_key(out, c->name, "");
		buf_adds(out, "null");
		return 0;
	}
	if (v->type != want)
		return STORE_BAD;
	switch (c->type) {
	case DUMP_INT:
		write_int(out, c->name, v->v.i);
		break;
	case DUMP_ID:
		add_key(out, c->name, "");
		buf_addf(out, "\"%llu\"", (unsigned long long)v->v.i);
		break;
	case DUMP_TEXT:
		write_text(out, c->name, "", v->v.s);
		break;
	case DUMP_JSON:
		write_json(out, c->name, v->v.s);
		break;
	case DUMP_BLOB:
		add_key(out, c->name, "");
		add_base64(out, v->v.s);
		break;
	}
	return 0;
}

int dump_line_write(struct buf *out, const struct dump_table *t, uint32_t schema,
		    const struct db_value *v)
{
	const size_t before = out->n, n = dump_columns(t, schema);
	int r = 0;

	buf_addf(out, "{\"table\":\"%s\"", t->name);
	for (size_t i = 0; i < n && !r; i++)
		r = write_value(out, &t->columns[i], &v[i]);
	if (r)
		out->n = before;
	else
		buf_adds(out, "}\n");
	return r;
}

/* A line as it is read. */
struct reader {
	struct span in;
	struct dump_row *row;
	size_t starts[DB_COLUMNS_MAX]; /* of texts, in row->bytes, which may move */
	struct buf *why;
};

static bool eat(struct reader *r, struct span s)
{
	if (r->in.n < s.n || memcmp(r->in.p, s.p, s.n) != 0)
		return false;
	r->in.p += s.n;
	r->in.n -= s.n;
	return true;
}

static int bad(struct reader *r, const char *what, const char *name, const char *rest)
{
	buf_addf(r->why, "%s%s%s", what, name, rest);
	return STORE_BAD;
}

static int read_table(struct reader *r, uint32_t schema)
{
	struct buf name = { 0 };

	if (!eat(r, SPAN("{\"table\":")) || !canon_string(&name, &r->in)) {
		buf_done(&name);
		return bad(r, "this is not a row of an export", "", "");
	}
	r->row->table = dump_table_find(buf_span(&name), schema);
	if (!r->row->table) {
		buf_adds(r->why, "there is no table ");
		text_quote(r->why, buf_span(&name), 64);
		buf_addf(r->why, " in schema %u", schema);
	}
	buf_done(&name);
	return r->row->table ? 0 : STORE_BAD;
}

/* The whole of a text as a number. */
static bool digits_to(const char *text, bool is_signed, int64_t *ret)
{
	char *end;

	errno = 0;
	*ret = is_signed ? strtoll(text, &end, 10) : (int64_t)strtoull(text, &end, 10);
	return !errno && end != text && !*end;
}

/* A number, bare or as a string. */
static bool read_number(struct reader *r, bool is_signed, int64_t *ret)
{
	struct buf text = { 0 };
	bool fine = r->in.n && *r->in.p == '"' ? canon_string(&text, &r->in)
					       : canon_value(&text, &r->in);

	buf_addc(&text, '\0');
	fine = fine && digits_to(buf_p(&text), is_signed, ret);
	buf_done(&text);
	return fine;
}

static bool read_base64(struct reader *r)
{
	struct buf text = { 0 };
	size_t n = 0;
	bool fine = canon_string(&text, &r->in);

	if (fine) {
		char *to = buf_reserve(&r->row->bytes, text.n + 1);
		fine = !sodium_base642bin((unsigned char *)to, text.n + 1, buf_p(&text), text.n,
					  NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL);
	}
	if (fine)
		buf_commit(&r->row->bytes, n);
	buf_done(&text);
	return fine;
}

/* Where a text begins is known at the end of the line (settle()). */
static bool read_bytes(struct reader *r, const struct dump_column *c, const char *suffix,
		       struct db_value *ret)
{
	const size_t before = r->row->bytes.n;
	bool fine;

	if (suffix == as_base64 || c->type == DUMP_BLOB)
		fine = read_base64(r);
	else if (c->type == DUMP_JSON && !*suffix)
		fine = canon_value(&r->row->bytes, &r->in);
	else
		fine = canon_string(&r->row->bytes, &r->in);
	*ret = (struct db_value){ .type = c->type == DUMP_BLOB ? DB_BLOB : DB_TEXT,
				  .v.s = { NULL, r->row->bytes.n - before } };
	return fine;
}

static bool read_value(struct reader *r, size_t at, const char *suffix)
{
	const struct dump_column *c = &r->row->table->columns[at];
	struct db_value *ret = &r->row->v[at];

	r->starts[at] = r->row->bytes.n;
	if (c->nullable && !*suffix && eat(r, SPAN("null"))) {
		*ret = (struct db_value){ .type = DB_NULL };
		return true;
	}
	if (c->type == DUMP_INT || c->type == DUMP_ID) {
		ret->type = DB_INT;
		return read_number(r, c->type == DUMP_INT, &ret->v.i);
	}
	return read_bytes(r, c, suffix, ret);
}

/* The name of a column, with what may stand behind it; NULL: it is another's. */
static const char *suffix_of(const struct dump_column *c, struct span key)
{
	const char *const suffixes[] = { "", as_text, as_base64 };
	const size_t n = strlen(c->name);

	if (key.n < n || memcmp(key.p, c->name, n) != 0)
		return NULL;
	key = (struct span){ key.p + n, key.n - n };
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (key.n == strlen(suffixes[i]) && memcmp(key.p, suffixes[i], key.n) == 0)
			return suffixes[i];
	return NULL;
}

/* What is wrong with a key where column `at` (or the end) is to stand. */
static int misplaced(struct reader *r, struct span key, size_t at, size_t n)
{
	const struct dump_table *t = r->row->table;

	for (size_t i = 0; i < n; i++)
		if (suffix_of(&t->columns[i], key) && at < n)
			return bad(r, "column \"", t->columns[at].name, "\" is missing");
	buf_addf(r->why, "table %s has no column ", t->name);
	text_quote(r->why, key, 64);
	return STORE_BAD;
}

static int read_column(struct reader *r, size_t at, size_t n)
{
	const struct dump_column *c = &r->row->table->columns[at];
	struct buf key = { 0 };
	int result = 0;

	if (!eat(r, SPAN(",")) || !canon_string(&key, &r->in) || !eat(r, SPAN(":"))) {
		buf_done(&key);
		return bad(r, "column \"", c->name, "\" is missing");
	}
	const char *suffix = suffix_of(c, buf_span(&key));
	if (!suffix)
		result = misplaced(r, buf_span(&key), at, n);
	else if (!read_value(r, at, suffix))
		result = bad(r, "column \"", c->name, "\" has no proper value");
	buf_done(&key);
	return result;
}

static int read_end(struct reader *r, size_t n)
{
	struct buf key = { 0 };
	int result = 0;

	if (eat(r, SPAN("}")) && !r->in.n)
		return 0;
	if (eat(r, SPAN(",")) && canon_string(&key, &r->in))
		result = misplaced(r, buf_span(&key), n, n);
	else
		result = bad(r, "the row does not end where it should", "", "");
	buf_done(&key);
	return result;
}

/* Texts get their place, and columns that the schema lacks what a migration would give them. */
static void settle(struct reader *r, size_t n)
{
	struct dump_row *row = r->row;

	for (size_t i = 0; i < n; i++)
		if (row->v[i].type == DB_TEXT || row->v[i].type == DB_BLOB)
			row->v[i].v.s.p = buf_p(&row->bytes) + r->starts[i];
	for (size_t i = n; i < row->table->n_columns; i++) {
		const struct dump_column *c = &row->table->columns[i];
		if (c->nullable)
			row->v[i] = (struct db_value){ .type = DB_NULL };
		else if (c->type == DUMP_INT || c->type == DUMP_ID)
			row->v[i] = db_int(0);
		else
			row->v[i] = c->type == DUMP_BLOB ? db_blob("", 0) : db_text("", 0);
	}
}

static bool is_as_written(const struct dump_row *row, struct span line, uint32_t schema)
{
	struct buf again = { 0 };
	const bool same = !dump_line_write(&again, row->table, schema, row->v) &&
			  again.n == line.n + 1 && memcmp(buf_p(&again), line.p, line.n) == 0;

	buf_done(&again);
	return same;
}

int dump_line_read(struct dump_row *row, struct span line, uint32_t schema, struct buf *why)
{
	struct reader r = { .in = line, .row = row, .why = why };
	size_t n = 0;

	buf_reset(&row->bytes);
	int result = is_text(line) ? read_table(&r, schema) : bad(&r, "this is not UTF-8", "", "");
	if (!result)
		n = dump_columns(row->table, schema);
	for (size_t i = 0; i < n && !result; i++)
		result = read_column(&r, i, n);
	if (!result)
		result = read_end(&r, n);
	if (result)
		return result;
	settle(&r, n);
	return is_as_written(row, line, schema)
		       ? 0
		       : bad(&r, "the row is not written as an export writes it", "", "");
}

void dump_row_done(struct dump_row *row)
{
	buf_done(&row->bytes);
}

static int compare(const struct db_value *a, const struct db_value *b)
{
	if (a->type == DB_INT)
		return a->v.i < b->v.i ? -1 : a->v.i > b->v.i;
	const size_t n = a->v.s.n < b->v.s.n ? a->v.s.n : b->v.s.n;
	const int r = n ? memcmp(a->v.s.p, b->v.s.p, n) : 0;
	return r ? r : a->v.s.n < b->v.s.n ? -1 : a->v.s.n > b->v.s.n;
}

int dump_row_compare(const struct dump_row *a, const struct dump_row *b)
{
	int r = 0;

	for (size_t i = 0; i < a->table->n_key && !r; i++)
		r = compare(&a->v[i], &b->v[i]);
	return r;
}
