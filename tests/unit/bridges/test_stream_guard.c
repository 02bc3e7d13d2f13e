/*
 * test_stream_guard.c - what a stream does not take: what is not for the phase it is in, what it has had, what is too late
 * to be news; and until when it is said that it has not begun.
 */
#include "tests/unit/bridges/stream_rig.h"

/* A fact that no store has. */
static void forge(uint64_t seq)
{
	struct rig_fact f = { .seq = seq, .wall_ms = r.wall, .kind = "channel:said" };

	snprintf(f.body, sizeof(f.body),
		 "{\"channel\":\"chat\",\"name\":\"Ana\",\"text\":\"forged\"}");
	rig_fact(&r, stream->number, &f);
}

START_TEST(what_is_told_to_a_stream_that_is_not_live_is_not_taken)
{
	for (unsigned passes = 0; passes < 2; passes++) {
		begin();
		rig_said(&r, 1);
		rig_behind(&r, stream->number);
		if (passes)
			rig_passed(&r, stream->number, 1);
		else
			forge(1);
		ck_assert_uint_eq(stream->received, 0);
		rig_turns(&r, 5);
		ck_assert_uint_eq(n_got, 1);
		ck_assert(got[0].seq == 1 && !got[0].unsure);
		rig_end(&r);
	}
}
END_TEST

/* The next call is for a page: answered with these rows, whatever was asked for. */
static void answer_page(const uint64_t *seqs, size_t n)
{
	static char body[] = "{\"channel\":\"chat\",\"name\":\"Ana\",\"text\":\"again\"}";
	Mudlark__PersistReply reply = MUDLARK__PERSIST_REPLY__INIT;
	Mudlark__EventRow rows[8], *list[8];
	struct rig_call c = rig_take_call(&r, 0);

	ck_assert_uint_le(n, ARRAY_LEN(rows));
	for (size_t i = 0; i < n; i++) {
		mudlark__event_row__init(&rows[i]);
		rows[i].seq = seqs[i];
		rows[i].wall_ms = r.wall;
		rows[i].kind = "channel:said";
		rows[i].body = (ProtobufCBinaryData){ strlen(body), (uint8_t *)body };
		list[i] = &rows[i];
	}
	reply.events = list;
	reply.n_events = n;
	reply.oldest = 1;
	rig_answer(&c, &reply);
	buf_done(&c.body);
}

START_TEST(rows_that_come_twice_or_from_beyond_are_taken_once_or_not_at_all)
{
	static const uint64_t seqs[] = { 1, 2, 2, 1, 3, 9 };

	begin();
	rig_kill(&r, false);
	for (unsigned i = 1; i <= 3; i++)
		rig_said(&r, i);
	rig_world_fresh(&r);
	again();
	while (stream->phase != STREAM_BACKLOG)
		rig_turn(&r);
	while (!stream->reading) {
		ck_assert_uint_eq(r.n_calls, 0);
		core_tick(&r.b);
	}
	ck_assert_uint_eq(r.n_calls, 1);
	answer_page(seqs, ARRAY_LEN(seqs));
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(got[i].seq, i + 1);
	rig_end(&r);
}
END_TEST

START_TEST(any_number_of_lines_that_are_too_old_needs_one_place)
{
	begin();
	rig_kill(&r, false);
	for (unsigned i = 0; i < 2 * BRIDGE_WINDOW_MAX; i++)
		rig_said(&r, i);
	rig_later(&r, UINT64_C(3600) * SECOND);
	rig_world_fresh(&r);
	again();
	bridge_want(stream, 0);
	rig_turns(&r, 10);
	ck_assert_uint_eq(stream->n, 1);
	ck_assert_uint_eq(stream->head->n_gap, 2 * BRIDGE_WINDOW_MAX);
	ck_assert_uint_eq(stream->head->line.seq, 2 * BRIDGE_WINDOW_MAX);
	rig_end(&r);
}
END_TEST

/* ---- that the world starts and stops ---- */

static void open_server(int64_t max_age)
{
	open_with(&(struct stream_spec){ .key = "irc/net/#mud",
					 .kinds = LINE(LINE_STARTED) | LINE(LINE_STOPPING),
					 .max_age = max_age });
	bridge_want(stream, 1000);
	rig_turns(&r, 3);
}

/* Away when the world stops, there again `later`. */
static void stop_and_come_back(int64_t max_age, uint64_t later)
{
	n_got = 0;
	sends = true;
	rig_begin(&r, NULL);
	open_server(max_age);
	rig_kill(&r, false);
	rig_happens(&r, "server:stopping", "{}");
	rig_later(&r, later);
	rig_world_fresh(&r);
	rig_happens(&r, "server:started", "{}");
	rig_start(&r, NULL);
	open_server(max_age);
	rig_later(&r, SECOND);
	rig_turns(&r, 3);
}

START_TEST(that_the_world_stops_is_told_within_a_minute_or_never)
{
	stop_and_come_back(0, UINT64_C(50) * SECOND);
	ck_assert_uint_eq(n_got, 2);
	rig_end(&r);
	stop_and_come_back(0, UINT64_C(61) * SECOND);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 2);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	check_cursor(2, 2);
	rig_end(&r);
	/* Nor is it one of those that were too old. */
	stop_and_come_back(0, UINT64_C(3600) * SECOND);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 2);
	rig_end(&r);
}
END_TEST

START_TEST(who_takes_lines_of_any_age_is_told_of_every_stop)
{
	stop_and_come_back(-1, UINT64_C(86400) * SECOND);
	ck_assert_uint_eq(n_got, 2);
	ck_assert_uint_eq(got[0].seq, 1);
	rig_end(&r);
}
END_TEST

START_TEST(one_that_waits_for_its_outside_goes_stale_too)
{
	n_got = 0;
	sends = true;
	rig_begin(&r, NULL);
	open_server(0);
	bridge_want(stream, 0);
	rig_happens(&r, "server:stopping", "{}");
	rig_turns(&r, 3);
	rig_later(&r, UINT64_C(61) * SECOND);
	bridge_want(stream, 10);
	rig_turns(&r, 3);
	rig_later(&r, SECOND);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 0);
	ck_assert_uint_eq(stream->n, 0);
	rig_end(&r);
}
END_TEST

/* ---- the beginning ---- */

static void check_ready(const char *why)
{
	struct buf have = { 0 };

	ck_assert(core_is_ready(&r.b, &have) == !why);
	buf_addc(&have, '\0');
	ck_assert_str_eq(buf_p(&have), why ? why : "");
	buf_done(&have);
}

START_TEST(until_a_stream_knows_where_it_begins_it_is_said_to_be_opening)
{
	n_got = 0;
	rig_begin(&r, NULL);
	check_ready(NULL);
	open_chat();
	check_ready("opening: 1 stream has not begun yet");
	/* Persist knows of no cursor; the world has not answered. */
	core_tick(&r.b);
	rig_serve_one(&r, true);
	core_tick(&r.b);
	check_ready("opening: 1 stream has not begun yet");
	rig_world(&r);
	check_ready(NULL);
	rig_end(&r);
}
END_TEST

START_TEST(a_stream_that_goes_on_at_its_cursor_misses_nothing_while_the_world_is_asked)
{
	begin();
	rig_kill(&r, false);
	again();
	check_ready("opening: 1 stream has not begun yet");
	core_tick(&r.b);
	rig_serve_one(&r, true);
	check_ready(NULL);
	rig_end(&r);
}
END_TEST

UNIT_MAIN("stream_guard", what_is_told_to_a_stream_that_is_not_live_is_not_taken,
	  rows_that_come_twice_or_from_beyond_are_taken_once_or_not_at_all,
	  any_number_of_lines_that_are_too_old_needs_one_place,
	  that_the_world_stops_is_told_within_a_minute_or_never,
	  who_takes_lines_of_any_age_is_told_of_every_stop,
	  one_that_waits_for_its_outside_goes_stale_too,
	  until_a_stream_knows_where_it_begins_it_is_said_to_be_opening,
	  a_stream_that_goes_on_at_its_cursor_misses_nothing_while_the_world_is_asked)
