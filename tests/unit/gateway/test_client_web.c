/*
 * test_client_web.c - what the messages of each subprotocol mean.
 */
#include "tests/unit/gateway/ws_bench.h"

#define HEAD "GET /ws HTTP/1.1\r\nHost: a\r\n"

START_TEST(the_first_subprotocol_that_is_known_is_taken)
{
	struct row {
		const char *offer, *name, *protocol;
	};
	static const struct row rows[] = {
		{ "", NULL, "terminal" },
		{ "Sec-WebSocket-Protocol: v1.evennia.com, divstream.mudstandards.org\r\n", NULL,
		  "terminal" },
		{ "Sec-WebSocket-Protocol: gmcp.mudstandards.org\r\n", "gmcp.mudstandards.org",
		  "gmcp" },
		{ "sec-websocket-protocol: x ,json.mudstandards.org,gmcp.mudstandards.org\r\n",
		  "json.mudstandards.org", "json" },
		{ "Sec-WebSocket-Protocol: x\r\nSec-WebSocket-Protocol: "
		  "terminal.mudstandards.org\r\n",
		  "terminal.mudstandards.org", "terminal" },
		{ "Sec-WebSocket-Protocol: telnet.mudstandards.org\r\n", "telnet.mudstandards.org",
		  "telnet" },
		{ "Sec-WebSocket-Protocol: GMCP.mudstandards.org\r\n", NULL, "terminal" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf head = { 0 };
		struct http_head r;
		const struct protocol *p;
		const char *name;

		buf_addf(&head, HEAD "%s\r\n", rows[i].offer);
		ck_assert_int_eq(http_head_parse(buf_span(&head), &r), 0);
		p = client_web_choose(&r, &name);
		ck_assert_str_eq(p->name, rows[i].protocol);
		ck_assert_pstr_eq(name, rows[i].name);
		buf_done(&head);
	}
}
END_TEST

/* A message, and the lines it is. */
static void try_lines(struct span message, const char *told)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put(fd, F_BINARY, message);
	for (unsigned i = 1; i <= 4; i++)
		fake_output(&b.f, 0, 1, NULL, i, NULL);
	turn();
	fake_expect_told(&b.f, told);
	close(fd);
	end();
}

START_TEST(a_message_is_a_line_or_lines)
{
	try_lines(SPAN("look"), "line 1 1 look\n");
	try_lines(SPAN("look\n"), "line 1 1 look\n");
	try_lines(SPAN("look\r\n"), "line 1 1 look\n");
	try_lines(SPAN("look\r"), "line 1 1 look\n");
	try_lines(SPAN(""), "line 1 1 \n");
	try_lines(SPAN("n\nsay hi\r\nlook"), "line 1 1 n\nline 1 2 say hi\nline 1 3 look\n");
	try_lines(SPAN("a\n\nb"), "line 1 1 a\nline 1 2 \nline 1 3 b\n");
}
END_TEST

START_TEST(what_is_typed_is_cleaned)
{
	try_lines(SPAN("say \x1b[31mred\x07\xe2\x80\xae ok"), "line 1 1 say red ok\n");
	try_lines(SPAN("lo\x1b["), "line 1 1 lo\n");
}
END_TEST

START_TEST(two_messages_never_become_one_line)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put(fd, F_BINARY, SPAN("one\r"));
	put(fd, F_BINARY, SPAN("\n"));
	fake_output(&b.f, 0, 1, NULL, 1, NULL);
	turn();
	fake_expect_told(&b.f, "line 1 1 one\nline 1 2 \n");
	close(fd);
	end();
}
END_TEST

START_TEST(text_messages_are_lines_for_a_terminal)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put(fd, F_TEXT, SPAN("Core.Ping"));
	fake_expect_told(&b.f, "line 1 1 Core.Ping\n");
	close(fd);
	end();
}
END_TEST

START_TEST(gmcp_is_spoken_in_text_messages)
{
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	fake_data(&b.f, 1, "Char.Vitals", "{\"hp\":1}");
	expect(fd, "");
	put(fd, F_TEXT, SPAN("Core.Supports.Set [\"Char 1\"]"));
	fake_data(&b.f, 1, "Char.Vitals", "{\"hp\":1}");
	fake_data(&b.f, 1, "Room.Info", "{}");
	expect(fd, "text Char.Vitals {\"hp\":1}\n");
	put(fd, F_TEXT, SPAN("core.ping"));
	expect(fd, "text Core.Ping\n");
	put(fd, F_TEXT, SPAN("Char.Items.Inv \"\""));
	fake_expect_told(&b.f, "caps 1\ndata 1 char.items.inv \"\"\n");
	put(fd, F_BINARY, SPAN("look"));
	fake_expect_told(&b.f, "line 1 1 look\n");
	close(fd);
	end();
}
END_TEST

START_TEST(gmcp_is_spoken_in_json)
{
	int fd;

	begin();
	fd = player(&protocol_json);
	put(fd, F_TEXT,
	    SPAN("{\"proto\":\"gmcp\",\"id\":\"Core.Supports.Set\",\"data\":\"[\\\"Char "
		 "1\\\"]\"}"));
	fake_data(&b.f, 1, "Char.Vitals", "{\"hp\":1}");
	expect(fd,
	       "text {\"proto\":\"gmcp\",\"id\":\"Char.Vitals\",\"data\":\"{\\\"hp\\\":1}\"}\n");
	put(fd, F_TEXT, SPAN("{\"proto\":\"gmcp\",\"data\":\"Core.Ping\"}"));
	expect(fd, "text {\"proto\":\"gmcp\",\"id\":\"Core.Ping\",\"data\":\"\"}\n");
	close(fd);
	end();
}
END_TEST

START_TEST(nonsense_in_json_is_passed_over)
{
	static const char *const messages[] = {
		"",
		"{",
		"[]",
		"7",
		"{\"proto\":7,\"data\":\"Core.Ping\"}",
		"{\"proto\":\"telnet_31\",\"id\":\"NAWS\",\"data\":\"AFAAGA==\"}",
		"{\"proto\":\"gmcp\"}",
		"{\"proto\":\"gmcp\",\"id\":{},\"data\":[]}",
		"{\"proto\":\"gmcp\",\"proto\":\"gmcp\",\"data\":\"Core.Ping\"}",
		"{\"proto\":\"gmcp\",\"id\":\"\\u0000\",\"data\":\"Core.Ping\"}",
		"{\"proto\":\"gmcp\",\"id\":\"Mudlark.Terminal\",\"data\":\"7\"}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
	};
	int fd;

	begin();
	fd = player(&protocol_json);
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		put(fd, F_TEXT, text_of(messages[i]));
	expect(fd, "");
	fake_expect_told(&b.f, "");
	ck_assert_uint_eq(b.gone, 0);
	close(fd);
	end();
}
END_TEST

START_TEST(a_client_is_told_when_what_is_typed_is_secret)
{
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	fake_hide(&b.f, 1, true);
	fake_output(&b.f, 0, 1, NULL, 0, "Password: ");
	expect(fd, "text Mudlark.Input {\"hidden\":true}\nbinary |Password: \n");
	put(fd, F_BINARY, SPAN("secret"));
	fake_expect_told(&b.f, "line 1 1 secret SECRET\n");
	fake_hide(&b.f, 1, false);
	fake_output(&b.f, 0, 1, "Welcome.", 1, "> ");
	expect(fd, "text Mudlark.Input {\"hidden\":false}\nbinary Welcome.|> \n");
	close(fd);
	fd = player(&protocol_json);
	fake_hide(&b.f, 2, true);
	expect(fd, "text {\"proto\":\"gmcp\",\"id\":\"Mudlark.Input\","
		   "\"data\":\"{\\\"hidden\\\":true}\"}\n");
	close(fd);
	end();
}
END_TEST

START_TEST(the_terminal_of_the_client_shapes_the_text)
{
	Mudlark__SessionCaps caps = MUDLARK__SESSION_CAPS__INIT;
	struct markup_kind kind;
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	kind = protocol_gmcp.kind(the_client());
	ck_assert_uint_eq(kind.colour, COLOUR_TRUE);
	ck_assert_uint_eq(kind.charset, CHARSET_UTF8);
	ck_assert_uint_eq(kind.width, 0);
	put(fd, F_TEXT,
	    SPAN("Mudlark.Terminal {\"columns\":30,\"rows\":50,\"colours\":\"none\","
		 "\"screen_reader\":true}"));
	fake_expect_told(&b.f, "caps 1\n");
	protocol_gmcp.caps(the_client(), &caps);
	ck_assert_uint_eq(caps.width, 30);
	ck_assert_uint_eq(caps.height, 50);
	ck_assert(caps.screen_reader && caps.gmcp);
	fake_output(&b.f, 0, 1, "{cyan}the quick{/} brown fox jumps over the dog", 0, NULL);
	expect(fd, "binary |the quick brown fox jumps over|the dog|> \n");
	ck_assert_uint_eq(protocol_gmcp.kind(the_client()).colour, COLOUR_NONE);
	close(fd);
	end();
}
END_TEST

START_TEST(sizes_of_a_terminal_have_bounds)
{
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	put(fd, F_TEXT, SPAN("mudlark.terminal {\"columns\":3}"));
	ck_assert_uint_eq(protocol_gmcp.kind(the_client()).width, 20);
	put(fd, F_TEXT, SPAN("Mudlark.Terminal {\"columns\":9999999999}"));
	ck_assert_uint_eq(protocol_gmcp.kind(the_client()).width, 500);
	put(fd, F_TEXT, SPAN("Mudlark.Terminal {\"columns\":-1,\"colours\":\"mauve\"}"));
	ck_assert_uint_eq(protocol_gmcp.kind(the_client()).width, 0);
	ck_assert_uint_eq(protocol_gmcp.kind(the_client()).colour, COLOUR_TRUE);
	close(fd);
	end();
}
END_TEST

START_TEST(the_program_is_called_what_its_hello_says)
{
	Mudlark__SessionCaps caps = MUDLARK__SESSION_CAPS__INIT;
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	put(fd, F_TEXT, SPAN("Core.Hello {\"client\":\"Mud\\u001blark\",\"version\":\"1\"}"));
	protocol_gmcp.caps(the_client(), &caps);
	ck_assert_str_eq(caps.client, "Mudlark");
	close(fd);
	end();
}
END_TEST

START_TEST(the_place_in_the_output_stands_behind_its_text)
{
	struct lobby_data at = { .package = SPAN("Mudlark.Session.At"), .json = SPAN("{}") };
	struct lobby_data vitals = { .package = SPAN("Char.Vitals"), .json = SPAN("{}") };
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	put(fd, F_TEXT, SPAN("Core.Supports.Set [\"Char 1\",\"Mudlark.Session 1\"]"));
	protocol_gmcp.data(the_client(), &at);
	fake_output(&b.f, 0, 1, "It rains.", 0, NULL);
	protocol_gmcp.data(the_client(), &vitals);
	expect(fd, "text Char.Vitals {}\nbinary |It rains.|> \ntext Mudlark.Session.At {}\n");
	close(fd);
	end();
}
END_TEST

START_TEST(telnet_is_spoken_in_binary_messages)
{
	struct client *c;
	int fd;

	begin();
	fd = player(&protocol_telnet);
	c = the_client();
	put(fd, F_BINARY, SPAN("lo\xff\xf1ok\r\n"));
	fake_expect_told(&b.f, "line 1 1 look\n");
	fake_output(&b.f, 0, 1, "Tide Square", 1, NULL);
	expect(fd, "binary Tide Square|> \xff\xf9\n");
	ck_assert_ptr_null(c->stream.out.p);
	close(fd);
	end();
}
END_TEST

START_TEST(an_idle_client_holds_no_buffers)
{
	struct client *c;
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	put(fd, F_BINARY, SPAN("look"));
	fake_output(&b.f, 0, 1, "Tide Square", 1, NULL);
	turn();
	c = the_client();
	ck_assert(websocket_is_idle(c));
	ck_assert_ptr_null(c->out.p);
	ck_assert_ptr_null(c->stream.out.p);
	ck_assert_ptr_null(c->line.raw.p);
	close(fd);
	end();
}
END_TEST

UNIT_MAIN("client_web", the_first_subprotocol_that_is_known_is_taken, a_message_is_a_line_or_lines,
	  what_is_typed_is_cleaned, two_messages_never_become_one_line,
	  text_messages_are_lines_for_a_terminal, gmcp_is_spoken_in_text_messages,
	  gmcp_is_spoken_in_json, nonsense_in_json_is_passed_over,
	  a_client_is_told_when_what_is_typed_is_secret, the_terminal_of_the_client_shapes_the_text,
	  sizes_of_a_terminal_have_bounds, the_program_is_called_what_its_hello_says,
	  the_place_in_the_output_stands_behind_its_text, telnet_is_spoken_in_binary_messages,
	  an_idle_client_holds_no_buffers)
