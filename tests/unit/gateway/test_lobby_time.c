/*
 * test_lobby_time.c - how long lines wait and how long the world takes, over the worlds they need.
 */
#include "tests/unit/gateway/fake_world.h"

static struct fake_world f;
static struct buf timed; /* what was measured, as text */

static void on_sent(UNUSED void *ctx, struct session *s, uint64_t now_us)
{
	buf_addf(&timed, "%d sent after %d\n", (int)session_done(s) + 1,
		 (int)(now_us - session_head(s)->typed_us));
}

static void on_done(UNUSED void *ctx, struct session *s, uint64_t now_us)
{
	buf_addf(&timed, "%d done after %d\n", (int)session_done(s) + 1,
		 (int)(now_us - session_head(s)->sent_us));
}

static struct session *one_player(void)
{
	struct session *s;

	fake_init(&f);
	f.lobby.io.line_sent = on_sent;
	f.lobby.io.line_done = on_done;
	s = fake_open(&f, "here");
	fake_up(&f, LINK_FRESH);
	return s;
}

static void end(void)
{
	fake_done(&f);
	buf_done(&timed);
}

static void type(struct session *s, const char *line)
{
	lobby_line(s, text_of(line));
}

START_TEST(a_line_waits_for_the_one_before_it)
{
	struct session *s = one_player();

	type(s, "one");
	f.now_us += 10;
	type(s, "two");
	f.now_us += 20;
	fake_output(&f, 0, 1, NULL, 1, NULL);
	f.now_us += 5;
	fake_output(&f, 0, 1, NULL, 2, NULL);
	ck_assert_text(&timed,
		       "1 sent after 0\n1 done after 30\n2 sent after 20\n2 done after 5\n");
	end();
}
END_TEST

START_TEST(a_line_that_needs_two_worlds_counts_once_and_from_its_first_sending)
{
	struct session *s = one_player();

	type(s, "one");
	f.now_us += 1000;
	lobby_down(&f.lobby);
	f.now_us += 2000;
	fake_up(&f, LINK_FRESH);
	fake_expect_told(&f, "open 1 here\nline 1 1 one\nattach 1 done 0\nline 1 1 one\n");
	f.now_us += 4;
	fake_output(&f, 0, 1, NULL, 1, NULL);
	ck_assert_text(&timed, "1 sent after 0\n1 done after 3004\n");
	end();
}
END_TEST

START_TEST(a_line_that_the_dead_world_applied_is_done_with_the_attach)
{
	struct session *s = one_player();

	type(s, "one");
	lobby_down(&f.lobby);
	lobby_up(&f.lobby, LINK_FRESH);
	f.now_us += 7;
	fake_state(&f, 0, 1, true, true, 1);
	ck_assert_text(&timed, "1 sent after 0\n1 done after 7\n");
	end();
}
END_TEST

START_TEST(the_line_that_ends_the_session_is_measured)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__SessionClose c = MUDLARK__SESSION_CLOSE__INIT;
	struct session *s = one_player();

	type(s, "quit");
	type(s, "never");
	f.now_us += 6;
	c.session = s->id;
	c.done = 1;
	m.body_case = MUDLARK__GATEWAY_IN__BODY_SESSION_CLOSE;
	m.session_close = &c;
	say(&f, &m);
	ck_assert_uint_eq(f.closed, 1);
	fake_expect_told(&f, "open 1 here\nline 1 1 quit\nclosed 1 closed_by_world\n");
	ck_assert_text(&timed, "1 sent after 0\n1 done after 6\n");
	end();
}
END_TEST

START_TEST(a_line_that_was_never_sent_is_not_measured)
{
	struct session *s = one_player();

	lobby_down(&f.lobby);
	type(s, "one");
	f.now_us += 100;
	lobby_up(&f.lobby, LINK_FRESH);
	fake_state(&f, 0, 1, false, false, 0); /* not known any more: it is set aside */
	ck_assert_uint_eq(f.lobby.stats.dropped, 1);
	ck_assert_text(&timed, "");
	end();
}
END_TEST

UNIT_MAIN("lobby_time", a_line_waits_for_the_one_before_it,
	  a_line_that_needs_two_worlds_counts_once_and_from_its_first_sending,
	  a_line_that_the_dead_world_applied_is_done_with_the_attach,
	  the_line_that_ends_the_session_is_measured, a_line_that_was_never_sent_is_not_measured)
