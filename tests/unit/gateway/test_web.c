/*
 * test_web.c - connections of browsers: pages, refusals, and what becomes of /ws.
 */
#include "gateway/web.h"

#include <arpa/inet.h>
#include "gateway/page.h"
#include "tests/unit/gateway/ws_bench.h"

#define GET_PAGE "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET_WS                                                                                     \
	"GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"             \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static struct throttle_conf throttle_conf;
static struct throttle throttle;
static struct doors_conf doors_conf;
static struct doors doors;
static struct web_conf conf;
static struct web web;

static void on_client_gone(UNUSED void *ctx, const struct client *c)
{
	throttle_leave(&throttle, c->source);
	b.gone++;
}

static void start(void)
{
	begin();
	throttle_conf = (struct throttle_conf){ .max_conns = 100, .max_per_ip = 2 };
	throttle_init(&throttle, &throttle_conf);
	doors_conf = (struct doors_conf){ .handshake_us = 10000000 };
	doors_init(&doors, b.loop, &doors_conf, &throttle);
	conf = (struct web_conf){ .timeout_us = 10000000 };
	web_init(&web, &b.clients, &doors, &conf);
	b.clients.on_gone = on_client_gone;
}

static void stop(void)
{
	web_done(&web);
	doors_done(&doors);
	end();
	ck_assert_uint_eq(throttle.n, 0);
	address_nets_done(&doors_conf.trusted);
	throttle_done(&throttle);
}

static void name(struct door_guest *g, const char *address)
{
	ck_assert(address_parse(text_of(address), &g->address));
	g->socket = g->address;
	cidr_text(&g->address, g->peer);
}

/* A browser at this address, which has passed the door. */
static int visit_from(const char *address)
{
	struct door_guest guest = { 0 };
	enum throttle_use use;
	struct stream s;
	int pair[2];

	name(&guest, address);
	guest.is_known = !address_nets_have(&doors_conf.trusted, &guest.address);
	use = guest.is_known ? THROTTLE_PAGE : THROTTLE_PROXY;
	throttle.strangers = 0; /* as at the end of each turn of a gateway where all play */
	ck_assert_int_eq(throttle_enter(&throttle, &guest.address, use,
					clock_mono(loop_clock(b.loop)), &guest.source),
			 THROTTLE_WELCOME);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	s = stream_of(pair[0]);
	ck_assert_int_eq(web_open(&web, &s, &guest), 0);
	return pair[1];
}

static int visit(void)
{
	return visit_from("192.0.2.1");
}

static size_t count(const struct buf *got, const char *what)
{
	const char *at = buf_p(got), *stop_at = at + got->n;
	size_t n = 0;

	while ((at = memmem(at, (size_t)(stop_at - at), what, strlen(what)))) {
		at += strlen(what);
		n++;
	}
	return n;
}

static void expect_status(int fd, int status)
{
	char line[40];
	struct buf got = get(fd);

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	ck_assert_msg(count(&got, line) == 1, "%d did not come: %.*s", status, (int)got.n,
		      buf_p(&got));
	buf_done(&got);
}

START_TEST(one_connection_brings_many_files)
{
	int fd;

	start();
	fd = visit();
	for (int i = 0; i < 5; i++) {
		put_bytes(fd, SPAN(GET_PAGE));
		expect_status(fd, 200);
	}
	ck_assert_uint_eq(web.n, 1);
	close(fd);
	turn();
	ck_assert_uint_eq(web.n, 0);
	stop();
}
END_TEST

START_TEST(requests_may_come_in_one_piece_or_byte_by_byte)
{
	struct span two = SPAN(GET_PAGE "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
	struct buf got;
	int fd;

	start();
	fd = visit();
	put_bytes(fd, two);
	got = get(fd);
	ck_assert_uint_eq(count(&got, "HTTP/1.1 200 "), 1);
	ck_assert_uint_eq(count(&got, "HTTP/1.1 404 "), 1);
	buf_clear(&got);
	for (size_t i = 0; i < two.n; i++)
		put_bytes(fd, (struct span){ two.p + i, 1 });
	got = get(fd);
	ck_assert_uint_eq(count(&got, "HTTP/1.1 200 "), 1);
	ck_assert_uint_eq(count(&got, "HTTP/1.1 404 "), 1);
	buf_done(&got);
	close(fd);
	stop();
}
END_TEST

START_TEST(who_wants_to_close_is_closed)
{
	int fd;

	start();
	fd = visit();
	put_bytes(fd, SPAN("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" GET_PAGE));
	expect_status(fd, 200);
	ck_assert(is_closed(fd));
	close(fd);
	fd = visit();
	put_bytes(fd, SPAN("GET / HTTP/1.0\r\n\r\n"));
	expect_status(fd, 200);
	ck_assert(is_closed(fd));
	close(fd);
	stop();
}
END_TEST

START_TEST(a_bad_request_is_answered_and_nothing_after_it)
{
	int fd;

	start();
	fd = visit();
	put_bytes(fd, SPAN("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n" GET_PAGE));
	expect_status(fd, 405);
	put_bytes(fd, SPAN(GET_PAGE));
	ck_assert(is_closed(fd));
	close(fd);
	stop();
}
END_TEST

START_TEST(a_connection_answers_so_many_requests_and_no_more)
{
	size_t n = 0;
	int fd;

	start();
	fd = visit();
	while (send(fd, GET_PAGE, sizeof(GET_PAGE) - 1, MSG_NOSIGNAL) > 0 && n <= WEB_REQUESTS) {
		struct buf got = get(fd);

		n += count(&got, "HTTP/1.1 200 ");
		buf_done(&got);
	}
	ck_assert_uint_eq(n, WEB_REQUESTS);
	close(fd);
	stop();
}
END_TEST

/* Turns until the connection is gone, or too many. */
static void wait_gone(void)
{
	for (int i = 0; i < 1000 && web.n > 0; i++) {
		event_base_loop(loop_base(b.loop), EVLOOP_ONCE);
		clients_flush(&b.clients);
	}
	ck_assert_uint_eq(web.n, 0);
}

START_TEST(half_a_request_is_waited_for_so_long)
{
	char bytes[4096] = "";
	int fd;

	start();
	conf.timeout_us = 1000;
	fd = visit();
	put_bytes(fd, SPAN("GET / HT"));
	wait_gone();
	ck_assert_int_gt(recv(fd, bytes, sizeof(bytes) - 1, 0), 0);
	ck_assert_ptr_nonnull(strstr(bytes, "HTTP/1.1 408 "));
	close(fd);
	stop();
}
END_TEST

START_TEST(who_says_nothing_is_sent_away_without_a_word)
{
	char c;
	int fd;

	start();
	conf.timeout_us = 1000;
	fd = visit();
	wait_gone();
	ck_assert_int_eq(recv(fd, &c, 1, 0), 0);
	ck_assert_uint_eq(web.stats.timeouts, 1);
	close(fd);
	stop();
}
END_TEST

START_TEST(a_slow_reader_costs_one_piece_and_gets_everything)
{
	size_t all = 0, got = 0;
	int fd;

	start();
	fd = visit();
	for (int i = 0; i < 90; i++)
		ck_assert_int_gt(send(fd, GET_PAGE, sizeof(GET_PAGE) - 1, 0), 0);
	for (int i = 0; i < 1000; i++) {
		struct buf some = get(fd);

		all += count(&some, "HTTP/1.1 200 ");
		got += some.n;
		buf_done(&some);
	}
	ck_assert_uint_eq(all, 90);
	ck_assert_uint_gt(got, 90 * page_files[0].n / 2);
	close(fd);
	stop();
}
END_TEST

START_TEST(an_upgrade_becomes_a_client_with_what_came_behind_it)
{
	struct buf bytes = { 0 }, got;
	char *end_of_head;
	int fd;

	start();
	fd = visit();
	buf_adds(&bytes, GET_WS "Sec-WebSocket-Protocol: gmcp.mudstandards.org\r\n\r\n");
	add_frame(&bytes, F_TEXT, SPAN("Core.Ping"));
	put_bytes(fd, buf_span(&bytes));
	got = get(fd);
	ck_assert_uint_eq(count(&got, "HTTP/1.1 101 "), 1);
	ck_assert_uint_eq(count(&got, "Sec-WebSocket-Protocol: gmcp.mudstandards.org\r\n"), 1);
	end_of_head = memmem(buf_p(&got), got.n, "\r\n\r\n", 4);
	ck_assert_ptr_nonnull(end_of_head);
	ck_assert_mem_eq(end_of_head + 4,
			 "\x81\x09"
			 "Core.Ping",
			 11);
	ck_assert_uint_eq(web.n, 0);
	ck_assert_uint_eq(b.clients.n, 1);
	ck_assert_str_eq(the_client()->session->via, "ws");
	ck_assert_str_eq(the_client()->session->peer, "192.0.2.1");
	ck_assert_uint_eq(throttle.n, 1);
	close(fd);
	turn();
	turn();
	ck_assert_uint_eq(throttle.n, 0);
	buf_done(&bytes);
	buf_done(&got);
	stop();
}
END_TEST

START_TEST(an_upgrade_behind_pages_on_the_same_connection_is_fine)
{
	int fd;

	start();
	fd = visit();
	put_bytes(fd, SPAN(GET_PAGE));
	expect_status(fd, 200);
	put_bytes(fd, SPAN(GET_WS "\r\n"));
	expect_status(fd, 101);
	close(fd);
	stop();
}
END_TEST

START_TEST(a_page_of_another_site_may_not_connect)
{
	int fd;

	start();
	fd = visit();
	put_bytes(fd, SPAN(GET_WS "Origin: http://evil.example\r\n\r\n"));
	expect_status(fd, 403);
	ck_assert(is_closed(fd));
	ck_assert_uint_eq(b.clients.n, 0);
	close(fd);
	stop();
}
END_TEST

static void trust(const char *net)
{
	char text[40];
	char *const nets[] = { text, NULL };
	const char *bad;

	snprintf(text, sizeof(text), "%s", net);
	ck_assert_int_eq(address_nets_set(&doors_conf.trusted, nets, &bad), 0);
}

START_TEST(behind_a_trusted_proxy_the_players_own_address_counts)
{
	int fd;

	start();
	trust("10.0.0.0/8");
	fd = visit_from("10.0.0.1");
	put_bytes(fd, SPAN(GET_WS "X-Forwarded-For: 6.6.6.6\r\n"
				  "X-Forwarded-For: 198.51.100.7, 10.0.0.2\r\n\r\n"));
	expect_status(fd, 101);
	ck_assert_str_eq(the_client()->session->peer, "198.51.100.7");
	ck_assert_uint_eq(throttle.n, 1);
	close(fd);
	stop();
}
END_TEST

START_TEST(anybody_else_may_say_what_he_likes)
{
	int fd;

	start();
	trust("10.0.0.0/8");
	fd = visit_from("192.0.2.9");
	put_bytes(fd, SPAN(GET_WS "X-Forwarded-For: 198.51.100.7\r\n\r\n"));
	expect_status(fd, 101);
	ck_assert_str_eq(the_client()->session->peer, "192.0.2.9");
	close(fd);
	stop();
}
END_TEST

START_TEST(too_many_from_one_address_behind_a_proxy_are_refused)
{
	int fd[3];

	start();
	trust("10.0.0.0/8");
	for (int i = 0; i < 3; i++) {
		char proxy[20];

		snprintf(proxy, sizeof(proxy), "10.0.0.%d", i + 1);
		fd[i] = visit_from(proxy);
		put_bytes(fd[i], SPAN(GET_WS "X-Forwarded-For: 198.51.100.7\r\n\r\n"));
		expect_status(fd[i], i < 2 ? 101 : 429);
	}
	close(fd[2]);
	turn();
	ck_assert_uint_eq(throttle.n, 2);
	close(fd[0]);
	close(fd[1]);
	stop();
}
END_TEST

START_TEST(pages_are_cheap_and_players_are_counted)
{
	int fd;

	start();
	throttle_conf.rate = 3;
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 6; k++) {
			fd = visit();
			put_bytes(fd, SPAN(GET_PAGE));
			expect_status(fd, 200);
			close(fd);
			turn();
		}
		fd = visit();
		put_bytes(fd, SPAN(GET_WS "\r\n"));
		expect_status(fd, 101);
		close(fd);
		turn();
	}
	fd = visit();
	put_bytes(fd, SPAN(GET_PAGE));
	expect_status(fd, 200);
	put_bytes(fd, SPAN(GET_WS "\r\n"));
	expect_status(fd, 429);
	close(fd);
	stop();
}
END_TEST

START_TEST(behind_a_proxy_each_player_has_a_rate_of_his_own)
{
	int fd;

	start();
	trust("10.0.0.0/8");
	throttle_conf.rate = 1;
	for (int i = 0; i < 3; i++) {
		char request[400];

		snprintf(request, sizeof(request), GET_WS "X-Forwarded-For: 198.51.100.%d\r\n\r\n",
			 i + 1);
		fd = visit_from("10.0.0.1");
		put_bytes(fd, text_of(request));
		expect_status(fd, 101);
		close(fd);
		turn();
	}
	fd = visit_from("10.0.0.1");
	put_bytes(fd, SPAN(GET_WS "X-Forwarded-For: 198.51.100.3\r\n\r\n"));
	expect_status(fd, 429);
	close(fd);
	stop();
}
END_TEST

START_TEST(one_behind_a_proxy_cannot_shut_out_the_others)
{
	int fd;

	start();
	trust("10.0.0.0/8");
	throttle_conf.rate = 1;
	for (unsigned i = 0; i < 2 * THROTTLE_PAGES; i++) {
		fd = visit_from("10.0.0.1");
		put_bytes(fd, SPAN("GET / HTTP/1.1\r\nHost: a\r\n"
				   "X-Forwarded-For: 198.51.100.7\r\n\r\n"));
		expect_status(fd, i < THROTTLE_PAGES ? 200 : 429);
		close(fd);
		turn();
	}
	fd = visit_from("10.0.0.1");
	put_bytes(fd, SPAN(GET_WS "X-Forwarded-For: 198.51.100.8\r\n\r\n"));
	expect_status(fd, 101);
	close(fd);
	stop();
}
END_TEST

UNIT_MAIN("web", one_connection_brings_many_files, requests_may_come_in_one_piece_or_byte_by_byte,
	  who_wants_to_close_is_closed, a_bad_request_is_answered_and_nothing_after_it,
	  a_connection_answers_so_many_requests_and_no_more, half_a_request_is_waited_for_so_long,
	  who_says_nothing_is_sent_away_without_a_word,
	  a_slow_reader_costs_one_piece_and_gets_everything,
	  an_upgrade_becomes_a_client_with_what_came_behind_it,
	  an_upgrade_behind_pages_on_the_same_connection_is_fine,
	  a_page_of_another_site_may_not_connect,
	  behind_a_trusted_proxy_the_players_own_address_counts, anybody_else_may_say_what_he_likes,
	  too_many_from_one_address_behind_a_proxy_are_refused,
	  pages_are_cheap_and_players_are_counted, behind_a_proxy_each_player_has_a_rate_of_his_own,
	  one_behind_a_proxy_cannot_shut_out_the_others)
