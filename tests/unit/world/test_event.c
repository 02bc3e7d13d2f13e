/*
 * test_event.c - facts: numbers, order, isolation, caps, and the faults of buses before this one.
 */
#include <errno.h>
#include "rig.h"
#include "world/calls.h"
#include "world/core/event.h"
#include "world/core/events.h"

static struct rig r;
static struct world *w;
static char trace[256];

static void setup(void)
{
	rig_init(&r);
	w = r.world;
	trace[0] = 0;
}

static void teardown(void)
{
	rig_done_with(&r);
}

static void note(const char *s)
{
	strncat(trace, s, sizeof(trace) - strlen(trace) - 1);
}

/* ctx is the letter it leaves in the trace. */
static int leave(void *ctx, struct world *world, const struct fact *f)
{
	(void)world;
	note(f ? ctx : "timeout ");
	return 0;
}

static uint64_t emit(void)
{
	return event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
}

START_TEST(numbers_strictly_increase_and_emit_returns_them)
{
	uint64_t a = emit(), b = emit();

	ck_assert_uint_gt(a, 0);
	ck_assert_uint_eq(b, a + 1);
}
END_TEST

START_TEST(numbers_increase_over_a_restart_even_when_nothing_of_them_was_stored)
{
	uint64_t last = 0;

	for (int i = 0; i < 5000; i++)
		last = emit();
	rig_kill(&r);
	rig_start(&r);
	w = r.world;
	ck_assert_uint_gt(emit(), last);
}
END_TEST

START_TEST(handlers_run_in_order_of_registration_whatever_they_listen_to)
{
	event_on(w, FACT_CHAT_TOLD, leave, "a ");
	event_on(w, FACT_ANY, leave, "b ");
	event_on(w, FACT_CHAT_TOLD, leave, "c ");
	event_on(w, FACT_CHAT_SAID, leave, "d ");
	emit();
	ck_assert_str_eq(trace, "a b c ");
}
END_TEST

START_TEST(waiters_come_after_handlers)
{
	event_wait(w, FACT_CHAT_TOLD, 100, leave, "waiter ");
	event_on(w, FACT_CHAT_TOLD, leave, "handler ");
	emit();
	ck_assert_str_eq(trace, "handler waiter ");
}
END_TEST

START_TEST(once_does_not_skip_the_next_handler)
{
	event_once(w, FACT_CHAT_TOLD, leave, "once ");
	event_on(w, FACT_CHAT_TOLD, leave, "next ");
	event_once(w, FACT_CHAT_TOLD, leave, "once2 ");
	event_on(w, FACT_CHAT_TOLD, leave, "last ");
	emit();
	ck_assert_str_eq(trace, "once next once2 last ");
	trace[0] = 0;
	emit();
	ck_assert_str_eq(trace, "next last ");
}
END_TEST

START_TEST(a_timed_out_waiter_is_removed)
{
	event_wait(w, FACT_CHAT_TOLD, 3, leave, "waiter ");
	ck_assert_uint_eq(event_handlers(w, FACT_CHAT_TOLD), 1);
	rig_ticks(&r, 2);
	ck_assert_str_eq(trace, "");
	rig_ticks(&r, 1);
	ck_assert_str_eq(trace, "timeout ");
	ck_assert_uint_eq(event_handlers(w, FACT_CHAT_TOLD), 0);
	emit();
	rig_ticks(&r, 5);
	ck_assert_str_eq(trace, "timeout ");
}
END_TEST

START_TEST(a_waiter_that_was_served_does_not_time_out)
{
	event_wait(w, FACT_CHAT_TOLD, 3, leave, "waiter ");
	emit();
	rig_ticks(&r, 5);
	ck_assert_str_eq(trace, "waiter ");
	ck_assert_uint_eq(event_handlers(w, FACT_CHAT_TOLD), 0);
}
END_TEST

static int keep_text(void *ctx, struct world *world, const struct fact *f)
{
	struct buf *kept = ctx;

	(void)world;
	/* What others emit meanwhile must not change what this one sees. */
	if (kept->n == 0)
		for (int i = 0; i < EVENT_RING + 5; i++)
			event_emit(w, FACT_CHAT_SAID, ENT_NONE, "\"i\":%d", i);
	buf_add(kept, f->body.p, f->body.n);
	return 0;
}

START_TEST(a_payload_is_immutable_once_emitted)
{
	char text[] = "before";
	struct buf kept = { 0 };
	uint64_t seq;

	event_on(w, FACT_CHAT_TOLD, keep_text, &kept);
	event_on(w, FACT_CHAT_TOLD, keep_text, &kept);
	seq = event_emit(w, FACT_CHAT_TOLD, ENT_NONE, "\"text\":\"%s\"", text);
	memcpy(text, "after!", 6);
	ck_assert_uint_gt(seq, 0);
	buf_addc(&kept, 0);
	ck_assert_str_eq(buf_p(&kept), "{\"text\":\"before\"}{\"text\":\"before\"}");
	buf_done(&kept);
}
END_TEST

static unsigned depth, deepest, calls;

static int emit_again(void *ctx, struct world *world, const struct fact *f)
{
	(void)ctx;
	calls++;
	if (++depth > deepest)
		deepest = depth;
	event_emit(world, f->kind, ENT_NONE, NULL);
	depth--;
	return 0;
}

START_TEST(a_self_emitting_handler_is_capped)
{
	event_on(w, FACT_CHAT_TOLD, emit_again, NULL);
	emit();
	ck_assert_uint_eq(deepest, EVENT_DEPTH_MAX);
	ck_assert_uint_gt(w->stats.facts_refused, 0);
	ck_assert_uint_gt(emit(), 0); /* and the bus still works */
}
END_TEST

START_TEST(two_handlers_that_feed_each_other_end_with_the_turn)
{
	event_on(w, FACT_CHAT_TOLD, emit_again, NULL);
	event_on(w, FACT_CHAT_TOLD, emit_again, NULL);
	event_on(w, FACT_CHAT_TOLD, emit_again, NULL);
	event_on(w, FACT_CHAT_TOLD, emit_again, NULL);
	event_on(w, FACT_CHAT_TOLD, emit_again, NULL);
	emit();
	ck_assert_uint_le(calls, 5 * (EVENT_TURN_MAX + 1));
	rig_ticks(&r, 1);
	ck_assert_uint_gt(event_emit(w, FACT_CHAT_SAID, ENT_NONE, NULL), 0);
}
END_TEST

static uint64_t victim, self;

static int remove_victim(void *ctx, struct world *world, const struct fact *f)
{
	(void)ctx;
	(void)f;
	note("remover ");
	event_off(world, victim);
	event_off(world, self);
	event_off(world, self); /* twice is harmless */
	return 0;
}

START_TEST(removal_during_dispatch_is_deferred)
{
	self = event_on(w, FACT_CHAT_TOLD, remove_victim, NULL);
	victim = event_on(w, FACT_CHAT_TOLD, leave, "victim ");
	event_on(w, FACT_CHAT_TOLD, leave, "last ");
	emit();
	ck_assert_str_eq(trace, "remover last ");
	ck_assert_uint_eq(event_handlers(w, FACT_CHAT_TOLD), 1);
}
END_TEST

static int add_one(void *ctx, struct world *world, const struct fact *f)
{
	(void)ctx;
	(void)f;
	event_on(world, FACT_CHAT_TOLD, leave, "added ");
	return 0;
}

START_TEST(what_is_added_during_dispatch_hears_the_next_fact)
{
	event_once(w, FACT_CHAT_TOLD, add_one, NULL);
	emit();
	ck_assert_str_eq(trace, "");
	emit();
	ck_assert_str_eq(trace, "added ");
}
END_TEST

static int go_wrong(void *ctx, struct world *world, const struct fact *f)
{
	(void)ctx;
	(void)world;
	(void)f;
	return -EIO;
}

START_TEST(one_failing_handler_does_not_stop_the_others)
{
	uint64_t before = w->stats.handlers_failed;

	event_on(w, FACT_CHAT_TOLD, go_wrong, NULL);
	event_on(w, FACT_CHAT_TOLD, leave, "other ");
	ck_assert_uint_gt(emit(), 0);
	ck_assert_str_eq(trace, "other ");
	ck_assert_uint_eq(w->stats.handlers_failed, before + 1);
}
END_TEST

static void completed(struct world *world, uint64_t arg, const Mudlark__PersistReply *reply)
{
	char text[32];

	(void)world;
	ck_assert_ptr_null(reply);
	snprintf(text, sizeof(text), "%d ", (int)arg);
	note(text);
}

/* N3: theirs merged two completions into one bogus key. */
START_TEST(two_completions_at_once_stay_two)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__StoreStatus status = MUDLARK__STORE_STATUS__INIT;
	Mudlark__CallDone done = MUDLARK__CALL_DONE__INIT;
	uint64_t a, b;

	c.body_case = MUDLARK__PERSIST_CALL__BODY_STORE_STATUS;
	c.store_status = &status;
	a = world_call(w, &c, 1001, completed);
	b = world_call(w, &c, 1002, completed);
	done.failed = true;
	done.id = b;
	RIG_FEED(&r, 0, CALL_DONE, call_done, &done);
	done.id = a;
	RIG_FEED(&r, 0, CALL_DONE, call_done, &done);
	done.id = a; /* once more: nobody waits for it */
	RIG_FEED(&r, 0, CALL_DONE, call_done, &done);
	rig_turn(&r);
	ck_assert_str_eq(trace, "1002 1001 ");
	ck_assert_uint_eq(w->stats.late_answers, 1);
}
END_TEST

static uint64_t forgotten_call;

static void never(struct world *world, uint64_t arg, const Mudlark__PersistReply *reply)
{
	(void)world;
	(void)arg;
	(void)reply;
	note("never ");
}

/* S3: a cancelled wait must not let its work come in later, nor wedge what waits next. */
START_TEST(a_cancelled_call_is_not_answered_and_wedges_nothing)
{
	Mudlark__PersistCall c = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__StoreStatus status = MUDLARK__STORE_STATUS__INIT;

	c.body_case = MUDLARK__PERSIST_CALL__BODY_STORE_STATUS;
	c.store_status = &status;
	forgotten_call = world_call(w, &c, 1, never);
	calls_forget(w, forgotten_call);
	ck_assert_uint_gt(world_call(w, &c, 7, completed), forgotten_call);
	rig_answer(&r, 0, NULL);
	rig_answer(&r, 0, NULL);
	ck_assert_str_eq(trace, "7 ");
}
END_TEST

static size_t shown;
static uint64_t shown_first, shown_last;

static void show(void *ctx, const struct fact *f)
{
	(void)ctx;
	if (!shown++)
		shown_first = f->seq;
	ck_assert(!shown_last || f->seq == shown_last + 1);
	shown_last = f->seq;
}

START_TEST(the_ring_keeps_the_last_ten_thousand_oldest_first)
{
	uint64_t last = 0;

	for (int i = 0; i < EVENT_RING + 500; i++)
		last = emit();
	ck_assert_uint_eq(event_recent(w, SIZE_MAX, show, NULL), EVENT_RING);
	ck_assert_uint_eq(shown_last, last);
	ck_assert_uint_eq(shown_first, last - EVENT_RING + 1);
	shown = 0;
	shown_last = 0;
	ck_assert_uint_eq(event_recent(w, 3, show, NULL), 3);
	ck_assert_uint_eq(shown_first, last - 2);
}
END_TEST

START_TEST(a_durable_fact_is_in_the_turns_commit_and_another_is_not)
{
	size_t before = r.n_events;

	event_emit(w, FACT_CHAT_TOLD, ENT_NONE, NULL);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_events, before);
	event_emit(w, FACT_ITEM_PICKED_UP, ENT_NONE, NULL);
	rig_turn(&r);
	ck_assert_uint_eq(r.n_events, before + 1);
	ck_assert_str_eq(r.last_event, "item:picked_up");
}
END_TEST

START_TEST(a_body_that_is_too_large_is_refused)
{
	char *long_text = malloc(EVENT_BODY_MAX + 1);

	memset(long_text, 'x', EVENT_BODY_MAX);
	long_text[EVENT_BODY_MAX] = 0;
	ck_assert_uint_eq(event_emit(w, FACT_CHAT_TOLD, ENT_NONE, "\"t\":\"%s\"", long_text), 0);
	free(long_text);
}
END_TEST

START_TEST(every_kind_has_a_name_of_domain_and_action)
{
	for (int k = 0; k < FACT_KIND_COUNT; k++) {
		const char *name = event_name((enum fact_kind)k), *colon = strchr(name, ':');

		ck_assert_msg(colon && colon > name && colon[1], "%s", name);
		for (int j = 0; j < k; j++)
			ck_assert_str_ne(name, event_name((enum fact_kind)j));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("event");
	TCase *c = tcase_create("event");
	SRunner *run;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, numbers_strictly_increase_and_emit_returns_them);
	tcase_add_test(c, numbers_increase_over_a_restart_even_when_nothing_of_them_was_stored);
	tcase_add_test(c, handlers_run_in_order_of_registration_whatever_they_listen_to);
	tcase_add_test(c, waiters_come_after_handlers);
	tcase_add_test(c, once_does_not_skip_the_next_handler);
	tcase_add_test(c, a_timed_out_waiter_is_removed);
	tcase_add_test(c, a_waiter_that_was_served_does_not_time_out);
	tcase_add_test(c, a_payload_is_immutable_once_emitted);
	tcase_add_test(c, a_self_emitting_handler_is_capped);
	tcase_add_test(c, two_handlers_that_feed_each_other_end_with_the_turn);
	tcase_add_test(c, removal_during_dispatch_is_deferred);
	tcase_add_test(c, what_is_added_during_dispatch_hears_the_next_fact);
	tcase_add_test(c, one_failing_handler_does_not_stop_the_others);
	tcase_add_test(c, two_completions_at_once_stay_two);
	tcase_add_test(c, a_cancelled_call_is_not_answered_and_wedges_nothing);
	tcase_add_test(c, the_ring_keeps_the_last_ten_thousand_oldest_first);
	tcase_add_test(c, a_durable_fact_is_in_the_turns_commit_and_another_is_not);
	tcase_add_test(c, a_body_that_is_too_large_is_refused);
	tcase_add_test(c, every_kind_has_a_name_of_domain_and_action);
	suite_add_tcase(s, c);
	run = srunner_create(s);
	srunner_run_all(run, CK_NORMAL);
	failed = srunner_ntests_failed(run);
	srunner_free(run);
	return failed != 0;
}
