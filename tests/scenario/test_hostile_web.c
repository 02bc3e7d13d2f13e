/*
 * test_hostile_web.c - attackers at the TLS and web ports: each is refused in the way that is promised, and a
 * player beside them notices nothing (siege.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenario/siege.h"
#include "tests/scenario/suite.h"
#include "tests/support/die.h"
#include "tests/support/secure.h"
#include "tests/support/ws.h"

enum { ATTACKERS = 20, FLAT_KB = 6144 };

static const struct mud_conf both = { .tls = true, .web = true };

/* Connections to a port, each from an address of its own. */
static void open_all(struct talk *all, uint16_t port)
{
	for (unsigned i = 0; i < ATTACKERS; i++) {
		char from[32];

		snprintf(from, sizeof(from), "127.0.0.%u", 2 + i);
		talk_open_by(&all[i], "an attacker",
			     &(struct talk_way){ .port = port, .from = from });
	}
}

static void close_all(struct talk *all)
{
	for (unsigned i = 0; i < ATTACKERS; i++)
		talk_close(&all[i]);
}

/* Each sends a byte now and then until the server has closed them all. */
static void trickle(struct siege *s, struct talk *all, const char *bytes)
{
	size_t n = strlen(bytes);

	for (unsigned open = ATTACKERS, step = 0; open; step++) {
		open = 0;
		for (unsigned i = 0; i < ATTACKERS; i++) {
			if (all[i].fd >= 0 && n)
				siege_send(&all[i], bytes + step % n, 1);
			talk_read(&all[i], 1000);
			open += all[i].fd >= 0;
		}
		siege_calm(s);
	}
}

START_TEST(handshakes_that_do_not_go_on_are_ended)
{
	static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
	const char *const sets[] = { "gateway.handshake_timeout=500ms", NULL };
	const struct mud_conf conf = { .tls = true, .web = true, .sets = sets };
	struct talk silent[ATTACKERS], half[ATTACKERS];
	struct siege s;

	siege_begin(&s, &conf);
	open_all(silent, s.mud.telnet_tls);
	open_all(half, s.mud.web_tls);
	for (unsigned i = 0; i < ATTACKERS; i++)
		siege_send(&half[i], hello, sizeof(hello) - 1);
	trickle(&s, silent, "");
	trickle(&s, half, "");
	close_all(silent);
	close_all(half);
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(plain_words_at_the_port_for_tls_get_one_clear_line)
{
	struct siege s;
	struct talk t;

	siege_begin(&s, &both);
	talk_open(&t, "one who speaks plainly", s.mud.telnet_tls);
	talk_line(&t, "guest");
	siege_refused(&t, "This port speaks TLS. Please turn TLS on in your client, or take the "
			  "other port.");
	siege_end(&s);
}
END_TEST

START_TEST(a_player_over_tls_plays_like_any_other)
{
	struct siege s;
	struct talk t;

	siege_begin(&s, &both);
	talk_open_by(&t, "one over TLS",
		     &(struct talk_way){ .port = s.mud.telnet_tls, .tls = true });
	talk_enter_new(&t, "Securia", "some long password");
	talk_line(&t, "say over and out");
	talk_expect(&s.player, "Securia says, \"over and out\"");
	talk_close(&t);
	siege_end(&s);
}
END_TEST

START_TEST(updates_of_keys_without_end_close_the_connection)
{
	const unsigned n = _i ? 100000 : 300000; /* 8 MB are more than the sockets hold */
	struct buf updates = { 0 };
	struct siege s;
	struct talk t;
	size_t sent;

	siege_begin(&s, &both);
	talk_open_by(&t, "one who changes his key",
		     &(struct talk_way){ .port = _i ? s.mud.web_tls : s.mud.telnet_tls,
					 .tls = true });
	secure_key_updates(t.secure, n, _i, &updates);
	ck_assert_uint_gt(updates.n, 26 * n);
	sent = siege_send(&t, buf_p(&updates), updates.n);
	ck_assert(_i || sent < updates.n);
	siege_calm(&s);
	talk_expect_end(&t);
	talk_close(&t);
	buf_done(&updates);
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(a_request_that_never_ends_is_told_so_and_closed)
{
	const char *const sets[] = { "gateway.handshake_timeout=500ms", NULL };
	const struct mud_conf conf = { .web = true, .sets = sets };
	struct talk slow[ATTACKERS];
	struct siege s;

	siege_begin(&s, &conf);
	open_all(slow, s.mud.web);
	for (unsigned i = 0; i < ATTACKERS; i++)
		siege_send(&slow[i], "GET / HTTP/1.1\r\nHost: x\r\nX: ", 28);
	trickle(&s, slow, "y");
	for (unsigned i = 0; i < ATTACKERS; i++)
		ck_assert_msg(talk_count(&slow[i], "HTTP/1.1 408 ") == 1, "he was told \"%s\"",
			      buf_p(&slow[i].text));
	close_all(slow);
	siege_end(&s);
}
END_TEST

START_TEST(a_websocket_that_never_logs_in_is_closed_with_a_code)
{
	const char *const sets[] = { "gateway.login_timeout=1s", NULL };
	const struct mud_conf conf = { .web = true, .sets = sets };
	struct ws slow[ATTACKERS];
	struct siege s;

	siege_begin(&s, &conf);
	for (unsigned i = 0; i < ATTACKERS; i++)
		ws_open(&slow[i], &(struct ws_spec){ .port = s.mud.web });
	for (unsigned i = 0; i < ATTACKERS; i++) {
		ck_assert_uint_eq(ws_code(&slow[i], TALK_US), 1008);
		ck_assert_uint_eq(ws_count(&slow[i], "You took too long to log in."), 1);
		ws_close(&slow[i]);
	}
	siege_end(&s);
}
END_TEST

/* Requests that are refused; what the first line of the answer begins with. */
static const struct bad_request {
	const char *request, *answer;
} bad_requests[] = {
	{ "POST / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 " },
	{ "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde", "HTTP/1.1 413 " },
	{ "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	  "HTTP/1.1 413 " },
	{ "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 " },
	{ "GET / HTTP/1.1\nHost: x\n\n", "HTTP/1.1 400 " },
	{ "GET / HTTP/3.7\r\nHost: x\r\n\r\n", "HTTP/1.1 505 " },
	{ "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 40" },
	{ "GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 40" },
	{ "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 426 " },
	{ "\x16\x03\x01 not http at all\r\n\r\n", "HTTP/1.1 400 " },
};

START_TEST(bad_requests_are_refused_each_with_its_status)
{
	const char *const sets[] = { "gateway.handshake_timeout=500ms", NULL };
	const struct mud_conf conf = { .tls = true, .web = true, .sets = sets };
	struct siege s;

	siege_begin(&s, &conf);
	for (size_t i = 0; i < ARRAY_LEN(bad_requests); i++) {
		const struct bad_request *bad = &bad_requests[i];
		CLEANUP(base_freep)
		char *answer =
			ws_http(i % 2 ? s.mud.web_tls : s.mud.web, i % 2, bad->request, TALK_US);

		ck_assert_msg(!strncmp(answer, bad->answer, strlen(bad->answer)),
			      "%s was answered\n%s", bad->request, answer);
		ck_assert_ptr_null(strstr(answer, "root:"));
	}
	siege_end(&s);
}
END_TEST

START_TEST(a_head_that_grows_without_end_is_cut_off)
{
	struct siege s;
	struct talk t;

	siege_begin(&s, &both);
	talk_open(&t, "one who has much to say", s.mud.web);
	siege_send(&t, "GET / HTTP/1.1\r\nHost: x\r\n", 25);
	siege_send_times(&t, SPAN("X-Again: and again\r\n"), 500000);
	siege_refused(&t, "HTTP/1.1 431 ");
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(a_page_of_another_site_opens_no_websocket)
{
	struct siege s;
	struct ws w;

	siege_begin(&s, &both);
	ck_assert_int_eq(ws_try(&w, &(struct ws_spec){ .port = s.mud.web,
						       .origin = "https://evil.example" }),
			 403);
	ws_close(&w);
	siege_end(&s);
}
END_TEST

#define KEY "abcd"

/* Frames that break RFC 6455 or a bound; the code they are closed with. */
static const struct bad_frame {
	const char *name;
	struct ws_raw frame;
	uint16_t code;
} bad_frames[] = {
	{ "not masked", { 0x82, NULL, { "look", 4 } }, 1002 },
	{ "reserved bit", { 0xc2, KEY, { "look", 4 } }, 1002 },
	{ "unknown opcode", { 0x83, KEY, { "look", 4 } }, 1002 },
	{ "continuation of nothing", { 0x80, KEY, { "look", 4 } }, 1002 },
	{ "a ping in pieces", { 0x09, KEY, { "look", 4 } }, 1002 },
	{ "text that is no UTF-8", { 0x81, KEY, { "\xc0\xaf", 2 } }, 1007 },
	{ "text of surrogates", { 0x81, KEY, { "\xed\xa0\x80", 3 } }, 1007 },
};

START_TEST(frames_that_break_the_rules_are_closed_with_their_code)
{
	struct siege s;

	siege_begin(&s, &both);
	for (size_t i = 0; i < ARRAY_LEN(bad_frames); i++) {
		const struct bad_frame *bad = &bad_frames[i];
		uint16_t code;
		struct ws w;

		ws_open(&w, &(struct ws_spec){ .port = i % 2 ? s.mud.web_tls : s.mud.web,
					       .tls = i % 2,
					       .protocols = "gmcp.mudstandards.org" });
		ws_expect(&w, "Name:");
		ws_raw(&w, &bad->frame);
		code = ws_code(&w, TALK_US);
		ck_assert_msg(code == bad->code, "%s: %u", bad->name, code);
		ws_close(&w);
	}
	siege_end(&s);
}
END_TEST

START_TEST(a_frame_that_says_it_is_huge_is_refused_at_its_first_byte)
{
	static const char *const heads[] = {
		"\x82\xff\x00\x00\x00\x00\x00\x01\x00\x01" KEY, /* 65,537 bytes */
		"\x82\xff\x00\x00\x00\x40\x00\x00\x00\x00" KEY, /* 2^38 */
		"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" KEY, /* 2^63 - 1 */
	};
	struct siege s;
	struct ws w;

	siege_begin(&s, &both);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		ws_open(&w, &(struct ws_spec){ .port = s.mud.web });
		ws_bytes(&w, heads[i], 14);
		ws_bytes(&w, "x", 1);
		ck_assert_uint_eq(ws_code(&w, TALK_US), 1009);
		ws_close(&w);
	}
	siege_flat(&s, FLAT_KB);
	siege_end(&s);
}
END_TEST

START_TEST(a_message_in_very_many_pieces_is_refused)
{
	const struct ws_raw first = { 0x02, KEY, { "l", 1 } }, more = { 0x00, KEY, { "o", 1 } };
	struct siege s;
	struct ws w;

	siege_begin(&s, &both);
	ws_open(&w, &(struct ws_spec){ .port = s.mud.web });
	ws_raw(&w, &first);
	for (unsigned i = 0; i < 65; i++)
		ws_raw(&w, &more);
	ck_assert_uint_eq(ws_code(&w, TALK_US), 1008);
	ws_close(&w);
	siege_end(&s);
}
END_TEST

START_TEST(a_flood_of_pings_is_closed)
{
	struct siege s;
	struct ws w;

	siege_begin(&s, &both);
	ws_open(&w, &(struct ws_spec){ .port = s.mud.web });
	ws_enter_guest(&w);
	for (unsigned i = 0; i < 100; i++)
		ws_ping(&w, "are you there");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 1008);
	ck_assert_uint_le(w.pongs, 62);
	ws_close(&w);
	siege_end(&s);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		{ handshakes_that_do_not_go_on_are_ended, 1 },
		{ plain_words_at_the_port_for_tls_get_one_clear_line, 1 },
		{ a_player_over_tls_plays_like_any_other, 1 },
		{ updates_of_keys_without_end_close_the_connection, 2 },
		{ a_request_that_never_ends_is_told_so_and_closed, 1 },
		{ a_websocket_that_never_logs_in_is_closed_with_a_code, 1 },
		{ bad_requests_are_refused_each_with_its_status, 1 },
		{ a_head_that_grows_without_end_is_cut_off, 1 },
		{ a_page_of_another_site_opens_no_websocket, 1 },
		{ frames_that_break_the_rules_are_closed_with_their_code, 1 },
		{ a_frame_that_says_it_is_huge_is_refused_at_its_first_byte, 1 },
		{ a_message_in_very_many_pieces_is_refused, 1 },
		{ a_flood_of_pings_is_closed, 1 },
	};

	return suite_main("hostile_web", 60, tests, ARRAY_LEN(tests));
}
