/*
 * test_store.c - calls to persist that may fail, and settlements that may not be lost.
 */
#include "aibridge/store.h"

#include <stdio.h>

#include "aibridge/talk.h"
#include "tests/unit/aibridge/store_rig.h"

static struct store_rig r;

static size_t answers, silences;
static Mudlark__Status status;

static void begin(void)
{
	answers = silences = 0;
	store_rig_begin(&r);
}

static void on_done(UNUSED void *ctx, const Mudlark__PersistReply *m)
{
	*(m ? &answers : &silences) += 1;
	if (m)
		status = m->status;
}

static struct store_call *ask_status(void)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__StoreStatus s = MUDLARK__STORE_STATUS__INIT;

	q.body_case = MUDLARK__PERSIST_CALL__BODY_STORE_STATUS;
	q.store_status = &s;
	return store_call(&r.store, &q, STORE_WAIT_MS, on_done, NULL);
}

static void settle(const char *id, const char *talk)
{
	Mudlark__LedgerSettle q = MUDLARK__LEDGER_SETTLE__INIT;
	Mudlark__DocumentRow audit = MUDLARK__DOCUMENT_ROW__INIT, row = MUDLARK__DOCUMENT_ROW__INIT,
			     *put[] = { &audit, &row };

	audit.collection = (char *)"ai.audit";
	audit.key = (char *)id;
	row.collection = (char *)TALK_COLLECTION;
	row.key = (char *)talk;
	q.id = (char *)id;
	q.put = put;
	q.n_put = talk ? 2 : 1;
	store_settle(&r.store, &q, talk);
}

/* The i-th call that waits for an answer. */
static void expect_settlement(size_t i, const char *id, size_t documents)
{
	Mudlark__PersistCall *q = store_rig_asked(&r, i, MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE);

	ck_assert_str_eq(q->ledger_settle->id, id);
	ck_assert_uint_eq(q->ledger_settle->n_put, documents);
	mudlark__persist_call__free_unpacked(q, NULL);
}

START_TEST(a_call_is_answered_or_fails_and_is_not_made_again)
{
	begin();
	ck_assert_ptr_nonnull(ask_status());
	store_rig_status(&r, MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(status, MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_ptr_nonnull(ask_status());
	store_rig_lose(&r);
	ck_assert_uint_eq(silences, 1);
	ck_assert_ptr_null(ask_status());
	store_up(&r.store);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(silences, 1);
	store_rig_end(&r);
}
END_TEST

START_TEST(a_call_that_was_cancelled_is_never_heard_of)
{
	begin();
	store_cancel(ask_status());
	store_cancel(NULL);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(answers + silences, 0);
	store_rig_end(&r);
}
END_TEST

START_TEST(a_settlement_is_kept_until_the_store_has_it)
{
	begin();
	store_down(&r.store);
	settle("a", NULL);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(r.store.n_kept, 1);
	store_up(&r.store);
	expect_settlement(0, "a", 1);
	store_rig_lose(&r);
	store_up(&r.store);
	expect_settlement(0, "a", 1);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(r.store.n_kept, 0);
	ck_assert_uint_eq(r.store.kept_bytes, 0);
	ck_assert(store_due(&r.store) == UINT64_MAX);
	store_rig_end(&r);
}
END_TEST

START_TEST(a_store_that_is_busy_is_asked_again_after_a_while)
{
	begin();
	settle("a", NULL);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_BUSY);
	store_tick(&r.store);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(store_due(&r.store), r.now + STORE_AGAIN_US);
	r.now += STORE_AGAIN_US;
	store_tick(&r.store);
	expect_settlement(0, "a", 1);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_STORE);
	r.now += STORE_AGAIN_US;
	store_tick(&r.store);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(r.store.n_kept, 0);
	store_rig_end(&r);
}
END_TEST

START_TEST(what_waits_goes_in_the_order_in_which_it_came)
{
	begin();
	store_down(&r.store);
	settle("a", NULL);
	settle("b", NULL);
	settle("c", NULL);
	store_up(&r.store);
	expect_settlement(0, "a", 1);
	expect_settlement(1, "b", 1);
	expect_settlement(2, "c", 1);
	store_rig_end(&r);
}
END_TEST

START_TEST(an_older_conversation_does_not_overwrite_a_newer_one)
{
	begin();
	store_down(&r.store);
	settle("a", "01/foreshore/nan");
	settle("b", "01/foreshore/nancy");
	settle("c", "01/foreshore/nan");
	store_up(&r.store);
	expect_settlement(0, "a", 1);
	expect_settlement(1, "b", 2);
	expect_settlement(2, "c", 2);
	store_rig_end(&r);
}
END_TEST

static void on_paid(void *ctx, const struct store_debt *d)
{
	struct store_debt *last = ctx;

	*last = *d;
}

static void forget(uint64_t number, const char *npc)
{
	struct store_debt d = { .who = 1, .number = number };

	(void)snprintf(d.npc, sizeof(d.npc), "%s", npc);
	store_forget(&r.store, &d);
}

static void expect_forgetting(size_t i, const char *npc)
{
	char key[TALK_KEY_MAX];
	Mudlark__PersistCall *q = store_rig_asked(&r, i,
						  *npc ? MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT
						       : MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP);

	talk_key(key, 1, npc);
	ck_assert_str_eq(*npc ? q->document_put->key : q->document_drop->prefix, key);
	ck_assert_str_eq(*npc ? q->document_put->collection : q->document_drop->collection,
			 TALK_COLLECTION);
	ck_assert(!*npc || !q->document_put->body.len);
	mudlark__persist_call__free_unpacked(q, NULL);
}

START_TEST(what_is_forgotten_is_not_written_by_what_waits)
{
	begin();
	store_down(&r.store);
	settle("a", "0000000000000001/foreshore/nan");
	settle("b", "0000000000000001/foreshore/jem");
	settle("c", "0000000000000002/foreshore/nan");
	forget(7, "");
	store_up(&r.store);
	expect_settlement(0, "a", 1);
	expect_settlement(1, "b", 1);
	expect_settlement(2, "c", 2);
	expect_forgetting(3, "");
	store_rig_end(&r);
}
END_TEST

START_TEST(forgetting_is_kept_until_the_store_has_done_it_and_then_told)
{
	struct store_debt paid = { 0 };

	begin();
	r.store.paid = on_paid;
	r.store.paid_ctx = &paid;
	forget(7, "foreshore/nan");
	store_rig_lose(&r);
	store_up(&r.store);
	expect_forgetting(0, "foreshore/nan");
	store_rig_status(&r, MUDLARK__STATUS__STATUS_BUSY);
	r.now += STORE_AGAIN_US;
	store_tick(&r.store);
	ck_assert_uint_eq(paid.number, 0);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_ABSENT); /* it was done by another before */
	ck_assert_uint_eq(paid.who, 1);
	ck_assert_uint_eq(paid.number, 7);
	ck_assert_str_eq(paid.npc, "foreshore/nan");
	ck_assert_uint_eq(r.store.n_kept, 0);
	store_rig_end(&r);
}
END_TEST

START_TEST(however_often_it_is_to_be_forgotten_it_waits_once)
{
	struct store_debt paid = { 0 };

	begin();
	r.store.paid = on_paid;
	r.store.paid_ctx = &paid;
	store_down(&r.store);
	for (uint64_t i = 1; i <= 1000; i++)
		forget(i, "foreshore/nan");
	forget(1001, "");
	ck_assert_uint_eq(r.store.n_kept, 2);
	store_up(&r.store);
	expect_forgetting(0, "foreshore/nan");
	expect_forgetting(1, "");
	store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(paid.number, 1000);
	store_rig_end(&r);
}
END_TEST

START_TEST(nothing_writes_a_conversation_that_is_still_to_be_forgotten)
{
	begin();
	forget(7, "");
	settle("a", "0000000000000001/foreshore/nan");
	settle("b", "0000000000000002/foreshore/nan");
	expect_settlement(1, "a", 1);
	expect_settlement(2, "b", 2);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
	settle("c", "0000000000000001/foreshore/nan");
	expect_settlement(2, "c", 2);
	store_rig_end(&r);
}
END_TEST

START_TEST(a_document_that_the_store_refuses_does_not_keep_the_cost_from_it)
{
	begin();
	settle("a", "01/foreshore/nan");
	store_rig_status(&r, MUDLARK__STATUS__STATUS_BAD);
	expect_settlement(0, "a", 0);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_BAD);
	ck_assert_uint_eq(r.store.n_kept, 0);
	ck_assert_uint_eq(r.store.given_up, 1);
	store_rig_end(&r);
}
END_TEST

START_TEST(what_does_not_fit_is_given_up_and_what_waits_stays)
{
	begin();
	store_down(&r.store);
	for (int i = 0; i < STORE_KEPT_MAX + 5; i++)
		settle("a", NULL);
	ck_assert_uint_eq(r.store.n_kept, STORE_KEPT_MAX);
	ck_assert_uint_eq(r.store.given_up, 5);
	store_rig_end(&r);
}
END_TEST

START_TEST(more_than_the_link_takes_at_once_goes_later)
{
	size_t n = 0;

	begin();
	for (int i = 0; i < 3 * STORE_RIG_CALLS; i++)
		settle("a", NULL);
	while (r.store.n_kept > 0) {
		for (; r.n > 0; n++)
			store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
		r.now += STORE_AGAIN_US;
		store_tick(&r.store);
	}
	ck_assert_uint_eq(n, 3 * STORE_RIG_CALLS);
	store_rig_end(&r);
}
END_TEST

UNIT_MAIN("store", a_call_is_answered_or_fails_and_is_not_made_again,
	  a_call_that_was_cancelled_is_never_heard_of, a_settlement_is_kept_until_the_store_has_it,
	  a_store_that_is_busy_is_asked_again_after_a_while,
	  what_waits_goes_in_the_order_in_which_it_came,
	  an_older_conversation_does_not_overwrite_a_newer_one,
	  what_is_forgotten_is_not_written_by_what_waits,
	  forgetting_is_kept_until_the_store_has_done_it_and_then_told,
	  however_often_it_is_to_be_forgotten_it_waits_once,
	  nothing_writes_a_conversation_that_is_still_to_be_forgotten,
	  a_document_that_the_store_refuses_does_not_keep_the_cost_from_it,
	  what_does_not_fit_is_given_up_and_what_waits_stays,
	  more_than_the_link_takes_at_once_goes_later)
