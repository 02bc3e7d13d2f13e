/*
 * test_lobby_login.c - the time that somebody may take to log in (gateway/lobby.h).
 */
#include "gateway/lobby.h"

#include "tests/unit/gateway/fake_world.h"

static struct fake_world f;

START_TEST(who_does_not_log_in_is_shown_out)
{
	fake_init(&f);
	f.conf.login_timeout_us = 60000000;
	lobby_up(&f.lobby, LINK_FRESH);
	fake_open(&f, "slow");
	fake_state(&f, 0, 1, false, false, 0);
	fake_open(&f, "quick");
	fake_state(&f, 0, 2, false, false, 0);
	fake_state(&f, 0, 2, true, true, 0);
	ck_assert_uint_eq(lobby_due(&f.lobby), f.now_us + 60000000);
	f.now_us += 60000000;
	lobby_tick(&f.lobby);
	ck_assert_uint_eq(f.closed, 1);
	ck_assert_ptr_nonnull(map64_get(&f.lobby.sessions, 2));
	ck_assert_uint_eq(lobby_due(&f.lobby), UINT64_MAX);
	fake_done(&f);
}
END_TEST

START_TEST(who_types_is_not_shown_out_in_the_middle_of_it)
{
	struct session *s;

	fake_init(&f);
	f.conf.login_timeout_us = 60000000;
	lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "busy");
	fake_state(&f, 0, 1, false, false, 0);
	fake_open(&f, "silent");
	fake_state(&f, 0, 2, false, false, 0);
	f.now_us += 50000000;
	lobby_line(s, SPAN("Wren"));
	ck_assert_uint_eq(lobby_due(&f.lobby), f.now_us + 10000000);
	f.now_us += 10000000;
	lobby_tick(&f.lobby);
	ck_assert_uint_eq(f.closed, 1);
	ck_assert_ptr_nonnull(map64_get(&f.lobby.sessions, 1));
	ck_assert_uint_eq(lobby_due(&f.lobby), f.now_us + 50000000);
	f.now_us += 50000000;
	lobby_tick(&f.lobby);
	ck_assert_uint_eq(f.closed, 2);
	fake_done(&f);
}
END_TEST

START_TEST(who_types_for_ever_is_shown_out_all_the_same)
{
	uint64_t began;
	struct session *s;

	fake_init(&f);
	f.conf.login_timeout_us = 60000000;
	lobby_up(&f.lobby, LINK_FRESH);
	s = fake_open(&f, "busy");
	fake_state(&f, 0, 1, false, false, 0);
	began = f.now_us;
	for (uint64_t seq = 1; f.closed == 0; seq++) {
		lobby_line(s, SPAN("x"));
		fake_output(&f, 0, 1, NULL, seq, NULL);
		f.now_us += 1000000;
		lobby_tick(&f.lobby);
	}
	ck_assert_uint_eq(f.now_us - began, 300000000);
	fake_done(&f);
}
END_TEST

START_TEST(nobody_is_shown_out_while_the_world_is_away)
{
	fake_init(&f);
	f.conf.login_timeout_us = 60000000;
	fake_open(&f, "x");
	f.now_us += 61000000;
	lobby_tick(&f.lobby);
	ck_assert_uint_eq(f.closed, 0);
	fake_done(&f);
}
END_TEST

UNIT_MAIN("lobby_login", who_does_not_log_in_is_shown_out,
	  who_types_is_not_shown_out_in_the_middle_of_it,
	  who_types_for_ever_is_shown_out_all_the_same, nobody_is_shown_out_while_the_world_is_away)
