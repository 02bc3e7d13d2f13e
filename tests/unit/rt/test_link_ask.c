/* test_link_ask.c - calls beside the records: at most once, a deadline each, an end for every one. */
#include "link_net.h"

static void start(struct net *net)
{
	net_init(net, 3);
	net_start(net);
	net_settle(net);
	HOLDS(net->a.up && net->b.up);
}

static uint64_t ask(struct net_app *app, const char *text, uint32_t deadline_ms)
{
	return link_call(app->link, (struct span){ text, strlen(text) }, deadline_ms, net_on_done,
			 app);
}

START_TEST(a_call_is_answered_in_both_directions)
{
	struct net net;

	start(&net);
	ck_assert_uint_ne(ask(&net.a, "there", 100), 0);
	ck_assert_uint_ne(ask(&net.b, "back", 100), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.calls_done, 1);
	ck_assert_uint_eq(net.b.calls_done, 1);
	ck_assert_uint_eq(net.a.calls_in, 1);
	ck_assert_uint_eq(net.b.calls_in, 1);
	net_done(&net);
}
END_TEST

START_TEST(a_call_nobody_answers_ends_at_its_deadline_on_both_ends)
{
	struct net net;

	start(&net);
	ck_assert_uint_ne(ask(&net.a, "wait", 100), 0);
	net_pass(&net, 90000);
	ck_assert_uint_eq(net.a.calls_failed, 0);
	net_pass(&net, 30000);
	ck_assert_uint_eq(net.a.calls_failed, 1);
	ck_assert_str_eq(net.a.why, "deadline");
	ck_assert_uint_eq(net.b.cancels, 1);
	net_done(&net);
}
END_TEST

START_TEST(a_withdrawn_call_ends_without_an_answer_and_the_other_side_is_told)
{
	struct net net;
	uint64_t id;

	start(&net);
	id = ask(&net.a, "wait", 100);
	net_settle(&net);
	link_cancel(net.a.link, id);
	net_settle(&net);
	ck_assert_uint_eq(net.b.cancels, 1);
	/* The answer to it goes nowhere. */
	ck_assert_int_eq(link_reply(net.b.link, 1, SPAN("late")), 0);
	net_pass(&net, 200000);
	ck_assert_uint_eq(net.a.calls_done + net.a.calls_failed, 0);
	net_done(&net);
}
END_TEST

START_TEST(a_lost_connection_fails_its_calls_and_they_are_not_made_again)
{
	struct net net;

	start(&net);
	ck_assert_uint_ne(ask(&net.a, "wait", 1000), 0);
	ck_assert_uint_ne(ask(&net.b, "wait", 1000), 0);
	net_settle(&net);
	link_lost(net.a.link, "cable");
	ck_assert_uint_eq(net.a.calls_failed, 1);
	ck_assert_uint_eq(net.a.cancels, 1);
	net_pass(&net, 300000);
	ck_assert(net.a.up && net.b.up);
	ck_assert_uint_eq(net.b.calls_failed, 1);
	ck_assert_uint_eq(net.b.cancels, 1);
	ck_assert_uint_eq(net.a.calls_in, 1);
	ck_assert_uint_eq(net.b.calls_in, 1);
	net_done(&net);
}
END_TEST

START_TEST(a_reply_to_a_call_of_a_lost_connection_reaches_no_later_call)
{
	struct net net;

	start(&net);
	ck_assert_uint_ne(ask(&net.a, "wait", 1000), 0);
	net_settle(&net);
	link_lost(net.a.link, "cable");
	net_pass(&net, 100000);
	ck_assert_uint_ne(ask(&net.a, "wait", 1000), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.b.calls_in, 2);
	ck_assert_int_eq(link_reply(net.b.link, 1, SPAN("of the first")), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.calls_done, 0);
	ck_assert_int_eq(link_reply(net.b.link, 2, SPAN("of the second")), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.calls_done, 1);
	net_done(&net);
}
END_TEST

START_TEST(a_binder_that_restarts_answers_under_the_numbers_of_the_asker)
{
	struct net net;

	start(&net);
	ck_assert_uint_ne(ask(&net.a, "one", 1000), 0);
	net_settle(&net);
	net_crash_hub(&net);
	link_lost(net.a.link, "cable");
	net_pass(&net, 200000);
	ck_assert_uint_ne(ask(&net.a, "two", 1000), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.a.calls_done, 2);
	net_done(&net);
}
END_TEST

START_TEST(a_doubled_call_is_made_once)
{
	struct net net;

	start(&net);
	net.twice = 1000;
	ck_assert_uint_ne(ask(&net.a, "once", 1000), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.b.calls_in, 1);
	ck_assert_uint_eq(net.a.calls_done, 1);
	net_done(&net);
}
END_TEST

START_TEST(without_a_connection_or_beyond_the_bound_there_is_no_call)
{
	struct net net;
	char *big = base_alloc(1, LINK_BODY_MAX + 1);

	net_init(&net, 3);
	net.conf.ring_bytes = 8 << 20;
	net_start(&net);
	ck_assert_uint_eq(ask(&net.a, "wait", 1000), 0);
	net_settle(&net);
	ck_assert_uint_eq(link_call(net.a.link, (struct span){ big, LINK_BODY_MAX + 1 }, 1000,
				    net_on_done, &net.a),
			  0);
	for (int i = 0; i < LINK_CALLS_MAX; i++)
		HOLDS(ask(&net.a, "wait", 1000) != 0);
	ck_assert_uint_eq(ask(&net.a, "wait", 1000), 0);
	net_settle(&net);
	ck_assert_uint_eq(net.b.calls_in, LINK_CALLS_MAX);
	net_pass(&net, 1100000);
	ck_assert_uint_eq(net.a.calls_failed, LINK_CALLS_MAX);
	ck_assert_uint_eq(net.b.cancels, LINK_CALLS_MAX);
	ck_assert_uint_ne(ask(&net.a, "wait", 1000), 0);
	free(big);
	net_done(&net);
}
END_TEST

START_TEST(calls_that_cannot_be_sent_take_bounded_memory)
{
	struct net net;
	char *big = base_alloc(1, LINK_BODY_MAX);
	int n = 0;

	start(&net);
	net.send_result = -EAGAIN;
	while (link_call(net.a.link, (struct span){ big, LINK_BODY_MAX / 4 }, 1000, net_on_done,
			 &net.a))
		n++;
	ck_assert_int_ge(n, 1);
	ck_assert_int_le(n, 4);
	free(big);
	net.send_result = 0;
	net_done(&net);
}
END_TEST

static void ask_again(void *ctx, UNUSED uint64_t id, UNUSED const struct span *body,
		      UNUSED const char *why)
{
	struct net_app *app = ctx;

	app->calls_failed++;
	if (app->link)
		(void)link_call(app->link, SPAN("wait"), 100, ask_again, app);
}

START_TEST(calls_may_be_made_and_the_link_freed_while_calls_are_ended)
{
	struct net net;

	start(&net);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_ne(link_call(net.a.link, SPAN("wait"), 100, ask_again, &net.a), 0);
	net_pass(&net, 120000);
	ck_assert_uint_eq(net.a.calls_failed, 100);
	link_free(net.a.link);
	net.a.link = NULL;
	ck_assert_uint_eq(net.a.calls_failed, 200);
	net_done(&net);
}
END_TEST

START_TEST(a_link_that_is_freed_says_closed_to_its_calls)
{
	struct net net;

	start(&net);
	ck_assert_uint_ne(ask(&net.a, "wait", 1000), 0);
	link_free(net.a.link);
	net.a.link = NULL;
	ck_assert_str_eq(net.a.why, "closed");
	net_done(&net);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("link_ask");
	TCase *t = tcase_create("ask");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_test(t, a_call_is_answered_in_both_directions);
	tcase_add_test(t, a_call_nobody_answers_ends_at_its_deadline_on_both_ends);
	tcase_add_test(t, a_withdrawn_call_ends_without_an_answer_and_the_other_side_is_told);
	tcase_add_test(t, a_lost_connection_fails_its_calls_and_they_are_not_made_again);
	tcase_add_test(t, a_reply_to_a_call_of_a_lost_connection_reaches_no_later_call);
	tcase_add_test(t, a_binder_that_restarts_answers_under_the_numbers_of_the_asker);
	tcase_add_test(t, a_doubled_call_is_made_once);
	tcase_add_test(t, without_a_connection_or_beyond_the_bound_there_is_no_call);
	tcase_add_test(t, calls_that_cannot_be_sent_take_bounded_memory);
	tcase_add_test(t, calls_may_be_made_and_the_link_freed_while_calls_are_ended);
	tcase_add_test(t, a_link_that_is_freed_says_closed_to_its_calls);
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
