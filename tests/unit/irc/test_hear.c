/*
 * test_hear.c - what is said to us: for the game, or to the bridge; and what is nobody's business.
 */
#include "tests/unit/irc/peer.h"
#include "tests/unit/rt/unit.h"

static struct peer p;

static void begin(const char *caps)
{
	const struct network_conf c = peer_conf();

	peer_begin(&p, &c);
	peer_lets_in(&p, caps);
}

static void end(void)
{
	peer_end(&p);
}

static void heard_is(const char *want)
{
	ck_assert_str_eq(peer_text(&p.heard), want);
	buf_clear(&p.heard);
}

START_TEST(what_is_said_and_done_goes_into_the_game)
{
	begin("");
	peer_says(&p, ":joe!j@h PRIVMSG #MUD :hello there");
	heard_is("joe: hello there [irc/irc/joe!j@h]\n");
	peer_says(&p, ":joe!j@h PRIVMSG #mud :\1ACTION waves\1");
	heard_is("* joe: waves [irc/irc/joe!j@h]\n");
	peer_says(&p, ":joe!j@h NOTICE #mud :take note");
	heard_is("joe: take note [irc/irc/joe!j@h]\n");
	end();
}
END_TEST

START_TEST(an_account_is_who_somebody_is)
{
	begin("account-tag");
	peer_says(&p, "@account=Joe :jo!j@h PRIVMSG #mud :a");
	heard_is("jo: a [irc/irc/account:joe]\n");
	/* Where it would be told, it is not told of those who have none. */
	peer_says(&p, ":ana!a@h ACCOUNT anna");
	peer_says(&p, ":ana!a@h PRIVMSG #mud :b");
	heard_is("ana: b [irc/irc/ana!a@h]\n");
	end();
	begin("account-notify extended-join");
	peer_says(&p, ":eve!e@h JOIN #mud Evelyn :Eve");
	peer_says(&p, ":eve!e@h PRIVMSG #mud :c");
	heard_is("eve: c [irc/irc/account:evelyn]\n");
	peer_says(&p, ":eve!e@h NICK eva");
	peer_says(&p, ":eva!e@h PRIVMSG #mud :d");
	heard_is("eva: d [irc/irc/account:evelyn]\n");
	peer_says(&p, ":eva!e@h ACCOUNT *");
	peer_says(&p, ":eva!e@h PRIVMSG #mud :e");
	heard_is("eva: e [irc/irc/eva!e@h]\n");
	end();
}
END_TEST

static const char *const nothing[] = {
	":irc.server NOTICE #mud :we go down",
	":Mudlark!m@h PRIVMSG #mud :me",
	":joe!j@h PRIVMSG #other :elsewhere",
	":joe!j@h PRIVMSG @#mud :for ops",
	":joe!j@h PRIVMSG #mud :\1VERSION\1",
	":joe!j@h PRIVMSG #mud :\1DCC SEND a 1 2 3\1",
	":joe!j@h PRIVMSG #mud :\x02\x03\x0f",
	":joe!j@h PRIVMSG #mud :",
	":joe!j@h PRIVMSG #mud",
	"@bot :robot!r@h PRIVMSG #mud :beep",
	":joe!j@h TAGMSG #mud",
	"@batch=r7 :joe!j@h PRIVMSG #mud :yesterday",
};

START_TEST(what_is_nobodys_business_is_not_told)
{
	begin("");
	peer_says(&p, ":s BATCH +r7 chathistory #mud");
	peer_says(&p, "%s", nothing[_i]);
	peer_says(&p, ":s BATCH -r7");
	ck_assert_uint_eq(p.n_heard, 0);
	ck_assert_uint_eq(p.asked.n, 0);
	peer_says(&p, "@batch=r7 :joe!j@h PRIVMSG #mud :today");
	ck_assert_uint_eq(p.n_heard, 1);
	end();
}
END_TEST

START_TEST(what_we_said_and_somebody_repeats_goes_no_further)
{
	begin("");
	peer_game_says(&p, 1, "hello");
	peer_says(&p, ":parrot!p@h PRIVMSG #mud :<Ana> hello");
	peer_says(&p, ":parrot!p@h PRIVMSG #mud :\x02<Ana>\x02 hello");
	ck_assert_uint_eq(p.n_heard, 0);
	peer_says(&p, ":parrot!p@h PRIVMSG #mud :<Ana> hello!");
	ck_assert_uint_eq(p.n_heard, 1);
	end();
}
END_TEST

START_TEST(who_talks_too_fast_is_cut_off_and_the_channel_told_once)
{
	begin("");
	for (int i = 0; i < 50; i++)
		peer_says(&p, ":joe!j@h PRIVMSG #mud :%d", i);
	ck_assert_uint_eq(p.n_heard, 3);
	peer_says(&p, ":ana!a@h PRIVMSG #mud :me too");
	ck_assert_uint_eq(p.n_heard, 4);
	peer_wait(&p, 10 * PEER_S);
	peer_sends(&p, "NOTICE #mud :(47 lines from here did not get into the game)");
	ck_assert_uint_eq(network_counts(p.n)->left_out, 47);
	peer_wait(&p, 30 * PEER_S);
	ck_assert_ptr_null(strstr(peer_out(&p), "NOTICE"));
	end();
}
END_TEST

START_TEST(a_line_that_is_too_long_for_the_game_is_several)
{
	char text[1300];

	begin("");
	memset(text, '\xe4', sizeof(text) - 1); /* Latin-1: twice as long when it is repaired */
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 50; i < sizeof(text) - 1; i += 51)
		text[i] = ' ';
	peer_says(&p, ":joe!j@h PRIVMSG #mud :%s", text);
	ck_assert_uint_ge(p.n_heard, 5);
	ck_assert_uint_eq(network_counts(p.n)->heard, 1);
	end();
}
END_TEST

START_TEST(commands_go_to_the_game_and_not_into_it)
{
	begin("");
	peer_says(&p, ":joe!j@h PRIVMSG #mud :!who");
	peer_says(&p, ":joe!j@h PRIVMSG #mud :!look Ana");
	peer_says(&p, ":joe!j@h PRIVMSG Mudlark :!link 123456");
	ck_assert_str_eq(peer_text(&p.asked),
			 "1 #mud joe []\n2 #mud joe [Ana]\n4 - joe [123456]\n");
	ck_assert_uint_eq(p.n_heard, 0);
	end();
}
END_TEST

START_TEST(a_code_in_public_is_refused)
{
	begin("");
	peer_says(&p, ":joe!j@h PRIVMSG #mud :!link 123456");
	peer_wait(&p, 0);
	peer_sends(&p, "NOTICE joe :That is for us two alone");
	ck_assert_uint_eq(p.asked.n, 0);
	ck_assert_uint_eq(p.n_heard, 0);
	end();
}
END_TEST

START_TEST(who_asks_without_end_is_not_answered_without_end)
{
	size_t lines = 0;

	begin("");
	for (int i = 0; i < 100; i++)
		peer_says(&p, ":joe%d!j@h PRIVMSG #mud :!who", i);
	for (size_t i = 0; i < p.asked.n; i++)
		lines += buf_p(&p.asked)[i] == '\n';
	ck_assert_uint_ge(lines, 1);
	ck_assert_uint_le(lines, 5);
	buf_clear(&p.asked);
	for (int i = 0; i < 100; i++)
		peer_says(&p, ":joe!j@h PRIVMSG Mudlark :\1VERSION\1");
	peer_wait(&p, 100 * PEER_S);
	peer_sends(&p, "VERSION Mudlark");
	end();
}
END_TEST

START_TEST(who_repeats_what_we_say_is_a_bot_for_a_while)
{
	struct buf status = { 0 };

	begin("");
	peer_game_says(&p, 1, "a line to be repeated");
	peer_says(&p, ":ana!a@h PRIVMSG #mud :nothing of ours");
	ck_assert_uint_eq(p.n_heard, 1);
	peer_says(&p, ":relay!b@h PRIVMSG #mud :[x] Mudlark: <Ana> a line to be repeated");
	peer_says(&p, ":relay!b@h PRIVMSG #mud :<mudlark> hi");
	peer_says(&p, ":ana!a@h PRIVMSG #mud :<joe@irc> hi");
	ck_assert_uint_eq(p.n_heard, 1);
	peer_says(&p, ":relay!b@h PRIVMSG #mud :something else");
	ck_assert_uint_eq(p.n_heard, 2);
	peer_says(&p, ":relay!b@h PRIVMSG #mud :<Mudlark> (1 line from here was lost)");
	peer_says(&p, ":relay!b@h PRIVMSG #mud :something new");
	ck_assert_uint_eq(p.n_heard, 2);
	network_channel_status(p.n, p.mud, &status);
	ck_assert_ptr_nonnull(strstr(peer_text(&status), "not relaying relay, who repeats"));
	buf_done(&status);
	peer_wait(&p, 61 * PEER_S);
	peer_says(&p, ":relay!b@h PRIVMSG #mud :something new");
	ck_assert_uint_eq(p.n_heard, 3);
	end();
}
END_TEST

START_TEST(answers_go_where_they_were_asked)
{
	const char *out;

	begin("");
	network_answer(p.n, p.mud, SPAN(""), SPAN("Two people:\nAna\nBob"));
	network_answer(p.n, NULL, SPAN("joe"), SPAN("Linked.\n\nWell\r done"));
	peer_wait(&p, 20 * PEER_S);
	out = peer_out(&p);
	ck_assert_ptr_nonnull(strstr(out, "NOTICE #mud :Two people:\r\n"));
	ck_assert_ptr_nonnull(strstr(out, "NOTICE #mud :Bob\r\n"));
	ck_assert_ptr_nonnull(strstr(out, "NOTICE joe :Linked.\r\n"));
	ck_assert_ptr_nonnull(strstr(out, "NOTICE joe :Well"));
	ck_assert_ptr_null(strstr(out, "Well\r done"));
	end();
}
END_TEST

START_TEST(questions_that_get_no_answer_are_told_so_once_a_minute)
{
	static const char busy[] = "Too many questions at once; ask again in a moment.\r\n";
	char want[100];

	begin("");
	for (int i = 0; i < 20; i++)
		peer_says(&p, ":joe!j@h PRIVMSG #mud :!who");
	peer_wait(&p, 10 * PEER_S);
	snprintf(want, sizeof(want), "NOTICE #mud :%s", busy);
	ck_assert_str_eq(peer_out(&p), want);
	for (int i = 0; i < 20; i++)
		peer_says(&p, ":ana!a@h PRIVMSG Mudlark :!who");
	peer_wait(&p, 10 * PEER_S);
	snprintf(want, sizeof(want), "NOTICE ana :%s", busy);
	ck_assert_str_eq(peer_out(&p), want);
	for (int i = 0; i < 20; i++)
		peer_says(&p, ":joe!j@h PRIVMSG #mud :!who");
	peer_wait(&p, 10 * PEER_S);
	ck_assert_str_eq(peer_out(&p), "");
	peer_wait(&p, 40 * PEER_S);
	for (int i = 0; i < 20; i++)
		peer_says(&p, ":joe!j@h PRIVMSG #mud :!who");
	peer_wait(&p, 0);
	peer_sends(&p, busy);
	end();
}
END_TEST

START_TEST(a_long_answer_reaches_everybody_whole)
{
	char text[901];
	const char *at;
	size_t all = 0;

	begin("");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	network_answer(p.n, NULL, SPAN("joe"), (struct span){ text, strlen(text) });
	peer_wait(&p, 10 * PEER_S);
	for (at = peer_out(&p); (at = strstr(at, "NOTICE joe :")); at++) {
		const size_t n = strcspn(at, "\r");

		ck_assert_uint_le(strlen(":Mudlark!mud@host.example ") + n + 2, 512);
		all += n - strlen("NOTICE joe :");
	}
	ck_assert_uint_eq(all, strlen(text));
	end();
}
END_TEST

START_TEST(who_comes_and_goes_is_told_where_that_is_wanted)
{
	begin("");
	peer_says(&p, ":eve!e@h JOIN #mud");
	heard_is("");
	p.mud->joins = true;
	peer_says(&p, ":bob!b@h JOIN #mud");
	heard_is("- bob has joined #mud []\n");
	peer_says(&p, ":bob!b@h PART #mud :gone");
	peer_says(&p, ":bob!b@h PART #mud :gone");
	heard_is("- bob has left #mud []\n");
	peer_says(&p, ":op!o@h KICK #mud eve :out");
	heard_is("- eve was kicked from #mud []\n");
	peer_says(&p, ":joe!j@h QUIT :bye");
	heard_is("- joe has left #mud []\n");
	end();
}
END_TEST

START_TEST(a_split_of_hundreds_is_a_line_or_two)
{
	begin("");
	p.mud->joins = true;
	for (int i = 0; i < 300; i++)
		peer_says(&p, ":s 353 Mudlark = #mud :n%d", i);
	for (int i = 0; i < 300; i++)
		peer_says(&p, ":n%d!n@h QUIT :a.example b.example", i);
	heard_is("");
	peer_wait(&p, 5 * PEER_S);
	heard_is("- the network has split: 300 of #mud cannot be heard []\n");
	for (int i = 0; i < 300; i++)
		peer_says(&p, ":n%d!n@h JOIN #mud", i);
	peer_wait(&p, 5 * PEER_S);
	heard_is("- 300 of #mud are back from the split []\n");
	end();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = { what_is_said_and_done_goes_into_the_game,
				       an_account_is_who_somebody_is,
				       what_we_said_and_somebody_repeats_goes_no_further,
				       who_talks_too_fast_is_cut_off_and_the_channel_told_once,
				       a_line_that_is_too_long_for_the_game_is_several,
				       commands_go_to_the_game_and_not_into_it,
				       a_code_in_public_is_refused,
				       who_asks_without_end_is_not_answered_without_end,
				       questions_that_get_no_answer_are_told_so_once_a_minute,
				       a_long_answer_reaches_everybody_whole,
				       who_repeats_what_we_say_is_a_bot_for_a_while,
				       answers_go_where_they_were_asked,
				       who_comes_and_goes_is_told_where_that_is_wanted,
				       a_split_of_hundreds_is_a_line_or_two };
	Suite *suite = suite_create("hear");
	TCase *t = tcase_create("hear");
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(t, tests[i]);
	tcase_add_loop_test(t, what_is_nobodys_business_is_not_told, 0, ARRAY_LEN(nothing));
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
