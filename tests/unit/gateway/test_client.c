/*
 * test_client.c - clients on real sockets: at one end bytes as clients send them, at the other a fake
 * world.
 */
#include "gateway/client.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway/client_console.h"
#include "gateway/telnet.h"
#include "tests/unit/gateway/client_bench.h"

#define BYE "Farewell.\r\n"

START_TEST(a_line_goes_in_and_its_answer_comes_out_with_the_prompt)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("look\r\n"));
	fake_expect_told(&f, "line 1 1 look\n");
	fake_output(&f, 0, 1, "Tide Square\nExits: none", 1, NULL);
	expect(fd, "Tide Square\r\nExits: none\r\n> " GA);
	close(fd);
	end();
}
END_TEST

START_TEST(a_turn_is_one_send)
{
	uint64_t sends;
	int fd;

	begin();
	fd = player();
	sends = clients.stats.sends;
	for (int i = 0; i < 10; i++)
		fake_output(&f, 0, 1, "rain", 0, NULL);
	turn();
	ck_assert_uint_eq(clients.stats.sends, sends + 1);
	close(fd);
	end();
}
END_TEST

START_TEST(text_behind_a_prompt_begins_on_its_own_line)
{
	int fd;

	begin();
	fd = player();
	fake_output(&f, 0, 1, "A gull cries.", 0, NULL);
	fake_output(&f, 0, 1, "It rains.", 0, NULL);
	expect(fd, "\r\nA gull cries.\r\nIt rains.\r\n> " GA);
	close(fd);
	end();
}
END_TEST

START_TEST(no_prompt_is_shown_while_an_answer_is_awaited)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("look\r\n"));
	fake_output(&f, 0, 1, "A gull cries.", 0, NULL);
	expect(fd, "A gull cries.\r\n");
	fake_output(&f, 0, 1, "Tide Square", 1, NULL);
	expect(fd, "Tide Square\r\n> " GA);
	close(fd);
	end();
}
END_TEST

START_TEST(end_of_record_replaces_go_ahead)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfd\x19"));
	fake_output(&f, 0, 1, "x", 0, NULL);
	expect(fd, "\r\nx\r\n> \xff\xef");
	close(fd);
	end();
}
END_TEST

START_TEST(a_client_without_go_ahead_gets_none)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfd\x03"));
	expect(fd, "\xff\xfb\x03");
	fake_output(&f, 0, 1, "x", 0, NULL);
	expect(fd, "\r\nx\r\n> ");
	close(fd);
	end();
}
END_TEST

START_TEST(a_password_is_hidden_and_its_line_is_ended)
{
	int fd;

	begin();
	fd = player();
	fake_hide(&f, 1, true);
	fake_output(&f, 0, 1, NULL, 0, "Password: ");
	expect(fd, "\xff\xfb\x01\r\nPassword: " GA);
	put(fd, SPAN("\xff\xfd\x01"));
	put(fd, SPAN("secret\r\n"));
	fake_expect_told(&f, "line 1 1 secret SECRET\n");
	expect(fd, "\r\n");
	fake_hide(&f, 1, false);
	fake_output(&f, 0, 1, "Welcome.", 1, "> ");
	expect(fd, "\xff\xfc\x01Welcome.\r\n> " GA);
	close(fd);
	end();
}
END_TEST

START_TEST(echo_comes_back_before_the_socket_closes)
{
	int fd;

	begin();
	fd = player();
	fake_hide(&f, 1, true);
	expect(fd, "\xff\xfb\x01");
	fake_close(&f, 1, "Farewell.");
	expect(fd, "\r\n" BYE "\xff\xfc\x01");
	ck_assert(is_closed(fd));
	close(fd);
	end();
}
END_TEST

START_TEST(characters_are_echoed_for_who_asks)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfd\x01\xff\xfd\x03"));
	expect(fd, "\xff\xfb\x01\xff\xfb\x03");
	put(fd, SPAN("l"));
	put(fd, SPAN("oo"));
	expect(fd, "loo");
	fake_output(&f, 0, 1, "It rains.", 0, NULL);
	expect(fd, "\r\nIt rains.\r\n> loo");
	put(fd, SPAN("k\r"));
	put(fd, SPAN("\n"));
	expect(fd, "k\r\n");
	fake_expect_told(&f, "line 1 1 look\n");
	close(fd);
	end();
}
END_TEST

START_TEST(the_window_and_the_terminal_shape_the_text)
{
	struct buf asked;
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfb\x1f\xff\xfa\x1f\0\x14\0\x18\xff\xf0"));
	put(fd, SPAN("\xff\xfb\x18\xff\xfa\x18\0XTERM-256COLOR\xff\xf0"));
	asked = get(fd);
	buf_done(&asked);
	fake_output(&f, 0, 1, "{cyan}the quick{/} brown fox jumps", 0, NULL);
	expect(fd, "\r\n\033[0;36mthe quick\033[0m brown fox\r\njumps\r\n> " GA);
	fake_expect_told(&f, "caps 1\ncaps 1\n");
	close(fd);
	end();
}
END_TEST

START_TEST(gmcp_goes_to_who_asked_for_it)
{
	int fd;

	begin();
	fd = player();
	fake_data(&f, 1, "Char.Vitals", "{\"hp\":1}");
	expect(fd, "");
	put(fd, SPAN("\xff\xfd\xc9\xff\xfa\xc9"
		     "Core.Supports.Set [\"Char 1\"]\xff\xf0"));
	fake_data(&f, 1, "Char.Vitals", "{\"hp\":1}");
	fake_data(&f, 1, "Room.Info", "{}");
	expect(fd, "\xff\xfa\xc9"
		   "Char.Vitals {\"hp\":1}\xff\xf0");
	put(fd, SPAN("\xff\xfa\xc9"
		     "Core.Ping\xff\xf0"));
	expect(fd, "\xff\xfa\xc9"
		   "Core.Ping\xff\xf0");
	put(fd, SPAN("\xff\xfa\xc9"
		     "Char.Items.Inv \"\"\xff\xf0"));
	fake_expect_told(&f, "caps 1\ndata 1 char.items.inv \"\"\n");
	close(fd);
	end();
}
END_TEST

START_TEST(a_line_that_is_too_long_says_so)
{
	struct buf line = { 0 };
	int fd;

	begin();
	fd = player();
	for (int i = 0; i < 3000; i++)
		buf_addc(&line, 'x');
	buf_addc(&line, '\n');
	put(fd, buf_span(&line));
	ck_assert_uint_eq(f.told.n, strlen("line 1 1 \n") + LINE_BYTES);
	expect(fd, "That line was too long; the end of it was left out.\r\n");
	buf_done(&line);
	close(fd);
	end();
}
END_TEST

START_TEST(are_you_there_is_answered_and_synch_is_harmless)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("lo\xff\xf2\xff\xf1ok\r\n\xff\xf6"));
	expect(fd, "Mudlark is here.\r\n");
	fake_expect_told(&f, "line 1 1 look\n");
	close(fd);
	end();
}
END_TEST

START_TEST(three_overlong_subnegotiations_end_the_connection)
{
	struct buf sub = { 0 };
	int fd;

	begin();
	fd = player();
	buf_add(&sub, "\xff\xfa\x18", 3);
	for (int i = 0; i < TELNET_SUB_MAX + 1; i++)
		buf_addc(&sub, 'x');
	buf_add(&sub, "\xff\xf0", 2);
	put(fd, buf_span(&sub));
	put(fd, buf_span(&sub));
	expect(fd, "");
	put(fd, buf_span(&sub));
	expect(fd, "\r\nYour client keeps sending subnegotiations that are too long.\r\n");
	fake_expect_told(&f, "closed 1 overlong_subnegotiations\n");
	buf_done(&sub);
	close(fd);
	end();
}
END_TEST

START_TEST(a_flood_of_commands_ends_the_connection)
{
	struct buf flood = { 0 };
	int fd;

	begin();
	fd = player();
	for (int i = 0; i < 3000; i++)
		buf_add(&flood, "\xff\xf1", 2);
	put(fd, buf_span(&flood));
	expect(fd, "\r\nYour client sends too many telnet commands.\r\n");
	fake_expect_told(&f, "closed 1 telnet_flood\n");
	buf_done(&flood);
	close(fd);
	end();
}
END_TEST

START_TEST(a_reset_connection_is_told_to_the_world)
{
	int fd;

	begin();
	fd = player();
	close(fd);
	turn();
	turn();
	ck_assert_uint_eq(f.lobby.sessions.n, 0);
	ck_assert_uint_eq(clients.n, 0);
	ck_assert_uint_eq(gone, 1);
	end();
}
END_TEST

START_TEST(half_closed_input_is_done_first)
{
	int fd;

	begin();
	fd = player();
	ck_assert_int_eq(send(fd, "look\nwho\n", 9, 0), 9);
	shutdown(fd, SHUT_WR);
	turn();
	turn();
	fake_output(&f, 0, 1, "Tide Square", 1, NULL);
	fake_output(&f, 0, 1, "Nobody", 2, NULL);
	expect(fd, "Tide Square\r\nNobody\r\n");
	ck_assert(is_closed(fd));
	fake_expect_told(&f, "line 1 1 look\nline 1 2 who\nclosed 1 eof\n");
	close(fd);
	end();
}
END_TEST

static void fill(uint64_t session, Mudlark__TextClass class, size_t bytes)
{
	Mudlark__GatewayIn m = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;
	char text[1000];

	memset(text, 'x', sizeof(text));
	o.sessions = &session;
	o.n_sessions = 1;
	o.class_ = class;
	o.text = (ProtobufCBinaryData){ sizeof(text), (uint8_t *)text };
	m.body_case = MUDLARK__GATEWAY_IN__BODY_OUTPUT;
	m.output = &o;
	for (size_t n = 0; n < bytes; n += sizeof(text))
		say(&f, &m);
	turn();
}

START_TEST(a_slow_reader_loses_ambient_text_first)
{
	int fd;

	begin();
	fd = player();
	fill(1, MUDLARK__TEXT_CLASS__TEXT_ROOM, 600000);
	ck_assert_uint_gt(clients.queued, conf.output_soft);
	fill(1, MUDLARK__TEXT_CLASS__TEXT_AMBIENT, 10000);
	ck_assert_uint_eq(clients.stats.dropped, 10);
	ck_assert_uint_eq(gone, 0);
	close(fd);
	end();
}
END_TEST

START_TEST(a_reader_that_never_reads_is_closed_and_hurts_nobody)
{
	int slow, quick;

	begin();
	slow = player();
	quick = player();
	fill(1, MUDLARK__TEXT_CLASS__TEXT_ROOM, 2000000);
	ck_assert_uint_eq(gone, 1);
	ck_assert_uint_eq(clients.queued, 0);
	ck_assert_uint_eq(clients.stats.slow, 1);
	fake_expect_told(&f, "closed 1 slow_reader\n");
	fake_output(&f, 0, 2, "hello", 0, NULL);
	expect(quick, "\r\nhello\r\n> " GA);
	close(slow);
	close(quick);
	end();
}
END_TEST

START_TEST(all_slow_readers_together_are_bounded)
{
	int fd[5];

	begin();
	conf.output_total = 1 << 20;
	for (int i = 0; i < 5; i++)
		fd[i] = player();
	for (uint64_t i = 1; i <= 5; i++)
		fill(i, MUDLARK__TEXT_CLASS__TEXT_ROOM, 700000);
	ck_assert_uint_ge(gone, 2);
	ck_assert_uint_le(clients.queued, (1 << 20) + 700000);
	for (int i = 0; i < 5; i++)
		close(fd[i]);
	end();
}
END_TEST

START_TEST(a_reader_that_is_stuck_is_closed)
{
	int fd;

	begin();
	conf.stuck_us = 1000;
	fd = player();
	fill(1, MUDLARK__TEXT_CLASS__TEXT_ROOM, 600000);
	for (int i = 0; i < 100 && !gone; i++) {
		event_base_loop(loop_base(loop), EVLOOP_ONCE);
		clients_flush(&clients);
	}
	ck_assert_uint_eq(gone, 1);
	close(fd);
	end();
}
END_TEST

START_TEST(a_slow_reader_that_reads_gets_everything)
{
	size_t got = 0;
	int fd;

	begin();
	fd = player();
	fill(1, MUDLARK__TEXT_CLASS__TEXT_ROOM, 600000);
	for (int i = 0; i < 100; i++) {
		struct buf b = get(fd);

		got += b.n;
		buf_done(&b);
	}
	ck_assert_uint_eq(got, 2 + 600 * 1002 + 4);
	ck_assert_uint_eq(clients.queued, 0);
	ck_assert_ptr_null(TAILQ_FIRST(&clients.watch));
	close(fd);
	end();
}
END_TEST

START_TEST(a_text_for_many_is_rendered_once)
{
	int fd[20];
	struct span first;

	begin();
	for (int i = 0; i < 20; i++) {
		fd[i] = player();
		fake_place(&f, f.next_id, 77);
	}
	fake_group(&f, 77, 3, "{green}rain{/}");
	ck_assert_uint_eq(clients.render.n, 1);
	first = buf_span(&clients.render.of[0].bytes);
	ck_assert_uint_eq(first.n, strlen("rain\r\n"));
	for (int i = 0; i < 20; i++) {
		expect(fd[i], i == 2 ? "" : "\r\nrain\r\n> " GA);
		close(fd[i]);
	}
	end();
}
END_TEST

START_TEST(an_idle_client_holds_no_buffers)
{
	struct client *c;
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("look\r\n"));
	fake_output(&f, 0, 1, "Tide Square", 1, NULL);
	turn();
	c = TAILQ_FIRST(&clients.all);
	ck_assert_ptr_null(c->stream.out.p);
	ck_assert_ptr_null(c->line.raw.p);
	ck_assert_ptr_null(c->stream.write);
	close(fd);
	end();
}
END_TEST

START_TEST(the_console_has_no_telnet_and_is_trusted)
{
	int fd;

	begin();
	fd = connect_with(&protocol_console);
	ck_assert(((struct client *)TAILQ_FIRST(&clients.all))->session->trusted);
	fake_state(&f, 0, 1, false, true, 0);
	fake_output(&f, 0, 1, "{bold}Welcome.{/}", 0, "> ");
	expect(fd, "Welcome.\r\n> ");
	put(fd, SPAN("who\n"));
	fake_expect_told(&f, "open 1 here\nline 1 1 who\n");
	close(fd);
	end();
}
END_TEST

START_TEST(the_farewell_reaches_everybody)
{
	int a, b;

	begin();
	a = player();
	b = player();
	clients_farewell(&clients, "Farewell.");
	expect(a, "\r\n" BYE);
	expect(b, "\r\n" BYE);
	ck_assert(is_closed(a));
	close(a);
	close(b);
	turn();
	turn();
	ck_assert_uint_eq(clients.n, 0);
	end();
}
END_TEST

UNIT_MAIN("client", a_line_goes_in_and_its_answer_comes_out_with_the_prompt, a_turn_is_one_send,
	  text_behind_a_prompt_begins_on_its_own_line,
	  no_prompt_is_shown_while_an_answer_is_awaited, end_of_record_replaces_go_ahead,
	  a_client_without_go_ahead_gets_none, a_password_is_hidden_and_its_line_is_ended,
	  echo_comes_back_before_the_socket_closes, characters_are_echoed_for_who_asks,
	  the_window_and_the_terminal_shape_the_text, gmcp_goes_to_who_asked_for_it,
	  a_line_that_is_too_long_says_so, are_you_there_is_answered_and_synch_is_harmless,
	  three_overlong_subnegotiations_end_the_connection,
	  a_flood_of_commands_ends_the_connection, a_reset_connection_is_told_to_the_world,
	  half_closed_input_is_done_first, a_slow_reader_loses_ambient_text_first,
	  a_reader_that_never_reads_is_closed_and_hurts_nobody,
	  all_slow_readers_together_are_bounded, a_reader_that_is_stuck_is_closed,
	  a_slow_reader_that_reads_gets_everything, a_text_for_many_is_rendered_once,
	  an_idle_client_holds_no_buffers, the_console_has_no_telnet_and_is_trusted,
	  the_farewell_reaches_everybody)
