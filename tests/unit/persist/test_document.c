/*
 * test_document.c - documents: versions, and queries that must say the same on every store, to the
 * order of every row.
 */
#include <string.h>

#include "both.h"
#include "persist/store_inner.h"

static int put_document(struct both *b, const char *key, const char *body, uint64_t *version)
{
	Mudlark__DocumentPut q = MUDLARK__DOCUMENT_PUT__INIT;

	q.collection = (char *)"things";
	q.key = (char *)key;
	q.body = bytes_of(body);
	return b->ops->document_put(b->s, &q, version);
}

START_TEST(a_document_counts_its_versions_and_checks_them)
{
	struct both b;
	both_open(&b, _i);
	Mudlark__DocumentPut q = MUDLARK__DOCUMENT_PUT__INIT;
	Mudlark__DocumentRow *d;
	uint64_t version = 77;
	q.collection = (char *)"notes";
	q.key = (char *)"a";
	q.body = bytes_of(" {\"x\" : 1} ");
	q.check = true;
	ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), 0);
	ck_assert_uint_eq(version, 1);
	ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), STORE_CONFLICT);
	ck_assert_uint_eq(version, 1);
	q.version = 1;
	ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), 0);
	ck_assert_uint_eq(version, 2);
	ck_assert_int_eq(b.ops->document_get(b.s, "notes", "a", &d, &b.a), 0);
	ck_assert_uint_eq(d->body.len, 11);
	ck_assert_mem_eq(d->body.data, " {\"x\" : 1} ", 11);
	q.check = false;
	q.body.len = 0;
	ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), 0);
	ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), STORE_ABSENT);
	ck_assert_int_eq(b.ops->document_get(b.s, "notes", "a", &d, &b.a), STORE_ABSENT);
	both_close(&b);
}
END_TEST

static const char *const refused[] = {
	"{",
	"{\"a\":1,\"a\":2}",
	"{\"a\":1e999}",
	"{\"a\":1e-999}",
	"{\"a\":\"\xff\"}",
	"[1,]",
	"{\"a\":\"\\u0000\"}",
	"{\"a\":99999999999999999999}",
	"nul",
	"{\"a\":\"\\ud800\"}",
};

START_TEST(a_body_that_stores_would_read_differently_is_refused)
{
	struct both b;
	both_open(&b, _i);
	uint64_t version;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		ck_assert_msg(put_document(&b, "k", refused[i], &version) == STORE_BAD, "%s",
			      refused[i]);
	both_close(&b);
}
END_TEST

static const char *const bodies[] = {
	"{}",
	"{\"v\":null}",
	"{\"v\":true}",
	"{\"v\":false}",
	"{\"v\":0}",
	"{\"v\":-1}",
	"{\"v\":-1.5e2}",
	"{\"v\":9}",
	"{\"v\":10}",
	"{\"v\":10.0}",
	"{\"v\":1e1}",
	"{\"v\":0.1}",
	"{\"v\":0.30000000000000004}",
	"{\"v\":0.3}",
	"{\"v\":9007199254740993}",
	"{\"v\":9007199254740992}",
	"{\"v\":123456789.123456789}",
	"{\"v\":2.2250738585072014e-308}",
	"{\"v\":1.7976931348623157e308}",
	"{\"v\":\"\"}",
	"{\"v\":\"10\"}",
	"{\"v\":\"9\"}",
	"{\"v\":\"true\"}",
	"{\"v\":\"null\"}",
	"{\"v\":\"Zebra\"}",
	"{\"v\":\"apple\"}",
	"{\"v\":\"Apple\"}",
	"{\"v\":\"\\u00e9t\\u00e9\"}",
	"{\"v\":\"\xc3\xa9t\xc3\xa9\"}",
	"{\"v\":\"z\\ud83d\\ude00\"}",
	"{\"v\":\"z\xef\xbf\xbd\"}",
	"{\"v\":\"quote\\\"back\\\\slash%_'\"}",
	"{\"v\":\"app\\nle\"}",
	"{\"v\":[1,2]}",
	"{\"v\":{\"w\":5}}",
	"{\"v\":{\"w\":\"deep\"}}",
	"{\"v\":{\"w\":{\"x-y\":[1]}}}",
	"{\"v\":{}}",
	"{\"v\":[{\"w\":5}]}",
	"[{\"v\":5}]",
	"\"v\"",
	"5",
};

static const char *const values[] = {
	"null",
	"true",
	"false",
	"10",
	"10.0",
	"0.3",
	"-1",
	"1e1",
	"9007199254740993",
	"0.1",
	"0",
	"\"\"",
	"\"10\"",
	"\"a\"",
	"\"app\"",
	"\"Z\"",
	"\"\xc3\xa9\"",
	"\"z\"",
	"\"quote\\\"\"",
	"\"true\"",
	"\"null\"",
	"\"\\u00e9t\\u00e9\"",
	"5",
	"\"deep\"",
};

static const char *const paths[] = { "v", "v.w", "v.w.x-y", "missing", "0", "v.0" };

/* One query and its answer as a line of text. */
static void ask(struct both *b, const Mudlark__DocumentQuery *q, struct buf *out)
{
	Mudlark__DocumentRow **rows;
	size_t n = 0;

	buf_reset(&b->why);
	const int r = b->ops->document_query(b->s, q, &rows, &n, &b->a, &b->why);
	ck_assert_msg(r == 0 || r == STORE_BAD, "%d %.*s %.*s", r, (int)b->why.n, buf_p(&b->why),
		      (int)q->where[0]->value.len, q->where[0]->value.data);
	buf_addf(out, "%d:", r);
	for (size_t i = 0; i < n && !r; i++)
		buf_addf(out, " %s", rows[i]->key);
	buf_addc(out, '\n');
	arena_reset(&b->a);
}

static void ask_all(struct both *b, struct buf *out)
{
	Mudlark__DocumentQuery q = MUDLARK__DOCUMENT_QUERY__INIT;
	Mudlark__DocumentQuery__Condition c = MUDLARK__DOCUMENT_QUERY__CONDITION__INIT;
	Mudlark__DocumentQuery__Condition *where[] = { &c };

	q.collection = (char *)"things";
	q.where = where;
	q.n_where = 1;
	for (size_t path = 0; path < ARRAY_LEN(paths); path++) {
		for (size_t value = 0; value < ARRAY_LEN(values); value++) {
			for (int op = 0; op <= 7; op++) {
				c.path = (char *)paths[path];
				c.value = bytes_of(values[value]);
				c.op = (Mudlark__DocumentQuery__Condition__Op)op;
				q.order_by =
					(char *)(value % 3 ? paths[value % ARRAY_LEN(paths)] : "");
				q.descending = value % 2;
				ask(b, &q, out);
			}
		}
	}
	c.op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__NE;
	c.path = (char *)"missing";
	for (unsigned i = 0; i < 12; i++) {
		q.order_by = (char *)paths[i % ARRAY_LEN(paths)];
		q.descending = i >= 6;
		q.limit = 7 + i;
		q.offset = i;
		ask(b, &q, out);
	}
}

static void fill(struct both *b)
{
	char key[16];
	uint64_t version;

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		snprintf(key, sizeof(key), "%c%zu", i % 2 ? 'K' : 'k', i);
		const int r = put_document(b, key, bodies[i], &version);
		ck_assert_msg(r == 0, "%s: %d", bodies[i], r);
	}
}

START_TEST(both_stores_answer_every_query_alike)
{
	struct buf said[STORES] = { { 0 }, { 0 } };
	for (int which = 0; which < STORES; which++) {
		struct both b;
		both_open(&b, which);
		fill(&b);
		ask_all(&b, &said[which]);
		both_close(&b);
	}
	const char *one = buf_p(&said[0]), *two = buf_p(&said[1]);
	size_t line = 0, from = 0;
	for (size_t i = 0; i < said[0].n && i < said[1].n; i++) {
		ck_assert_msg(one[i] == two[i], "line %zu: %.120s\nand %.120s", line, one + from,
			      two + from);
		if (one[i] == '\n') {
			line++;
			from = i + 1;
		}
	}
	ck_assert_uint_eq(said[0].n, said[1].n);
	ck_assert_uint_gt(line, 1000);
	buf_done(&said[0]);
	buf_done(&said[1]);
}
END_TEST

/* Keys that a query gives, as text. */
static const char *keys(struct both *b, Mudlark__DocumentQuery *q, struct buf *out)
{
	buf_reset(out);
	ask(b, q, out);
	out->n--;
	buf_addc(out, '\0');
	return buf_p(out);
}

START_TEST(a_query_filters_sorts_and_limits_as_it_says)
{
	struct both b;
	both_open(&b, _i);
	struct buf out = { 0 };
	uint64_t version;
	ck_assert_int_eq(put_document(&b, "a", "{\"n\":10,\"s\":\"x\"}", &version), 0);
	ck_assert_int_eq(put_document(&b, "b", "{\"n\":9,\"s\":\"xy\"}", &version), 0);
	ck_assert_int_eq(put_document(&b, "c", "{\"n\":\"9\",\"s\":\"y\"}", &version), 0);
	ck_assert_int_eq(put_document(&b, "d", "{\"s\":null}", &version), 0);
	Mudlark__DocumentQuery q = MUDLARK__DOCUMENT_QUERY__INIT;
	Mudlark__DocumentQuery__Condition c[2] = { MUDLARK__DOCUMENT_QUERY__CONDITION__INIT,
						   MUDLARK__DOCUMENT_QUERY__CONDITION__INIT };
	Mudlark__DocumentQuery__Condition *where[] = { &c[0], &c[1] };
	q.collection = (char *)"things";
	q.where = where;
	q.n_where = 1;
	c[0].path = c[1].path = (char *)"n";
	c[0].value = bytes_of("9");
	c[0].op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__GE;
	ck_assert_str_eq(keys(&b, &q, &out), "0: a b");
	q.order_by = (char *)"n";
	ck_assert_str_eq(keys(&b, &q, &out), "0: b a");
	c[0].op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__NE;
	ck_assert_str_eq(keys(&b, &q, &out), "0: d a c");
	q.descending = true;
	ck_assert_str_eq(keys(&b, &q, &out), "0: c a d");
	q.limit = 1;
	q.offset = 1;
	ck_assert_str_eq(keys(&b, &q, &out), "0: a");
	q.n_where = 2;
	c[0].path = (char *)"s";
	c[0].op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__EXISTS;
	c[1].path = (char *)"s";
	c[1].op = MUDLARK__DOCUMENT_QUERY__CONDITION__OP__PREFIX;
	c[1].value = bytes_of("\"x\"");
	q.limit = q.offset = 0;
	q.order_by = (char *)"";
	ck_assert_str_eq(keys(&b, &q, &out), "0: b a");
	buf_done(&out);
	both_close(&b);
}
END_TEST

static const char *const bad_paths[] = { "",
					 ".",
					 "a.",
					 ".a",
					 "a..b",
					 "a'b",
					 "a\"b",
					 "a b",
					 "$",
					 "a[0]",
					 "a;DROP TABLE document",
					 "\xc3\xa9",
					 "a.b.c.d.e.f.g.h.i" };

START_TEST(a_path_or_value_that_could_be_sql_is_refused)
{
	struct both b;
	both_open(&b, _i);
	Mudlark__DocumentQuery q = MUDLARK__DOCUMENT_QUERY__INIT;
	Mudlark__DocumentQuery__Condition c = MUDLARK__DOCUMENT_QUERY__CONDITION__INIT;
	Mudlark__DocumentQuery__Condition *where[] = { &c };
	struct buf out = { 0 };
	uint64_t version;
	ck_assert_int_eq(put_document(&b, "k", "{\"v\":1}", &version), 0);
	q.collection = (char *)"things";
	q.where = where;
	q.n_where = 1;
	c.value = bytes_of("1");
	for (size_t i = 0; i < ARRAY_LEN(bad_paths); i++) {
		c.path = (char *)bad_paths[i];
		ck_assert_str_eq(keys(&b, &q, &out), "6:");
	}
	c.path = (char *)"v";
	c.value = bytes_of("[1]");
	ck_assert_str_eq(keys(&b, &q, &out), "6:");
	c.value = bytes_of("1; DROP");
	ck_assert_str_eq(keys(&b, &q, &out), "6:");
	c.value = bytes_of("\"'; DROP TABLE document; --\"");
	ck_assert_str_eq(keys(&b, &q, &out), "0:");
	c.value = bytes_of("1");
	q.order_by = (char *)"v'";
	ck_assert_str_eq(keys(&b, &q, &out), "6:");
	q.order_by = (char *)"";
	q.limit = 1001;
	ck_assert_str_eq(keys(&b, &q, &out), "6:");
	q.limit = 0;
	ck_assert_str_eq(keys(&b, &q, &out), "0: k");
	buf_done(&out);
	both_close(&b);
}
END_TEST

/* One document in twenty belongs to a world. */
enum { MIXED = 30000, OF_WORLD = MIXED / 20 };
#define FILL                                                                                       \
	"INSERT INTO document (collection, key, body, version)"                                    \
	" WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)"        \
	" SELECT CASE WHEN i % 20 = 0 THEN 'things' WHEN i % 20 = 1 THEN 'ai.talk' WHEN i % 20 = " \
	"2 THEN 'bridge.irc'"                                                                      \
	" ELSE 'ai.audit' END, CAST(i AS text), '{}', 1 FROM n"

static int add_line(void *ctx, const struct db_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].type == DB_TEXT)
			buf_addf(ctx, "%.*s\n", (int)v[i].v.s.n, v[i].v.s.p);
	return 0;
}

/* How the database finds a page of documents. */
static void page_plan(struct both *b, int which, struct buf *ret)
{
	const struct sql_text *page = &sql_texts[SQL_DOCUMENT_PAGE];
	const struct db_value args[] = { db_u64(0) };
	const struct db_rows rows = { add_line, ret };
	struct buf text = { 0 };

	buf_adds(&text, which == ON_SQLITE ? "EXPLAIN QUERY PLAN " : "EXPLAIN ");
	buf_adds(&text, which == ON_SQLITE ? page->sqlite : page->pg);
	buf_addc(&text, '\0');
	ck_assert_int_eq(b->s->driver->query_text(b->s->db, buf_p(&text), args, ARRAY_LEN(args),
						  &rows),
			 0);
	buf_done(&text);
}

START_TEST(a_world_loads_its_documents_without_walking_past_those_of_aibridges)
{
	struct both b;
	struct buf plan = { 0 };
	uint64_t after = 0;
	size_t n = 0, pages = 0;
	char key[24];
	both_open(&b, _i);
	ck_assert_int_eq(b.s->driver->query_text(b.s->db, FILL, NULL, 0, NULL), 0);
	page_plan(&b, _i, &plan);
	buf_addc(&plan, '\0');
	ck_assert_msg(strstr(buf_p(&plan), "document_of_world"), "%s", buf_p(&plan));
	do {
		const Mudlark__Page *p = both_page(&b, MUDLARK__LOAD_PAGE__WHAT__DOCUMENTS, after);
		for (size_t i = 0; i < p->documents->n_rows; i++) {
			snprintf(key, sizeof(key), "%zu", 20 * ++n);
			ck_assert_str_eq(p->documents->rows[i]->collection, "things");
			ck_assert_str_eq(p->documents->rows[i]->key, key);
		}
		after = p->next;
		pages++;
	} while (after);
	ck_assert_uint_eq(n, OF_WORLD);
	ck_assert_uint_gt(pages, 2);
	buf_done(&plan);
	both_close(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("document");
	TCase *t = tcase_create("both");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_document_counts_its_versions_and_checks_them, 0, STORES);
	tcase_add_loop_test(t, a_body_that_stores_would_read_differently_is_refused, 0, STORES);
	tcase_add_test(t, both_stores_answer_every_query_alike);
	tcase_add_loop_test(t, a_query_filters_sorts_and_limits_as_it_says, 0, STORES);
	tcase_add_loop_test(t, a_path_or_value_that_could_be_sql_is_refused, 0, STORES);
	tcase_add_loop_test(t, a_world_loads_its_documents_without_walking_past_those_of_aibridges,
			    0, STORES);
	suite_add_tcase(s, t);
	return both_main(s);
}
