/*
 * test_network.c - the life of a connection against a server that is played here: going in, staying, being thrown out.
 */
#include "bridges/irc/network.h"

#include "rt/text.h"
#include "tests/unit/irc/peer.h"
#include "tests/unit/rt/unit.h"

static struct peer p;

static void begin(void)
{
	const struct network_conf c = peer_conf();

	peer_begin(&p, &c);
}

static void begin_with_login(enum sasl_mechanism m)
{
	struct network_conf c = peer_conf();

	c.login = (struct sasl_login){ m, "tim", "tanstaaf" };
	peer_begin(&p, &c);
}

static void end(void)
{
	peer_end(&p);
}

START_TEST(it_goes_in_and_joins)
{
	begin();
	peer_connects(&p);
	ck_assert_str_eq(peer_out(&p),
			 "CAP LS 302\r\nNICK Mudlark\r\nUSER mudlark 0 * :a game\r\n");
	peer_says(&p, ":s CAP * LS * :sasl=PLAIN batch");
	ck_assert_str_eq(peer_out(&p), "");
	peer_says(&p, ":s CAP * LS :server-time x/y");
	ck_assert_str_eq(peer_out(&p), "CAP REQ :server-time batch\r\n");
	peer_says(&p, ":s CAP * ACK :server-time batch");
	ck_assert_str_eq(peer_out(&p), "CAP END\r\n");
	peer_says(&p, ":s 001 Mudlark :Welcome");
	ck_assert_int_eq(network_state(p.n), NETWORK_REGISTERING);
	peer_says(&p, ":s 422 Mudlark :no greeting");
	peer_wait(&p, 0);
	ck_assert_str_eq(peer_out(&p), "JOIN #mud\r\n");
	ck_assert_uint_eq(p.window, 0);
	peer_says(&p, ":Mudlark!m@h JOIN :#MUD");
	ck_assert_uint_gt(p.window, 0);
	ck_assert_uint_eq(p.n_troubles, 0);
	end();
}
END_TEST

START_TEST(a_server_of_old_without_capabilities_or_greeting_will_do)
{
	begin();
	peer_connects(&p);
	(void)peer_out(&p);
	peer_says(&p, ":s 421 Mudlark CAP :Unknown command");
	peer_says(&p, ":s 001 Mudlark :Welcome");
	peer_wait(&p, 10 * PEER_S);
	ck_assert_int_eq(network_state(p.n), NETWORK_ONLINE);
	ck_assert_str_eq(peer_out(&p), "JOIN #mud\r\n");
	end();
}
END_TEST

START_TEST(a_server_that_says_nothing_is_left)
{
	begin();
	peer_connects(&p);
	peer_wait(&p, 59 * PEER_S);
	ck_assert_int_eq(network_state(p.n), NETWORK_REGISTERING);
	peer_wait(&p, PEER_S);
	ck_assert_int_eq(network_state(p.n), NETWORK_WAITING);
	ck_assert_uint_eq(p.hang_ups, 1);
	ck_assert_uint_eq(p.n_troubles, 1);
	end();
}
END_TEST

START_TEST(it_comes_back_after_ever_longer_pauses_and_says_so_once)
{
	begin();
	peer_wait(&p, 0);
	for (size_t i = 0; i < 6; i++) {
		ck_assert_uint_eq(p.dials, i + 1);
		network_closed(p.n, "connection refused", false);
		ck_assert_int_eq(network_state(p.n), NETWORK_WAITING);
		ck_assert_uint_ge(p.due_us - p.now_us, ((uint64_t)2 * PEER_S << i) > 50 * PEER_S
							       ? 50 * PEER_S
							       : (uint64_t)2 * PEER_S << i);
		ck_assert_uint_le(p.due_us - p.now_us, 100 * PEER_S);
		peer_wait(&p, p.due_us - p.now_us);
	}
	ck_assert_uint_eq(p.n_troubles, 1);
	peer_lets_in(&p, "");
	ck_assert_uint_eq(p.n_troubles, 2);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "online again"));
	end();
}
END_TEST

START_TEST(plain_is_said_when_the_server_asks_for_it)
{
	begin_with_login(SASL_PLAIN);
	peer_connects(&p);
	(void)peer_out(&p);
	peer_says(&p, ":s CAP * LS :sasl=PLAIN,EXTERNAL");
	ck_assert_str_eq(peer_out(&p), "CAP REQ :sasl\r\n");
	peer_says(&p, ":s CAP * ACK :sasl");
	ck_assert_str_eq(peer_out(&p), "AUTHENTICATE PLAIN\r\n");
	peer_says(&p, "AUTHENTICATE +");
	ck_assert_str_eq(peer_out(&p), "AUTHENTICATE AHRpbQB0YW5zdGFhZg==\r\n");
	peer_says(&p, ":s 903 * :fine");
	ck_assert_str_eq(peer_out(&p), "CAP END\r\n");
	peer_says(&p, ":s 001 Mudlark :Welcome");
	peer_says(&p, ":s 376 Mudlark :End");
	ck_assert_int_eq(network_state(p.n), NETWORK_ONLINE);
	end();
}
END_TEST

static const char *const no_login[][4] = {
	{ ":s CAP * LS :batch" },
	{ ":s CAP * LS :sasl=EXTERNAL" },
	{ ":s CAP * LS :sasl", ":s CAP * NAK :sasl" },
	{ ":s CAP * LS :sasl", ":s CAP * ACK :sasl", ":s 904 * :no" },
	{ ":s CAP * LS :sasl", ":s CAP * ACK :sasl", "AUTHENTICATE +", ":s 905 * :too long" },
	{ ":s 001 Mudlark :Welcome" },
	{ ":s CAP * LS :sasl", ":s 001 Mudlark :Welcome" },
	{ ":s CAP * LS :sasl", ":s CAP * ACK :sasl", ":s 903 * :fine", ":s 001 Mudlark :Welcome" },
};

START_TEST(without_its_login_it_does_not_stay)
{
	begin_with_login(SASL_PLAIN);
	peer_connects(&p);
	for (size_t i = 0; i < ARRAY_LEN(no_login[_i]) && no_login[_i][i]; i++)
		peer_says(&p, "%s", no_login[_i][i]);
	peer_wait(&p, 2 * PEER_S);
	ck_assert_int_eq(network_state(p.n), NETWORK_WAITING);
	ck_assert_uint_eq(p.n_troubles, 1);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "cannot log in"));
	/* A password does not become right by trying again soon. */
	ck_assert_uint_ge(p.due_us - p.now_us, 90 * PEER_S);
	ck_assert_ptr_null(strstr(peer_out(&p), "JOIN"));
	end();
}
END_TEST

START_TEST(a_nick_in_use_is_another_until_it_is_free)
{
	begin();
	peer_connects(&p);
	(void)peer_out(&p);
	peer_says(&p, ":s 433 * Mudlark :in use");
	ck_assert_str_eq(peer_out(&p), "NICK Mudlark_\r\n");
	peer_says(&p, ":s 433 * Mudlark_ :in use");
	peer_sends(&p, "NICK Mudlark__\r\n");
	peer_says(&p, ":s 437 * Mudlark__ :not now");
	peer_sends(&p, "NICK Mudlar");
	peer_says(&p, ":s 001 Mudlar123 :Welcome");
	peer_says(&p, ":s 376 Mudlar123 :End");
	peer_wait(&p, 10 * PEER_S);
	peer_sends(&p, "JOIN #mud\r\n");
	peer_says(&p, ":Mudlar123!m@h JOIN #mud");
	peer_wait(&p, 60 * PEER_S);
	peer_sends(&p, "NICK Mudlark\r\n");
	peer_says(&p, ":s 433 Mudlar123 Mudlark :in use");
	peer_wait(&p, 3 * PEER_S);
	ck_assert_ptr_null(strstr(peer_out(&p), "NICK"));
	/* At once when it is seen to be free. */
	peer_says(&p, ":Mudlark!x@y QUIT :bye");
	peer_wait(&p, 0);
	peer_sends(&p, "NICK Mudlark\r\n");
	peer_says(&p, ":Mudlar123!m@h NICK Mudlark");
	peer_says(&p, ":s PING x");
	(void)peer_out(&p);
	peer_wait(&p, 50 * PEER_S);
	ck_assert_ptr_null(strstr(peer_out(&p), "NICK"));
	end();
}
END_TEST

static const char *const bans[] = { ":s 465 Mudlark :You are banned",
				    "ERROR :Closing Link: h (K-Lined: go away)",
				    "ERROR :Closing link: [G-lined]", "ERROR :Banned" };

START_TEST(who_is_banned_stays_away_and_says_why)
{
	begin();
	peer_connects(&p);
	peer_says(&p, "%s", bans[_i]);
	peer_wait(&p, 2 * PEER_S);
	ck_assert_int_eq(network_state(p.n), NETWORK_STOPPED);
	ck_assert_uint_eq(p.due_us, UINT64_MAX);
	ck_assert_uint_eq(p.n_troubles, 1);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "wants us no more"));
	network_closed(p.n, "closed", false);
	peer_wait(&p, (uint64_t)10000 * PEER_S);
	ck_assert_uint_eq(p.dials, 1);
	end();
}
END_TEST

START_TEST(the_error_behind_a_ban_says_why)
{
	begin();
	peer_connects(&p);
	peer_says(&p, ":s 465 Mudlark :You are banned from this server");
	peer_says(&p, "ERROR :Closing Link: h (spammers not wanted)");
	ck_assert_int_eq(network_state(p.n), NETWORK_STOPPED);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble),
				     "You are banned from this server: Closing Link: h "
				     "(spammers not wanted)"));
	end();
	begin();
	peer_connects(&p);
	peer_says(&p, ":s 465 Mudlark :Not you");
	network_closed(p.n, "closed", false);
	ck_assert_int_eq(network_state(p.n), NETWORK_STOPPED);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "Not you"));
	end();
}
END_TEST

START_TEST(an_error_that_is_no_ban_is_only_an_end)
{
	begin();
	peer_lets_in(&p, "");
	peer_says(&p, "ERROR :Closing Link: h (Server going down)");
	ck_assert_int_eq(network_state(p.n), NETWORK_WAITING);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "Server going down"));
	ck_assert_uint_eq(p.window, 0);
	end();
}
END_TEST

START_TEST(an_outage_is_told_once_whatever_is_found_wrong_while_it_lasts)
{
	struct buf why = { 0 };

	begin();
	peer_lets_in(&p, "");
	peer_says(&p, "ERROR :Server going down.");
	ck_assert(!network_is_well(p.n, &why));
	ck_assert_str_eq(peer_text(&why), "irc is waiting: Server going down.");
	buf_done(&why);
	for (int i = 0; i < 3; i++) {
		peer_wait(&p, p.due_us - p.now_us);
		network_closed(p.n, "Connection refused", false);
	}
	ck_assert_str_eq(peer_text(&p.trouble), "not connected: Server going down.\n");
	/* What needs somebody to do something is told all the same. */
	for (int i = 0; i < 2; i++) {
		peer_wait(&p, p.due_us - p.now_us);
		network_closed(p.n, "its certificate is not to be trusted", true);
	}
	ck_assert_uint_eq(p.n_troubles, 2);
	peer_wait(&p, p.due_us - p.now_us);
	peer_lets_in(&p, "");
	ck_assert_str_eq(peer_text(&p.trouble),
			 "not connected: Server going down.\n"
			 "not connected: its certificate is not to be trusted\nonline again\n");
	end();
}
END_TEST

START_TEST(a_server_that_is_silent_is_asked_and_then_left)
{
	begin();
	peer_lets_in(&p, "");
	peer_wait(&p, 45 * PEER_S);
	ck_assert_str_eq(peer_out(&p), "PING :alive\r\n");
	peer_says(&p, ":s PONG s alive");
	peer_wait(&p, 119 * PEER_S);
	ck_assert_str_eq(peer_out(&p), "PING :alive\r\n");
	ck_assert_int_eq(network_state(p.n), NETWORK_ONLINE);
	peer_wait(&p, PEER_S);
	ck_assert_int_eq(network_state(p.n), NETWORK_WAITING);
	end();
}
END_TEST

START_TEST(a_ping_is_answered_at_once_whatever_waits)
{
	begin();
	peer_connects(&p);
	(void)peer_out(&p);
	peer_says(&p, "PING :a b:c");
	ck_assert_str_eq(peer_out(&p), "PONG :a b:c\r\n");
	end();
}
END_TEST

START_TEST(who_is_kicked_comes_back_later_each_time)
{
	uint64_t last = 0;

	begin();
	peer_lets_in(&p, "");
	for (int i = 0; i < 3; i++) {
		peer_says(&p, ":op!o@h KICK #mud Mudlark :go");
		ck_assert_uint_eq(p.window, 0);
		ck_assert_uint_gt(p.mud->at_us - p.now_us, last / 2);
		last = p.mud->at_us - p.now_us;
		peer_wait(&p, last);
		peer_sends(&p, "JOIN #mud\r\n");
		peer_says(&p, ":Mudlark!m@h JOIN #mud");
		ck_assert_uint_gt(p.window, 0);
	}
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "#mud: kicked: go"));
	end();
}
END_TEST

static const char *const refusals[] = { "471", "473", "474", "475", "403", "477" };

START_TEST(a_channel_that_is_closed_is_tried_again_and_told_once)
{
	begin();
	peer_lets_in(&p, "");
	peer_says(&p, ":op!o@h KICK #mud Mudlark :go");
	for (int i = 0; i < 3; i++) {
		peer_wait(&p, p.mud->at_us - p.now_us);
		peer_sends(&p, "JOIN #mud\r\n");
		peer_says(&p, ":s %s Mudlark #mud :Cannot join", refusals[_i]);
		ck_assert_int_eq(p.mud->state, CHANNEL_OUT);
		ck_assert_uint_ge(p.mud->at_us - p.now_us, 30 * PEER_S);
	}
	ck_assert_uint_eq(p.n_troubles, 2);
	peer_says(&p, ":op!o@h INVITE Mudlark #mud");
	peer_wait(&p, 0);
	peer_sends(&p, "JOIN #mud\r\n");
	peer_says(&p, ":Mudlark!m@h JOIN #mud");
	ck_assert_uint_eq(p.n_troubles, 3);
	end();
}
END_TEST

START_TEST(many_channels_are_joined_in_few_lines_those_with_keys_alone)
{
	const char *out;

	begin();
	(void)network_channel(p.n, "#a", NULL, &p.owner);
	(void)network_channel(p.n, "#b", "sesame", &p.owner);
	(void)network_channel(p.n, "#c", NULL, &p.owner);
	peer_connects(&p);
	peer_says(&p, ":s 001 Mudlark :Welcome");
	(void)peer_out(&p);
	peer_says(&p, ":s 376 Mudlark :End");
	peer_wait(&p, 10 * PEER_S);
	out = peer_out(&p);
	ck_assert_str_eq(out, "JOIN #b sesame\r\nJOIN #mud,#a,#c\r\n");
	end();
}
END_TEST

START_TEST(a_channel_that_is_dropped_is_left_and_another_is_joined)
{
	begin();
	peer_lets_in(&p, "");
	network_drop_channel(p.n, p.mud);
	(void)network_channel(p.n, "#new", NULL, &p.owner);
	peer_wait(&p, 0);
	peer_sends(&p, "PART #mud\r\n");
	peer_wait(&p, 3 * PEER_S);
	end();
}
END_TEST

START_TEST(somewhere_we_did_not_want_to_be_is_left)
{
	begin();
	peer_lets_in(&p, "");
	peer_says(&p, ":Mudlark!m@h JOIN ##overflow");
	peer_wait(&p, 0);
	peer_sends(&p, "PART ##overflow\r\n");
	end();
}
END_TEST

START_TEST(a_goodbye_ends_with_the_server_or_within_a_second)
{
	begin();
	peer_lets_in(&p, "");
	network_leave(p.n, "bye");
	ck_assert_str_eq(peer_out(&p), "QUIT :bye\r\n");
	ck_assert(!network_is_over(p.n));
	peer_wait(&p, PEER_S);
	ck_assert(network_is_over(p.n));
	ck_assert_uint_eq(p.hang_ups, 1);
	end();
	begin();
	network_leave(p.n, "bye");
	ck_assert(network_is_over(p.n));
	end();
}
END_TEST

START_TEST(ten_thousand_names_and_long_lines_are_borne)
{
	static char big[100000];
	struct buf names = { 0 };

	begin();
	peer_lets_in(&p, "");
	for (int i = 0; i < 10000; i++) {
		if (i % 20 == 0)
			buf_addf(&names, "%s:s 353 Mudlark = #mud :", i ? "\r\n" : "");
		buf_addf(&names, "n%d ", i);
	}
	buf_adds(&names, "\r\n");
	ck_assert_uint_eq(network_data(p.n, buf_span(&names)), names.n);
	ck_assert_uint_eq(p.mud->members.n, 10003);
	memset(big, 'x', sizeof(big));
	ck_assert_uint_eq(network_data(p.n, (struct span){ big, sizeof(big) }), sizeof(big));
	peer_says(&p, "end of it");
	peer_says(&p, "PING :still");
	peer_sends(&p, "PONG :still\r\n");
	buf_done(&names);
	end();
}
END_TEST

START_TEST(its_state_is_told_in_words)
{
	struct buf text = { 0 };

	begin();
	ck_assert(!network_is_well(p.n, &text));
	peer_lets_in(&p, "");
	buf_clear(&text);
	ck_assert(network_is_well(p.n, &text));
	network_status(p.n, &text);
	network_channel_status(p.n, p.mud, &text);
	ck_assert_str_eq(peer_text(&text),
			 "irc: online as Mudlark; 0 lines sent, 0 heard"
			 "irc/#mud: joined, 3 people; 0 sent, 0 heard, 0 waiting");
	buf_clear(&text);
	for (uint64_t i = 1; i <= 7; i++)
		peer_game_says(&p, i, "x");
	peer_wait(&p, PEER_S + PEER_S / 2);
	network_channel_status(p.n, p.mud, &text);
	ck_assert_str_eq(peer_text(&text), "irc/#mud: joined, 3 people; 0 sent, 0 heard, 4 waiting,"
					   " the oldest for 1 s");
	buf_clear(&text);
	peer_says(&p, ":op!o@h KICK #mud Mudlark :go");
	ck_assert(!network_is_well(p.n, &text));
	ck_assert_str_eq(peer_text(&text), "irc/#mud is not in: kicked: go.");
	buf_clear(&text);
	end();
}
END_TEST

START_TEST(what_a_server_says_is_shown_clean)
{
	struct buf text = { 0 };
	char why[500];

	begin();
	memset(why, '\xe4', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	peer_connects(&p);
	peer_says(&p, "ERROR :\x1b[31m%s", why);
	ck_assert(text_is_utf8(buf_span(&p.trouble)));
	ck_assert_ptr_null(strchr(peer_text(&p.trouble), '\x1b'));
	peer_wait(&p, 10 * PEER_S);
	network_opened(p.n);
	peer_says(&p, ":s CAP * LS :");
	peer_says(&p, ":s 001 M\xe4\x1b :Welcome");
	peer_says(&p, ":s 005 M NETWORK=\x1b[31m\xff :x");
	peer_says(&p, ":s 376 M :End");
	network_status(p.n, &text);
	ck_assert(text_is_utf8(buf_span(&text)));
	ck_assert_ptr_null(strchr(peer_text(&text), '\x1b'));
	buf_done(&text);
	end();
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		it_goes_in_and_joins,
		a_server_of_old_without_capabilities_or_greeting_will_do,
		a_server_that_says_nothing_is_left,
		it_comes_back_after_ever_longer_pauses_and_says_so_once,
		plain_is_said_when_the_server_asks_for_it,
		a_nick_in_use_is_another_until_it_is_free,
		the_error_behind_a_ban_says_why,
		an_error_that_is_no_ban_is_only_an_end,
		an_outage_is_told_once_whatever_is_found_wrong_while_it_lasts,
		a_server_that_is_silent_is_asked_and_then_left,
		a_ping_is_answered_at_once_whatever_waits,
		who_is_kicked_comes_back_later_each_time,
		many_channels_are_joined_in_few_lines_those_with_keys_alone,
		a_channel_that_is_dropped_is_left_and_another_is_joined,
		somewhere_we_did_not_want_to_be_is_left,
		a_goodbye_ends_with_the_server_or_within_a_second,
		ten_thousand_names_and_long_lines_are_borne,
		its_state_is_told_in_words,
		what_a_server_says_is_shown_clean,
	};
	Suite *suite = suite_create("network");
	TCase *t = tcase_create("network");
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(t, tests[i]);
	tcase_add_loop_test(t, without_its_login_it_does_not_stay, 0, ARRAY_LEN(no_login));
	tcase_add_loop_test(t, who_is_banned_stays_away_and_says_why, 0, ARRAY_LEN(bans));
	tcase_add_loop_test(t, a_channel_that_is_closed_is_tried_again_and_told_once, 0,
			    ARRAY_LEN(refusals));
	suite_add_tcase(suite, t);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
