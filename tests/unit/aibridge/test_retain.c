/*
 * test_retain.c - what is old goes, a piece at a time, and today's accounts stay.
 */
#include "aibridge/retain.h"

#include <stdio.h>

#include "tests/unit/aibridge/store_rig.h"

#define HOUR_US UINT64_C(3600000000)

static struct store_rig r;
static struct retain retain;

static void begin(uint64_t keep_us)
{
	store_rig_begin(&r);
	retain_init(&retain, &r.store, &r.clock, keep_us);
	retain_tick(&retain);
}

static void end(void)
{
	retain_stop(&retain);
	ck_assert_uint_eq(r.n, 0);
	ck_assert(retain_due(&retain) == UINT64_MAX);
	store_rig_end(&r);
}

static void dropped(uint64_t n)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;

	m.count = n;
	store_rig_reply(&r, &m);
}

static void expect_audit_below(const char *key)
{
	Mudlark__PersistCall *q = store_rig_asked(&r, 0, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_DROP);

	ck_assert_str_eq(q->document_drop->collection, "ai.audit");
	ck_assert_str_eq(q->document_drop->below, key);
	mudlark__persist_call__free_unpacked(q, NULL);
}

static void expect_ledger_before(int64_t ms)
{
	Mudlark__PersistCall *q = store_rig_asked(&r, 0, MUDLARK__PERSIST_CALL__BODY_LEDGER_DROP);

	ck_assert_int_eq(q->ledger_drop->before_ms, ms);
	mudlark__persist_call__free_unpacked(q, NULL);
}

/* Conversations that nobody has spoken in since; row i is version i + 1. */
static void found(size_t n)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__DocumentRow rows[RETAIN_TALKS], *all[RETAIN_TALKS];
	char keys[RETAIN_TALKS][48];
	Mudlark__PersistCall *q =
		store_rig_asked(&r, 0, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_QUERY);

	ck_assert_str_eq(q->document_query->collection, "ai.talk");
	ck_assert_uint_eq(q->document_query->n_where, 1);
	ck_assert_str_eq(q->document_query->where[0]->path, "at");
	ck_assert_int_eq(q->document_query->where[0]->op,
			 MUDLARK__DOCUMENT_QUERY__CONDITION__OP__LT);
	ck_assert_mem_eq(q->document_query->where[0]->value.data, "1779640000000", 13);
	ck_assert_uint_eq(q->document_query->limit, RETAIN_TALKS);
	mudlark__persist_call__free_unpacked(q, NULL);
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "%zu/foreshore/marrable", i);
		mudlark__document_row__init(&rows[i]);
		rows[i].collection = (char *)"ai.talk";
		rows[i].key = keys[i];
		rows[i].version = i + 1;
		all[i] = &rows[i];
	}
	m.documents = all;
	m.n_documents = n;
	store_rig_reply(&r, &m);
}

static void expect_deleted(const char *key, uint64_t version)
{
	Mudlark__PersistCall *q = store_rig_asked(&r, 0, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT);

	ck_assert_str_eq(q->document_put->collection, "ai.talk");
	ck_assert_str_eq(q->document_put->key, key);
	ck_assert_uint_eq(q->document_put->body.len, 0);
	ck_assert(q->document_put->check);
	ck_assert_uint_eq(q->document_put->version, version);
	mudlark__persist_call__free_unpacked(q, NULL);
}

START_TEST(conversations_of_long_ago_go_unless_somebody_speaks_in_them_meanwhile)
{
	begin(100 * HOUR_US);
	dropped(0);
	dropped(0);
	found(2);
	expect_deleted("1/foreshore/marrable", 2);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_CONFLICT);
	expect_deleted("0/foreshore/marrable", 1);
	store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
	found(0);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(retain_due(&retain), r.now + HOUR_US);
	end();
}
END_TEST

START_TEST(of_conversations_only_so_many_go_in_an_hour)
{
	size_t n = 0;

	begin(100 * HOUR_US);
	dropped(0);
	dropped(0);
	while (r.n > 0) {
		found(RETAIN_TALKS);
		for (size_t i = 0; i < RETAIN_TALKS; i++, n++)
			store_rig_status(&r, MUDLARK__STATUS__STATUS_OK);
	}
	ck_assert_uint_eq(n, RETAIN_TALKS_MAX);
	ck_assert_uint_eq(retain_due(&retain), r.now + HOUR_US);
	r.now += HOUR_US;
	retain_tick(&retain);
	dropped(0);
	dropped(0);
	found(1);
	/* One that does not answer: all of it again, a minute later. */
	store_rig_lose(&r);
	store_up(&r.store);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_lt(retain_due(&retain), r.now + HOUR_US);
	end();
}
END_TEST

START_TEST(the_audit_goes_in_pieces_then_the_ledger_then_nothing_for_an_hour)
{
	begin(100 * HOUR_US);
	expect_audit_below("1779640000000");
	dropped(RETAIN_AT_ONCE);
	expect_audit_below("1779640000000");
	dropped(3);
	expect_ledger_before(STORE_RIG_MS - INT64_C(360000000));
	dropped(0);
	found(0);
	ck_assert_uint_eq(r.n, 0);
	ck_assert_uint_eq(retain_due(&retain), r.now + HOUR_US);
	r.now += HOUR_US;
	retain_tick(&retain);
	expect_audit_below("1779640000000");
	retain_tick(&retain);
	ck_assert_uint_eq(r.n, 1);
	end();
}
END_TEST

START_TEST(however_little_is_kept_the_ledger_keeps_two_days)
{
	begin(HOUR_US);
	dropped(0);
	expect_ledger_before(STORE_RIG_MS - RETAIN_LEDGER_MS);
	end();
}
END_TEST

START_TEST(what_is_kept_for_ever_is_never_dropped)
{
	begin(0);
	ck_assert_uint_eq(r.n, 0);
	ck_assert(retain_due(&retain) == UINT64_MAX);
	end();
}
END_TEST

START_TEST(a_store_that_fails_is_tried_again_and_one_that_is_away_waited_for)
{
	begin(100 * HOUR_US);
	store_rig_lose(&r);
	ck_assert(retain_due(&retain) == UINT64_MAX);
	store_up(&r.store);
	retain_tick(&retain);
	ck_assert_uint_eq(r.n, 0);
	r.now = retain_due(&retain);
	retain_tick(&retain);
	expect_audit_below("1779640000000");
	store_rig_status(&r, MUDLARK__STATUS__STATUS_BUSY);
	ck_assert_uint_gt(retain_due(&retain), r.now);
	end();
}
END_TEST

UNIT_MAIN("retain", conversations_of_long_ago_go_unless_somebody_speaks_in_them_meanwhile,
	  of_conversations_only_so_many_go_in_an_hour,
	  the_audit_goes_in_pieces_then_the_ledger_then_nothing_for_an_hour,
	  however_little_is_kept_the_ledger_keeps_two_days, what_is_kept_for_ever_is_never_dropped,
	  a_store_that_fails_is_tried_again_and_one_that_is_away_waited_for)
