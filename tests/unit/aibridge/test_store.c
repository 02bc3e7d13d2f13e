/*
 * test_store.c - calls to persist that may fail, and settlements that may not be lost.
 */
#include "aibridge/store.h"

#include "../rt/unit.h"
#include "aibridge/talk.h"
#include "rt/buf.h"
#include "rt/log.h"

enum { CALLS = 16 };

struct sent {
	uint64_t id;
	struct buf body;
	void (*done)(void *ctx, uint64_t id, const struct span *body, const char *why);
	void *ctx;
};

static uint64_t now;
static struct store store;
static struct sent sent[CALLS];
static size_t n_sent, answers, silences;
static uint64_t last_id;
static Mudlark__Status status;

static uint64_t mono(UNUSED void *ctx)
{
	return now;
}

static uint64_t io_call(UNUSED void *ctx, struct span body, UNUSED uint32_t deadline_ms,
			void (*done)(void *ctx, uint64_t id, const struct span *body,
				     const char *why),
			void *done_ctx)
{
	if (n_sent == CALLS)
		return 0;
	sent[n_sent] = (struct sent){ .id = ++last_id, .done = done, .ctx = done_ctx };
	buf_add(&sent[n_sent].body, body.p, body.n);
	return sent[n_sent++].id;
}

static struct sent take(size_t i)
{
	const struct sent s = sent[i];

	ck_assert_uint_lt(i, n_sent);
	n_sent--;
	memmove(&sent[i], &sent[i + 1], (n_sent - i) * sizeof(*sent));
	return s;
}

static void io_cancel(UNUSED void *ctx, uint64_t id)
{
	size_t i = 0;
	struct sent s;

	while (i < n_sent && sent[i].id != id)
		i++;
	s = take(i);
	buf_done(&s.body);
}

static const struct clock test_clock = { mono, NULL, NULL };

static void begin(void)
{
	log_init("test", LOG_ERROR, false);
	now = 1000000;
	n_sent = answers = silences = 0;
	store_init(&store, &(struct store_io){ io_call, io_cancel, NULL }, &test_clock);
	store_up(&store);
}

static void end(void)
{
	store_done(&store);
	while (n_sent > 0) {
		struct sent s = take(0);

		buf_done(&s.body);
	}
}

/* Answers the call that waits longest. */
static void reply(Mudlark__Status with)
{
	Mudlark__PersistReply m = MUDLARK__PERSIST_REPLY__INIT;
	struct sent s = take(0);
	uint8_t packed[256];
	struct span body = { (char *)packed, 0 };

	m.status = with;
	m.why = (char *)"because";
	body.n = mudlark__persist_reply__pack(&m, packed);
	s.done(s.ctx, s.id, &body, NULL);
	buf_done(&s.body);
}

static void silent(void)
{
	struct sent s = take(0);

	s.done(s.ctx, s.id, NULL, "lost");
	buf_done(&s.body);
}

/* As a link that is lost: all calls fail first. */
static void lose(void)
{
	while (n_sent > 0)
		silent();
	store_down(&store);
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
	return store_call(&store, &q, STORE_WAIT_MS, on_done, NULL);
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
	store_settle(&store, &q, talk);
}

/* `id documents` of the i-th call that waits for an answer. */
static void expect_settlement(size_t i, const char *id, size_t documents)
{
	Mudlark__PersistCall *q;

	ck_assert_uint_lt(i, n_sent);
	q = mudlark__persist_call__unpack(NULL, sent[i].body.n,
					  (const uint8_t *)buf_p(&sent[i].body));
	ck_assert_ptr_nonnull(q);
	ck_assert_int_eq(q->body_case, MUDLARK__PERSIST_CALL__BODY_LEDGER_SETTLE);
	ck_assert_str_eq(q->ledger_settle->id, id);
	ck_assert_uint_eq(q->ledger_settle->n_put, documents);
	mudlark__persist_call__free_unpacked(q, NULL);
}

START_TEST(a_call_is_answered_or_fails_and_is_not_made_again)
{
	begin();
	ck_assert_ptr_nonnull(ask_status());
	reply(MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_uint_eq(answers, 1);
	ck_assert_int_eq(status, MUDLARK__STATUS__STATUS_ABSENT);
	ck_assert_ptr_nonnull(ask_status());
	lose();
	ck_assert_uint_eq(silences, 1);
	ck_assert_ptr_null(ask_status());
	store_up(&store);
	ck_assert_uint_eq(n_sent, 0);
	ck_assert_uint_eq(silences, 1);
	end();
}
END_TEST

START_TEST(a_call_that_was_cancelled_is_never_heard_of)
{
	begin();
	store_cancel(ask_status());
	store_cancel(NULL);
	ck_assert_uint_eq(n_sent, 0);
	ck_assert_uint_eq(answers + silences, 0);
	end();
}
END_TEST

START_TEST(a_settlement_is_kept_until_the_store_has_it)
{
	begin();
	store_down(&store);
	settle("a", NULL);
	ck_assert_uint_eq(n_sent, 0);
	ck_assert_uint_eq(store.n_kept, 1);
	store_up(&store);
	expect_settlement(0, "a", 1);
	lose();
	store_up(&store);
	expect_settlement(0, "a", 1);
	reply(MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(store.n_kept, 0);
	ck_assert_uint_eq(store.kept_bytes, 0);
	ck_assert(store_due(&store) == UINT64_MAX);
	end();
}
END_TEST

START_TEST(a_store_that_is_busy_is_asked_again_after_a_while)
{
	begin();
	settle("a", NULL);
	reply(MUDLARK__STATUS__STATUS_BUSY);
	store_tick(&store);
	ck_assert_uint_eq(n_sent, 0);
	ck_assert_uint_eq(store_due(&store), now + STORE_AGAIN_US);
	now += STORE_AGAIN_US;
	store_tick(&store);
	expect_settlement(0, "a", 1);
	reply(MUDLARK__STATUS__STATUS_STORE);
	now += STORE_AGAIN_US;
	store_tick(&store);
	reply(MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(store.n_kept, 0);
	end();
}
END_TEST

START_TEST(what_waits_goes_in_the_order_in_which_it_came)
{
	begin();
	store_down(&store);
	settle("a", NULL);
	settle("b", NULL);
	settle("c", NULL);
	store_up(&store);
	expect_settlement(0, "a", 1);
	expect_settlement(1, "b", 1);
	expect_settlement(2, "c", 1);
	end();
}
END_TEST

START_TEST(an_older_conversation_does_not_overwrite_a_newer_one)
{
	begin();
	store_down(&store);
	settle("a", "01/foreshore/nan");
	settle("b", "01/foreshore/nancy");
	settle("c", "01/foreshore/nan");
	store_up(&store);
	expect_settlement(0, "a", 1);
	expect_settlement(1, "b", 2);
	expect_settlement(2, "c", 2);
	end();
}
END_TEST

START_TEST(what_is_forgotten_is_not_written_by_what_waits)
{
	begin();
	store_down(&store);
	settle("a", "01/foreshore/nan");
	settle("b", "01/foreshore/jem");
	settle("c", "02/foreshore/nan");
	store_forget(&store, "01/");
	store_up(&store);
	expect_settlement(0, "a", 1);
	expect_settlement(1, "b", 1);
	expect_settlement(2, "c", 2);
	end();
}
END_TEST

START_TEST(a_document_that_the_store_refuses_does_not_keep_the_cost_from_it)
{
	begin();
	settle("a", "01/foreshore/nan");
	reply(MUDLARK__STATUS__STATUS_BAD);
	expect_settlement(0, "a", 0);
	reply(MUDLARK__STATUS__STATUS_BAD);
	ck_assert_uint_eq(store.n_kept, 0);
	ck_assert_uint_eq(store.given_up, 1);
	end();
}
END_TEST

START_TEST(what_does_not_fit_is_given_up_and_what_waits_stays)
{
	begin();
	store_down(&store);
	for (int i = 0; i < STORE_KEPT_MAX + 5; i++)
		settle("a", NULL);
	ck_assert_uint_eq(store.n_kept, STORE_KEPT_MAX);
	ck_assert_uint_eq(store.given_up, 5);
	end();
}
END_TEST

START_TEST(more_than_the_link_takes_at_once_goes_later)
{
	size_t n = 0;

	begin();
	for (int i = 0; i < 3 * CALLS; i++)
		settle("a", NULL);
	while (store.n_kept > 0) {
		for (; n_sent > 0; n++)
			reply(MUDLARK__STATUS__STATUS_OK);
		now += STORE_AGAIN_US;
		store_tick(&store);
	}
	ck_assert_uint_eq(n, 3 * CALLS);
	end();
}
END_TEST

UNIT_MAIN("store", a_call_is_answered_or_fails_and_is_not_made_again,
	  a_call_that_was_cancelled_is_never_heard_of, a_settlement_is_kept_until_the_store_has_it,
	  a_store_that_is_busy_is_asked_again_after_a_while,
	  what_waits_goes_in_the_order_in_which_it_came,
	  an_older_conversation_does_not_overwrite_a_newer_one,
	  what_is_forgotten_is_not_written_by_what_waits,
	  a_document_that_the_store_refuses_does_not_keep_the_cost_from_it,
	  what_does_not_fit_is_given_up_and_what_waits_stays,
	  more_than_the_link_takes_at_once_goes_later)
