/*
 * test_browser.c - browsers at a whole Mudlark: pages, upgrades, play over each subprotocol, and what is
 * done with those who break the rules.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/mud.h"
#include "tests/support/ws.h"

enum { CLOSE_US = 10000000 };

#define KEY "\x37\xfa\x21\x3d"

static const char *const origins[] = { "gateway.origins=https://play.example", NULL };

static struct mud m;

static void begin(bool tls, const char *const *sets)
{
	mud_start(&m, &(struct mud_conf){ .web = true, .tls = tls, .sets = sets });
}

static void end(void)
{
	ck_assert_int_eq(mud_stop(&m), 0);
}

static struct ws_spec spec_of(const char *protocols)
{
	return (struct ws_spec){ .port = m.web, .protocols = protocols };
}

/* What is answered to a request that ends its connection. */
static void expect_answer(uint16_t port, bool tls, const char *request, const char *what)
{
	char *all = ws_http(port, tls, request, CLOSE_US);

	ck_assert_msg(strstr(all, what) != NULL, "no \"%s\" in\n%s", what, all);
	free(all);
}

/* Pages */

static void look_at_pages(uint16_t port, bool tls)
{
	static const char get[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

	expect_answer(port, tls, get, "HTTP/1.1 200 OK\r\n");
	expect_answer(port, tls, get, "\r\nContent-Type: text/html; charset=utf-8\r\n");
	expect_answer(port, tls, get, "\r\nContent-Security-Policy: default-src 'none'; ");
	expect_answer(port, tls, get, "\r\nX-Content-Type-Options: nosniff\r\n");
	expect_answer(port, tls, get, "Mudlark");
	expect_answer(port, tls, "GET /../main.c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		      "HTTP/1.1 404 ");
	expect_answer(port, tls, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 ");
	expect_answer(port, tls, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", "HTTP/1.1 400 ");
}

START_TEST(the_web_client_is_served)
{
	begin(true, NULL);
	look_at_pages(m.web, false);
	look_at_pages(m.web_tls, true);
	end();
}
END_TEST

/* Upgrades */

static void expect_status(const struct ws_spec *spec, int want)
{
	struct ws w;

	ck_assert_int_eq(ws_try(&w, spec), want);
	ws_close(&w);
}

START_TEST(only_our_own_pages_and_listed_ones_may_connect)
{
	struct ws_spec spec;
	char own[40];

	begin(false, origins);
	spec = spec_of(NULL);
	expect_status(&spec, 101);
	spec.origin = "http://evil.example";
	expect_status(&spec, 403);
	spec.origin = "https://play.example";
	expect_status(&spec, 101);
	snprintf(own, sizeof(own), "http://127.0.0.1:%u", m.web);
	spec.origin = own;
	expect_status(&spec, 101);
	expect_answer(m.web, false, "GET /ws HTTP/1.1\r\nHost: a\r\n\r\n",
		      "\r\nSec-WebSocket-Version: 13\r\n");
	end();
}
END_TEST

/* Play */

static void play_terminal(const char *protocols)
{
	struct ws_spec spec = spec_of(protocols);
	struct ws w;

	ws_open(&w, &spec);
	ck_assert_str_eq(w.protocol, protocols && strstr(protocols, "terminal")
					     ? "terminal.mudstandards.org"
					     : "");
	ws_enter_guest(&w);
	ws_line(&w, "say caf\xc3\xa9");
	ws_expect(&w, "\"caf\xc3\xa9\"");
	ws_send_text(&w, "think by text");
	ws_expect(&w, "by text");
	ws_send_binary(&w, "think one\r\nthink two\r\n", 22);
	ws_expect(&w, "one");
	ws_expect(&w, "two");
	ck_assert_uint_eq(w.n_text, 0);
	ws_line(&w, "quit");
	ck_assert_uint_eq(ws_code(&w, CLOSE_US), 1000);
	ws_close(&w);
}

static void play_telnet(void)
{
	struct ws_spec spec = spec_of("telnet.mudstandards.org");
	struct ws w;

	ws_open(&w, &spec);
	ck_assert_str_eq(w.protocol, "telnet.mudstandards.org");
	ws_expect(&w, "\xff\xfd\x18");			    /* DO TTYPE */
	ck_assert_uint_eq(ws_count(&w, "\xff\xfb\x56"), 0); /* no WILL MCCP2 */
	ws_expect(&w, "Name:");
	ws_line(&w, "guest\r\n");
	ws_expect(&w, "Exits:");
	ws_expect(&w, "> \xff\xf9"); /* GA */
	ws_close(&w);
}

static void play_gmcp(void)
{
	struct ws_spec spec = spec_of("x, gmcp.mudstandards.org");
	const char *ping;
	struct ws w;

	ws_open(&w, &spec);
	ck_assert_str_eq(w.protocol, "gmcp.mudstandards.org");
	ws_send_text(&w, "Mudlark.Terminal {\"columns\":100,\"rows\":40,\"colours\":\"none\"}");
	ws_expect(&w, "Name:");
	ws_line(&w, "Webber");
	ws_expect(&w, "(y/n)");
	ws_line(&w, "y");
	ws_expect(&w, "Choose a password:");
	ws_expect_data(&w, "Mudlark.Input {\"hidden\":true}");
	ws_line(&w, "unseen by anybody");
	ws_expect(&w, "Repeat the password:");
	ws_line(&w, "unseen by anybody");
	ws_expect_data(&w, "Mudlark.Input {\"hidden\":false}");
	ws_expect(&w, "Exits:");
	ck_assert_uint_eq(ws_count(&w, "unseen"), 0);
	ws_send_text(&w, "Core.Ping 7");
	ws_expect_data(&w, "Core.Ping");
	ws_send_text(&w, "Core.Supports.Set [\"Char 1\"]");
	ping = ws_data(&w, "Char.Vitals", TALK_US);
	ck_assert_ptr_nonnull(ping);
	ck_assert_int_eq(ping[0], '{');
	ws_close(&w);
}

static void play_json(void)
{
	struct ws_spec spec = spec_of("json.mudstandards.org");
	struct ws w;

	ws_open(&w, &spec);
	ws_enter_guest(&w);
	ws_send_text(&w, "{\"proto\":\"gmcp\",\"id\":\"Core.Supports.Set\","
			 "\"data\":\"[\\\"Room 1\\\"]\"}");
	ws_line(&w, "look");
	ws_expect(&w, "Exits:");
	ws_expect_data(&w, "{\"proto\":\"gmcp\",\"id\":\"Room.Info\",\"data\":\"{");
	ws_close(&w);
}

START_TEST(one_can_play_by_every_subprotocol)
{
	begin(false, NULL);
	play_terminal(NULL);
	play_terminal("terminal.mudstandards.org");
	play_telnet();
	play_gmcp();
	play_json();
	end();
}
END_TEST

START_TEST(one_can_play_over_tls)
{
	struct ws_spec spec;
	struct ws w;

	begin(true, NULL);
	spec = spec_of("gmcp.mudstandards.org");
	spec.port = m.web_tls;
	spec.tls = true;
	ws_open(&w, &spec);
	ws_enter_guest(&w);
	ws_line(&w, "say hello");
	ws_expect(&w, "\"hello\"");
	ws_say_close(&w, 1000, "bye");
	ck_assert_uint_eq(ws_code(&w, CLOSE_US), 1000);
	ws_close(&w);
	end();
}
END_TEST

/* Breaches */

static void expect_code(const struct ws_raw *frame, uint16_t code)
{
	struct ws_spec spec = spec_of(NULL);
	struct ws w;

	ws_open(&w, &spec);
	ws_expect(&w, "Name:");
	ws_raw(&w, frame);
	ck_assert_uint_eq(ws_code(&w, CLOSE_US), code);
	ws_close(&w);
}

START_TEST(who_breaks_the_rules_is_told_which)
{
	static char much[70000];

	begin(false, NULL);
	expect_code(&(struct ws_raw){ 0x82, NULL, SPAN("look") }, 1002);
	expect_code(&(struct ws_raw){ 0xc2, KEY, SPAN("look") }, 1002);
	expect_code(&(struct ws_raw){ 0x83, KEY, SPAN("look") }, 1002);
	expect_code(&(struct ws_raw){ 0x81, KEY, SPAN("\xc0\x80") }, 1007);
	expect_code(&(struct ws_raw){ 0x82, KEY, { much, sizeof(much) } }, 1009);
	end();
}
END_TEST

START_TEST(pings_are_answered_and_a_flood_of_them_ends)
{
	struct ws_spec spec;
	struct ws w;

	begin(false, NULL);
	spec = spec_of(NULL);
	ws_open(&w, &spec);
	ws_ping(&w, "there?");
	while (w.pongs == 0 && ws_read(&w, CLOSE_US))
		;
	ck_assert_str_eq(buf_p(&w.pong), "there?");
	for (int i = 0; i < 100; i++)
		ws_raw(&w, &(struct ws_raw){ 0x89, KEY, SPAN("") });
	ck_assert_uint_eq(ws_code(&w, CLOSE_US), 1008);
	ws_close(&w);
	end();
}
END_TEST

/* Has the gateway given up a reader? */
static bool is_given_up(void)
{
	char *log = mud_log(&m);
	bool found = strstr(log, "reason=slow_reader") != NULL;

	free(log);
	return found;
}

START_TEST(who_reads_nothing_is_given_up_and_hurts_nobody_else)
{
	static const char *const sets[] = { "gateway.output_max=64K", NULL };
	struct ws_spec spec;
	struct ws slow, quick;

	begin(false, sets);
	spec = spec_of(NULL);
	ws_open(&slow, &spec);
	ws_enter_guest(&slow);
	ws_open(&quick, &spec);
	ws_enter_guest(&quick);
	while (!is_given_up()) {
		for (int i = 0; i < 200; i++)
			ws_raw(&slow, &(struct ws_raw){ 0x82, KEY, SPAN("help\nlook\nlook") });
		ws_line(&quick, "think still here");
		ws_expect(&quick, "still here");
	}
	ws_close(&slow);
	ws_close(&quick);
	end();
}
END_TEST

/* The end of the gateway */

START_TEST(a_gateway_that_stops_says_restart)
{
	struct ws_spec spec;
	struct ws w;

	begin(false, NULL);
	spec = spec_of(NULL);
	ws_open(&w, &spec);
	ws_enter_guest(&w);
	kill(mud_pid(&m, "gateway"), SIGTERM);
	ws_expect(&w, "The gates close");
	ck_assert_uint_eq(ws_code(&w, CLOSE_US), 1012);
	ws_close(&w);
	end();
}
END_TEST

START_TEST(behind_a_proxy_the_players_own_address_counts)
{
	static const char *const sets[] = { "gateway.trusted_proxies=127.0.0.1",
					    "gateway.exempt=127.0.0.1",
					    "gateway.max_conns_per_ip=2", NULL };
	struct ws_spec spec;
	struct ws w[4];

	begin(false, sets);
	spec = spec_of(NULL);
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		spec.headers = i < 3 ? "X-Forwarded-For: 198.51.100.7\r\n"
				     : "X-Forwarded-For: 198.51.100.7, 203.0.113.9\r\n";
		ck_assert_int_eq(ws_try(&w[i], &spec), i == 2 ? 429 : 101);
	}
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		ws_close(&w[i]);
	end();
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ the_web_client_is_served, 1 },
		{ only_our_own_pages_and_listed_ones_may_connect, 1 },
		{ one_can_play_by_every_subprotocol, 1 },
		{ one_can_play_over_tls, 1 },
		{ who_breaks_the_rules_is_told_which, 1 },
		{ pings_are_answered_and_a_flood_of_them_ends, 1 },
		{ who_reads_nothing_is_given_up_and_hurts_nobody_else, 1 },
		{ a_gateway_that_stops_says_restart, 1 },
		{ behind_a_proxy_the_players_own_address_counts, 1 },
	};

	return suite_main("browser", 60, tests, ARRAY_LEN(tests));
}
