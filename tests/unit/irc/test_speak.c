/*
 * test_speak.c - what we say: its pace, what counts as sent, and what is told of the rest.
 */
#include "tests/unit/irc/peer.h"
#include "tests/unit/rt/unit.h"

#define LABELS "batch labeled-response echo-message"

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

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
		n++;
	return n;
}

START_TEST(a_line_counts_as_sent_when_the_ping_behind_it_is_answered)
{
	begin("");
	peer_game_says(&p, 7, "hello");
	ck_assert_str_eq(peer_out(&p), "PRIVMSG #mud :<Ana> hello\r\nPING :mark-2\r\n");
	ck_assert_uint_eq(p.sent, 0);
	peer_says(&p, ":s PONG s :alive");
	peer_says(&p, ":s PONG s :mark-1");
	ck_assert_uint_eq(p.sent, 0);
	peer_says(&p, ":s PONG s :mark-2");
	ck_assert_uint_eq(p.sent, 7);
	ck_assert_uint_eq(network_counts(p.n)->sent, 1);
	end();
}
END_TEST

START_TEST(an_answer_from_the_future_is_nobodys)
{
	begin("");
	peer_game_says(&p, 7, "hello");
	peer_says(&p, ":s PONG s :mark-999999");
	peer_says(&p, ":s PONG s :mark-x");
	ck_assert_uint_eq(p.sent, 0);
	end();
}
END_TEST

START_TEST(labels_answer_for_a_line_and_all_before_it)
{
	begin(LABELS);
	peer_game_says(&p, 7, "one");
	peer_game_says(&p, 8, "two");
	ck_assert_str_eq(peer_out(&p), "@label=m2 PRIVMSG #mud :<Ana> one\r\n"
				       "@label=m3 PRIVMSG #mud :<Ana> two\r\n");
	peer_says(&p, "@label=m3 :Mudlark!m@h PRIVMSG #mud :<Ana> two");
	ck_assert_uint_eq(p.sent, 8);
	/* Its own echo is not what somebody says. */
	ck_assert_uint_eq(p.n_heard, 0);
	end();
}
END_TEST

START_TEST(an_echo_without_a_label_answers_too)
{
	begin("echo-message");
	peer_game_says(&p, 7, "one");
	peer_game_says(&p, 8, "two");
	(void)peer_out(&p);
	peer_says(&p, ":Mudlark!m@h PRIVMSG #mud :<Ana> one");
	ck_assert_uint_eq(p.sent, 7);
	peer_wait(&p, 9 * PEER_S);
	ck_assert_str_eq(peer_out(&p), "");
	/* What the server changed is not recognised: it is asked. */
	peer_says(&p, ":Mudlark!m@h PRIVMSG #mud :<Ana> t*o");
	peer_wait(&p, 2 * PEER_S);
	ck_assert_str_eq(peer_out(&p), "PING :mark-3\r\n");
	peer_says(&p, ":s PONG s mark-3");
	ck_assert_uint_eq(p.sent, 8);
	end();
}
END_TEST

START_TEST(lines_leave_at_the_pace_of_the_option)
{
	char text[20];
	const char *out;

	begin(LABELS);
	for (uint64_t i = 1; i <= 20; i++) {
		snprintf(text, sizeof(text), "line %d.", (int)i);
		peer_game_says(&p, i, text);
	}
	ck_assert_uint_eq(count(peer_out(&p), "PRIVMSG"), 5);
	peer_wait(&p, 10 * PEER_S);
	out = peer_out(&p);
	/* One of them may have gone to a PING for what was not answered. */
	ck_assert_uint_ge(count(out, "PRIVMSG"), 4);
	ck_assert_uint_le(count(out, "PRIVMSG"), 5);
	ck_assert_ptr_nonnull(strstr(out, "line 6."));
	ck_assert_uint_eq(p.window, 0);
	end();
}
END_TEST

START_TEST(without_echo_one_ping_answers_for_several)
{
	char text[20];
	const char *out;

	begin("");
	for (uint64_t i = 1; i <= 30; i++) {
		snprintf(text, sizeof(text), "line %d.", (int)i);
		peer_game_says(&p, i, text);
	}
	peer_wait(&p, 60 * PEER_S);
	out = peer_out(&p);
	ck_assert_uint_ge(count(out, "PRIVMSG"), 3 * count(out, "PING"));
	end();
}
END_TEST

START_TEST(what_was_on_its_way_when_the_connection_broke_is_counted)
{
	begin(LABELS);
	for (uint64_t i = 1; i <= 8; i++)
		peer_game_says(&p, i, "x");
	peer_says(&p, "@label=m3 ACK");
	ck_assert_uint_eq(p.sent, 2);
	(void)peer_out(&p);
	network_closed(p.n, "broken", false);
	ck_assert_uint_eq(p.sent, 2);
	peer_wait(&p, p.due_us - p.now_us);
	network_opened(p.n);
	peer_says(&p, ":s CAP * LS :");
	peer_says(&p, ":s 001 Mudlark :Welcome");
	peer_says(&p, ":s 376 Mudlark :End");
	(void)peer_out(&p);
	peer_says(&p, ":Mudlark!m@h JOIN #mud");
	/* Five went, two were answered; those that had not left come behind. */
	peer_sends(&p, "PRIVMSG #mud :(up to 3 lines may not have come through)\r\n"
		       "PRIVMSG #mud :<Ana> x\r\n");
	peer_wait(&p, 20 * PEER_S);
	peer_says(&p, ":s PONG s mark-%d", 10);
	ck_assert_uint_eq(p.sent, 8);
	ck_assert_uint_eq(network_counts(p.n)->unsure, 3);
	end();
}
END_TEST

START_TEST(what_waited_for_too_long_while_away_is_counted_not_said)
{
	begin(LABELS);
	for (uint64_t i = 1; i <= 7; i++)
		peer_game_says(&p, i, "x");
	peer_says(&p, "@label=m6 ACK");
	network_closed(p.n, "broken", false);
	peer_wait(&p, 300 * PEER_S);
	while (network_state(p.n) != NETWORK_DIALLING)
		peer_wait(&p, PEER_S);
	network_opened(p.n);
	peer_says(&p, ":s CAP * LS :");
	peer_says(&p, ":s 001 Mudlark :Welcome");
	peer_says(&p, ":s 376 Mudlark :End");
	peer_says(&p, ":Mudlark!m@h JOIN #mud");
	peer_wait(&p, 0);
	peer_sends(&p, "PRIVMSG #mud :(2 lines between ");
	peer_says(&p, ":s PONG s mark-7");
	ck_assert_uint_eq(p.sent, 7);
	end();
}
END_TEST

START_TEST(a_line_that_the_server_keeps_from_others_is_counted_when_one_gets_through)
{
	begin("");
	peer_game_says(&p, 1, "one");
	peer_says(&p, ":s 404 Mudlark #mud :Cannot send to channel (+m)");
	peer_says(&p, ":s PONG s mark-2");
	ck_assert_uint_eq(p.sent, 1);
	ck_assert_uint_eq(network_counts(p.n)->sent, 0);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "cannot speak"));
	(void)peer_out(&p);
	peer_game_says(&p, 2, "two");
	peer_says(&p, ":s PONG s mark-3");
	peer_wait(&p, 0);
	peer_sends(&p, "(up to 1 line may not have come through)");
	ck_assert_str_eq(p.mud->why, "");
	end();
}
END_TEST

START_TEST(a_line_that_finds_no_room_is_the_first_when_there_is)
{
	begin(LABELS);
	p.is_full = true;
	peer_game_says(&p, 1, "one");
	peer_game_says(&p, 2, "two");
	ck_assert_str_eq(peer_out(&p), "");
	ck_assert_uint_eq(p.due_us > p.now_us, 1);
	p.is_full = false;
	network_room(p.n);
	ck_assert_str_eq(peer_out(&p), "@label=m2 PRIVMSG #mud :<Ana> one\r\n"
				       "@label=m3 PRIVMSG #mud :<Ana> two\r\n");
	end();
}
END_TEST

START_TEST(a_long_line_reaches_everybody_whole)
{
	char text[480];
	struct buf all = { 0 };
	const char *out, *at;

	begin(LABELS);
	for (size_t i = 0; i + 1 < sizeof(text); i++)
		text[i] = (char)('a' + i % 26);
	text[sizeof(text) - 1] = '\0';
	peer_game_says(&p, 1, text);
	peer_wait(&p, 10 * PEER_S);
	out = peer_out(&p);
	for (at = out; (at = strstr(at, "PRIVMSG ")); at++) {
		const size_t n = strcspn(at, "\r");
		const size_t before = strlen("PRIVMSG #mud :<Ana> ");

		/* With our name in front, as the server sends it on. */
		ck_assert_uint_le(strlen(":Mudlark!mud@host.example ") + n + 2, 512);
		buf_add(&all, at + before, n - before);
	}
	ck_assert_uint_eq(all.n, strlen(text));
	ck_assert_mem_eq(buf_p(&all), text, all.n);
	peer_says(&p, "@label=m2 ACK");
	ck_assert_uint_eq(p.sent, 0);
	peer_says(&p, "@label=m3 ACK");
	ck_assert_uint_eq(p.sent, 1);
	buf_done(&all);
	end();
}
END_TEST

START_TEST(channels_take_turns)
{
	struct channel *other;
	const struct bridge_line l = { .seq = 1,
				       .kind = LINE_SAID,
				       .name = SPAN("Bob"),
				       .text = SPAN("y"),
				       .wall_ms = 1 << 30 };
	const char *out;

	begin(LABELS);
	other = network_channel(p.n, "#two", NULL, &p.owner);
	peer_wait(&p, 0);
	peer_says(&p, ":Mudlark!m@h JOIN #two");
	peer_wait(&p, 20 * PEER_S);
	(void)peer_out(&p);
	for (uint64_t i = 1; i <= 10; i++)
		peer_game_says(&p, i, "x");
	network_line(p.n, other, &l);
	(void)peer_out(&p);
	peer_wait(&p, 4 * PEER_S);
	out = peer_out(&p);
	ck_assert_msg(strstr(out, "#two :<Bob> y") != NULL, "%s", out);
	ck_assert_ptr_nonnull(strstr(out, "#mud :<Ana> x"));
	end();
}
END_TEST

START_TEST(who_asked_is_answered_before_what_others_say)
{
	const char *out, *at;

	begin(LABELS);
	for (uint64_t i = 1; i <= 9; i++)
		peer_game_says(&p, i, "x");
	(void)peer_out(&p);
	network_answer(p.n, p.mud, SPAN(""), SPAN("Two people:\nAna"));
	network_answer(p.n, NULL, SPAN("joe"), SPAN("You are muted."));
	peer_wait(&p, 6 * PEER_S);
	peer_says(&p, "@label=m6 ACK");
	ck_assert_str_eq(peer_out(&p), "NOTICE #mud :Two people:\r\nNOTICE #mud :Ana\r\n"
				       "NOTICE joe :You are muted.\r\n");
	/* But those who ask without end do not silence the others. */
	for (int i = 0; i < 30; i++)
		network_answer(p.n, NULL, SPAN("joe"), SPAN("No."));
	peer_wait(&p, 60 * PEER_S);
	out = peer_out(&p);
	at = strstr(out, "PRIVMSG #mud :<Ana> x");
	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(strstr(at, "NOTICE joe :No."));
	end();
}
END_TEST

START_TEST(lines_that_may_be_missing_behind_a_crash_are_one_note)
{
	struct bridge_line l = { .seq = 5,
				 .wall_ms = 1 << 30,
				 .kind = LINE_SAID,
				 .name = SPAN("Ana"),
				 .text = SPAN("x"),
				 .unsure = true };

	begin(LABELS);
	for (; l.seq <= 7; l.seq++) {
		network_line(p.n, p.mud, &l);
		ck_assert_uint_gt(p.window, 0);
		peer_wait(&p, PEER_S / 10);
	}
	ck_assert_str_eq(peer_out(&p), "");
	peer_wait(&p, 2 * PEER_S);
	ck_assert_str_eq(peer_out(&p),
			 "@label=m2 PRIVMSG #mud :(up to 3 lines may not have come through)\r\n");
	/* The next line shows that there are no more. */
	network_line(p.n, p.mud, &l);
	peer_game_says(&p, 9, "y");
	ck_assert_str_eq(peer_out(&p),
			 "@label=m3 PRIVMSG #mud :(up to 1 line may not have come through)\r\n"
			 "@label=m4 PRIVMSG #mud :<Ana> y\r\n");
	end();
}
END_TEST

START_TEST(whoever_listens_for_a_channel_anew_hears_what_it_takes)
{
	begin("");
	p.window = 0;
	network_channel_changed(p.n, p.mud);
	ck_assert_uint_gt(p.window, 0);
	end();
}
END_TEST

START_TEST(a_note_of_what_was_skipped_is_confirmed_like_a_line)
{
	begin("");
	network_skipped(p.n, p.mud, 7, SKIP_OLD, 2, 0, 1);
	peer_wait(&p, 0);
	ck_assert_uint_eq(p.sent, 0);
	ck_assert_uint_eq(p.mud->begun, 7);
	peer_says(&p, ":s PONG s :mark-2");
	ck_assert_uint_eq(p.sent, 7);
	end();
}
END_TEST

START_TEST(a_server_that_wants_ever_more_commands_of_us_is_given_up)
{
	begin("");
	for (int i = 0; i < 10; i++)
		peer_says(&p, ":Mudlark!m@h JOIN #burst%d", i);
	for (int i = 0; i < 30; i++)
		peer_says(&p, ":Mudlark!m@h JOIN #other");
	peer_wait(&p, 40 * PEER_S);
	ck_assert_ptr_null(strstr(strstr(peer_out(&p), "PART #other") + 1, "PART #other"));
	for (int i = 0; i < 1000 && network_state(p.n) == NETWORK_ONLINE; i++)
		peer_says(&p, ":Mudlark!m@h JOIN #other%d", i);
	ck_assert_int_eq(network_state(p.n), NETWORK_WAITING);
	ck_assert_ptr_nonnull(strstr(peer_text(&p.trouble), "more answers of us than we can give"));
	end();
}
END_TEST

START_TEST(a_channel_that_goes_takes_what_it_had_along)
{
	begin(LABELS);
	for (uint64_t i = 1; i <= 9; i++)
		peer_game_says(&p, i, "x");
	network_drop_channel(p.n, p.mud);
	peer_says(&p, "@label=m6 ACK");
	ck_assert_uint_eq(p.sent, 0);
	end();
}
END_TEST

UNIT_MAIN("speak", a_line_counts_as_sent_when_the_ping_behind_it_is_answered,
	  an_answer_from_the_future_is_nobodys, labels_answer_for_a_line_and_all_before_it,
	  an_echo_without_a_label_answers_too, lines_leave_at_the_pace_of_the_option,
	  without_echo_one_ping_answers_for_several,
	  what_was_on_its_way_when_the_connection_broke_is_counted,
	  what_waited_for_too_long_while_away_is_counted_not_said,
	  a_line_that_the_server_keeps_from_others_is_counted_when_one_gets_through,
	  a_line_that_finds_no_room_is_the_first_when_there_is, a_long_line_reaches_everybody_whole,
	  channels_take_turns, who_asked_is_answered_before_what_others_say,
	  lines_that_may_be_missing_behind_a_crash_are_one_note,
	  whoever_listens_for_a_channel_anew_hears_what_it_takes,
	  a_note_of_what_was_skipped_is_confirmed_like_a_line,
	  a_server_that_wants_ever_more_commands_of_us_is_given_up,
	  a_channel_that_goes_takes_what_it_had_along)
