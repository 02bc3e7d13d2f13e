/*
 * test_ask.c - the way of an answer, and everything that can go wrong on it: what is said, what is settled, and
 * that nothing is left under way.
 */
#include "aibridge/ask.h"

#include "aibridge/ask_inner.h"
#include "aibridge/inbox.h"
#include "tests/unit/aibridge/asks_rig.h"

static struct asks_rig r;

#define TALK                                                                                       \
	"{\"who\":\"Ana\",\"since\":1,\"at\":2,\"count\":1,\"turns\":[{\"p\":\"Good evening\","    \
	"\"n\":\"Is it.\",\"at\":2}]}"

START_TEST(every_message_of_the_world_has_a_handler)
{
	ck_assert_ptr_null(route_check(&inbox_table));
}
END_TEST

START_TEST(without_a_provider_the_script_answers_and_all_is_written)
{
	rig_begin(&r, 0);
	rig_take(&r, 1, 1234, "hello there");
	rig_read(&r, TALK);
	rig_expect_scripted(&r, 1, "");
	ck_assert_uint_eq(r.n_own, 2);
	rig_expect_settled(&r, "1.1 0 0 audit talk\n");
	ck_assert(rig_holds(&r.talk, "hello there"));
	ck_assert(rig_holds(&r.talk, "Good evening"));
	ck_assert(rig_holds(&r.audit, "\"provider\":\"scripted\""));
	ck_assert_uint_eq(r.ended[ASK_SCRIPTED], 1);
	rig_end(&r);
}
END_TEST

START_TEST(sentences_are_said_as_they_come_and_the_real_cost_is_settled)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "what of the tide?");
	rig_expect_told(&r, "");
	rig_piece(&r, 0, "The tide is late again today. I have");
	rig_expect_told(&r, "say 1.1 The tide is late again today.\n");
	rig_piece(&r, 0, " waited since the morning bell.");
	rig_well(&r, 0, 50, 7);
	rig_expect_told(&r, "say 1.2 I have waited since the morning bell.\n"
			    "done 1 anthropic topic tide\n");
	ck_assert_uint_eq(r.n_own, 0);
	rig_expect_settled(&r, "1.1 57 120 audit talk\n");
	ck_assert(rig_holds(&r.talk, "late again today. I have waited"));
	ck_assert(rig_holds(&r.audit, "\"request\":{\"model\":\"m\"}"));
	ck_assert(rig_holds(&r.audit, "\"nanos\":120"));
	ck_assert_uint_eq(r.tokens, 57);
	ck_assert_uint_eq(r.nanos, 120);
	ck_assert_uint_eq(r.ended[ASK_ANSWERED], 1);
	rig_end(&r);
}
END_TEST

START_TEST(the_ledger_is_asked_for_the_most_a_call_can_cost_before_it_is_made)
{
	const Mudlark__PersistCall *q;
	struct arena a;

	rig_begin(&r, 1);
	rig_take(&r, 1, 1234, "hello");
	rig_read(&r, NULL);
	ck_assert_uint_eq(r.n_called, 0);
	arena_init(&a, 0);
	q = rig_asked(&r, MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE, &a);
	ck_assert_str_eq(q->ledger_reserve->id, "0000000000000051-0000000000000001-1");
	ck_assert_uint_ge(q->ledger_reserve->tokens, 100);
	ck_assert_uint_eq(q->ledger_reserve->nanos, q->ledger_reserve->tokens - 100 + 100 * 10);
	ck_assert_uint_eq(q->ledger_reserve->n_accounts, BUDGET_SCOPES);
	arena_done(&a);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_uint_eq(r.n_called, 1);
	asks_drop(&r.asks);
	rig_end(&r);
}
END_TEST

START_TEST(a_spent_budget_makes_no_call)
{
	rig_begin(&r, 2);
	rig_take(&r, 1, 1234, "hello");
	rig_read(&r, NULL);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_SPENT);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_SPENT);
	ck_assert(rig_holds(&r.told, "scripted: budget: "));
	rig_expect_settled(&r, "1.3 0 0 audit talk\n");
	ck_assert_uint_eq(r.n_called, 0);
	ck_assert_uint_eq(r.refused, 2);
	ck_assert_uint_eq(r.ended[ASK_FELL_BACK], 1);
	rig_end(&r);
}
END_TEST

START_TEST(a_conversation_that_was_not_read_is_not_written)
{
	rig_begin(&r, 1);
	rig_take(&r, 1, 1234, "hello");
	rig_reply(&r, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_GET, NULL);
	rig_expect_scripted(&r, 1, "the store does not answer");
	rig_expect_settled(&r, "1.1 0 0 audit\n");
	r.store_away = true;
	rig_take(&r, 2, 1234, "hello");
	rig_expect_scripted(&r, 2, "the store is away");
	rig_expect_settled(&r, "2.1 0 0 audit\n");
	ck_assert_uint_eq(r.n_called, 0);
	rig_end(&r);
}
END_TEST

START_TEST(a_reservation_that_nobody_confirmed_is_given_back_and_not_used)
{
	rig_begin(&r, 1);
	rig_take(&r, 1, 1234, "hello");
	rig_read(&r, NULL);
	rig_reply(&r, MUDLARK__PERSIST_CALL__BODY_LEDGER_RESERVE, NULL);
	rig_expect_scripted(&r, 1, "the ledger does not answer");
	rig_expect_settled(&r, "1.1 0 0\n1.2 0 0 audit talk\n");
	ck_assert_uint_eq(r.n_called, 0);
	rig_end(&r);
}
END_TEST

START_TEST(before_the_first_word_it_is_tried_again_with_a_reservation_of_its_own)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_fails(&r, 0, CALL_BUSY);
	rig_expect_settled(&r, "1.1 0 0 audit\n");
	ck_assert_uint_eq(r.n_store, 0);
	rig_later(&r, 2000000);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_piece(&r, 0, "Hello to you, stranger, I suppose.");
	rig_well(&r, 0, 10, 1);
	rig_expect_told(&r, "say 1.1 Hello to you, stranger, I suppose.\n"
			    "done 1 anthropic: anthropic: busy\n");
	rig_expect_settled(&r, "1.2 11 20 audit talk\n");
	rig_end(&r);
}
END_TEST

START_TEST(after_the_first_word_there_is_no_other_attempt)
{
	rig_begin(&r, 2);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "Hello to you, stranger, I suppose. And");
	rig_fails(&r, 0, CALL_CUT);
	ck_assert(rig_holds(&r.told, "say 1.1 Hello to you, stranger, I suppose.\n"));
	/* Of the half sentence nothing. */
	ck_assert(!rig_holds(&r.told, "say 1.2"));
	ck_assert(rig_holds(&r.told, "done 1 anthropic: anthropic: "));
	ck_assert_uint_eq(r.n_called, 1);
	/* Nobody knows what it cost. */
	ck_assert_uint_gt(r.tokens, 100);
	ck_assert_uint_eq(r.n_talks, 1);
	rig_end(&r);
}
END_TEST

START_TEST(the_next_of_the_roster_is_asked_when_the_first_will_not)
{
	rig_begin(&r, 2);
	rig_take_to_call(&r, 1, "hello");
	rig_fails(&r, 0, CALL_KEY);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_str_eq(r.calls[0]->provider->name, "openai");
	rig_piece(&r, 0, "Hello to you, stranger, I suppose.");
	rig_well(&r, 0, 10, 1);
	ck_assert(rig_holds(&r.told, "done 1 openai: anthropic: "));
	rig_expect_settled(&r, "1.1 0 0 audit\n1.2 11 20 audit talk\n");
	rig_end(&r);
}
END_TEST

START_TEST(when_all_have_failed_the_script_answers)
{
	rig_begin(&r, 2);
	r.conf.retries = 0;
	rig_take_to_call(&r, 1, "hello");
	rig_fails(&r, 0, CALL_CONNECT);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_fails(&r, 0, CALL_GARBAGE);
	ck_assert(rig_holds(&r.told, "say 1.1"));
	ck_assert(rig_holds(&r.told, "done 1 scripted: openai: "));
	ck_assert_uint_eq(r.n_talks, 1);
	ck_assert_uint_eq(r.n_audits, 3);
	rig_end(&r);
}
END_TEST

START_TEST(who_asks_for_more_patience_than_there_is_is_not_waited_for)
{
	struct call_result limit = { .error = CALL_LIMIT, .sent = true };

	rig_begin(&r, 2);
	limit.retry_after_us = 60000000;
	rig_take_to_call(&r, 1, "hello");
	rig_over(&r, 0, &limit);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	ck_assert_str_eq(r.calls[0]->provider->name, "openai");
	asks_drop(&r.asks);
	rig_end(&r);
}
END_TEST

START_TEST(a_provider_that_fails_and_fails_is_left_alone)
{
	rig_begin(&r, 1);
	r.conf.retries = 0;
	for (uint64_t ask = 1; ask <= 3; ask++) {
		rig_take_to_call(&r, ask, "hello");
		rig_fails(&r, 0, CALL_FAULT);
	}
	rig_take(&r, 4, 1234, "hello");
	rig_read(&r, NULL);
	ck_assert_uint_eq(r.n_called, 3);
	ck_assert(rig_holds(&r.told, "done 4 scripted: anthropic: is left alone for a while\n"));
	/* One that tries it and is cancelled leaves the way free for another. */
	r.now += 40000000;
	rig_take_to_call(&r, 5, "hello");
	asks_cancel(&r.asks, 5);
	rig_take_to_call(&r, 6, "hello");
	rig_well(&r, 0, 1, 1);
	ck_assert_int_eq(r.candidates[0].breaker.state, BREAKER_CLOSED);
	rig_end(&r);
}
END_TEST

/* Every state that an ask of the world can be in. */
static void bring_to(enum ask_state state)
{
	rig_begin(&r, 1);
	r.conf.max_requests = state == ASK_QUEUED ? 0 : 4;
	if (state == ASK_CHECKING)
		r.roster.moderator = &r.candidates[0];
	rig_take(&r, 1, 1234, "hello");
	if (state > ASK_READING)
		rig_read(&r, NULL);
	if (state > ASK_RESERVING)
		rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	if (state == ASK_PAUSING)
		rig_fails(&r, 0, CALL_BUSY);
	if (state == ASK_CHECKING) {
		rig_piece(&r, 0, "Hello to you, stranger, I suppose. ");
		rig_piece(&r, 0, "And a good day to all of you.");
		rig_well(&r, 0, 10, 1);
	}
	ck_assert_uint_eq(r.asks.n, 1);
	ck_assert_int_eq(r.asks.first->state, state);
	buf_reset(&r.settled);
}

START_TEST(a_cancel_in_any_state_leaves_nothing_under_way)
{
	bring_to((enum ask_state)_i);
	asks_cancel(&r.asks, 1);
	asks_cancel(&r.asks, 1);
	rig_expect_told(&r, "");
	ck_assert_uint_eq(r.ended[ASK_DROPPED], 1);
	if (_i == ASK_RESERVING)
		rig_expect_settled(&r, "1.1 0 0\n");
	if (_i == ASK_CALLING)
		ck_assert_uint_gt(r.tokens, 100);
	rig_end(&r);
}
END_TEST

START_TEST(at_its_deadline_in_any_state_the_script_answers_once)
{
	bring_to((enum ask_state)_i);
	if (_i == ASK_PAUSING)
		r.asks.first->due_us = r.asks.first->limit_us;
	rig_later(&r, 9499999);
	ck_assert_uint_eq(r.asks.n, 1);
	rig_later(&r, 1);
	ck_assert(rig_holds(&r.told, "say 1.1"));
	ck_assert(rig_holds(&r.told, "done 1 scripted: "));
	ck_assert_uint_eq(r.ended[ASK_FELL_BACK], 1);
	rig_later(&r, 60000000);
	rig_end(&r);
}
END_TEST

START_TEST(at_the_end_of_the_process_every_ask_is_told_to_have_failed)
{
	bring_to((enum ask_state)_i);
	asks_close(&r.asks);
	rig_expect_told(&r, "done 1 scripted failed: the aibridge ends\n");
	rig_take(&r, 2, 1234, "hello");
	rig_expect_told(&r, "");
	rig_end(&r);
}
END_TEST

START_TEST(what_an_attempt_is_charged)
{
	struct candidate with = { .price = &(struct price){ .in = 1, .out = 10 } };
	struct attempt t = { .with = &with, .bound_in = 1000, .bound_out = 100 };
	uint64_t nanos;

	/* Never sent; sent and refused; sent, and nobody knows. */
	t.result.error = CALL_CONNECT;
	ck_assert_uint_eq(try_cost(&t, &nanos), 0);
	ck_assert_uint_eq(nanos, 0);
	t.result.sent = true;
	ck_assert_uint_eq(try_cost(&t, &nanos), 1100);
	ck_assert_uint_eq(nanos, 2000);
	for (int e = CALL_BAD; e <= CALL_FAULT; e++) {
		t.result.error = (enum call_error)e;
		ck_assert_uint_eq(try_cost(&t, &nanos), 0);
	}
	t.result.error = CALL_GATEWAY;
	ck_assert_uint_eq(try_cost(&t, &nanos), 1100);
	t.result.error = CALL_FAULT;
	t.result.began = true;
	ck_assert_uint_eq(try_cost(&t, &nanos), 1100);
	/* A count from before the end is not the last one, but for what was read. */
	t.result.error = CALL_CUT;
	t.result.usage = (struct usage){ 40, 3, true, true };
	ck_assert_uint_eq(try_cost(&t, &nanos), 140);
	t.result.error = CALL_OK;
	ck_assert_uint_eq(try_cost(&t, &nanos), 43);
	ck_assert_uint_eq(nanos, 70);
	/* Nothing costs more than was reserved; without a count, or with one of nothing, the most. */
	t.result.usage.in = 5000;
	ck_assert_uint_eq(try_cost(&t, &nanos), 1003);
	t.result.usage = (struct usage){ 0, 3, true, true };
	ck_assert_uint_eq(try_cost(&t, &nanos), 1003);
	t.result.usage = (struct usage){ 0 };
	ck_assert_uint_eq(try_cost(&t, &nanos), 1100);
}
END_TEST

START_TEST(no_more_than_the_cap_ask_providers_at_once)
{
	rig_begin(&r, 1);
	for (uint64_t i = 1; i <= 6; i++)
		rig_take(&r, i, i, "hello");
	ck_assert_uint_eq(r.asks.n_slots, 4);
	ck_assert_uint_eq(r.n_store, 4);
	asks_cancel(&r.asks, 1);
	asks_tick(&r.asks);
	ck_assert_uint_eq(r.n_store, 4);
	ck_assert_uint_eq(ask_queue_length(r.asks.queue), 1);
	asks_drop(&r.asks);
	rig_end(&r);
}
END_TEST

START_TEST(when_too_many_wait_the_script_answers)
{
	rig_begin(&r, 1);
	r.conf.max_requests = 0;
	for (uint64_t i = 1; i <= 8; i++)
		rig_take(&r, i, i, "hello");
	ck_assert_uint_eq(r.n_store, 0);
	rig_take(&r, 9, 9, "hello");
	rig_read(&r, NULL);
	rig_expect_scripted(&r, 9, "too many wait");
	asks_drop(&r.asks);
	rig_end(&r);
}
END_TEST

START_TEST(while_paused_nobody_is_paid_any_more)
{
	rig_begin(&r, 1);
	r.conf.max_requests = 1;
	rig_take(&r, 1, 1, "hello");
	rig_read(&r, NULL);
	rig_take(&r, 2, 2, "hello");
	asks_pause(&r.asks, true);
	/* The one with a reservation under way gives it back. */
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_expect_scripted(&r, 1, "paused");
	rig_expect_settled(&r, "1.1 0 0\n1.2 0 0 audit talk\n");
	rig_read(&r, NULL);
	rig_expect_scripted(&r, 2, "paused");
	ck_assert_uint_eq(r.n_called, 0);
	asks_pause(&r.asks, false);
	rig_take_to_call(&r, 3, "hello");
	asks_drop(&r.asks);
	rig_end(&r);
}
END_TEST

START_TEST(a_forgotten_conversation_is_not_written_by_what_is_under_way)
{
	rig_begin(&r, 0);
	rig_take(&r, 1, 1, "hello");
	rig_take(&r, 2, 2, "hello");
	asks_forget(&r.asks, 1, "", 0);
	asks_forget(&r.asks, 2, "foreshore/pottle", 0);
	rig_read(&r, NULL);
	rig_read(&r, NULL);
	rig_expect_settled(&r, "1.1 0 0 audit\n2.1 0 0 audit talk\n");
	rig_end(&r);
}
END_TEST

START_TEST(what_came_before_it_is_cancelled_by_what_is_to_be_forgotten)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 5, "hello");
	rig_piece(&r, 0, "The river is high today, stranger. And");
	asks_forget(&r.asks, 1234, "foreshore/other", 6);
	ck_assert_uint_eq(r.asks.n, 1);
	asks_forget(&r.asks, 1234, "", 5); /* told again: it came after that */
	ck_assert_uint_eq(r.asks.n, 1);
	asks_forget(&r.asks, 1234, "", 6);
	ck_assert_uint_eq(r.asks.n, 0);
	ck_assert_uint_eq(r.talk.n, 0);
	ck_assert_uint_gt(r.tokens, 100);
	rig_end(&r);
}
END_TEST

START_TEST(an_ask_that_comes_twice_is_answered_once)
{
	rig_begin(&r, 0);
	rig_take(&r, 1, 1, "hello");
	rig_take(&r, 1, 1, "hello");
	ck_assert_uint_eq(r.asks.n, 1);
	rig_read(&r, NULL);
	ck_assert_uint_eq(r.ended[ASK_SCRIPTED], 1);
	rig_end(&r);
}
END_TEST

START_TEST(when_the_world_is_gone_nothing_is_said_but_all_is_settled)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "The river is high today, stranger. And");
	buf_reset(&r.told);
	asks_drop(&r.asks);
	rig_expect_told(&r, "");
	ck_assert(rig_holds(&r.talk, "The river is high"));
	ck_assert_uint_gt(r.tokens, 100);
	rig_end(&r);
}
END_TEST

/* A conversation of 16 turns, of which 4 are kept: with one more of the words, 12 fell out. */
static const char grown[] =
	"{\"who\":\"Ana\",\"since\":1,\"at\":2,\"count\":15,\"older\":\"- Asked: one.\","
	"\"turns\":[{\"p\":\"a\",\"n\":\"b\",\"at\":2},{\"p\":\"c\",\"n\":\"d\",\"at\":2},"
	"{\"p\":\"e\",\"n\":\"f\",\"at\":2},{\"p\":\"g\",\"n\":\"h\",\"at\":2}]}";

static void answer_that_needs_a_summary(void)
{
	rig_begin(&r, 1);
	rig_take(&r, 1, 1234, "hello");
	rig_read(&r, grown);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_piece(&r, 0, "The river is high today, stranger.");
	rig_well(&r, 0, 10, 1);
	rig_expect_told(&r, "say 1.1 The river is high today, stranger.\ndone 1 anthropic\n");
	rig_expect_settled(&r, "1.1 11 20 audit talk\n");
}

START_TEST(a_conversation_that_has_grown_is_summed_up_in_the_background)
{
	const Mudlark__PersistCall *q;
	struct arena a;

	answer_that_needs_a_summary();
	ck_assert_uint_eq(r.asks.n, 1);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_piece(&r, 0, "Ana asked about the tide. She was promised a pipe.");
	rig_well(&r, 0, 30, 2);
	rig_expect_settled(&r, "1.2 32 50 audit\n");
	ck_assert(rig_holds(&r.audit, "\"kind\":\"summary\""));
	rig_read(&r, TALK);
	arena_init(&a, 0);
	q = rig_asked(&r, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT, &a);
	ck_assert(q->document_put->check);
	ck_assert_uint_eq(q->document_put->version, 7);
	ck_assert(rig_has((struct span){ (char *)q->document_put->body.data,
					 q->document_put->body.len },
			  SPAN("promised a pipe")));
	arena_done(&a);
	rig_status(&r, MUDLARK__PERSIST_CALL__BODY_DOCUMENT_PUT, MUDLARK__STATUS__STATUS_OK);
	rig_expect_told(&r, "");
	rig_end(&r);
}
END_TEST

START_TEST(a_summary_that_fails_or_breaks_character_is_paid_and_forgotten)
{
	answer_that_needs_a_summary();
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_piece(&r, 0, "As an AI language model I cannot sum this up.");
	rig_well(&r, 0, 30, 2);
	rig_expect_settled(&r, "1.2 32 50 audit\n");
	rig_end(&r);
	answer_that_needs_a_summary();
	asks_forget(&r.asks, 1234, "", 0);
	rig_expect_settled(&r, "1.2 0 0\n");
	rig_end(&r);
	answer_that_needs_a_summary();
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_later(&r, 61000000);
	ck_assert_uint_eq(r.asks.n, 0);
	rig_expect_told(&r, "");
	rig_end(&r);
}
END_TEST

START_TEST(a_summary_that_finds_no_room_to_wait_is_left_out)
{
	rig_begin(&r, 1);
	r.conf.max_requests = 1;
	rig_take(&r, 1, 1234, "hello");
	rig_read(&r, grown);
	rig_reserve(&r, MUDLARK__STATUS__STATUS_OK);
	rig_piece(&r, 0, "The river is high today, stranger.");
	for (uint64_t i = 2; ask_queue_has_room(r.asks.queue); i++)
		rig_take(&r, i, i, "hello");
	rig_well(&r, 0, 10, 1);
	rig_expect_told(&r, "say 1.1 The river is high today, stranger.\ndone 1 anthropic\n");
	rig_expect_settled(&r, "1.1 11 20 audit talk\n");
	for (const struct ask *k = r.asks.first; k; k = k->next)
		ck_assert(!k->is_summary);
	/* Its name is free again, and its place. */
	ck_assert_ptr_null(map64_get(&r.asks.by_id, 1));
	ck_assert_uint_eq(r.asks.n_slots, 1);
	asks_drop(&r.asks);
	rig_end(&r);
}
END_TEST

static TCase *each_once(void)
{
	const TTest *const tests[] = {
		every_message_of_the_world_has_a_handler,
		without_a_provider_the_script_answers_and_all_is_written,
		sentences_are_said_as_they_come_and_the_real_cost_is_settled,
		the_ledger_is_asked_for_the_most_a_call_can_cost_before_it_is_made,
		a_spent_budget_makes_no_call,
		a_conversation_that_was_not_read_is_not_written,
		a_reservation_that_nobody_confirmed_is_given_back_and_not_used,
		before_the_first_word_it_is_tried_again_with_a_reservation_of_its_own,
		after_the_first_word_there_is_no_other_attempt,
		the_next_of_the_roster_is_asked_when_the_first_will_not,
		when_all_have_failed_the_script_answers,
		who_asks_for_more_patience_than_there_is_is_not_waited_for,
		a_provider_that_fails_and_fails_is_left_alone,
		what_an_attempt_is_charged,
		no_more_than_the_cap_ask_providers_at_once,
		when_too_many_wait_the_script_answers,
		while_paused_nobody_is_paid_any_more,
		a_forgotten_conversation_is_not_written_by_what_is_under_way,
		what_came_before_it_is_cancelled_by_what_is_to_be_forgotten,
		an_ask_that_comes_twice_is_answered_once,
		when_the_world_is_gone_nothing_is_said_but_all_is_settled,
		a_conversation_that_has_grown_is_summed_up_in_the_background,
		a_summary_that_fails_or_breaks_character_is_paid_and_forgotten,
		a_summary_that_finds_no_room_to_wait_is_left_out,
	};

	TCase *t = tcase_create("ask");

	for (size_t n = 0; n < ARRAY_LEN(tests); n++)
		tcase_add_test(t, tests[n]);
	return t;
}

static TCase *in_each_state(void)
{
	const TTest *const tests[] = {
		a_cancel_in_any_state_leaves_nothing_under_way,
		at_its_deadline_in_any_state_the_script_answers_once,
		at_the_end_of_the_process_every_ask_is_told_to_have_failed,
	};

	TCase *t = tcase_create("each state");

	for (size_t n = 0; n < ARRAY_LEN(tests); n++)
		tcase_add_loop_test(t, tests[n], ASK_QUEUED, ASK_WRITING);
	return t;
}

int main(void)
{
	Suite *suite = suite_create("ask");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, each_once());
	suite_add_tcase(suite, in_each_state());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
