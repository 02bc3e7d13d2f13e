/*
 * test_ask_say.c - what is said and proposed of an answer, in which order, and what is not.
 */
#include "aibridge/ask.h"

#include "aibridge/ask_inner.h"
#include "tests/unit/aibridge/asks_rig.h"
#include "tests/unit/verb_forms.h"

static struct asks_rig r;

START_TEST(a_sentence_that_the_guard_refuses_ends_the_answer)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "The river is high today, stranger. ");
	rig_piece(&r, 0, "As an AI language model I cannot say more. And more words come.");
	ck_assert_uint_eq(r.n_calls, 0);
	rig_expect_told(&r, "say 1.1 The river is high today, stranger.\n"
			    "done 1 anthropic: guard: character\n");
	ck_assert_uint_gt(r.tokens, 100);
	ck_assert(!rig_holds(&r.talk, "language model"));
	rig_take_to_call(&r, 2, "hello");
	rig_piece(&r, 0, "As an AI language model I cannot say that. ");
	ck_assert(rig_holds(&r.told, "say 2.1 "));
	ck_assert(rig_holds(&r.told, "done 2 scripted: guard: character\n"));
	ck_assert(!rig_holds(&r.told, "language model"));
	rig_end(&r);
}
END_TEST

START_TEST(what_the_guard_refuses_is_answered_by_the_pack_where_it_can_be)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "what of the tide?");
	rig_piece(&r, 0, "As an AI language model I cannot say that. ");
	asks_tick(&r.asks);
	ck_assert(rig_holds(&r.told, "say 1.1 The tide turns twice a day."));
	ck_assert(!rig_holds(&r.told, "language model"));
	rig_end(&r);
}
END_TEST

START_TEST(the_audit_has_what_was_written_and_what_was_called_whatever_the_guard_says)
{
	struct buf many = { 0 };

	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_act(&r, 0, "give", "{\"target\":\"the crown\"}");
	rig_piece(&r, 0, "The river is high today, stranger. As an AI language model ");
	/* It is ended at the first bad sentence; what came until then is kept. */
	rig_piece(&r, 0, "I cannot swim. ");
	ck_assert_uint_eq(r.n_audits, 1);
	ck_assert(rig_holds(&r.audit, "\"said\":\"The river is high today, stranger.\""));
	ck_assert(rig_holds(&r.audit, "\"answer\":\"The river is high today, stranger. As an AI "
				      "language model I cannot swim. \""));
	ck_assert(rig_holds(&r.audit, "\"acts\":[{\"verb\":\"give\",\"arguments\":{\"target\":"
				      "\"the crown\"},\"listed\":false}]"));
	ck_assert(rig_holds(&r.audit, "\"verdict\":\"character\""));
	/* It is bounded. */
	rig_take_to_call(&r, 2, "hello");
	for (int i = 0; i < 999; i++)
		buf_adds(&many, "\xc3\xa9t\xc3\xa9 xxxxx");
	buf_addc(&many, 0);
	for (int i = 0; i < 9; i++)
		rig_act(&r, 0, "wave", "{\"text\":\"hello\"}");
	rig_act(&r, 0, buf_p(&many), "{}");
	rig_piece(&r, 0, buf_p(&many));
	rig_well(&r, 0, 10, 1);
	ck_assert_uint_lt(r.audit.n, ASK_RAW_MAX + ASK_CALLS_MAX + 1000);
	rig_end(&r);
	buf_done(&many);
}
END_TEST

START_TEST(no_more_sentences_are_said_than_fit_into_an_answer)
{
	char last[32], piece[64];

	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	for (int i = 0; i < 2 * ASK_SENTENCES; i++) {
		(void)snprintf(piece, sizeof(piece), "The river is %d feet high, stranger. ", i);
		rig_piece(&r, 0, piece);
	}
	rig_well(&r, 0, 10, 1);
	(void)snprintf(last, sizeof(last), "say 1.%d ", ASK_SENTENCES);
	ck_assert(rig_holds(&r.told, last));
	(void)snprintf(last, sizeof(last), "say 1.%d ", ASK_SENTENCES + 1);
	ck_assert(!rig_holds(&r.told, last));
	ck_assert(rig_holds(&r.told, "done 1 anthropic\n"));
	rig_end(&r);
}
END_TEST

START_TEST(what_is_not_on_the_list_is_passed_on_to_be_refused)
{
	struct buf many = { 0 };

	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "Here, take this before I think better of it.");
	rig_act(&r, 0, "give", "{\"target\":\"the\\u001b crown\",\"text\":\"now\"}");
	rig_act(&r, 0, "attack", "{\"target\":\"Ana\"}");
	/* What nobody may say is not repeated either. */
	rig_act(&r, 0, "give", "{\"target\":\"As an AI language model I give all.\"}");
	for (int i = 0; i < 500; i++)
		buf_adds(&many, "x ");
	buf_addc(&many, 0);
	rig_act(&r, 0, buf_p(&many), "{}");
	rig_act(&r, 0, "give", "{\"target\":\"a bent pin\"}");
	rig_act(&r, 0, "give", "{\"target\":\"one more\"}"); /* beyond the cap */
	rig_well(&r, 0, 10, 1);
	buf_addc(&r.told, 0);
	ck_assert(rig_holds(&r.told, " act give/the crown/ act attack/Ana/ act x x x x "));
	ck_assert(rig_holds(&r.told, "x x x // act give/a bent pin/\n"));
	ck_assert_uint_lt(r.told.n, 250);
	buf_reset(&r.told);
	/* That alone is no answer. */
	rig_take_to_call(&r, 2, "hello");
	rig_act(&r, 0, "attack", "{\"target\":\"Ana\"}");
	rig_well(&r, 0, 10, 1);
	rig_expect_scripted(&r, 2, "anthropic: said nothing");
	rig_end(&r);
	buf_done(&many);
}
END_TEST

START_TEST(only_acts_that_the_view_allows_are_proposed)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "Here, take this before I think better of it.");
	rig_act(&r, 0, "give", "{\"target\":\"A Clay Pipe\"}");
	rig_act(&r, 0, "give", "{\"target\":\"the crown\"}");
	rig_act(&r, 0, "attack", "{\"target\":\"Ana\"}");
	rig_act(&r, 0, "remember", "{\"text\":\"Ana was\\u001b kind.\"}");
	rig_act(&r, 0, "remember", "{\"text\":\"As an AI language model I forget.\"}");
	rig_well(&r, 0, 10, 1);
	rig_expect_told(
		&r, "say 1.1 Here, take this before I think better of it.\n"
		    "done 1 anthropic act give/a clay pipe/ act give/the crown/ act attack/Ana/ "
		    "act remember//Ana was kind.\n");
	rig_end(&r);
}
END_TEST

/* What a model answers that is held to the only tool that was offered: all of its parameters. */
static char *filled_in(void)
{
	const struct prompt *p = &r.asks.first->attempt.prompt;
	json_t *all = json_object();
	char *text;

	ck_assert_uint_eq(p->n_tools, 1);
	for (size_t i = 0; i < p->tools[0].n_params; i++) {
		const struct tool_param *in = &p->tools[0].params[i];

		json_object_set_new(all, in->name,
				    json_string(in->choices ? in->choices[1] : "mends a net."));
	}
	text = json_dumps(all, 0);
	json_decref(all);
	return text;
}

START_TEST(what_the_schema_of_a_verb_asks_for_is_an_act_that_the_world_takes)
{
	const struct verb_form *f = &verb_forms[_i];
	struct buf expected = { 0 };
	char *arguments;

	rig_begin(&r, 1);
	r.view.view.n_may = 0;
	rig_verb(&r.view, f->verb, f->target ? RIG_WORDS("this", "that") : NULL);
	rig_take_to_call(&r, 1, "hello");
	arguments = filled_in();
	rig_act(&r, 0, f->verb, arguments);
	rig_well(&r, 0, 1, 1);
	if (strcmp(f->verb, "emote") == 0)
		buf_adds(&expected, "emote 1.1 mends a net.\ndone 1 anthropic\n");
	else
		buf_addf(&expected, "done 1 anthropic act %s/%s/%s\n", f->verb,
			 f->target ? "that" : "", f->text ? "mends a net." : "");
	buf_addc(&expected, 0);
	rig_expect_told(&r, buf_p(&expected));
	buf_done(&expected);
	free(arguments);
	rig_end(&r);
}
END_TEST

START_TEST(what_an_act_says_goes_the_way_of_all_sentences)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_act(&r, 0, "emote", "{\"text\":\"spits into the river\"}");
	rig_act(&r, 0, "say", "{\"text\":\"As an AI language model I spit.\"}");
	asks_tick(&r.asks);
	rig_expect_told(&r, "emote 1.1 spits into the river\n"
			    "done 1 anthropic: guard: character\n");
	rig_end(&r);
}
END_TEST

START_TEST(text_and_acts_come_in_their_order_and_nothing_twice)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "Here you are, stranger.");
	rig_act(&r, 0, "emote", "{\"text\":\"spits into the river\"}");
	rig_act(&r, 0, "say", "{\"text\":\"here you are, stranger.\"}");
	rig_well(&r, 0, 10, 1);
	rig_expect_told(&r, "say 1.1 Here you are, stranger.\n"
			    "emote 1.2 spits into the river\n"
			    "done 1 anthropic\n");
	rig_end(&r);
}
END_TEST

START_TEST(an_act_of_an_answer_that_broke_off_is_not_proposed)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "Here, take this before I think better of it. ");
	rig_act(&r, 0, "give", "{\"target\":\"a clay pipe\"}");
	rig_fails(&r, 0, CALL_CUT);
	ck_assert(!rig_holds(&r.told, "give"));
	rig_end(&r);
}
END_TEST

START_TEST(an_empty_answer_is_replaced_by_the_script)
{
	rig_begin(&r, 1);
	rig_take_to_call(&r, 1, "hello");
	rig_well(&r, 0, 10, 0);
	rig_expect_scripted(&r, 1, "anthropic: said nothing");
	rig_expect_settled(&r, "1.1 10 10 audit\n1.2 0 0 audit talk\n");
	rig_end(&r);
}
END_TEST

START_TEST(what_is_moderated_is_said_when_it_was_found_good)
{
	rig_begin(&r, 1);
	r.roster.moderator = &r.candidates[0];
	rig_take_to_call(&r, 1, "hello");
	rig_piece(&r, 0, "The river is high today, stranger. The ");
	ck_assert_uint_eq(r.n_calls, 2);
	rig_expect_told(&r, "");
	rig_piece(&r, 0, "lamps are lit by nobody I know.");
	rig_well(&r, 0, 10, 1);
	rig_expect_told(&r, "");
	rig_moderated(&r, 0, false);
	rig_expect_told(&r, "say 1.1 The river is high today, stranger.\n");
	ck_assert(rig_holds(&r.calls[0]->text, "lamps"));
	rig_moderated(&r, 0, true);
	rig_expect_told(&r, "done 1 anthropic: guard: moderated\n");
	ck_assert(!rig_holds(&r.talk, "lamps"));
	rig_end(&r);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_sentence_that_the_guard_refuses_ends_the_answer,
		what_the_guard_refuses_is_answered_by_the_pack_where_it_can_be,
		the_audit_has_what_was_written_and_what_was_called_whatever_the_guard_says,
		no_more_sentences_are_said_than_fit_into_an_answer,
		what_is_not_on_the_list_is_passed_on_to_be_refused,
		only_acts_that_the_view_allows_are_proposed,
		what_an_act_says_goes_the_way_of_all_sentences,
		text_and_acts_come_in_their_order_and_nothing_twice,
		an_act_of_an_answer_that_broke_off_is_not_proposed,
		an_empty_answer_is_replaced_by_the_script,
		what_is_moderated_is_said_when_it_was_found_good,
	};
	Suite *suite = suite_create("ask_say");
	TCase *t = tcase_create("ask_say");
	SRunner *runner;
	int failed;

	for (size_t n = 0; n < ARRAY_LEN(tests); n++)
		tcase_add_test(t, tests[n]);
	tcase_add_loop_test(t, what_the_schema_of_a_verb_asks_for_is_an_act_that_the_world_takes, 0,
			    (int)ARRAY_LEN(verb_forms));
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
