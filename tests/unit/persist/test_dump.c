/*
 * test_dump.c - everything that is stored as lines, and back: on both stores, from one to the other, beside
 * commits, and with what goes wrong in the middle.
 */
#include <errno.h>
#include <sqlite3.h>
#include <sys/mount.h>

#include "both.h"
#include "export.h"
#include "persist/undump.h"

/* Tables and columns as the database itself lists them: "table.column" lines, in order. */
static const char catalogue_sqlite[] =
	"SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
	" WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	" AND m.name <> 'schema_version'";
static const char catalogue_pg[] =
	"SELECT table_name || '.' || column_name FROM information_schema.columns"
	" WHERE table_schema = current_schema() AND table_name <> 'schema_version'";

static bool is_dumped(const char *listed)
{
	const char *dot = strchr(listed, '.');
	const struct dump_table *t =
		dump_table_find((struct span){ listed, (size_t)(dot - listed) }, UINT32_MAX);

	for (size_t i = 0; t && i < t->n_columns; i++)
		if (strcmp(t->columns[i].name, dot + 1) == 0)
			return true;
	return false;
}

static size_t n_dumped(void)
{
	size_t n = 0;

	for (size_t i = 0; i < DUMP_TABLES; i++)
		n += dump_tables[i].n_columns;
	return n;
}

static size_t look_sqlite(const struct both *b)
{
	sqlite3 *c;
	sqlite3_stmt *s;
	size_t n = 0;

	ck_assert_int_eq(sqlite3_open(b->where + 7, &c), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(c, catalogue_sqlite, -1, &s, NULL), SQLITE_OK);
	for (; sqlite3_step(s) == SQLITE_ROW; n++) {
		const char *listed = (const char *)sqlite3_column_text(s, 0);
		ck_assert_msg(is_dumped(listed), "%s is in no export", listed);
	}
	sqlite3_finalize(s);
	sqlite3_close(c);
	return n;
}

static size_t look_pg(const struct both *b)
{
	PGconn *c = PQconnectdb(b->where);
	PGresult *r = PQexec(c, catalogue_pg);
	const size_t n = (size_t)PQntuples(r);

	for (size_t i = 0; i < n; i++)
		ck_assert_msg(is_dumped(PQgetvalue(r, (int)i, 0)), "%s is in no export",
			      PQgetvalue(r, (int)i, 0));
	PQclear(r);
	PQfinish(c);
	return n;
}

START_TEST(every_table_and_column_there_is_is_in_an_export)
{
	struct both b;
	both_open(&b, _i);
	ck_assert_uint_eq(_i == ON_SQLITE ? look_sqlite(&b) : look_pg(&b), n_dumped());
	both_close(&b);
}
END_TEST

static void must_import(struct both *b, struct span text, struct store_import *ret)
{
	const int r = try_import(b->ops, b->s, text, 70000, ret, &b->why);

	ck_assert_msg(r == 0, "import: %d %.*s", r, (int)b->why.n, buf_p(&b->why));
}

static void must_refuse(struct both *b, struct span text, int want, const char *sentence)
{
	struct store_import got;
	const int r = try_import(b->ops, b->s, text, 70000, &got, &b->why);

	buf_addc(&b->why, '\0');
	ck_assert_msg(r == want, "%d instead of %d: %s", r, want, buf_p(&b->why));
	ck_assert_msg(strstr(buf_p(&b->why), sentence) != NULL, "%s", buf_p(&b->why));
}

static void same_rows(const struct buf *a, const struct buf *b)
{
	const struct span x = rows_of(a), y = rows_of(b);

	ck_assert_uint_eq(x.n, y.n);
	ck_assert(memcmp(x.p, y.p, x.n) == 0);
}

/* Into a fresh store of a kind and out again. */
static void pass_through(int which, struct buf *text, struct store_import *ret)
{
	struct both b;
	struct buf out = { 0 };

	both_open(&b, which);
	must_import(&b, buf_span(text), ret);
	dump_all(b.ops, b.s, &out);
	same_rows(text, &out);
	both_close(&b);
	buf_done(text);
	*text = out;
}

START_TEST(random_rows_pass_from_store_to_store_without_loss)
{
	static const int way[] = { ON_SQLITE, ON_PG, ON_SQLITE };
	struct store_import got[ARRAY_LEN(way)];
	struct export e;

	export_random(&e, 1000 + (uint64_t)_i, 120);
	for (size_t i = 0; i < ARRAY_LEN(way); i++) {
		pass_through(way[i], &e.text, &got[i]);
		ck_assert_str_eq(got[i].state, got[0].state);
		ck_assert_uint_eq(got[i].rows, 120 * DUMP_TABLES);
	}
	buf_done(&e.text);
}
END_TEST

START_TEST(an_empty_store_passes_too)
{
	struct store_import got;
	struct export e;

	export_random(&e, 1, 0);
	pass_through(_i, &e.text, &got);
	ck_assert_uint_eq(got.rows, 0);
	buf_done(&e.text);
}
END_TEST

START_TEST(what_a_world_committed_means_the_same_behind_an_import)
{
	struct both from, to;
	struct buf text = { 0 };
	struct store_import got;
	both_open(&from, _i);
	const uint64_t epoch = both_grant(&from, 11);
	Mudlark__Commit *c = a_commit(&from.a, epoch, 1);
	put(&from.a, c, UINT64_MAX, 9, "item", "{ \"t\":\"\\u00e9\x7f\\u0008\" , \"a\":1.10}");
	document(&from.a, c, "notes", "a", "{\"n\": [1, 2]}");
	event(&from.a, c, 1, "item:made");
	session(&from.a, c, UINT64_MAX - 1, 5, 3);
	outbox(&from.a, c, 77, 1, "bytes");
	state(&from.a, c, 12);
	both_must_commit(&from, c);
	dump_all(from.ops, from.s, &text);
	both_close(&from);

	both_open(&to, !_i);
	must_import(&to, buf_span(&text), &got);
	ck_assert_uint_eq(both_batch(&to), 1);
	Mudlark__WorldState *state = NULL;
	uint64_t again = 0;
	ck_assert_int_eq(to.ops->grant(to.s, WORLD_, 11, &again, &state, &to.a), 0);
	ck_assert_uint_eq(again, epoch);
	ck_assert_uint_eq(state->next_id, 120);
	ck_assert_mem_eq(state->random.data,
			 "a\0b\xff"
			 "c",
			 5);
	Mudlark__EntityRow **rows;
	size_t n;
	ck_assert_int_eq(to.ops->load_tree(to.s, UINT64_MAX, &rows, &n, &to.a), 0);
	static const char body[] = "{\"a\":1.10,\"t\":\"\xc3\xa9\x7f\\b\"}";
	ck_assert_uint_eq(rows[0]->body.len, strlen(body));
	ck_assert_mem_eq(rows[0]->body.data, body, strlen(body));
	Mudlark__Page *p = both_page(&to, MUDLARK__LOAD_PAGE__WHAT__SESSIONS, 0);
	ck_assert_uint_eq(p->sessions->rows[0]->session, UINT64_MAX - 1);
	both_close(&to);
	buf_done(&text);
}
END_TEST

START_TEST(numbers_go_on_behind_those_that_were_imported)
{
	struct both b;
	struct export e;
	struct store_import got;
	uint64_t id = 0, version = 0;
	Mudlark__DocumentPut q = MUDLARK__DOCUMENT_PUT__INIT;
	both_open(&b, _i);
	export_random(&e, 3, 20);
	must_import(&b, buf_span(&e.text), &got);
	ck_assert_int_eq(b.ops->account_create(b.s, "Newcomer", "hash", 1, &id), 0);
	ck_assert_uint_eq(id, 21);
	q.collection = (char *)"notes";
	q.key = (char *)"new";
	q.body = bytes_of("{}");
	ck_assert_int_eq(b.ops->document_put(b.s, &q, &version), 0);
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

START_TEST(a_store_that_is_not_empty_is_left_as_it_is)
{
	struct both b;
	struct export e;
	struct buf before = { 0 }, after = { 0 };
	both_open(&b, _i);
	(void)both_grant(&b, 11);
	dump_all(b.ops, b.s, &before);
	export_random(&e, 4, 3);
	must_refuse(&b, buf_span(&e.text), STORE_BAD, "the store is not empty (table world)");
	dump_all(b.ops, b.s, &after);
	same_rows(&before, &after);
	both_close(&b);
	buf_done(&e.text);
	buf_done(&before);
	buf_done(&after);
}
END_TEST

/* Every refusal leaves it so. */
static void is_empty(struct both *b)
{
	struct buf text = { 0 };

	dump_all(b->ops, b->s, &text);
	ck_assert_uint_eq(rows_of(&text).n, 0);
	buf_done(&text);
}

/* Of the first bytes of an export each is tried, further on some, and all of the last line's. */
START_TEST(a_file_that_was_cut_off_anywhere_changes_nothing)
{
	struct both b;
	struct export e;
	struct store_import got;
	size_t n = 0;
	both_open(&b, _i);
	export_random(&e, 5, 2);
	for (size_t i = 0; i < e.text.n; i += _i == ON_PG ? 37 : 3, n++)
		must_refuse(&b, (struct span){ buf_p(&e.text), i }, STORE_BAD,
			    i ? "the file ends here" : "nothing in this file");
	ck_assert_uint_gt(n, 50);
	is_empty(&b);
	must_import(&b, buf_span(&e.text), &got);
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

START_TEST(what_the_database_refuses_is_told_with_its_lines)
{
	const struct dump_table *t = table_of("character");
	const struct db_value v[] = { db_int(5), db_int(99), db_str("Ana"), db_str("ana") };
	struct both b;
	struct export e;
	both_open(&b, _i);
	export_begin(&e, 4);
	export_row(&e, t, v);
	export_end(&e);
	must_refuse(&b, buf_span(&e.text), STORE_BAD,
		    "the database refuses a row of table character");
	is_empty(&b);
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

START_TEST(an_export_of_the_first_schema_gets_what_came_later_by_default)
{
	static const char rows[] = "{\"table\":\"session\",\"session\":\"5\",\"world\":1,"
				   "\"gateway\":\"6\",\"character\":"
				   "\"7\",\"account\":8,\"applied\":9}\n"
				   "{\"table\":\"failure\",\"who\":\"account:ana\",\"at\":5}\n";
	struct both b;
	struct export e;
	struct store_import got;
	struct buf out = { 0 };
	both_open(&b, _i);
	export_begin(&e, 1);
	const struct db_value session[] = { db_int(5), db_int(1), db_int(6),
					    db_int(7), db_int(8), db_int(9) };
	const struct db_value failure[] = { db_str("account:ana"), db_int(5) };
	export_row(&e, table_of("session"), session);
	export_row(&e, table_of("failure"), failure);
	ck_assert_mem_eq(strchr(buf_p(&e.text), '\n') + 1, rows, sizeof(rows) - 1);
	export_end(&e);
	must_import(&b, buf_span(&e.text), &got);
	ck_assert_uint_eq(got.schema, 1);
	dump_all(b.ops, b.s, &out);
	buf_addc(&out, '\0');
	ck_assert_ptr_nonnull(
		strstr(buf_p(&out), "\"applied\":9,\"tag\":0,\"token\":\"\",\"grace\":0}"));
	ck_assert_ptr_nonnull(strstr(buf_p(&out), got.state));
	both_close(&b);
	buf_done(&e.text);
	buf_done(&out);
}
END_TEST

START_TEST(a_body_that_is_no_json_and_a_text_that_is_no_utf8_keep_their_bytes)
{
	struct both from, to;
	struct buf text = { 0 };
	struct store_import got;
	sqlite3 *c;
	both_open(&from, ON_SQLITE);
	ck_assert_int_eq(sqlite3_open(from.where + 7, &c), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(c,
				      "INSERT INTO event VALUES (1, 1, 1, 'a', 'nope'),"
				      " (2, 1, 1, 'a', 'null'), (3, 1, 1, 'a', ''),"
				      " (4, 1, 1, 'a', '\"null\"'),"
				      " (5, 1, 1, 'a', CAST(x'7b00ff' AS TEXT));"
				      " INSERT INTO failure VALUES (CAST(x'61ffc3' AS TEXT), 1),"
				      " (CAST(x'610062' AS TEXT), 1)",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(c);
	dump_all(from.ops, from.s, &text);
	both_close(&from);
	buf_addc(&text, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"body.text\":\"nope\""));
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"body.text\":\"null\""));
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"body.text\":\"\""));
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"body\":\"null\""));
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"body.base64\":\"ewD/\""));
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"who.base64\":\"Yf/D\""));
	ck_assert_ptr_nonnull(strstr(buf_p(&text), "\"who\":\"a\\u0000b\""));
	text.n--;
	both_open(&to, ON_SQLITE);
	must_import(&to, buf_span(&text), &got);
	ck_assert_uint_eq(got.rows, 7);
	both_close(&to);
	buf_done(&text);
}
END_TEST

/* The pieces of a dump: none too long, and together they are it. */
START_TEST(a_row_longer_than_a_piece_goes_on_in_the_next)
{
	const struct dump_table *t = table_of("dead_letter");
	struct both b;
	struct export e;
	struct store_import got;
	struct buf long_body = { 0 }, all = { 0 };
	struct rng r;
	struct dump *d;
	bool last = false;
	size_t pieces = 0;
	rng_seed(&r, 9);
	random_bytes(&r, &long_body, 1000000);
	both_open(&b, _i);
	export_begin(&e, 4);
	for (int64_t i = 0; i < 3; i++) {
		const struct db_value v[] = {
			db_int(1),     db_int(i),
			db_int(1),     db_blob(buf_p(&long_body), long_body.n),
			db_str("why"), db_int(1)
		};
		export_row(&e, t, v);
	}
	export_end(&e);
	must_import(&b, buf_span(&e.text), &got);
	ck_assert_int_eq(b.ops->dump(b.s, &d, &b.why), 0);
	for (; !last; pieces++) {
		const size_t before = all.n;
		ck_assert_int_eq(dump_next(d, &all, &last, &b.why), 0);
		ck_assert_uint_le(all.n - before, DUMP_PIECE_BYTES);
		ck_assert_uint_gt(all.n - before, 0);
	}
	dump_close(d);
	ck_assert_uint_ge(pieces, e.text.n / DUMP_PIECE_BYTES);
	same_rows(&e.text, &all);
	both_close(&b);
	buf_done(&e.text);
	buf_done(&all);
	buf_done(&long_body);
}
END_TEST

enum { PURSES = 40, COINS = 1000 };

/* Batch n moves coins between purses; each body also names the batch. */
static void move_coins(struct both *b, uint64_t epoch, uint64_t batch, int64_t *purse,
		       struct rng *r)
{
	static const char padding[8000] = "";
	Mudlark__Commit *c = a_commit(&b->a, epoch, batch);
	const size_t from = rng_below(r, PURSES),
		     to = (from + 1 + rng_below(r, PURSES - 1)) % PURSES;
	const int64_t n = batch == 1 ? 0 : (int64_t)rng_below(r, 100);

	purse[from] -= n;
	purse[to] += n;
	for (size_t i = 0; i < PURSES; i++) {
		if (batch > 1 && i != from && i != to)
			continue;
		put(&b->a, c, i + 1, 99, "item",
		    arena_printf(&b->a, "{\"coins\":%lld,\"of\":\"%0*d%s\"}", (long long)purse[i],
				 (int)sizeof(padding), 0, padding));
	}
	event(&b->a, c, batch, "coins:moved");
	both_must_commit(b, c);
	arena_reset(&b->a);
}

struct audit {
	int64_t coins;
	uint64_t purses, events, batch, last_event;
};

static int audit_row(void *ctx, const struct dump_row *row, struct buf *why)
{
	struct audit *a = ctx;

	(void)why;
	if (row->table == table_of("world")) {
		a->batch = (uint64_t)row->v[3].v.i;
	} else if (row->table == table_of("event")) {
		a->events++;
		a->last_event = (uint64_t)row->v[0].v.i;
	} else if (row->table == table_of("entity")) {
		ck_assert_mem_eq(row->v[4].v.s.p, "{\"coins\":", 9);
		a->coins += strtoll(row->v[4].v.s.p + 9, NULL, 10);
		a->purses++;
	}
	return 0;
}

START_TEST(a_dump_beside_commits_is_one_instant)
{
	struct both b;
	struct dump *d;
	struct audit audit = { 0 };
	const struct undump_sink sink = { audit_row, &audit };
	struct undump u;
	struct rng r;
	int64_t purse[PURSES];
	uint64_t batch = 1;
	bool last = false;
	rng_seed(&r, 5);
	both_open(&b, _i);
	const uint64_t epoch = both_grant(&b, 11);
	for (size_t i = 0; i < PURSES; i++)
		purse[i] = COINS;
	for (; batch <= 20; batch++)
		move_coins(&b, epoch, batch, purse, &r);
	ck_assert_int_eq(b.ops->dump(b.s, &d, &b.why), 0);
	undump_init(&u, 4, &sink);
	while (!last) {
		struct buf piece = { 0 };
		for (int i = 0; i < 10; i++, batch++)
			move_coins(&b, epoch, batch, purse, &r);
		ck_assert_int_eq(dump_next(d, &piece, &last, &b.why), 0);
		ck_assert_int_eq(undump_feed(&u, buf_span(&piece), &b.why), 0);
		buf_done(&piece);
	}
	dump_close(d);
	ck_assert_int_eq(undump_end(&u, &b.why), 0);
	undump_done(&u);
	ck_assert_uint_ge(batch, 40);
	ck_assert_uint_eq(both_batch(&b), batch - 1);
	ck_assert_uint_eq(audit.purses, PURSES);
	ck_assert_int_eq(audit.coins, PURSES * COINS);
	ck_assert_uint_eq(audit.batch, 20);
	ck_assert_uint_eq(audit.events, 20);
	ck_assert_uint_eq(audit.last_event, 20);
	both_close(&b);
}
END_TEST

START_TEST(a_database_that_others_use_is_not_filled)
{
	struct both b, other;
	struct export e;
	struct store_import got;
	both_open(&b, ON_PG);
	other = (struct both){ .ops = b.ops };
	snprintf(other.where, sizeof(other.where), "%s", b.where);
	snprintf(other.dir, sizeof(other.dir), "/tmp/mudlark-store-none");
	ck_assert_int_eq(both_try_open(&other), 0);
	export_random(&e, 4, 3);
	must_refuse(&b, buf_span(&e.text), -EADDRINUSE, "in use by another process");
	both_close(&other);
	must_import(&b, buf_span(&e.text), &got);
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

/* Something happens when so much of an export was handed over. */
struct accident {
	struct feeder feeder;
	size_t at;
	void (*happen)(void *ctx);
	void *ctx;
};

static int feed_until(void *ctx, struct span *ret, struct buf *why)
{
	struct accident *a = ctx;

	if (a->happen && a->feeder.left.n < a->at) {
		a->happen(a->ctx);
		a->happen = NULL;
	}
	return feed(&a->feeder, ret, why);
}

static void kill_server(void *ctx)
{
	pg_server_kill(ctx, SIGKILL);
}

static void try_accident(struct both *b, struct accident *a)
{
	struct store_import got;

	buf_reset(&b->why);
	const int r = b->ops->import(b->s, feed_until, a, &got, &b->why);
	ck_assert_msg(r < 0, "%d", r);
	ck_assert_ptr_nonnull(memmem(buf_p(&b->why), b->why.n, "the store failed", 16));
}

START_TEST(a_database_that_dies_in_the_middle_has_nothing)
{
	struct pg_server server;
	struct both b = { 0 };
	struct export e;
	struct store_import got;
	ck_assert(pg_server_start(&server));
	snprintf(b.where, sizeof(b.where), "%s", server.url);
	snprintf(b.dir, sizeof(b.dir), "/tmp/mudlark-store-none");
	b.ops = store_for(b.where);
	ck_assert_int_eq(both_try_open(&b), 0);
	export_random(&e, 6, 150);
	struct accident a = { .feeder = { buf_span(&e.text), 20000 },
			      .at = e.text.n / 2,
			      .happen = kill_server,
			      .ctx = &server };
	try_accident(&b, &a);
	b.ops->close(b.s);
	b.s = NULL;
	ck_assert(pg_server_up(&server, NULL));
	ck_assert_int_eq(both_try_open(&b), 0);
	is_empty(&b);
	must_import(&b, buf_span(&e.text), &got);
	both_close(&b);
	pg_server_stop(&server);
	buf_done(&e.text);
}
END_TEST

START_TEST(a_disk_that_is_full_has_nothing)
{
	struct both b;
	struct export e;
	struct store_import got;
	both_where(&b, ON_SQLITE);
	if (mount("tmpfs", b.dir, "tmpfs", 0, "size=1m") < 0) {
		both_close(&b);
		return; /* only root may mount */
	}
	export_random(&e, 6, 1200);
	ck_assert_uint_gt(e.text.n, 1 << 20);
	ck_assert_int_eq(both_try_open(&b), 0);
	struct accident a = { .feeder = { buf_span(&e.text), 20000 } };
	try_accident(&b, &a);
	is_empty(&b);
	b.ops->close(b.s);
	b.s = NULL;
	ck_assert_int_eq(mount("tmpfs", b.dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
	ck_assert_int_eq(both_try_open(&b), 0);
	must_import(&b, buf_span(&e.text), &got);
	b.ops->close(b.s);
	b.s = NULL;
	ck_assert_int_eq(umount(b.dir), 0);
	both_close(&b);
	buf_done(&e.text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dump");
	TCase *t = tcase_create("both");

	tcase_set_timeout(t, 90);
	tcase_add_loop_test(t, every_table_and_column_there_is_is_in_an_export, 0, STORES);
	tcase_add_loop_test(t, random_rows_pass_from_store_to_store_without_loss, 0, 3);
	tcase_add_loop_test(t, an_empty_store_passes_too, 0, STORES);
	tcase_add_loop_test(t, what_a_world_committed_means_the_same_behind_an_import, 0, STORES);
	tcase_add_loop_test(t, numbers_go_on_behind_those_that_were_imported, 0, STORES);
	tcase_add_loop_test(t, a_store_that_is_not_empty_is_left_as_it_is, 0, STORES);
	tcase_add_loop_test(t, a_file_that_was_cut_off_anywhere_changes_nothing, 0, STORES);
	tcase_add_loop_test(t, what_the_database_refuses_is_told_with_its_lines, 0, STORES);
	tcase_add_loop_test(t, an_export_of_the_first_schema_gets_what_came_later_by_default, 0,
			    STORES);
	tcase_add_test(t, a_body_that_is_no_json_and_a_text_that_is_no_utf8_keep_their_bytes);
	tcase_add_loop_test(t, a_row_longer_than_a_piece_goes_on_in_the_next, 0, STORES);
	tcase_add_loop_test(t, a_dump_beside_commits_is_one_instant, 0, STORES);
	tcase_add_test(t, a_database_that_others_use_is_not_filled);
	tcase_add_test(t, a_database_that_dies_in_the_middle_has_nothing);
	tcase_add_test(t, a_disk_that_is_full_has_nothing);
	suite_add_tcase(s, t);
	return both_main(s);
}
