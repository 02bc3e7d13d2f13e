/*
 * test_inbox_ledger.c - persist as aibridges see it (scene.h): what they may ask, and several of them at
 * one cap.
 */
#include "scene.h"

enum { BRIDGES = 3, CALLS = 60, PRICE = 100, CAP = 100 * PRICE + PRICE / 2 };

/* Calls of one link that are under way at once. */
struct bridge {
	struct world w;
	unsigned n_answers, n_ok, n_spent;
};

static void bridge_done(void *ctx, uint64_t id, const struct span *body, const char *why)
{
	struct bridge *b = ctx;

	(void)id;
	(void)why;
	ck_assert_ptr_nonnull(body);
	Mudlark__PersistReply *m =
		mudlark__persist_reply__unpack(NULL, body->n, (const uint8_t *)body->p);
	ck_assert_ptr_nonnull(m);
	b->n_answers++;
	b->n_ok += m->status == MUDLARK__STATUS__STATUS_OK;
	if (m->status == MUDLARK__STATUS__STATUS_SPENT) {
		ck_assert_str_eq(m->account, "all");
		b->n_spent++;
	}
	mudlark__persist_reply__free_unpacked(m, NULL);
}

static void bridge_ask(struct bridge *b, const Mudlark__PersistCall *q)
{
	uint8_t out[1024];
	const struct span body = { (const char *)out, mudlark__persist_call__pack(q, out) };

	ck_assert_uint_ne(link_call(wire_link(b->w.wire), body, 20000, bridge_done, b), 0);
}

static void bridge_reserve(struct bridge *b, unsigned bridge, unsigned i)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerReserve reserve = MUDLARK__LEDGER_RESERVE__INIT;
	Mudlark__LedgerLimit all = MUDLARK__LEDGER_LIMIT__INIT, *rows[] = { &all };
	char id[32];

	snprintf(id, sizeof(id), "%u-%u", bridge, i);
	all.account = (char *)"all";
	all.tokens = UINT64_MAX;
	all.nanos = CAP;
	reserve.id = id;
	reserve.accounts = rows;
	reserve.n_accounts = 1;
	reserve.nanos = PRICE;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE;
	q.ledger_reserve = &reserve;
	bridge_ask(b, &q);
}

static void bridge_settle(struct bridge *b, unsigned bridge, unsigned i, const char *collection)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerSettle settle = MUDLARK__LEDGER_SETTLE__INIT;
	Mudlark__DocumentRow row = MUDLARK__DOCUMENT_ROW__INIT, *rows[] = { &row };
	char id[32];

	snprintf(id, sizeof(id), "%u-%u", bridge, i);
	settle.id = id;
	row.collection = (char *)collection;
	row.key = id;
	row.body = bytes_of("{}");
	settle.put = rows;
	settle.n_put = 1;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE;
	q.ledger_settle = &settle;
	bridge_ask(b, &q);
}

static Mudlark__LedgerRow all_of(struct scene *s, struct world *w)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__LedgerList list = MUDLARK__LEDGER_LIST__INIT;

	list.prefix = (char *)"all";
	q.body_case = MUDLARK__PERSIST_CALL__BODY_LEDGER_LIST;
	q.ledger_list = &list;
	world_ask(w, &q);
	ck_assert_int_eq(answer(s, w), MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(w->reply->n_ledger, 1);
	return *w->reply->ledger[0];
}

START_TEST(several_aibridges_at_one_cap_never_pass_it)
{
	struct scene s;
	static struct bridge b[BRIDGES];
	unsigned ok = 0, spent = 0;
	scene_open(&s, _i);
	UNTIL(&s, s.persist.is_ready);
	for (unsigned k = 0; k < BRIDGES; k++) {
		b[k] = (struct bridge){ 0 };
		world_dial(&s, &b[k].w, "aibridge");
	}
	for (unsigned i = 0; i < CALLS; i++)
		for (unsigned k = 0; k < BRIDGES; k++)
			bridge_reserve(&b[k], k, i);
	for (unsigned k = 0; k < BRIDGES; k++) {
		UNTIL(&s, b[k].n_answers == CALLS);
		ok += b[k].n_ok;
		spent += b[k].n_spent;
	}
	ck_assert_uint_eq(ok, CAP / PRICE);
	ck_assert_uint_eq(spent, BRIDGES * CALLS - CAP / PRICE);
	Mudlark__LedgerRow all = all_of(&s, &b[0].w);
	ck_assert_uint_eq(all.nanos, (uint64_t)ok * PRICE);
	ck_assert_uint_eq(all.open_nanos, all.nanos);
	ck_assert_uint_eq(all.calls, ok);
	/* One of them dies and comes back with a new life: what it had reserved stays charged. */
	const uint64_t lost = (uint64_t)b[0].n_ok * PRICE;
	world_leave(&b[0].w);
	world_dial(&s, &b[0].w, "aibridge");
	for (unsigned k = 1; k < BRIDGES; k++) {
		b[k].n_answers = 0;
		/* Also those that were never granted, and all of them twice. */
		for (unsigned i = 0; i < 2 * CALLS; i++)
			bridge_settle(&b[k], k, i % CALLS, "ai.talk");
		UNTIL(&s, b[k].n_answers == 2 * CALLS);
	}
	all = all_of(&s, &b[0].w);
	ck_assert_uint_eq(all.nanos, lost);
	ck_assert_uint_eq(all.open_nanos, lost);
	for (unsigned k = 0; k < BRIDGES; k++)
		world_leave(&b[k].w);
	scene_close(&s);
}
END_TEST

START_TEST(a_settlement_that_is_refused_does_not_hold_up_the_others)
{
	struct scene s;
	struct bridge b = { 0 };
	scene_open(&s, _i);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &b.w, "aibridge");
	for (unsigned i = 0; i < 20; i++)
		bridge_reserve(&b, 0, i);
	for (unsigned i = 0; i < 20; i++)
		bridge_settle(&b, 0, i, i == 7 ? "ai.\xff" : "ai.talk");
	UNTIL(&s, b.n_answers == 40);
	ck_assert_uint_eq(b.n_ok, 39);
	ck_assert_uint_eq(all_of(&s, &b.w).nanos, PRICE);
	world_leave(&b.w);
	scene_close(&s);
}
END_TEST

static Mudlark__Status ask_document(struct scene *s, struct world *w, unsigned body_case,
				    const char *collection)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__DocumentGet get = MUDLARK__DOCUMENT_GET__INIT;
	Mudlark__DocumentPut put_ = MUDLARK__DOCUMENT_PUT__INIT;
	Mudlark__DocumentQuery query = MUDLARK__DOCUMENT_QUERY__INIT;
	Mudlark__DocumentDrop drop = MUDLARK__DOCUMENT_DROP__INIT;

	get.collection = put_.collection = (char *)collection;
	query.collection = drop.collection = (char *)collection;
	get.key = put_.key = (char *)"k";
	put_.body = bytes_of("{}");
	q.body_case = (Mudlark__PersistCall__BodyCase)body_case;
	if (body_case == MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET)
		q.document_get = &get;
	else if (body_case == MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT)
		q.document_put = &put_;
	else if (body_case == MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY)
		q.document_query = &query;
	else
		q.document_drop = &drop;
	world_ask(w, &q);
	return answer(s, w);
}

START_TEST(an_aibridge_has_its_own_collections_and_no_others)
{
	static const unsigned cases[] = { MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT,
					  MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET,
					  MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY,
					  MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP };
	static const char *const others[] = { "ai", "things", "", "AI.talk", "xai.talk" };
	struct scene s;
	struct world bridge, world;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &bridge, "aibridge");
	world_dial(&s, &world, "world");
	ck_assert_int_eq(ask_document(&s, &world, cases[0], "things"), MUDLARK__STATUS__STATUS_OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(ask_document(&s, &bridge, cases[i], "ai.talk"),
				 MUDLARK__STATUS__STATUS_OK);
		for (size_t j = 0; j < ARRAY_LEN(others); j++) {
			ck_assert_int_eq(ask_document(&s, &bridge, cases[i], others[j]),
					 MUDLARK__STATUS__STATUS_BAD);
			ck_assert_str_eq(
				bridge.reply->why,
				"An aibridge has the collections that begin with ai. and no"
				" others.");
		}
	}
	ck_assert_int_eq(ask_document(&s, &world, cases[1], "things"), MUDLARK__STATUS__STATUS_OK);
	ask_grant(&bridge);
	ck_assert_int_eq(answer(&s, &bridge), MUDLARK__STATUS__STATUS_BAD);
	ask_status(&bridge);
	ck_assert_int_eq(answer(&s, &bridge), MUDLARK__STATUS__STATUS_OK);
	world_leave(&bridge);
	world_leave(&world);
	scene_close(&s);
}
END_TEST

START_TEST(a_settlement_cannot_write_what_is_the_worlds)
{
	struct scene s;
	struct bridge b = { 0 };
	struct world world;
	scene_open(&s, ON_SQLITE);
	UNTIL(&s, s.persist.is_ready);
	world_dial(&s, &b.w, "aibridge");
	world_dial(&s, &world, "world");
	bridge_reserve(&b, 0, 0);
	bridge_settle(&b, 0, 0, "ai");
	UNTIL(&s, b.n_answers == 2);
	ck_assert_uint_eq(b.n_ok, 1);
	ck_assert_uint_eq(all_of(&s, &b.w).open_nanos, PRICE);
	ck_assert_int_eq(ask_document(&s, &world, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET, "ai"),
			 MUDLARK__STATUS__STATUS_ABSENT);
	world_leave(&b.w);
	world_leave(&world);
	scene_close(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("inbox_ledger");
	TCase *t = tcase_create("both");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, several_aibridges_at_one_cap_never_pass_it, 0, STORES);
	tcase_add_loop_test(t, a_settlement_that_is_refused_does_not_hold_up_the_others, 0, STORES);
	tcase_add_test(t, an_aibridge_has_its_own_collections_and_no_others);
	tcase_add_test(t, a_settlement_cannot_write_what_is_the_worlds);
	suite_add_tcase(s, t);
	return both_main(s);
}
