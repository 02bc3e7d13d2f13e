/*
 * test_stream.c - lines on their way out: in order, marked before they go, as many as are wanted, none forgotten in
 * silence.
 */
#include "tests/unit/bridges/stream_rig.h"

START_TEST(the_first_time_a_stream_begins_with_what_comes)
{
	rig_begin(&r, NULL);
	n_got = 0;
	sends = true;
	rig_said(&r, 1);
	open_chat();
	bridge_want(stream, 10);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 0);
	check_cursor(1, 1);
	rig_said(&r, 2);
	rig_turns(&r, 2);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 2);
	ck_assert(!got[0].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(the_first_time_it_may_begin_with_all_there_is)
{
	rig_begin(&r, NULL);
	n_got = 0;
	sends = true;
	for (unsigned i = 0; i < 700; i++)
		rig_said(&r, i);
	open_with(&(struct stream_spec){
		.key = "rss/news", .kinds = LINE(LINE_SAID), .from_start = true, .max_age = -1 });
	bridge_want(stream, 10000);
	rig_later(&r, UINT64_C(100) * 86400 * SECOND);
	rig_turns(&r, 20);
	ck_assert_uint_eq(n_got, 700);
	for (size_t i = 0; i < 700; i++)
		ck_assert_uint_eq(got[i].seq, i + 1);
	rig_end(&r);
}
END_TEST

START_TEST(a_line_is_marked_before_it_is_handed_over)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_calls, 1);
	ck_assert_uint_eq(n_got, 0);
	rig_serve_one(&r, true);
	check_cursor(1, 0);
	core_tick(&r.b);
	ck_assert_uint_eq(n_got, 1);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	check_cursor(1, 1);
	rig_end(&r);
}
END_TEST

START_TEST(many_lines_share_one_mark)
{
	begin();
	r.n_puts = 0;
	for (unsigned i = 0; i < 200; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 200);
	ck_assert_uint_le(r.n_puts, 2);
	rig_end(&r);
}
END_TEST

START_TEST(what_comes_while_a_mark_is_on_its_way_goes_with_the_next)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	for (unsigned i = 2; i <= 50; i++)
		rig_said(&r, i);
	rig_world(&r);
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_calls, 1);
	rig_serve_one(&r, true);
	core_tick(&r.b);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(r.n_calls, 1);
	rig_serve_one(&r, true);
	core_tick(&r.b);
	ck_assert_uint_eq(n_got, 50);
	rig_end(&r);
}
END_TEST

START_TEST(no_more_is_handed_over_than_was_wanted)
{
	begin();
	bridge_want(stream, 3);
	for (unsigned i = 0; i < 10; i++)
		rig_said(&r, i);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 3);
	check_cursor(3, 0);
	bridge_want(stream, 2);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 5);
	bridge_want(stream, 0);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 5);
	rig_end(&r);
}
END_TEST

START_TEST(what_was_said_while_the_bridge_was_away_comes_from_persist_page_by_page)
{
	begin();
	rig_turns(&r, 2);
	rig_said(&r, 0);
	rig_turns(&r, 3);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	rig_kill(&r, false);
	for (unsigned i = 1; i <= 2500; i++)
		rig_said(&r, i);
	n_got = r.n_pages = 0;
	again();
	bridge_want(stream, 10000);
	rig_turns(&r, 60);
	ck_assert_uint_eq(n_got, 2500);
	ck_assert_uint_ge(r.n_pages, 10);
	for (size_t i = 0; i < n_got; i++)
		ck_assert(got[i].seq == i + 2 && !got[i].unsure);
	/* And then what happens now. */
	rig_said(&r, 1);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 2501);
	ck_assert_uint_eq(got[2500].seq, 2502);
	rig_end(&r);
}
END_TEST

START_TEST(lines_that_are_too_old_are_counted_in_their_place)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	rig_kill(&r, false);
	for (unsigned i = 0; i < 400; i++)
		rig_said(&r, i);
	rig_later(&r, UINT64_C(901) * SECOND);
	rig_said(&r, 2);
	rig_said(&r, 3);
	n_got = 0;
	again();
	rig_turns(&r, 20);
	ck_assert_uint_eq(n_got, 3);
	ck_assert(got[0].seq == 0 && got[0].n == 400 && got[0].why == SKIP_OLD);
	ck_assert_uint_eq(got[1].seq, 402);
	ck_assert_uint_eq(got[2].seq, 403);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	check_cursor(403, 403);
	rig_end(&r);
}
END_TEST

START_TEST(what_grows_old_while_the_outside_is_away_is_told_of_once_it_is_back)
{
	begin();
	bridge_want(stream, 0);
	for (unsigned i = 0; i < 5; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_later(&r, UINT64_C(901) * SECOND);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 0);
	bridge_want(stream, 10);
	rig_turns(&r, 3);
	ck_assert_uint_eq(core_due(&r.b), r.now + CORE_MORE_US);
	rig_later(&r, CORE_MORE_US);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 1);
	ck_assert(got[0].n == 5 && got[0].why == SKIP_OLD);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 3);
	check_cursor(5, 5);
	/* Not again by another life. */
	rig_kill(&r, false);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	rig_end(&r);
}
END_TEST

START_TEST(what_persist_has_no_more_is_told_of)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	rig_kill(&r, false);
	for (unsigned i = 0; i < 20; i++)
		rig_said(&r, i);
	r.oldest = 12;
	n_got = 0;
	again();
	r.floor = r.seq;
	rig_turns(&r, 10);
	ck_assert_uint_eq(n_got, 11);
	ck_assert(got[0].seq == 0 && got[0].n == 0 && got[0].why == SKIP_LOST);
	ck_assert_uint_eq(got[1].seq, 12);
	ck_assert_uint_eq(got[10].seq, 21);
	rig_end(&r);
}
END_TEST

START_TEST(what_persist_loses_between_two_pages_is_told_of)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	rig_kill(&r, false);
	for (unsigned i = 0; i < 400; i++)
		rig_said(&r, i);
	n_got = 0;
	again();
	r.floor = r.seq;
	bridge_want(stream, 0);
	rig_turns(&r, 10);
	ck_assert_uint_eq(r.n_pages, 1);
	r.oldest = 350;
	bridge_want(stream, 1000);
	rig_turns(&r, 10);
	ck_assert_uint_eq(got[254].seq, 256);
	ck_assert(got[255].seq == 0 && got[255].why == SKIP_LOST);
	ck_assert_uint_eq(got[256].seq, 350);
	ck_assert_uint_eq(got[n_got - 1].seq, 401);
	rig_end(&r);
}
END_TEST

START_TEST(a_note_that_the_outside_has_not_confirmed_comes_again_after_a_crash)
{
	begin();
	sends = false;
	bridge_want(stream, 0);
	for (unsigned i = 0; i < 5; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_later(&r, UINT64_C(901) * SECOND);
	bridge_want(stream, 10);
	for (size_t life = 1; life <= 2; life++) {
		rig_turns(&r, 5);
		rig_later(&r, 2 * SECOND);
		rig_turns(&r, 3);
		ck_assert_uint_eq(n_got, life);
		ck_assert(got[life - 1].n == 5 && got[life - 1].why == SKIP_OLD);
		ck_assert_uint_eq(bridge_waiting(stream), 1);
		if (life == 1) {
			rig_kill(&r, false);
			again();
		}
	}
	bridge_sent(stream, 5);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 3);
	check_cursor(5, 5);
	rig_end(&r);
}
END_TEST

START_TEST(a_world_is_given_no_more_credit_than_there_is_room)
{
	begin();
	bridge_want(stream, 0);
	for (unsigned i = 0; i < 600; i++)
		rig_said(&r, i);
	rig_turns(&r, 10);
	ck_assert_uint_le(r.most, BRIDGE_WINDOW_MAX);
	ck_assert_uint_eq(stream->n, BRIDGE_WINDOW_MAX);
	ck_assert_uint_eq(r.streams[0].credit, 0);
	bridge_want(stream, 1000);
	rig_turns(&r, 20);
	ck_assert_uint_eq(n_got, 600);
	ck_assert_uint_le(r.most, BRIDGE_WINDOW_MAX);
	for (size_t i = 0; i < 600; i++)
		ck_assert_uint_eq(got[i].seq, i + 1);
	rig_end(&r);
}
END_TEST

START_TEST(memory_is_bounded_whatever_happens_while_the_outside_is_away)
{
	begin();
	bridge_want(stream, 0);
	for (unsigned i = 0; i < 15000; i++) {
		rig_said(&r, i);
		rig_turn(&r);
		ck_assert_uint_le(stream->n, BRIDGE_WINDOW_MAX);
	}
	/* Fallen behind, and all the same nothing is missing. */
	bridge_want(stream, 100000);
	rig_turns(&r, 300);
	ck_assert_uint_eq(n_got, 15000);
	for (size_t i = 0; i < n_got; i++)
		ck_assert(got[i].seq == i + 1 && !got[i].unsure);
	ck_assert_uint_eq(stream->n, 0);
	ck_assert_uint_eq(stream->waiting.n, 0);
	rig_end(&r);
}
END_TEST

START_TEST(what_came_from_there_does_not_go_back_and_what_is_not_for_it_stays_away)
{
	static const char *const others[] = {
		("{\"channel\":\"chat\",\"name\":\"x@irc\",\"text\":\"1\",\"via\":\"irc\","
		 "\"origin\":\"irc/net/#mud\"}"),
		"{\"channel\":\"help\",\"name\":\"Ana\",\"text\":\"2\"}",
		"not JSON",
	};

	begin();
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		rig_happens(&r, "channel:said", others[i]);
	rig_happens(&r, "player:entered", "{\"name\":\"Ana\"}");
	rig_happens(&r, "something:else", "{}");
	rig_happens(&r, "channel:said",
		    "{\"channel\":\"chat\",\"name\":\"x@irc\",\"text\":\"6\",\"via\":\"irc\","
		    "\"origin\":\"irc/net/#other\"}");
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 6);
	/* The same by way of persist. */
	rig_later(&r, 20 * SECOND);
	rig_turns(&r, 2);
	rig_kill(&r, false);
	rig_put(&r, "cursor/irc/net/#mud", SPAN("{\"taken\":0,\"sent\":0}"));
	n_got = 0;
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 6);
	rig_end(&r);
}
END_TEST

START_TEST(those_whom_nobody_sees_are_not_told_of)
{
	rig_begin(&r, NULL);
	n_got = 0;
	rig_put(&r, "cursor/irc/x", SPAN("{\"taken\":0,\"sent\":0}"));
	rig_happens(&r, "player:entered", "{\"name\":\"Eve\",\"hidden\":true}");
	rig_happens(&r, "player:entered", "{\"name\":\"Ana\"}");
	open_with(&(struct stream_spec){ .key = "irc/x", .kinds = LINE(LINE_ENTERED) });
	sends = true;
	bridge_want(stream, 9);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 2);
	rig_end(&r);
}
END_TEST

START_TEST(a_muted_stream_tells_nothing_and_does_not_make_up_for_it)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	r.muted = true;
	rig_opened(&r, stream->number, 1, true);
	ck_assert(bridge_stream_muted(stream));
	rig_said(&r, 2);
	rig_passed(&r, stream->number, 2);
	r.streams[0].at = 2;
	rig_turns(&r, 3);
	rig_later(&r, 20 * SECOND);
	rig_turns(&r, 3);
	check_cursor(2, 2);
	rig_said(&r, 3);
	rig_kill(&r, false);
	again();
	r.floor = r.seq;
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	r.muted = false;
	rig_opened(&r, stream->number, 3, false);
	rig_said(&r, 4);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 2);
	ck_assert_uint_eq(got[1].seq, 4);
	rig_end(&r);
}
END_TEST

START_TEST(what_passes_moves_the_cursor_after_a_while)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	r.n_puts = 0;
	r.seq = 5000;
	rig_passed(&r, stream->number, 5000);
	rig_turns(&r, 2);
	ck_assert_uint_eq(r.n_puts, 0);
	rig_later(&r, 10 * SECOND);
	rig_turns(&r, 2);
	ck_assert_uint_eq(r.n_puts, 1);
	check_cursor(5000, 5000);
	rig_later(&r, 100 * SECOND);
	rig_turns(&r, 2);
	ck_assert_uint_eq(r.n_puts, 1);
	ck_assert_uint_eq(core_due(&r.b), UINT64_MAX);
	rig_end(&r);
}
END_TEST

UNIT_MAIN("stream", the_first_time_a_stream_begins_with_what_comes,
	  the_first_time_it_may_begin_with_all_there_is, a_line_is_marked_before_it_is_handed_over,
	  many_lines_share_one_mark, what_comes_while_a_mark_is_on_its_way_goes_with_the_next,
	  no_more_is_handed_over_than_was_wanted,
	  what_was_said_while_the_bridge_was_away_comes_from_persist_page_by_page,
	  lines_that_are_too_old_are_counted_in_their_place,
	  what_grows_old_while_the_outside_is_away_is_told_of_once_it_is_back,
	  what_persist_has_no_more_is_told_of, what_persist_loses_between_two_pages_is_told_of,
	  a_note_that_the_outside_has_not_confirmed_comes_again_after_a_crash,
	  a_world_is_given_no_more_credit_than_there_is_room,
	  memory_is_bounded_whatever_happens_while_the_outside_is_away,
	  what_came_from_there_does_not_go_back_and_what_is_not_for_it_stays_away,
	  those_whom_nobody_sees_are_not_told_of,
	  a_muted_stream_tells_nothing_and_does_not_make_up_for_it,
	  what_passes_moves_the_cursor_after_a_while)
