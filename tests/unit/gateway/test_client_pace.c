/*
 * test_client_pace.c - clients that send too fast, and clients that say nothing.
 */
#include "gateway/client_console.h"
#include "tests/unit/gateway/ws_bench.h"

#define NOP "\xff\xf1"

/* The loop goes on until the condition holds; the test's own timeout ends it otherwise. */
#define UNTIL(condition)                                                                           \
	while (!(condition)) {                                                                     \
		event_base_loop(loop_base(b.loop), EVLOOP_ONCE);                                   \
		lobby_flush(&b.f.lobby);                                                           \
		clients_flush(&b.clients);                                                         \
	}

static int telnet_player(void)
{
	int fd = connect_by(&protocol_telnet, NULL);
	struct buf got = get(fd);

	buf_done(&got);
	return fd;
}

static size_t waiting(int fd)
{
	struct buf got = get(fd);
	size_t n = got.n;

	buf_done(&got);
	return n;
}

/* Lines of 100 bytes, as many as the socket takes in one turn of ours. */
static void pour(int fd, size_t bytes)
{
	char line[100];

	memset(line, ' ', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (; bytes > 0; bytes -= sizeof(line))
		ck_assert_int_eq(send(fd, line, sizeof(line), 0), sizeof(line));
	turn();
}

START_TEST(who_sends_too_fast_is_not_read_for_a_while)
{
	struct client *c;
	uint64_t taken;
	int fd;

	begin();
	b.conf.byte_rate = 100000;
	fd = telnet_player();
	c = the_client();
	pour(fd, 10000);
	ck_assert(!c->is_muted);
	c->rate_us += 2000000; /* as if he had sent much more */
	pour(fd, 10000);
	ck_assert(c->is_muted);
	taken = b.clients.stats.bytes_in;
	pour(fd, 10000);
	ck_assert_uint_eq(b.clients.stats.bytes_in, taken);
	c->rate_us = 1; /* time goes by */
	UNTIL(b.clients.stats.bytes_in == taken + 10000);
	ck_assert(!c->is_muted);
	ck_assert_uint_eq(b.gone, 0);
	close(fd);
	end();
}
END_TEST

START_TEST(one_who_is_not_read_is_still_written_to)
{
	struct client *c;
	int fd;

	begin();
	b.conf.byte_rate = 1000;
	fd = telnet_player();
	c = the_client();
	fake_state(&b.f, 0, 1, false, true, 0);
	pour(fd, 10000);
	ck_assert(c->is_muted);
	fake_output(&b.f, 0, 1, "It rains.", 0, NULL);
	ck_assert_uint_gt(waiting(fd), 0);
	close(fd);
	end();
}
END_TEST

START_TEST(one_who_is_not_read_can_go_away)
{
	int fd;

	begin();
	b.conf.byte_rate = 1000;
	fd = telnet_player();
	pour(fd, 10000);
	client_doom(the_client(), "closed");
	turn();
	ck_assert_uint_eq(b.gone, 1);
	ck_assert(TAILQ_EMPTY(&b.clients.muted));
	close(fd);
	end();
}
END_TEST

START_TEST(the_close_of_one_who_is_not_read_any_more_is_final)
{
	struct buf out = { 0 };
	struct client *c;
	int fd;

	begin();
	b.conf.byte_rate = 1000;
	fd = player(&protocol_terminal);
	c = the_client();
	b.f.conf.rate = 1; /* so that the session does not end at once */
	b.f.conf.burst = 1;
	for (int i = 0; i < 500; i++)
		add_frame(&out, F_BINARY, SPAN("look"));
	add_frame(&out, F_CLOSE, SPAN("\x03\xe8"));
	put_bytes(fd, buf_span(&out));
	ck_assert(c->eof && !c->is_muted);
	ck_assert(TAILQ_EMPTY(&b.clients.muted));
	expect(fd, "close 1000 \n");
	buf_done(&out);
	close(fd);
	end();
}
END_TEST

START_TEST(the_console_may_send_as_fast_as_it_likes)
{
	int fd;

	begin();
	b.conf.byte_rate = 100;
	fd = connect_by(&protocol_console, NULL);
	pour(fd, 10000);
	ck_assert(!the_client()->is_muted);
	close(fd);
	end();
}
END_TEST

START_TEST(a_silent_telnet_client_is_sent_a_nop_and_stays)
{
	struct client *c;
	struct buf got = { 0 };
	int fd;

	begin();
	b.conf.keepalive_us = 1000;
	b.conf.telnet_nop = true;
	fd = telnet_player();
	c = the_client();
	for (int i = 0; i < 2 * CLIENT_PINGS; i++) {
		uint64_t sends = b.clients.stats.sends;

		UNTIL(b.clients.stats.sends > sends);
	}
	got = get(fd);
	ck_assert_uint_ge(got.n, 4);
	ck_assert_mem_eq(buf_p(&got), NOP NOP, 4);
	ck_assert_ptr_eq(the_client(), c);
	buf_done(&got);
	close(fd);
	end();
}
END_TEST

START_TEST(a_silent_websocket_is_pinged_and_then_gone)
{
	int fd;

	begin();
	b.conf.keepalive_us = 1000;
	fd = player(&protocol_terminal);
	UNTIL(b.gone == 1);
	expect(fd, "ping \nping \nclose 1008 silent\n");
	fake_expect_told(&b.f, "closed 1 silent\n");
	close(fd);
	end();
}
END_TEST

START_TEST(whatever_comes_from_a_websocket_is_a_sign_of_life)
{
	int fd;

	begin();
	b.conf.keepalive_us = 1000;
	fd = player(&protocol_terminal);
	for (int i = 0; i < 3 * CLIENT_PINGS; i++) {
		uint64_t sends = b.clients.stats.sends;

		UNTIL(b.clients.stats.sends > sends);
		put(fd, F_PONG, SPAN(""));
	}
	ck_assert_uint_eq(b.gone, 0);
	ck_assert_uint_le(the_client()->pings, 1);
	close(fd);
	end();
}
END_TEST

START_TEST(clients_stand_in_the_order_in_which_they_were_heard)
{
	struct client *first, *second;
	int a, c;

	begin();
	a = telnet_player();
	first = the_client();
	c = telnet_player();
	second = TAILQ_NEXT(first, all);
	ck_assert_ptr_nonnull(second);
	put_bytes(a, SPAN("l"));
	ck_assert_ptr_eq(the_client(), second);
	ck_assert_uint_le(second->heard_us, first->heard_us);
	put_bytes(c, SPAN("l"));
	ck_assert_ptr_eq(the_client(), first);
	close(a);
	close(c);
	end();
}
END_TEST

START_TEST(without_keepalive_nobody_is_pinged)
{
	int fd;

	begin();
	fd = telnet_player();
	the_client()->heard_us = 0;
	event_base_loop(loop_base(b.loop), EVLOOP_NONBLOCK);
	ck_assert_uint_eq(waiting(fd), 0);
	close(fd);
	end();
}
END_TEST

UNIT_MAIN("client_pace", who_sends_too_fast_is_not_read_for_a_while,
	  one_who_is_not_read_is_still_written_to, one_who_is_not_read_can_go_away,
	  the_close_of_one_who_is_not_read_any_more_is_final,
	  the_console_may_send_as_fast_as_it_likes, a_silent_telnet_client_is_sent_a_nop_and_stays,
	  a_silent_websocket_is_pinged_and_then_gone,
	  whatever_comes_from_a_websocket_is_a_sign_of_life,
	  clients_stand_in_the_order_in_which_they_were_heard, without_keepalive_nobody_is_pinged)
