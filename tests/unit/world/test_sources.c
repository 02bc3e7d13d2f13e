/* test_sources.c - what is too much from one address, over all gateways. */
#include "tests/unit/world/sites_rig.h"

START_TEST(sessions_of_one_address_are_counted_over_all_gateways)
{
	set_conf(2, 0, 0, 0);
	open_at(RIG_GATEWAY, ANA, "203.0.113.7", "telnet");
	open_at(RIG_OTHER, ANA + 1, "203.0.113.7", "ws");
	rig_forget(&r);
	open_at(RIG_GATEWAY, ANA + 2, "203.0.113.7", "telnet");
	ck_assert(rig_heard(&r, ANA + 2, "There are too many connections from your address."));
	ck_assert(!is_here(ANA + 2));
	rig_closed(&r, RIG_OTHER, ANA + 1);
	open_at(RIG_GATEWAY, ANA + 2, "203.0.113.7", "telnet");
	ck_assert(is_here(ANA + 2));
	ck_assert_ptr_null(sites_next(r.world, NULL));
}
END_TEST

START_TEST(ipv6_counts_by_its_network)
{
	set_conf(1, 0, 0, 0);
	open_from(ANA, "2001:db8:1:1::7");
	open_from(ANA + 1, "2001:db8:1:1:ffff::8");
	open_from(ANA + 2, "2001:db8:1:2::7");
	ck_assert(!is_here(ANA + 1) && is_here(ANA + 2));
}
END_TEST

START_TEST(whoever_opens_too_often_is_refused_everywhere_for_a_while)
{
	set_conf(0, 5, 0, 0);
	rig_forget(&r);
	for (uint64_t i = 0; i < 6; i++) {
		open_at(i % 2 ? RIG_OTHER : RIG_GATEWAY, ANA + i, "203.0.113.7", "telnet");
		rig_closed(&r, i % 2 ? RIG_OTHER : RIG_GATEWAY, ANA + i);
	}
	ck_assert_str_eq(told(RIG_OTHER, "203.0.113.7")->why,
			 "You connect too often. Please wait a minute.");
	ck_assert_uint_eq(told(RIG_GATEWAY, "203.0.113.7")->for_s, 60);
	ck_assert_str_eq(r.last_event, "site:throttled");
	restart(); /* it is remembered */
	ck_assert_uint_eq(told(RIG_GATEWAY, "203.0.113.7")->for_s, 59);
	open_from(BEN, "203.0.113.7");
	ck_assert(!is_here(BEN));
	tick_to(wall + MINUTE);
	open_from(BEN, "203.0.113.7");
	ck_assert(is_here(BEN));
}
END_TEST

static void wrong_password(uint64_t session)
{
	const uint64_t ids[] = { 5 };
	const char *const names[] = { "Ana" };

	type(session, "ana");
	rig_answer_account(&r, 9, ids, names, 1);
	type(session, "a wrong password");
	rig_answer_status(&r, MUDLARK__STATUS__STATUS_DENIED, "Wrong password.");
}

START_TEST(too_many_wrong_passwords_end_it_on_every_gateway)
{
	set_conf(0, 0, 2, 0);
	for (uint64_t i = 0; i < 2; i++) {
		open_from(ANA + i, "203.0.113.7");
		wrong_password(ANA + i);
		ck_assert(is_here(ANA + i));
	}
	open_at(RIG_GATEWAY, ANA + 2, "203.0.113.7", "telnet");
	rig_forget(&r);
	wrong_password(ANA + 2);
	ck_assert(rig_heard(&r, ANA + 2, "Too many passwords from your address were wrong."));
	ck_assert(!is_here(ANA + 2));
	ck_assert_uint_eq(told(RIG_OTHER, "203.0.113.7")->for_s, 300);
	/* Staff can end it, and then it counts from the beginning. */
	says(STAFF, "@unban 203.0.113.7", "Lifted:");
	open_from(ANA + 3, "203.0.113.7");
	wrong_password(ANA + 3);
	ck_assert(is_here(ANA + 3));
}
END_TEST

START_TEST(connections_that_never_log_in_are_counted)
{
	Mudlark__SessionClosed m = MUDLARK__SESSION_CLOSED__INIT;

	set_conf(0, 0, 0, 2);
	for (uint64_t i = 0; i < 3; i++) {
		open_from(ANA + i, "203.0.113.7");
		ck_assert(is_here(ANA + i));
		m.session = ANA + i;
		m.reason = "login_timeout";
		RIG_FEED(&r, RIG_GATEWAY, SESSION_CLOSED, session_closed, &m);
		rig_turn(&r);
	}
	ck_assert_uint_eq(told(RIG_GATEWAY, "203.0.113.7")->for_s, 600);
}
END_TEST

START_TEST(exempt_networks_and_the_console_are_not_counted_but_can_be_banned)
{
	sources_exempt(r.world, "203.0.113.0/24");
	set_conf(1, 1, 1, 1);
	for (uint64_t i = 0; i < 4; i++) {
		open_from(ANA + i, "203.0.113.7");
		open_from(CONSOLE + i, "console");
		ck_assert(is_here(ANA + i) && is_here(CONSOLE + i));
	}
	says(STAFF, "@ban 203.0.113.7", "4 connections are closed.");
	open_from(BEN, "203.0.113.7");
	ck_assert(!is_here(BEN));
}
END_TEST

START_TEST(who_a_gateway_says_is_exempt_is_not_counted)
{
	Mudlark__SessionOpen open = MUDLARK__SESSION_OPEN__INIT;
	Mudlark__SessionAttach attach = MUDLARK__SESSION_ATTACH__INIT;

	set_conf(1, 1, 1, 1);
	open.peer = attach.peer = "203.0.113.7";
	open.exempt = attach.exempt = true;
	for (uint64_t i = 0; i < 3; i++) {
		open.session = ANA + i;
		RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &open);
		attach.session = CONSOLE + i;
		RIG_FEED(&r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &attach);
		/* The link was lost before the answer came. */
		RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &open);
		rig_turn(&r);
		ck_assert(is_here(ANA + i) && is_here(CONSOLE + i));
	}
	open_from(BEN, "203.0.113.7");
	ck_assert(is_here(BEN));
	open_from(BEN + 1, "203.0.113.7");
	ck_assert(!is_here(BEN + 1));
}
END_TEST

START_TEST(sessions_are_counted_again_after_a_restart)
{
	Mudlark__SessionAttach m = MUDLARK__SESSION_ATTACH__INIT;

	restart();
	set_conf(1, 0, 0, 0);
	m.session = ANA;
	m.peer = "203.0.113.7";
	m.via = "wss";
	RIG_FEED(&r, RIG_GATEWAY, SESSION_ATTACH, session_attach, &m);
	rig_turn(&r);
	open_from(BEN, "203.0.113.7");
	ck_assert(is_here(ANA) && !is_here(BEN));
	ck_assert_str_eq(session_get(r.world, ANA)->origin.via, "wss");
}
END_TEST

START_TEST(the_table_of_sources_is_bounded)
{
	Mudlark__SessionOpen m = MUDLARK__SESSION_OPEN__INIT;
	char peer[32];

	set_conf(1, 1, 0, 0);
	m.peer = peer;
	r.prompt_store = true;
	for (unsigned i = 0; i < SOURCES_MAX + 500; i++) {
		Mudlark__SessionClosed closed = MUDLARK__SESSION_CLOSED__INIT;

		snprintf(peer, sizeof(peer), "11.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		m.session = closed.session = ANA;
		RIG_FEED(&r, RIG_GATEWAY, SESSION_OPEN, session_open, &m);
		rig_turn(&r);
		ck_assert(is_here(ANA));
		RIG_FEED(&r, RIG_GATEWAY, SESSION_CLOSED, session_closed, &closed);
		rig_turn(&r);
		rig_forget(&r);
	}
	/* Beyond, nobody is counted. */
	for (int i = 0; i < 4; i++) {
		open_from(BEN, "12.0.0.1");
		ck_assert(is_here(BEN));
		rig_closed(&r, RIG_GATEWAY, BEN);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		sessions_of_one_address_are_counted_over_all_gateways,
		ipv6_counts_by_its_network,
		whoever_opens_too_often_is_refused_everywhere_for_a_while,
		too_many_wrong_passwords_end_it_on_every_gateway,
		connections_that_never_log_in_are_counted,
		exempt_networks_and_the_console_are_not_counted_but_can_be_banned,
		who_a_gateway_says_is_exempt_is_not_counted,
		sessions_are_counted_again_after_a_restart,
		the_table_of_sources_is_bounded,
	};

	return sites_run("sources", tests, ARRAY_LEN(tests));
}
