/*
 * test_lobby.c - sessions between clients and a world that comes and goes: what is promised in
 * gateway/lobby.h, case by case.
 */
#include "gateway/lobby.h"

#include "gateway/inbox.h"
#include "tests/unit/gateway/fake_world.h"

#define AWAY "{system}The world holds its breath; what you type is kept.{/}"
#define BACK "{system}The world breathes again.{/}"

static struct fake_world f;

static void type(struct session *s, const char *line)
{
	lobby_line(s, text_of(line));
}

/* One session in play, and nothing told or seen yet. */
static struct session *one_player(void)
{
	struct session *s;

	fake_init(&f);
	s = fake_open(&f, "here");
	fake_up(&f, LINK_FRESH);
	fake_expect_told(&f, "open 1 here\n");
	fake_expect_seen(&f, "");
	return s;
}

START_TEST(every_message_of_the_world_has_a_handler)
{
	ck_assert_ptr_null(route_check(&inbox_table));
}
END_TEST

START_TEST(a_connection_is_opened_in_the_world)
{
	fake_init(&f);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_open(&f, "203.0.113.7");
	fake_expect_told(&f, "open 1 203.0.113.7\n");
	fake_done(&f);
}
END_TEST

START_TEST(every_world_is_told_whose_address_is_exempt)
{
	const struct lobby_guest guest = { .peer = "192.0.2.1", .exempt = true };

	fake_init(&f);
	lobby_up(&f.lobby, LINK_FRESH);
	lobby_open(&f.lobby, &guest);
	fake_expect_told(&f, "open 1 192.0.2.1 exempt\n");
	fake_state(&f, 0, 1, false, false, 0);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_expect_told(&f, "attach 1 done 0 exempt\n");
	fake_done(&f);
}
END_TEST

START_TEST(lines_typed_before_the_answer_wait_for_it)
{
	struct session *s;

	fake_init(&f);
	lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "here");
	type(s, "guest");
	type(s, "look");
	fake_expect_told(&f, "open 1 here\n");
	fake_state(&f, 0, 1, false, false, 0);
	fake_expect_told(&f, "line 1 1 guest\n");
	fake_done(&f);
}
END_TEST

START_TEST(one_line_at_a_time_is_in_the_world)
{
	struct session *s = one_player();

	type(s, "one");
	type(s, "two");
	type(s, "three");
	fake_expect_told(&f, "line 1 1 one\n");
	fake_output(&f, 0, 1, "first", 1, NULL);
	fake_expect_seen(&f, "1: first >\n");
	fake_expect_told(&f, "line 1 2 two\n");
	fake_output(&f, 0, 1, "by the way", 0, NULL);
	fake_expect_told(&f, "");
	fake_output(&f, 0, 1, NULL, 2, NULL);
	fake_expect_told(&f, "line 1 3 three\n");
	fake_expect_seen(&f, "1: by the way\n1:  >\n");
	ck_assert_uint_eq(session_done(s), 2);
	fake_done(&f);
}
END_TEST

START_TEST(a_full_queue_refuses_a_line_with_one_sentence_a_turn)
{
	struct session *s = one_player();

	f.conf.input_queue = 3;
	for (int i = 0; i < 10; i++)
		type(s, "x");
	ck_assert_uint_eq(s->numbered, 3);
	ck_assert_uint_eq(f.lobby.stats.refused, 7);
	fake_expect_seen(&f, "1: {system}Too many of your lines are waiting; this one was not "
			     "taken.{/}\n");
	lobby_flush(&f.lobby);
	type(s, "x");
	ck_assert_uint_gt(f.seen.n, 0);
	fake_output(&f, 0, 1, NULL, 1, NULL);
	type(s, "y");
	ck_assert_uint_eq(s->numbered, 4);
	fake_done(&f);
}
END_TEST

START_TEST(the_operator_s_console_takes_a_whole_file_at_once)
{
	struct session *s = one_player();

	s->trusted = true;
	f.conf.input_queue = 3;
	f.conf.rate = 1;
	f.conf.burst = 1;
	for (int i = 0; i < 1000; i++)
		type(s, "x");
	ck_assert_uint_eq(s->numbered, 1000);
	ck_assert_uint_eq(f.lobby.stats.refused, 0);
	for (uint64_t i = 1; i <= 1000; i++)
		fake_output(&f, 0, 1, NULL, i, NULL);
	ck_assert_uint_eq(session_done(s), 1000);
	fake_done(&f);
}
END_TEST

START_TEST(lines_above_the_rate_wait_and_are_not_lost)
{
	struct session *s = one_player();
	unsigned done = 0, looks = 0;

	f.conf.rate = 10;
	f.conf.burst = 4;
	for (int i = 0; i < 20; i++)
		type(s, "x");
	for (uint64_t start = f.now_us; done < 20; looks++) {
		if (s->sent)
			fake_output(&f, 0, 1, NULL, ++done, NULL);
		if (s->sent)
			continue;
		/* Burst, and then one each tenth of a second. */
		ck_assert_uint_le(done, 4 + (f.now_us - start) / 100000);
		if (done < 20) {
			ck_assert_uint_lt(lobby_due(&f.lobby), UINT64_MAX);
			f.now_us = lobby_due(&f.lobby);
			lobby_tick(&f.lobby);
		}
	}
	ck_assert_uint_lt(looks, 1000);
	ck_assert_uint_ge(f.now_us, 1000000 + 1600000);
	ck_assert_uint_eq(lobby_due(&f.lobby), UINT64_MAX);
	fake_done(&f);
}
END_TEST

START_TEST(a_line_answered_while_hidden_is_secret)
{
	struct session *s = one_player();

	type(s, "name");
	type(s, "typed ahead");
	fake_hide(&f, 1, true);
	ck_assert_uint_eq(f.hides, 1);
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_expect_told(&f, "line 1 1 name\nline 1 2 typed ahead SECRET\n");
	type(s, "typed while hidden");
	fake_hide(&f, 1, false);
	fake_output(&f, 0, 1, NULL, 2, NULL);
	fake_expect_told(&f, "line 1 3 typed while hidden SECRET\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_new_world_gets_sessions_first_and_then_their_lines)
{
	struct session *s = one_player();

	type(s, "one");
	type(s, "two");
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_expect_told(&f, "line 1 1 one\nline 1 2 two\n");
	lobby_down(&f.lobby);
	type(s, "three");
	fake_expect_told(&f, "");
	lobby_up(&f.lobby, LINK_FRESH);
	fake_expect_told(&f, "attach 1 done 1\n");
	fake_state(&f, 0, 1, true, true, 0);
	fake_expect_told(&f, "line 1 2 two\n");
	fake_output(&f, 0, 1, NULL, 2, NULL);
	fake_expect_told(&f, "line 1 3 three\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_line_that_took_effect_is_not_sent_again)
{
	struct session *s = one_player();

	type(s, "get coin");
	type(s, "drop coin");
	fake_expect_told(&f, "line 1 1 get coin\n");
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_FRESH);
	/* Its outbox comes first. */
	fake_output(&f, 1, 1, "You get a coin.", 1, NULL);
	fake_state(&f, 0, 1, true, true, 1);
	fake_expect_told(&f, "attach 1 done 0\nline 1 2 drop coin\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_line_applied_whose_output_was_seen_is_not_sent_again)
{
	struct session *s = one_player();

	type(s, "get coin");
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_state(&f, 0, 1, true, true, 1);
	fake_expect_told(&f, "line 1 1 get coin\nattach 1 done 0\n");
	ck_assert_uint_eq(s->n_lines, 0);
	fake_done(&f);
}
END_TEST

START_TEST(after_a_break_of_the_link_nothing_is_said_twice)
{
	struct session *s = one_player();

	type(s, "one");
	type(s, "two");
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_RESUMED);
	fake_expect_told(&f, "line 1 1 one\n");
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_expect_told(&f, "line 1 2 two\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_session_the_new_world_does_not_know_logs_in_again)
{
	struct session *s = one_player();

	fake_place(&f, 1, 77);
	type(s, "one");
	lobby_down(&f.lobby);
	type(s, "two");
	fake_expect_seen(&f, "1: " AWAY " >\n");
	lobby_up(&f.lobby, LINK_FRESH);
	fake_state(&f, 0, 1, false, false, 0);
	fake_expect_told(&f, "line 1 1 one\nattach 1 done 0\n");
	fake_expect_seen(&f, "1: {system}What you typed meanwhile is set aside.{/}\n");
	ck_assert_ptr_null(s->group);
	ck_assert(!s->playing);
	type(s, "name");
	fake_expect_told(&f, "line 1 3 name\n"); /* numbers are never used twice */
	fake_done(&f);
}
END_TEST

START_TEST(a_session_never_answered_is_opened_again)
{
	struct session *s;

	fake_init(&f);
	lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "here");
	type(s, "guest");
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_FRESH);
	fake_expect_told(&f, "open 1 here\nopen 1 here\n");
	fake_state(&f, 0, 1, false, false, 0);
	fake_expect_told(&f, "line 1 1 guest\n");
	fake_done(&f);
}
END_TEST

START_TEST(the_last_moments_of_a_dead_world_are_no_answer)
{
	struct session *s = one_player();

	type(s, "password");
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_FRESH);
	/* Durable, from the outbox: a change of the login dialogue that is no more. */
	fake_state(&f, 5, 1, true, false, 0);
	ck_assert_int_eq(s->state, SESSION_ATTACHING);
	fake_state(&f, 0, 1, false, false, 0);
	ck_assert_int_eq(s->state, SESSION_LIVE);
	fake_expect_told(&f, "line 1 1 password\nattach 1 done 0\n");
	fake_done(&f);
}
END_TEST

START_TEST(durable_records_are_taken_once)
{
	one_player();
	fake_output(&f, 7, 1, "seven", 0, NULL);
	fake_output(&f, 8, 1, "eight", 0, NULL);
	lobby_down(&f.lobby);
	fake_up(&f, LINK_FRESH);
	fake_output(&f, 7, 1, "seven", 0, NULL);
	fake_output(&f, 8, 1, "eight", 0, NULL);
	fake_output(&f, 9, 1, "nine", 0, NULL);
	fake_output(&f, 0, 1, "and", 0, NULL);
	fake_output(&f, 0, 1, "and", 0, NULL);
	fake_expect_seen(&f, "1: seven\n1: eight\n1: nine\n1: and\n1: and\n");
	ck_assert_uint_eq(f.lobby.stats.repeated, 2);
	fake_done(&f);
}
END_TEST

START_TEST(a_repeated_record_changes_nothing_at_all)
{
	struct session *s = one_player();

	type(s, "one");
	type(s, "two");
	fake_output(&f, 7, 1, NULL, 1, NULL);
	fake_expect_told(&f, "line 1 1 one\nline 1 2 two\n");
	fake_output(&f, 7, 1, NULL, 2, NULL);
	ck_assert_uint_eq(session_done(s), 1);
	fake_done(&f);
}
END_TEST

START_TEST(players_are_told_once_when_the_world_stays_away)
{
	struct session *s = one_player();

	lobby_down(&f.lobby);
	ck_assert_uint_eq(lobby_due(&f.lobby), f.now_us + 1000000);
	f.now_us += 999999;
	lobby_tick(&f.lobby);
	fake_expect_seen(&f, "");
	f.now_us += 1;
	lobby_tick(&f.lobby);
	fake_expect_seen(&f, "1: " AWAY " >\n");
	type(s, "look");
	lobby_tick(&f.lobby);
	fake_open(&f, "there");
	fake_expect_seen(&f, "2: " AWAY " >\n");
	lobby_up(&f.lobby, LINK_RESUMED);
	buf_addc(&f.seen, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&f.seen), "1: " BACK "\n"));
	ck_assert_ptr_nonnull(strstr(buf_p(&f.seen), "2: " BACK " >\n"));
	fake_done(&f);
}
END_TEST

START_TEST(a_short_absence_is_not_noticed)
{
	one_player();
	lobby_down(&f.lobby);
	f.now_us += 900000;
	lobby_tick(&f.lobby);
	fake_up(&f, LINK_FRESH);
	fake_expect_seen(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(who_types_is_told_at_once)
{
	struct session *s = one_player();

	fake_open(&f, "there");
	lobby_down(&f.lobby);
	type(s, "look");
	type(s, "look");
	fake_expect_seen(&f, "1: " AWAY " >\n");
	fake_up(&f, LINK_FRESH);
	fake_expect_seen(&f, "1: " BACK "\n");
	fake_done(&f);
}
END_TEST

START_TEST(what_does_not_fit_into_the_link_waits_for_room)
{
	struct session *s = one_player(), *t;

	f.full = true;
	type(s, "one");
	t = fake_open(&f, "there");
	type(t, "guest");
	fake_expect_told(&f, "");
	f.full = false;
	type(s, "two"); /* not before those that wait */
	fake_expect_told(&f, "");
	lobby_room(&f.lobby);
	fake_expect_told(&f, "line 1 1 one\nopen 2 there\n");
	fake_state(&f, 0, 2, false, false, 0);
	fake_expect_told(&f, "line 2 1 guest\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_line_refused_by_the_link_costs_no_rate)
{
	struct session *s = one_player();

	f.conf.rate = 1;
	f.conf.burst = 1;
	f.full = true;
	type(s, "one");
	f.full = false;
	lobby_room(&f.lobby);
	fake_expect_told(&f, "line 1 1 one\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_group_hears_but_for_the_excepted)
{
	fake_init(&f);
	for (int i = 0; i < 4; i++)
		fake_open(&f, "x");
	fake_up(&f, LINK_FRESH);
	for (uint64_t id = 1; id <= 3; id++)
		fake_place(&f, id, 77);
	fake_group(&f, 77, 2, "rain");
	fake_expect_seen(&f, "1: rain\n3: rain\n");
	ck_assert_uint_eq(f.text_ids, 1); /* one text, so rendered once */
	fake_place(&f, 1, 78);
	fake_group(&f, 77, 0, "sun");
	fake_expect_seen(&f, "3: sun\n2: sun\n");
	fake_place(&f, 3, 0);
	lobby_hangup(map64_get(&f.lobby.sessions, 2), "eof");
	fake_group(&f, 77, 0, "dust");
	fake_expect_seen(&f, "");
	ck_assert_uint_eq(f.lobby.groups.n, 1);
	fake_done(&f);
}
END_TEST

START_TEST(who_is_listed_and_in_the_group_hears_once)
{
	uint64_t two[] = { 1, 2 };
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	fake_init(&f);
	for (int i = 0; i < 3; i++)
		fake_open(&f, "x");
	fake_up(&f, LINK_FRESH);
	fake_place(&f, 2, 77);
	fake_place(&f, 3, 77);
	o.sessions = two;
	o.n_sessions = 2;
	o.group = 77;
	o.text = (ProtobufCBinaryData){ 3, (uint8_t *)(uintptr_t) "hey" };
	m.body_case = MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	m.output = &o;
	inbox_take(&f.lobby, &m);
	fake_expect_seen(&f, "3: hey\n1: hey\n2: hey\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_notice_reaches_everybody)
{
	fake_init(&f);
	fake_open(&f, "x");
	fake_open(&f, "y");
	fake_up(&f, LINK_FRESH);
	fake_notice(&f, "soon");
	ck_assert_uint_eq(f.texts, 2);
	ck_assert_uint_eq(f.text_ids, 1);
	fake_done(&f);
}
END_TEST

START_TEST(data_goes_to_its_session_and_comes_from_it)
{
	struct session *s = one_player();

	fake_data(&f, 1, "Char.Vitals", "{\"hp\":1}");
	fake_expect_seen(&f, "1: Char.Vitals {\"hp\":1}\n");
	lobby_data(s, SPAN("char.items.inv"), SPAN("{}"));
	fake_expect_told(&f, "data 1 char.items.inv {}\n");
	lobby_down(&f.lobby);
	lobby_data(s, SPAN("char.items.inv"), SPAN("{}"));
	fake_expect_told(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(caps_are_told_once_a_turn)
{
	struct session *s = one_player();

	for (int i = 0; i < 5; i++)
		lobby_caps(s);
	lobby_flush(&f.lobby);
	fake_expect_told(&f, "caps 1\n");
	lobby_flush(&f.lobby);
	fake_expect_told(&f, "");
	lobby_down(&f.lobby);
	lobby_caps(s);
	lobby_flush(&f.lobby);
	fake_up(&f, LINK_RESUMED);
	fake_expect_told(&f, "caps 1\n");
	fake_done(&f);
}
END_TEST

START_TEST(caps_travel_with_an_attach)
{
	struct session *s = one_player();

	lobby_down(&f.lobby);
	lobby_caps(s);
	lobby_flush(&f.lobby);
	fake_up(&f, LINK_FRESH);
	lobby_flush(&f.lobby);
	fake_expect_told(&f, "attach 1 done 0\n");
	fake_done(&f);
}
END_TEST

START_TEST(the_world_closes_a_session_after_its_last_words)
{
	one_player();
	fake_close(&f, 1, "Farewell.");
	fake_expect_seen(&f, "1: Farewell.\n");
	fake_expect_told(&f, "closed 1 closed_by_world\n");
	ck_assert_uint_eq(f.closed, 1);
	ck_assert_uint_eq(f.lobby.sessions.n, 0);
	fake_output(&f, 0, 1, "too late", 0, NULL);
	ck_assert_uint_eq(f.lobby.stats.orphans, 1);
	fake_done(&f);
}
END_TEST

START_TEST(a_client_that_goes_while_the_world_is_away_is_reported_later)
{
	struct session *s = one_player();

	lobby_down(&f.lobby);
	lobby_hangup(s, "reset");
	fake_expect_told(&f, "");
	lobby_up(&f.lobby, LINK_FRESH);
	fake_expect_told(&f, "closed 1 reset\n");
	fake_done(&f);
}
END_TEST

START_TEST(a_client_the_world_never_knew_is_not_reported)
{
	fake_init(&f);
	lobby_hangup(fake_open(&f, "x"), "reset");
	lobby_up(&f.lobby, LINK_FRESH);
	fake_expect_told(&f, "");
	fake_done(&f);
}
END_TEST

START_TEST(after_the_end_of_input_the_lines_are_still_done)
{
	struct session *s = one_player();

	type(s, "look");
	type(s, "who");
	lobby_eof(s);
	ck_assert_uint_eq(f.closed, 0);
	fake_output(&f, 0, 1, NULL, 1, NULL);
	ck_assert_uint_eq(f.closed, 0);
	fake_output(&f, 0, 1, "nobody", 2, NULL);
	ck_assert_uint_eq(f.closed, 1);
	fake_expect_told(&f, "line 1 1 look\nline 1 2 who\nclosed 1 eof\n");
	fake_done(&f);
}
END_TEST

START_TEST(the_end_of_input_without_lines_ends_at_once)
{
	struct session *s = one_player();

	lobby_eof(s);
	ck_assert_uint_eq(f.closed, 1);
	fake_done(&f);
}
END_TEST

START_TEST(a_prompt_is_kept_and_shown_when_it_changes)
{
	struct session *s = one_player();

	fake_output(&f, 0, 1, "Welcome.", 0, "Name: ");
	ck_assert_str_eq(s->prompt, "Name: ");
	fake_output(&f, 0, 1, NULL, 0, "Name: ");
	fake_output(&f, 0, 1, NULL, 0, "Password: ");
	fake_expect_seen(&f, "1: Welcome. >\n1:  >\n");
	fake_done(&f);
}
END_TEST

START_TEST(what_does_not_parse_is_counted)
{
	one_player();
	lobby_record(&f.lobby, SPAN("\xff\xff\xff\xff\xff"));
	ck_assert_uint_eq(f.lobby.stats.malformed, 1);
	fake_done(&f);
}
END_TEST

START_TEST(thousands_of_sessions_are_attached_in_pieces)
{
	size_t lines = 0;

	fake_init(&f);
	for (int i = 0; i < 2000; i++)
		fake_open(&f, "x");
	fake_up(&f, LINK_FRESH);
	lobby_down(&f.lobby);
	buf_clear(&f.told);
	f.full = true;
	lobby_up(&f.lobby, LINK_FRESH);
	ck_assert_uint_eq(f.told.n, 0);
	f.full = false;
	lobby_room(&f.lobby);
	for (size_t i = 0; i < f.told.n; i++)
		lines += buf_p(&f.told)[i] == '\n';
	ck_assert_uint_eq(lines, 2000);
	fake_done(&f);
}
END_TEST

UNIT_MAIN("lobby", every_message_of_the_world_has_a_handler, a_connection_is_opened_in_the_world,
	  every_world_is_told_whose_address_is_exempt, lines_typed_before_the_answer_wait_for_it,
	  one_line_at_a_time_is_in_the_world, a_full_queue_refuses_a_line_with_one_sentence_a_turn,
	  the_operator_s_console_takes_a_whole_file_at_once,
	  lines_above_the_rate_wait_and_are_not_lost, a_line_answered_while_hidden_is_secret,
	  a_new_world_gets_sessions_first_and_then_their_lines,
	  a_line_that_took_effect_is_not_sent_again,
	  a_line_applied_whose_output_was_seen_is_not_sent_again,
	  after_a_break_of_the_link_nothing_is_said_twice,
	  a_session_the_new_world_does_not_know_logs_in_again,
	  a_session_never_answered_is_opened_again, the_last_moments_of_a_dead_world_are_no_answer,
	  durable_records_are_taken_once, a_repeated_record_changes_nothing_at_all,
	  players_are_told_once_when_the_world_stays_away, a_short_absence_is_not_noticed,
	  who_types_is_told_at_once, what_does_not_fit_into_the_link_waits_for_room,
	  a_line_refused_by_the_link_costs_no_rate, a_group_hears_but_for_the_excepted,
	  who_is_listed_and_in_the_group_hears_once, a_notice_reaches_everybody,
	  data_goes_to_its_session_and_comes_from_it, caps_are_told_once_a_turn,
	  caps_travel_with_an_attach, the_world_closes_a_session_after_its_last_words,
	  a_client_that_goes_while_the_world_is_away_is_reported_later,
	  a_client_the_world_never_knew_is_not_reported,
	  after_the_end_of_input_the_lines_are_still_done,
	  the_end_of_input_without_lines_ends_at_once,

	  a_prompt_is_kept_and_shown_when_it_changes, what_does_not_parse_is_counted,
	  thousands_of_sessions_are_attached_in_pieces)
