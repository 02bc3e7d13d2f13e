/*
 * test_outward.c - what a bridge reads of persist: facts that may leave the game, fast, and no others; documents of its
 * own.
 */
#include <inttypes.h>

#include "persist/check.h"
#include "persist/store_inner.h"
#include "scene.h"

static const char *const outward[] = { "channel:said",	"news:announced", "board:posted",
				       "board:removed", "player:entered", "player:left",
				       "errand:done",	"server:started", "server:stopping" };

/* One fact in fifty may leave. */
#define FILL                                                                                       \
	"INSERT INTO event (seq, world, wall_ms, kind, body)"                                      \
	" WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"       \
	" SELECT i, 1, i, CASE WHEN i % 50 = 0 THEN 'channel:said' WHEN i % 50 = 1 THEN"           \
	" 'errand:done' ELSE 'item:picked_up' END, '{}' FROM n"
enum { FACTS = 100000, SAID = FACTS / 50 };

struct page {
	Mudlark__EventRow **rows;
	size_t n;
};

static struct page read_page(struct both *b, uint64_t seq, uint64_t upto, char **kinds,
			     size_t n_kinds)
{
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	struct page p = { 0 };

	q.seq = seq;
	q.upto = upto;
	q.kinds = kinds;
	q.n_kinds = n_kinds;
	ck_assert_int_eq(b->ops->events_after(b->s, &q, &p.rows, &p.n, &b->a), 0);
	return p;
}

START_TEST(facts_are_read_by_their_kinds_and_up_to_a_number)
{
	struct both b;
	char *said[] = { (char *)"channel:said" };
	char *both[] = { (char *)"channel:said", (char *)"item:taken" };
	struct page p;
	both_open(&b, _i);
	Mudlark__Commit *c = a_commit(&b.a, both_grant(&b, 11), 1);
	event(&b.a, c, 1, "channel:said");
	event(&b.a, c, 2, "item:taken");
	event(&b.a, c, 3, "channel:said");
	event(&b.a, c, 4, "channel:said");
	event(&b.a, c, 5, "player:said");
	both_must_commit(&b, c);
	p = read_page(&b, 0, 0, said, 1);
	ck_assert_uint_eq(p.n, 3);
	p = read_page(&b, 1, 3, said, 1);
	ck_assert_uint_eq(p.n, 1);
	ck_assert_uint_eq(p.rows[0]->seq, 3);
	p = read_page(&b, 0, 3, both, 2);
	ck_assert_uint_eq(p.n, 3);
	ck_assert_uint_eq(p.rows[1]->seq, 2);
	p = read_page(&b, 0, 4, NULL, 0);
	ck_assert_uint_eq(p.n, 4);
	both_close(&b);
}
END_TEST

START_TEST(each_kind_that_may_leave_is_found)
{
	struct both b;
	both_open(&b, _i);
	Mudlark__Commit *c = a_commit(&b.a, both_grant(&b, 11), 1);
	for (size_t i = 0; i < ARRAY_LEN(outward); i++)
		event(&b.a, c, i + 1, outward[i]);
	both_must_commit(&b, c);
	for (size_t i = 0; i < ARRAY_LEN(outward); i++) {
		char *kind[] = { (char *)(uintptr_t)outward[i] };
		struct page p = read_page(&b, 0, 0, kind, 1);
		ck_assert(check_is_outward(outward[i]));
		ck_assert_uint_eq(p.n, 1);
		ck_assert_uint_eq(p.rows[0]->seq, i + 1);
	}
	both_close(&b);
}
END_TEST

START_TEST(facts_of_another_world_are_left_out)
{
	struct both b;
	char *said[] = { (char *)"channel:said" };
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	Mudlark__EventRow **rows;
	Mudlark__WorldState *state;
	uint64_t epoch, oldest;
	size_t n;
	both_open(&b, _i);
	Mudlark__Commit *c = a_commit(&b.a, both_grant(&b, 11), 1);
	event(&b.a, c, 7, "channel:said");
	both_must_commit(&b, c);
	ck_assert_int_eq(b.ops->grant(b.s, 2, 12, &epoch, &state, &b.a), 0);
	c = a_commit(&b.a, epoch, 1);
	c->world = 2;
	event(&b.a, c, 3, "channel:said");
	both_must_commit(&b, c);
	q.kinds = said;
	q.n_kinds = 1;
	q.world = WORLD_;
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), 0);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(rows[0]->seq, 7);
	ck_assert_int_eq(b.ops->event_oldest(b.s, WORLD_, &oldest), 0);
	ck_assert_uint_eq(oldest, 7);
	ck_assert_int_eq(b.ops->event_oldest(b.s, 0, &oldest), 0);
	ck_assert_uint_eq(oldest, 3);
	ck_assert_int_eq(b.ops->event_oldest(b.s, 3, &oldest), 0);
	ck_assert_uint_eq(oldest, 0);
	both_close(&b);
}
END_TEST

START_TEST(a_kind_that_is_no_text_is_refused)
{
	struct both b;
	char *bad[] = { (char *)"\xff" };
	Mudlark__EventsAfter q = MUDLARK__EVENTS_AFTER__INIT;
	Mudlark__EventRow **rows;
	size_t n;
	both_open(&b, _i);
	q.kinds = bad;
	q.n_kinds = 1;
	ck_assert_int_eq(b.ops->events_after(b.s, &q, &rows, &n, &b.a), STORE_BAD);
	both_close(&b);
}
END_TEST

static int add_line(void *ctx, const struct db_value *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].type == DB_TEXT)
			buf_addf(ctx, "%.*s\n", (int)v[i].v.s.n, v[i].v.s.p);
	return 0;
}

/* How the database finds a page of facts. */
static void page_plan(struct both *b, int which, struct buf *ret)
{
	const struct sql_text *page = &sql_texts[SQL_EVENTS_OUTWARD];
	const struct db_value args[] = { db_u64(0), db_int(FACTS), db_int(1),
					 db_str("[\"channel:said\"]"), db_int(100) };
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

START_TEST(what_may_leave_is_found_without_walking_past_all_else)
{
	struct both b;
	struct buf plan = { 0 };
	char *said[] = { (char *)"channel:said" };
	uint64_t seq = 0;
	size_t n = 0;
	struct page p;
	both_open(&b, _i);
	ck_assert_int_eq(b.s->driver->query_text(b.s->db, FILL, NULL, 0, NULL), 0);
	if (_i == ON_PG)
		ck_assert_int_eq(b.s->driver->query_text(b.s->db, "ANALYZE", NULL, 0, NULL), 0);
	page_plan(&b, _i, &plan);
	buf_addc(&plan, '\0');
	ck_assert_msg(strstr(buf_p(&plan), "event_outward"), "%s", buf_p(&plan));
	while ((p = read_page(&b, seq, FACTS, said, 1)).n > 0) {
		for (size_t i = 0; i < p.n; i++)
			ck_assert_uint_eq(p.rows[i]->seq, 50 * ++n);
		seq = p.rows[p.n - 1]->seq;
	}
	ck_assert_uint_eq(n, SAID);
	buf_done(&plan);
	both_close(&b);
}
END_TEST

/* ---- who may ask ---- */

static Mudlark__Status ask_events(struct scene *s, struct world *w, char **kinds, size_t n)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__EventsAfter e = MUDLARK__EVENTS_AFTER__INIT;

	e.kinds = kinds;
	e.n_kinds = n;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_EVENTS_AFTER;
	q.events_after = &e;
	world_ask(w, &q);
	return answer(s, w);
}

static Mudlark__Status ask_get(struct scene *s, struct world *w, const char *collection)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentGet g = MUDLARK__DOCUMENT_GET__INIT;

	g.collection = (char *)(uintptr_t)collection;
	g.key = (char *)"k";
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET;
	q.document_get = &g;
	world_ask(w, &q);
	return answer(s, w);
}

static Mudlark__Status ask_put(struct scene *s, struct world *w, const char *collection)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentPut p = MUDLARK__DOCUMENT_PUT__INIT;

	p.collection = (char *)(uintptr_t)collection;
	p.key = (char *)"k";
	p.body = bytes_of("{}");
	q.body_case = MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT;
	q.document_put = &p;
	world_ask(w, &q);
	return answer(s, w);
}

static void begin(struct scene *s, struct world *bridge)
{
	scene_open(s, ON_SQLITE);
	UNTIL(s, s->persist.is_ready);
	world_dial(s, bridge, "bridge");
}

static void end(struct scene *s, struct world *bridge)
{
	world_leave(bridge);
	scene_close(s);
}

START_TEST(a_bridge_reads_what_may_leave_the_game_and_nothing_else)
{
	struct scene s;
	struct world bridge;
	char *list[ARRAY_LEN(outward) + 1];
	begin(&s, &bridge);
	for (size_t i = 0; i < ARRAY_LEN(outward); i++)
		list[i] = (char *)(uintptr_t)outward[i];
	ck_assert_int_eq(ask_events(&s, &bridge, list, ARRAY_LEN(outward)),
			 MUDLARK__STATUS__STATUS_OK);
	list[ARRAY_LEN(outward)] = (char *)"chat:told";
	ck_assert_int_eq(ask_events(&s, &bridge, list, ARRAY_LEN(list)),
			 MUDLARK__STATUS__STATUS_BAD);
	ck_assert_int_eq(ask_events(&s, &bridge, NULL, 0), MUDLARK__STATUS__STATUS_BAD);
	list[0] = (char *)"staff:said";
	ck_assert_int_eq(ask_events(&s, &bridge, list, 1), MUDLARK__STATUS__STATUS_BAD);
	end(&s, &bridge);
}
END_TEST

START_TEST(a_bridge_has_its_own_collections_and_no_others)
{
	static const char *const others[] = { "bridge",	 "things",	"",	     "relay.seen",
					      "ai.talk", "xbridge.irc", "Bridge.irc" };
	struct scene s;
	struct world bridge;
	begin(&s, &bridge);
	ck_assert_int_eq(ask_put(&s, &bridge, "bridge.irc"), MUDLARK__STATUS__STATUS_OK);
	ck_assert_int_eq(ask_get(&s, &bridge, "bridge.irc"), MUDLARK__STATUS__STATUS_OK);
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		ck_assert_int_eq(ask_put(&s, &bridge, others[i]), MUDLARK__STATUS__STATUS_BAD);
		ck_assert_int_eq(ask_get(&s, &bridge, others[i]), MUDLARK__STATUS__STATUS_BAD);
	}
	end(&s, &bridge);
}
END_TEST

START_TEST(a_bridge_may_not_ask_for_accounts_or_money_but_how_the_store_is)
{
	struct scene s;
	struct world bridge;
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountList accounts = MUDLARK__ACCOUNT_LIST__INIT;
	Mudlark__LedgerList ledger = MUDLARK__LEDGER_LIST__INIT;
	Mudlark__StoreStatus status = MUDLARK__STORE_STATUS__INIT;
	begin(&s, &bridge);
	q.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST;
	q.account_list = &accounts;
	world_ask(&bridge, &q);
	ck_assert_int_eq(answer(&s, &bridge), MUDLARK__STATUS__STATUS_BAD);
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST;
	q.ledger_list = &ledger;
	world_ask(&bridge, &q);
	ck_assert_int_eq(answer(&s, &bridge), MUDLARK__STATUS__STATUS_BAD);
	q.body_case = MUDLARK__PERSIST_CALL__BODY_STORE_STATUS;
	q.store_status = &status;
	world_ask(&bridge, &q);
	ck_assert_int_eq(answer(&s, &bridge), MUDLARK__STATUS__STATUS_OK);
	end(&s, &bridge);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("outward");
	TCase *c = tcase_create("outward");

	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, facts_are_read_by_their_kinds_and_up_to_a_number, 0, STORES);
	tcase_add_loop_test(c, each_kind_that_may_leave_is_found, 0, STORES);
	tcase_add_loop_test(c, facts_of_another_world_are_left_out, 0, STORES);
	tcase_add_loop_test(c, a_kind_that_is_no_text_is_refused, 0, STORES);
	tcase_add_loop_test(c, what_may_leave_is_found_without_walking_past_all_else, 0, STORES);
	tcase_add_test(c, a_bridge_reads_what_may_leave_the_game_and_nothing_else);
	tcase_add_test(c, a_bridge_has_its_own_collections_and_no_others);
	tcase_add_test(c, a_bridge_may_not_ask_for_accounts_or_money_but_how_the_store_is);
	suite_add_tcase(suite, c);
	return both_main(suite);
}
