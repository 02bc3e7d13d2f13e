/*
 * test_session.c - the numbers of lines, and the states a session may go through.
 */
#include "gateway/session.h"

#include "tests/unit/gateway/bytes.h"

START_TEST(lines_are_numbered_in_order)
{
	struct session *s = session_new(1, "here", false);

	ck_assert_uint_eq(session_done(s), 0);
	ck_assert_int_eq(session_add_line(s, SPAN("a"), 0, 10, 0), 0);
	ck_assert_int_eq(session_add_line(s, SPAN(""), 0, 10, 0), 0);
	ck_assert_uint_eq(s->numbered, 2);
	ck_assert_uint_eq(session_done(s), 0);
	session_finish(s, 1);
	ck_assert_uint_eq(session_done(s), 1);
	ck_assert_uint_eq(session_head(s)->n, 0);
	session_finish(s, 1);
	ck_assert_uint_eq(s->n_lines, 1);
	session_free(s);
}
END_TEST

START_TEST(a_refused_line_has_no_number)
{
	struct session *s = session_new(1, "here", false);

	ck_assert_int_eq(session_add_line(s, SPAN("a"), 0, 1, 0), 0);
	ck_assert_int_eq(session_add_line(s, SPAN("b"), 0, 1, 0), 1);
	ck_assert_uint_eq(s->numbered, 1);
	session_free(s);
}
END_TEST

START_TEST(numbers_of_dropped_lines_are_used_up)
{
	struct session *s = session_new(1, "here", false);

	ck_assert_int_eq(session_add_line(s, SPAN("a"), 0, 9, 0), 0);
	ck_assert_int_eq(session_add_line(s, SPAN("b"), 0, 9, 0), 0);
	ck_assert_uint_eq(session_drop_lines(s), 2);
	ck_assert_uint_eq(session_done(s), 2);
	ck_assert_int_eq(session_add_line(s, SPAN("c"), 0, 9, 0), 0);
	ck_assert_uint_eq(s->numbered, 3);
	session_free(s);
}
END_TEST

START_TEST(more_may_be_finished_than_there_is)
{
	struct session *s = session_new(1, "here", false);

	ck_assert_int_eq(session_add_line(s, SPAN("a"), 0, 9, 0), 0);
	session_finish(s, 1000);
	ck_assert_uint_eq(session_done(s), 1);
	session_free(s);
}
END_TEST

START_TEST(states_follow_the_table)
{
	struct session *s = session_new(1, "here", false);

	session_enter(s, SESSION_OPENING);
	session_enter(s, SESSION_LIVE);
	session_enter(s, SESSION_DETACHED);
	session_enter(s, SESSION_ATTACHING);
	session_enter(s, SESSION_DETACHED);
	session_enter(s, SESSION_ATTACHING);
	session_enter(s, SESSION_LIVE);
	ck_assert_str_eq(session_state_name(s->state), "live");
	session_free(s);
}
END_TEST

START_TEST(a_line_typed_hidden_is_secret)
{
	struct session *s = session_new(1, "here", false);

	s->hidden = true;
	ck_assert_int_eq(session_add_line(s, SPAN("a"), 0, 9, 0), 0);
	ck_assert(session_head(s)->secret);
	session_free(s);
}
END_TEST

UNIT_MAIN("session", lines_are_numbered_in_order, a_refused_line_has_no_number,
	  numbers_of_dropped_lines_are_used_up, more_may_be_finished_than_there_is,
	  states_follow_the_table, a_line_typed_hidden_is_secret)
