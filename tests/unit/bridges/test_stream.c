/*
 * test_stream.c - lines on their way out: in order, at most once, none forgotten in silence, whoever dies.
 */
#include "tests/unit/bridges/core_rig.h"

#include "rt/rand.h"

enum { GOT_MAX = 40000, SECOND = 1000000 };

/* What the outside has been handed. */
struct got {
	uint64_t seq; /* of a gap 0 */
	size_t n;     /* that a gap stands for */
	enum skip_why why;
	bool unsure;
};

static struct rig r;
static struct got got[GOT_MAX];
static size_t n_got;
static bool sends; /* the outside confirms at once */
static struct bridge_stream *stream;

static void on_line(UNUSED void *ctx, const struct bridge_line *l)
{
	ck_assert_uint_lt(n_got, GOT_MAX);
	got[n_got++] = (struct got){ .seq = l->seq, .unsure = l->unsure };
	if (sends)
		bridge_sent(stream, l->seq);
}

static void on_skipped(UNUSED void *ctx, enum skip_why why, size_t n, int64_t from_ms,
		       int64_t to_ms)
{
	ck_assert_uint_lt(n_got, GOT_MAX);
	ck_assert_int_le(from_ms, to_ms);
	got[n_got++] = (struct got){ .n = n, .why = why };
}

static const struct stream_events events = { on_line, on_skipped, NULL };

static void open_with(const struct stream_spec *spec)
{
	stream = bridge_stream_open(&r.b, spec, &events);
}

static void open_chat(void)
{
	static const char *const channels[] = { "chat", NULL };

	open_with(&(struct stream_spec){
		.key = "irc/net/#mud", .kinds = LINE(LINE_SAID), .channels = channels });
}

static void check_cursor(uint64_t taken, uint64_t sent)
{
	const struct rig_doc *d = rig_doc(&r, "cursor/irc/net/#mud");
	char want[80];
	const int n = snprintf(want, sizeof(want), "{\"taken\":%" PRIu64 ",\"sent\":%" PRIu64 "}",
			       taken, sent);

	ck_assert_ptr_nonnull(d);
	ck_assert_uint_eq(d->body.n, (size_t)n);
	ck_assert_msg(memcmp(buf_p(&d->body), want, (size_t)n) == 0, "%.*s, not %s", (int)d->body.n,
		      buf_p(&d->body), want);
}

static void begin(void)
{
	n_got = 0;
	sends = true;
	rig_begin(&r, NULL);
	open_chat();
	bridge_want(stream, 1000);
	rig_turns(&r, 3);
	check_cursor(0, 0);
}

/* Another life of the bridge. */
static void again(void)
{
	rig_start(&r, NULL);
	open_chat();
	bridge_want(stream, 1000);
}

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

START_TEST(killed_between_mark_and_confirmation_a_line_comes_again_as_unsure)
{
	begin();
	sends = false;
	for (unsigned i = 1; i <= 3; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 3);
	ck_assert_uint_eq(bridge_waiting(stream), 3);
	bridge_sent(stream, 1);
	ck_assert_uint_eq(bridge_waiting(stream), 2);
	rig_later(&r, 2 * SECOND);
	rig_turns(&r, 2);
	check_cursor(3, 1);
	rig_said(&r, 4);
	rig_kill(&r, false);
	n_got = 0;
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 3);
	ck_assert(got[0].seq == 2 && got[0].unsure);
	ck_assert(got[1].seq == 3 && got[1].unsure);
	ck_assert(got[2].seq == 4 && !got[2].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(killed_before_the_mark_is_stored_a_line_is_sure)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_kill(&r, false);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert(!got[0].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(killed_when_the_mark_is_stored_and_nothing_was_handed_over_it_is_unsure)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_kill(&r, true);
	ck_assert_uint_eq(n_got, 0);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 1);
	ck_assert(got[0].unsure);
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

START_TEST(a_new_world_goes_on_behind_what_was_received)
{
	begin();
	bridge_want(stream, 2);
	for (unsigned i = 0; i < 10; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_world_down(&r);
	rig_turns(&r, 2);
	r.seq += 1000; /* numbers go on in another block */
	rig_world_fresh(&r);
	rig_said(&r, 11);
	bridge_want(stream, 100);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 11);
	for (size_t i = 0; i < 10; i++)
		ck_assert(got[i].seq == i + 1 && !got[i].unsure);
	ck_assert_uint_eq(got[10].seq, 1011);
	rig_end(&r);
}
END_TEST

START_TEST(while_persist_is_away_nothing_is_handed_over_and_nothing_is_lost)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_store_down(&r, false);
	for (unsigned i = 2; i <= 20; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_later(&r, 5 * SECOND);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 0);
	core_store_up(&r.b);
	rig_turns(&r, 3);
	ck_assert_uint_eq(n_got, 20);
	for (size_t i = 0; i < 20; i++)
		ck_assert(got[i].seq == i + 1 && !got[i].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(what_persist_refuses_for_now_is_asked_again_later)
{
	begin();
	rig_said(&r, 1);
	rig_world(&r);
	core_tick(&r.b);
	rig_refuse(&r, MUDLARK__STATUS__STATUS_STORE);
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_calls, 0);
	ck_assert_uint_eq(core_due(&r.b), r.now + CORE_AGAIN_US);
	rig_later(&r, CORE_AGAIN_US);
	rig_turns(&r, 2);
	ck_assert_uint_eq(n_got, 1);
	rig_end(&r);
}
END_TEST

START_TEST(a_cursor_that_cannot_be_read_yet_holds_everything)
{
	rig_begin(&r, NULL);
	n_got = 0;
	sends = true;
	rig_put(&r, "cursor/irc/net/#mud", SPAN("{\"taken\":2,\"sent\":2}"));
	for (unsigned i = 1; i <= 5; i++)
		rig_said(&r, i);
	open_chat();
	bridge_want(stream, 100);
	core_tick(&r.b);
	rig_refuse(&r, MUDLARK__STATUS__STATUS_BUSY);
	rig_world(&r);
	core_tick(&r.b);
	ck_assert_uint_eq(r.n_streams, 0);
	rig_later(&r, CORE_AGAIN_US);
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 3);
	ck_assert_uint_eq(got[0].seq, 3);
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
		"{\"channel\":\"chat\",\"name\":\"x@irc\",\"text\":\"1\",\"via\":\"irc\","
		"\"origin\":\"irc/net/#mud\"}",
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

START_TEST(one_that_is_closed_and_opened_anew_goes_on_where_it_was)
{
	begin();
	sends = false;
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	bridge_sent(stream, 2);
	bridge_stream_close(stream);
	open_chat();
	bridge_want(stream, 10);
	n_got = 0;
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 2);
	ck_assert(got[0].seq == 3 && got[0].unsure);
	ck_assert(got[1].seq == 4 && got[1].unsure);
	ck_assert_ptr_eq(r.b.first, stream);
	ck_assert_ptr_eq(r.b.last, stream);
	rig_end(&r);
}
END_TEST

static void on_line_close(UNUSED void *ctx, const struct bridge_line *l)
{
	got[n_got++] = (struct got){ .seq = l->seq };
	bridge_sent(stream, l->seq);
	bridge_stream_close(stream);
	open_chat();
	bridge_want(stream, 10);
}

START_TEST(one_may_be_closed_and_opened_from_inside_of_what_it_calls)
{
	begin();
	stream->e.line = on_line_close;
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_turns(&r, 6);
	ck_assert_uint_eq(n_got, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert_uint_eq(got[i].seq, i + 1);
	rig_end(&r);
}
END_TEST

START_TEST(one_that_is_closed_stays_until_its_cursor_is_stored)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_store_down(&r, false);
	bridge_stream_close(stream);
	rig_turns(&r, 3);
	ck_assert_ptr_nonnull(r.b.first);
	core_store_up(&r.b);
	rig_turns(&r, 2);
	ck_assert_ptr_null(r.b.first);
	check_cursor(1, 1);
	ck_assert_uint_eq(r.n_streams, 0);
	rig_end(&r);
}
END_TEST

START_TEST(an_orderly_end_leaves_nothing_unsure)
{
	begin();
	bridge_want(stream, 10);
	for (unsigned i = 1; i <= 4; i++)
		rig_said(&r, i);
	rig_world(&r);
	core_tick(&r.b);
	rig_serve_one(&r, true); /* marked, and then it is to end */
	bridge_stopped(&r.b);
	core_tick(&r.b);
	ck_assert(!r.ended);
	rig_turn(&r);
	ck_assert_uint_eq(n_got, 0);
	ck_assert(r.ended);
	check_cursor(0, 0);
	rig_kill(&r, false);
	again();
	rig_turns(&r, 5);
	ck_assert_uint_eq(n_got, 4);
	ck_assert(!got[0].unsure && !got[3].unsure);
	rig_end(&r);
}
END_TEST

START_TEST(an_end_does_not_wait_for_ever_for_persist)
{
	begin();
	rig_said(&r, 1);
	rig_turns(&r, 3);
	rig_store_down(&r, false);
	bridge_stopped(&r.b);
	core_tick(&r.b);
	ck_assert(!r.ended);
	ck_assert_uint_ne(core_due(&r.b), UINT64_MAX);
	rig_later(&r, core_due(&r.b) - r.now);
	core_tick(&r.b);
	ck_assert(r.ended);
	rig_end(&r);
}
END_TEST

START_TEST(a_store_that_was_set_back_is_followed)
{
	begin();
	for (unsigned i = 1; i <= 10; i++)
		rig_said(&r, i);
	rig_turns(&r, 3);
	rig_world_down(&r);
	r.n_facts = r.seq = 4;
	rig_put(&r, "cursor/irc/net/#mud", SPAN("{\"taken\":4,\"sent\":4}"));
	rig_world_fresh(&r);
	rig_turns(&r, 2);
	n_got = 0;
	rig_said(&r, 5);
	rig_turns(&r, 4);
	ck_assert_uint_eq(n_got, 1);
	ck_assert_uint_eq(got[0].seq, 5);
	ck_assert(!got[0].unsure);
	rig_end(&r);
}
END_TEST

/* ---- anything at all, in any order ---- */

static struct {
	bool handed[RIG_FACTS + 1]; /* by any life */
	bool told[RIG_FACTS + 1];   /* handed or counted as missing */
	uint64_t last;		    /* that this life handed over */
	size_t doubled, unsure, skipped;
} seen;

static void on_storm_line(UNUSED void *ctx, const struct bridge_line *l)
{
	ck_assert_uint_gt(l->seq, seen.last);
	ck_assert(!seen.handed[l->seq] || l->unsure);
	seen.last = l->seq;
	seen.unsure += l->unsure;
	seen.handed[l->seq] = seen.told[l->seq] = true;
}

static void on_storm_skipped(UNUSED void *ctx, UNUSED enum skip_why why, size_t n,
			     UNUSED int64_t from_ms, UNUSED int64_t to_ms)
{
	seen.skipped += n;
}

static const struct stream_events storm_events = { on_storm_line, on_storm_skipped, NULL };

static void storm_open(void)
{
	seen.last = 0;
	stream = bridge_stream_open(&r.b,
				    &(struct stream_spec){ .key = "irc/storm",
							   .kinds = LINE(LINE_SAID) },
				    &storm_events);
	bridge_want(stream, 20);
}

static void storm_step(struct rng *rng)
{
	switch (rng_below(rng, 16)) {
	case 0:
		rig_kill(&r, rng_below(rng, 2));
		rig_start(&r, NULL);
		storm_open();
		break;
	case 1:
		rig_world_down(&r);
		core_tick(&r.b);
		rig_world_fresh(&r);
		break;
	case 2:
		rig_store_down(&r, rng_below(rng, 2));
		rig_turn(&r);
		core_store_up(&r.b);
		break;
	case 3:
		rig_refuse(&r, MUDLARK__STATUS__STATUS_BUSY);
		break;
	case 4:
		rig_later(&r, rng_below(rng, 1000000));
		break;
	case 5:
		bridge_want(stream, rng_below(rng, 30));
		break;
	case 6:
	case 7:
		bridge_sent(stream, seen.last - rng_below(rng, seen.last < 3 ? 1 : 3));
		break;
	case 8:
		bridge_stream_close(stream);
		storm_open();
		break;
	case 9:
		rig_world(&r);
		break;
	case 10:
	case 11:
		if (r.n_calls > 0)
			rig_serve_one(&r, true);
		break;
	case 12:
		core_tick(&r.b);
		break;
	default:
		for (uint64_t n = rng_below(rng, 8); n > 0 && r.n_facts < 3000; n--)
			rig_said(&r, 1);
	}
	ck_assert_uint_le(stream->n, BRIDGE_WINDOW_MAX);
}

START_TEST(whoever_dies_when_no_line_comes_twice_for_sure_and_none_is_missing)
{
	struct rng rng;

	rng_seed(&rng, (uint64_t)_i + 1);
	memset(&seen, 0, sizeof(seen));
	rig_begin(&r, NULL);
	storm_open();
	rig_turns(&r, 3);
	for (unsigned i = 0; i < 6000; i++)
		storm_step(&rng);
	rig_later(&r, 10 * SECOND);
	for (unsigned i = 0; i < 400; i++) {
		bridge_want(stream, 100);
		rig_turn(&r);
		bridge_sent(stream, seen.last);
		rig_later(&r, SECOND);
	}
	ck_assert_uint_gt(r.n_facts, 1000);
	ck_assert_uint_eq(seen.skipped, 0);
	for (size_t i = 0; i < r.n_facts; i++)
		ck_assert_msg(seen.told[r.facts[i].seq], "%zu of %zu", i, r.n_facts);
	rig_end(&r);
}
END_TEST

#define TESTS                                                                                      \
	the_first_time_a_stream_begins_with_what_comes,                                            \
		the_first_time_it_may_begin_with_all_there_is,                                     \
		a_line_is_marked_before_it_is_handed_over, many_lines_share_one_mark,              \
		what_comes_while_a_mark_is_on_its_way_goes_with_the_next,                          \
		no_more_is_handed_over_than_was_wanted,                                            \
		killed_between_mark_and_confirmation_a_line_comes_again_as_unsure,                 \
		killed_before_the_mark_is_stored_a_line_is_sure,                                   \
		killed_when_the_mark_is_stored_and_nothing_was_handed_over_it_is_unsure,           \
		what_was_said_while_the_bridge_was_away_comes_from_persist_page_by_page,           \
		lines_that_are_too_old_are_counted_in_their_place,                                 \
		what_grows_old_while_the_outside_is_away_is_told_of_once_it_is_back,               \
		what_persist_has_no_more_is_told_of, a_new_world_goes_on_behind_what_was_received, \
		while_persist_is_away_nothing_is_handed_over_and_nothing_is_lost,                  \
		what_persist_refuses_for_now_is_asked_again_later,                                 \
		a_cursor_that_cannot_be_read_yet_holds_everything,                                 \
		a_world_is_given_no_more_credit_than_there_is_room,                                \
		memory_is_bounded_whatever_happens_while_the_outside_is_away,                      \
		what_came_from_there_does_not_go_back_and_what_is_not_for_it_stays_away,           \
		those_whom_nobody_sees_are_not_told_of,                                            \
		a_muted_stream_tells_nothing_and_does_not_make_up_for_it,                          \
		what_passes_moves_the_cursor_after_a_while,                                        \
		one_that_is_closed_and_opened_anew_goes_on_where_it_was,                           \
		one_may_be_closed_and_opened_from_inside_of_what_it_calls,                         \
		one_that_is_closed_stays_until_its_cursor_is_stored,                               \
		an_orderly_end_leaves_nothing_unsure, an_end_does_not_wait_for_ever_for_persist,   \
		a_store_that_was_set_back_is_followed

int main(void)
{
	const TTest *const tests[] = { TESTS };
	Suite *suite = suite_create("stream");
	TCase *tcase = tcase_create("stream");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, UNIT_TIMEOUT_S);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		tcase_add_test(tcase, tests[i]);
	tcase_add_loop_test(tcase,
			    whoever_dies_when_no_line_comes_twice_for_sure_and_none_is_missing, 0,
			    24);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
