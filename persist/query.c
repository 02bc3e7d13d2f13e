/*
 * query.c - a document query as SQL.  A path is checked to be harmless and written into the text;
 * every value is a bound argument.  The dialects differ in how a member is reached and what its sort is
 * called: the table `dialects`, in which %s stands for the member.
 */
#include "persist/query.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "persist/check.h"

enum piece { IS_TEXT, IS_NUMBER, TEXT, NUMBER, IS_THERE, IS_TRUE, IS_FALSE, IS_NULL, PIECES };

struct dialect {
	const char *schema;
	const char *open, *step, *close; /* a path: open, then step for each name, then close */
	const char *pieces[PIECES];
};

static const struct dialect dialects[] = {
	{
		.schema = "sqlite",
		.open = "body, '$",
		.step = ".\"%s\"",
		.close = "'",
		.pieces = {
			[IS_TEXT] = "json_type(%s) = 'text'",
			[IS_NUMBER] = "json_type(%s) IN ('integer', 'real')",
			[TEXT] = "json_extract(%s)",
			[NUMBER] = "number_of(\"->\"(%s))",
			[IS_THERE] = "json_type(%s) IS NOT NULL",
			[IS_TRUE] = "json_type(%s) = 'true'",
			[IS_FALSE] = "json_type(%s) = 'false'",
			[IS_NULL] = "json_type(%s) = 'null'",
		},
	},
	{
		.schema = "pg",
		.open = "(body::jsonb",
		.step = " -> '%s'",
		.close = ")",
		.pieces = {
			[IS_TEXT] = "jsonb_typeof(%s) = 'string'",
			[IS_NUMBER] = "jsonb_typeof(%s) = 'number'",
			[TEXT] = "(%s #>> '{}') COLLATE \"C\"",
			[NUMBER] = "%s::float8",
			[IS_THERE] = "%s IS NOT NULL",
			[IS_TRUE] = "%s = 'true'::jsonb",
			[IS_FALSE] = "%s = 'false'::jsonb",
			[IS_NULL] = "%s = 'null'::jsonb",
		},
	},
};

struct builder {
	struct query *q;
	const struct dialect *d;
	struct buf *why;
};

static int bad(struct builder *b, const char *sentence)
{
	buf_adds(b->why, sentence);
	return STORE_BAD;
}

/* Copies `format` to out with every %s replaced by [p, p+n). */
static void add_filled(struct buf *out, const char *format, const char *p, size_t n)
{
	const char *hole;

	for (; (hole = strstr(format, "%s")); format = hole + 2) {
		buf_add(out, format, (size_t)(hole - format));
		buf_add(out, p, n);
	}
	buf_adds(out, format);
}

static void add_piece(struct builder *b, enum piece piece, const char *path)
{
	struct buf member = { 0 };

	buf_adds(&member, b->d->open);
	for (const char *p = path, *dot; p; p = dot ? dot + 1 : NULL) {
		dot = strchr(p, '.');
		add_filled(&member, b->d->step, p, dot ? (size_t)(dot - p) : strlen(p));
	}
	buf_adds(&member, b->d->close);
	add_filled(&b->q->text, b->d->pieces[piece], buf_p(&member), member.n);
	buf_done(&member);
}

static void add_arg(struct builder *b, struct db_value v)
{
	b->q->args[b->q->n_args++] = v;
	buf_addf(&b->q->text, "$%zu", b->q->n_args);
}

static void add_text_arg(struct builder *b, const json_t *value)
{
	const size_t n = json_string_length(value);
	char *copy = base_dup(json_string_value(value), n);

	b->q->values[b->q->n_values++] = copy;
	add_arg(b, db_text(copy, n));
}

static const char *const signs[] = {
	[MUDLARK__DOCUMENT_QUERY__CONDITION__OP__EQ] = " = ",
	[MUDLARK__DOCUMENT_QUERY__CONDITION__OP__NE] = " = ", /* turned round outside */
	[MUDLARK__DOCUMENT_QUERY__CONDITION__OP__LT] = " < ",
	[MUDLARK__DOCUMENT_QUERY__CONDITION__OP__LE] = " <= ",
	[MUDLARK__DOCUMENT_QUERY__CONDITION__OP__GT] = " > ",
	[MUDLARK__DOCUMENT_QUERY__CONDITION__OP__GE] = " >= ",
};

/* CASE keeps the database from looking at a number as a text, in whatever order it works. */
static int add_text_condition(struct builder *b, const char *path,
			      Mudlark__DocumentQuery__Condition__Op op, const json_t *value)
{
	buf_adds(&b->q->text, "CASE WHEN ");
	add_piece(b, IS_TEXT, path);
	buf_adds(&b->q->text, " THEN ");
	if (op == MUDLARK__DOCUMENT_QUERY__CONDITION__OP__PREFIX) {
		buf_adds(&b->q->text, "substr(");
		add_piece(b, TEXT, path);
		buf_adds(&b->q->text, ", 1, length(CAST(");
		add_text_arg(b, value);
		/* The same argument again: its number is the last one. */
		buf_addf(&b->q->text, " AS text))) = CAST($%zu AS text)", b->q->n_args);
	} else {
		add_piece(b, TEXT, path);
		buf_adds(&b->q->text, signs[op]);
		buf_adds(&b->q->text, "CAST(");
		add_text_arg(b, value);
		buf_adds(&b->q->text, " AS text)");
	}
	buf_adds(&b->q->text, " ELSE FALSE END");
	return 0;
}

static int add_number_condition(struct builder *b, const char *path,
				Mudlark__DocumentQuery__Condition__Op op, const json_t *value)
{
	if ((size_t)op >= ARRAY_LEN(signs))
		return bad(b, "a prefix is a text");
	buf_adds(&b->q->text, "CASE WHEN ");
	add_piece(b, IS_NUMBER, path);
	buf_adds(&b->q->text, " THEN ");
	add_piece(b, NUMBER, path);
	buf_adds(&b->q->text, signs[op]);
	buf_adds(&b->q->text, "CAST(");
	add_arg(b, db_real(json_number_value(value)));
	buf_adds(&b->q->text, " AS double precision) ELSE FALSE END");
	return 0;
}

static int add_constant_condition(struct builder *b, const char *path,
				  Mudlark__DocumentQuery__Condition__Op op, const json_t *value)
{
	const enum piece piece = json_is_true(value)	? IS_TRUE
				 : json_is_false(value) ? IS_FALSE
							: IS_NULL;

	if (op != MUDLARK__DOCUMENT_QUERY__CONDITION__OP__EQ &&
	    op != MUDLARK__DOCUMENT_QUERY__CONDITION__OP__NE)
		return bad(b, "true, false and null can be equal or not, nothing else");
	buf_adds(&b->q->text, "CASE WHEN ");
	add_piece(b, IS_THERE, path);
	buf_adds(&b->q->text, " THEN ");
	add_piece(b, piece, path);
	buf_adds(&b->q->text, " ELSE FALSE END");
	return 0;
}

static int add_comparison(struct builder *b, const char *path,
			  Mudlark__DocumentQuery__Condition__Op op, const json_t *value)
{
	if (json_is_string(value))
		return add_text_condition(b, path, op, value);
	if (json_is_number(value))
		return add_number_condition(b, path, op, value);
	if (json_is_true(value) || json_is_false(value) || json_is_null(value))
		return add_constant_condition(b, path, op, value);
	return bad(b, "a value to compare with is a text, a number, true, false or null");
}

static int add_condition(struct builder *b, const Mudlark__DocumentQuery__Condition *c)
{
	int r = check_path(c->path, b->why);

	if (r)
		return r;
	buf_adds(&b->q->text, " AND ");
	if (c->op == MUDLARK__DOCUMENT_QUERY__CONDITION__OP__EXISTS) {
		add_piece(b, IS_THERE, c->path);
		return 0;
	}
	if ((unsigned)c->op > MUDLARK__DOCUMENT_QUERY__CONDITION__OP__EXISTS)
		return bad(b, "no such comparison");
	json_t *value = json_loadb((const char *)c->value.data, c->value.len,
				   JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
	if (!value)
		return bad(b, "a value to compare with is not JSON");
	if (c->op == MUDLARK__DOCUMENT_QUERY__CONDITION__OP__NE)
		buf_adds(&b->q->text, "NOT ");
	buf_addc(&b->q->text, '(');
	r = add_comparison(b, c->path, c->op, value);
	buf_addc(&b->q->text, ')');
	json_decref(value);
	return r;
}

static void add_rank(struct builder *b, const char *path)
{
	static const struct {
		enum piece is;
		int rank;
	} ranks[] = { { IS_NULL, 1 },	{ IS_FALSE, 2 }, { IS_TRUE, 3 },
		      { IS_NUMBER, 4 }, { IS_TEXT, 5 },	 { IS_THERE, 6 } };

	buf_adds(&b->q->text, "CASE");
	for (size_t i = 0; i < ARRAY_LEN(ranks); i++) {
		buf_adds(&b->q->text, " WHEN ");
		add_piece(b, ranks[i].is, path);
		buf_addf(&b->q->text, " THEN %d", ranks[i].rank);
	}
	buf_adds(&b->q->text, " ELSE 0 END");
}

static int add_order(struct builder *b, const char *path, bool descending)
{
	const char *way = descending ? " DESC" : "";
	const int r = path[0] ? check_path(path, b->why) : 0;

	if (r)
		return r;
	buf_adds(&b->q->text, " ORDER BY ");
	if (path[0]) {
		add_rank(b, path);
		buf_addf(&b->q->text, "%s, COALESCE(CASE WHEN ", way);
		add_piece(b, IS_NUMBER, path);
		buf_adds(&b->q->text, " THEN ");
		add_piece(b, NUMBER, path);
		buf_addf(&b->q->text, " END, 0)%s, COALESCE(CASE WHEN ", way);
		add_piece(b, IS_TEXT, path);
		buf_adds(&b->q->text, " THEN ");
		add_piece(b, TEXT, path);
		buf_addf(&b->q->text, " END, '')%s, ", way);
	}
	buf_addf(&b->q->text, "key%s", way);
	return 0;
}

static const struct dialect *dialect_of(const char *schema)
{
	for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
		if (strcmp(dialects[i].schema, schema) == 0)
			return &dialects[i];
	}
	abort();
}

static int build(struct builder *b, const Mudlark__DocumentQuery *q)
{
	if (q->n_where > QUERY_CONDITIONS_MAX)
		return bad(b, "a query has at most 16 conditions");
	if (q->limit > QUERY_LIMIT_MAX)
		return bad(b, "a query returns at most 1000 documents");
	buf_adds(&b->q->text, "SELECT collection, key, body, version FROM document"
			      " WHERE collection = ");
	add_arg(b, db_str(q->collection));
	for (size_t i = 0; i < q->n_where; i++) {
		const int r = add_condition(b, q->where[i]);
		if (r)
			return r;
	}
	const int r = add_order(b, q->order_by, q->descending);
	buf_addf(&b->q->text, " LIMIT %u OFFSET %u", q->limit ? q->limit : 100, q->offset);
	buf_addc(&b->q->text, '\0');
	return r;
}

int query_build(struct query *ret, const char *schema, const Mudlark__DocumentQuery *q,
		struct buf *why)
{
	*ret = (struct query){ 0 };
	struct builder b = { .q = ret, .d = dialect_of(schema), .why = why };
	const int r = build(&b, q);

	if (r)
		query_done(ret);
	return r;
}

void query_done(struct query *q)
{
	for (size_t i = 0; i < q->n_values; i++)
		free(q->values[i]);
	buf_done(&q->text);
	*q = (struct query){ 0 };
}
