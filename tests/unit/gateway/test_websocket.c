/*
 * test_websocket.c - frames, good and bad, whole and in pieces, between a client and a fake world.
 */
#include "tests/unit/gateway/ws_bench.h"

/* RFC 6455, 5.7: a masked "Hello". */
#define HELLO "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"

START_TEST(the_key_of_the_rfc_is_answered_as_there)
{
	char accept[29];

	ck_assert(websocket_accept(SPAN("dGhlIHNhbXBsZSBub25jZQ=="), accept));
	ck_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
END_TEST

START_TEST(a_key_that_is_not_sixteen_bytes_is_refused)
{
	static const char *const keys[] = {
		"",
		"dGhlIHNhbXBsZSBub25jZQ=",
		"dGhlIHNhbXBsZSBub25jZQ===",
		"dGhlIHNhbXBs!SBub25jZQ==",
		"dGhlIHNhbXBsZSBub25jZQ=x",
		"dGhlIHNhbXBsZSBub25jZXh5",
		"dGhlIHNhbXBsZSBub=5jZQ==",
		"dGhlIHNhbXBsZSBub25jZXh5eHh4",
	};
	char accept[29];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		ck_assert_msg(!websocket_accept(text_of(keys[i]), accept), "%s", keys[i]);
}
END_TEST

START_TEST(lengths_take_the_shortest_form)
{
	static char payload[70000];
	struct buf out = { 0 };

	websocket_frame(&out, F_TEXT, (struct span){ payload, 125 });
	ck_assert_mem_eq(buf_p(&out), "\x81\x7d", 2);
	buf_clear(&out);
	websocket_frame(&out, F_TEXT, (struct span){ payload, 126 });
	ck_assert_mem_eq(buf_p(&out), "\x81\x7e\x00\x7e", 4);
	buf_clear(&out);
	websocket_frame(&out, F_BINARY, (struct span){ payload, 65536 });
	ck_assert_mem_eq(buf_p(&out), "\x82\x7f\0\0\0\0\0\x01\0\0", 10);
	ck_assert_uint_eq(out.n, 10 + 65536);
	buf_done(&out);
}
END_TEST

START_TEST(the_hello_of_the_rfc_is_a_line)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put_bytes(fd, SPAN(HELLO));
	fake_expect_told(&b.f, "line 1 1 Hello\n");
	ck_assert(websocket_is_idle(the_client()));
	close(fd);
	end();
}
END_TEST

START_TEST(fragments_are_one_message_with_pings_between_them)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put(fd, 0x02, SPAN("lo"));
	ck_assert(!websocket_is_idle(the_client()));
	put(fd, F_PING, SPAN("there?"));
	expect(fd, "pong there?\n");
	put(fd, 0x00, SPAN("o"));
	fake_expect_told(&b.f, "");
	put(fd, 0x80, SPAN("k"));
	fake_expect_told(&b.f, "line 1 1 look\n");
	ck_assert(websocket_is_idle(the_client()));
	close(fd);
	end();
}
END_TEST

START_TEST(a_turn_is_one_message)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put(fd, F_BINARY, SPAN("look"));
	fake_output(&b.f, 0, 1, "It rains.", 0, NULL);
	fake_output(&b.f, 0, 1, "Tide Square\nExits: none", 1, NULL);
	expect(fd, "binary It rains.|Tide Square|Exits: none|> \n");
	turn();
	expect(fd, "");
	close(fd);
	end();
}
END_TEST

START_TEST(pings_are_answered_until_there_are_too_many)
{
	struct buf flood = { 0 }, got, noted = { 0 };
	int fd;

	begin();
	fd = player(&protocol_terminal);
	for (int i = 0; i < 1000; i++)
		add_frame(&flood, F_PING, SPAN(""));
	put_bytes(fd, buf_span(&flood));
	fake_expect_told(&b.f, "closed 1 websocket_flood\n");
	got = get(fd);
	note_frames(&noted, buf_span(&got));
	buf_addc(&noted, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&noted), "close 1008 websocket_flood\n"));
	ck_assert_uint_le(got.n, 2 * WEBSOCKET_CONTROLS + 100);
	buf_done(&flood);
	buf_done(&noted);
	buf_done(&got);
	close(fd);
	end();
}
END_TEST

START_TEST(the_close_of_the_client_is_echoed_and_its_lines_are_done)
{
	struct buf out = { 0 };
	int fd;

	begin();
	fd = player(&protocol_terminal);
	add_frame(&out, F_BINARY, SPAN("drop hat"));
	add_frame(&out, F_CLOSE, SPAN("\x03\xe9going"));
	add_frame(&out, F_BINARY, SPAN("too late"));
	put_bytes(fd, buf_span(&out));
	expect(fd, "close 1001 \n");
	fake_expect_told(&b.f, "line 1 1 drop hat\n");
	fake_output(&b.f, 0, 1, "You drop it.", 1, NULL);
	fake_expect_told(&b.f, "closed 1 eof\n");
	ck_assert(is_closed(fd));
	ck_assert_uint_eq(b.gone, 1);
	buf_done(&out);
	close(fd);
	end();
}
END_TEST

START_TEST(a_close_without_a_code_is_answered_with_1000)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	put(fd, F_CLOSE, SPAN(""));
	expect(fd, "close 1000 \n");
	ck_assert(is_closed(fd));
	close(fd);
	end();
}
END_TEST

START_TEST(the_end_of_a_session_is_said_with_its_code_behind_the_last_words)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	fake_close(&b.f, 1, "Good-bye.");
	expect(fd, "binary |Good-bye.|\nclose 1000 closed_by_world\n");
	put(fd, F_CLOSE, SPAN("\x03\xe8"));
	turn();
	ck_assert_uint_eq(b.gone, 1);
	close(fd);
	end();
}
END_TEST

START_TEST(a_gateway_that_stops_says_restart)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	clients_farewell(&b.clients, "Farewell.");
	expect(fd, "binary |Farewell.|\nclose 1012 shutdown\n");
	close(fd);
	end();
}
END_TEST

START_TEST(who_is_thrown_out_is_told_the_code)
{
	int fd;

	begin();
	fd = player(&protocol_terminal);
	client_doom(the_client(), "telnet_flood");
	expect(fd, "close 1008 telnet_flood\n");
	ck_assert_uint_eq(b.gone, 1);
	close(fd);
	end();
}
END_TEST

START_TEST(nothing_follows_a_close)
{
	struct buf out = { 0 };
	int fd;

	begin();
	fd = player(&protocol_gmcp);
	fake_close(&b.f, 1, NULL);
	expect(fd, "close 1000 closed_by_world\n");
	add_frame(&out, F_PING, SPAN("there?"));
	add_frame(&out, F_BINARY, SPAN("look"));
	add_frame(&out, F_CLOSE, SPAN("\x03\xe8"));
	put_bytes(fd, buf_span(&out));
	expect(fd, "");
	ck_assert_uint_eq(b.gone, 1);
	buf_done(&out);
	close(fd);
	end();
}
END_TEST

/* Frames as they stand, and what the server says to them. */
struct bad_row {
	const char *what;
	struct span bytes;
	const char *told, *close;
};

#define M "\0\0\0\0" /* a mask that changes nothing */
#define RAW(literal)                                                                               \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

/* clang-format off */
static const struct bad_row bad[] = {
	{ "not masked", RAW("\x81\x02hi"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "RSV1", RAW("\xc1\x82" M "hi"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "RSV2", RAW("\xa1\x82" M "hi"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "RSV3 on a ping", RAW("\x99\x80" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "reserved data opcode", RAW("\x83\x80" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "reserved control opcode", RAW("\x8b\x80" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "fragmented ping", RAW("\x09\x80" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "long ping", RAW("\x89\xfe\0\x7e" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "continuation of nothing", RAW("\x80\x82" M "hi"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "message within a message", RAW("\x01\x81" M "a\x81\x81" M "b"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "16 bits for 125", RAW("\x81\xfe\0\x7d" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "64 bits for 65535", RAW("\x81\xff\0\0\0\0\0\0\xff\xff" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "2^63 bytes", RAW("\x81\xff\x80\0\0\0\0\0\0\0" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "2^63 - 1 bytes", RAW("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" M "x"), "websocket_too_big", "close 1009 websocket_too_big\n" },
	{ "64 KiB and one", RAW("\x82\xff\0\0\0\0\0\x01\0\x01" M "x"), "websocket_too_big", "close 1009 websocket_too_big\n" },
	{ "bad UTF-8", RAW("\x81\x82" M "\xc0\x80"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "a surrogate", RAW("\x81\x83" M "\xed\xa0\x80"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "UTF-8 that is cut", RAW("\x81\x82" M "\xe2\x82"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "a surrogate, then text", RAW("\x81\x84" M "\xed\xa0\x80" "a"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "half a code", RAW("\x88\x81" M "\x03"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "a fragmented close", RAW("\x08\x82" M "\x03\xe8"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "a close that is too long", RAW("\x88\xfe\0\x7e" M), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "a reason of bad UTF-8", RAW("\x88\x87" M "\x03\xe8" "ab\xff" "cd"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "a reason that is overlong", RAW("\x88\x84" M "\x03\xe8\xc0\x80"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "a reason that is cut", RAW("\x88\x85" M "\x03\xe8" "a\xe2\x82"), "websocket_not_utf8", "close 1007 websocket_not_utf8\n" },
	{ "a bad code within a message", RAW("\x01\x81" M "a\x88\x82" M "\x03\xed"), "websocket_protocol", "close 1002 websocket_protocol\n" },
	{ "a good close", RAW("\x88\x88" M "\x03\xe9" "a\xc3\xa9\xe2\x82\xac"), "eof", "close 1001 \n" },
	{ "a good close within a message", RAW("\x01\x81" M "a\x88\x87" M "\x03\xe8" "a\xf0\x9f\x98\x80"), "eof", "close 1000 \n" },
	{ "a NUL in a good close", RAW("\x88\x85" M "\x03\xe9" "a\0b"), "eof", "close 1001 \n" },
	{ "nothing behind a close", RAW("\x88\x82" M "\x03\xe8\x81\x02hi"), "eof", "close 1000 \n" },
};
/* clang-format on */

/* What the server says when the bytes come in pieces of `step`. */
static void try(const struct bad_row *row, size_t step)
{
	char told[100];
	struct span rest = row->bytes;
	int fd;

	begin();
	fd = player(&protocol_terminal);
	while (rest.n > 0) {
		size_t n = rest.n < step ? rest.n : step;

		if (send(fd, rest.p, n, MSG_NOSIGNAL) < 0)
			break; /* closed in the middle */
		turn();
		rest.p += n;
		rest.n -= n;
	}
	snprintf(told, sizeof(told), "closed 1 %s\n", row->told);
	fake_expect_told(&b.f, told);
	expect(fd, row->close);
	close(fd);
	end();
}

START_TEST(bad_frames_are_answered_with_their_code_however_they_are_cut)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		for (size_t step = 1; step <= bad[i].bytes.n; step++)
			try(&bad[i], step);
}
END_TEST

/* A close frame with this code. */
static void try_code(unsigned code, bool good)
{
	char bytes[] = { (char)0x88, (char)0x82, 0, 0, 0, 0, (char)(code >> 8), (char)code };
	char close[50];
	struct bad_row row = { "a code", { bytes, sizeof(bytes) }, "eof", close };

	snprintf(close, sizeof(close), "close %u \n", code);
	if (!good) {
		row.told = "websocket_protocol";
		row.close = "close 1002 websocket_protocol\n";
	}
	try(&row, sizeof(bytes));
	try(&row, 7);
	try(&row, 1);
}

START_TEST(codes_that_may_not_stand_in_a_frame_are_answered_with_1002)
{
	static const unsigned good[] = {
		1000, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999
	};
	static const unsigned wrong[] = { 0,	999,  1004, 1005, 1006, 1015,
					  1016, 1100, 2000, 2999, 5000, 65535 };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		try_code(good[i], true);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		try_code(wrong[i], false);
}
END_TEST

START_TEST(good_frames_are_the_same_however_they_are_cut)
{
	struct buf out = { 0 };

	add_frame(&out, F_TEXT, SPAN("caf\xc3\xa9"));
	add_frame(&out, F_MORE | 2, SPAN("lo"));
	add_frame(&out, F_PING, SPAN("x"));
	add_frame(&out, 0x80, SPAN("ok"));
	add_frame(&out, F_BINARY, SPAN(""));
	add_frame(&out, F_PONG, SPAN("unasked"));
	add_frame(&out, F_BINARY, SPAN("who\r\nlook\n"));
	for (size_t step = 1; step <= out.n; step++) {
		int fd;

		begin();
		fd = player(&protocol_terminal);
		for (size_t at = 0; at < out.n; at += step)
			put_bytes(fd, (struct span){ buf_p(&out) + at,
						     out.n - at < step ? out.n - at : step });
		ck_assert(websocket_is_idle(the_client()));
		for (unsigned i = 1; i <= 5; i++)
			fake_output(&b.f, 0, 1, NULL, i, NULL);
		turn();
		fake_expect_told(&b.f, "line 1 1 caf\xc3\xa9\nline 1 2 look\nline 1 3 \n"
				       "line 1 4 who\nline 1 5 look\n");
		close(fd);
		end();
	}
	buf_done(&out);
}
END_TEST

START_TEST(a_message_of_the_largest_size_comes_in_pieces_and_is_cut_as_a_line)
{
	static char payload[WEBSOCKET_MESSAGE_MAX];
	struct buf out = { 0 };
	int fd;

	begin();
	fd = player(&protocol_terminal);
	memset(payload, 'x', sizeof(payload));
	add_frame(&out, F_BINARY, (struct span){ payload, sizeof(payload) });
	for (size_t at = 0; at < out.n; at += 4096)
		put_bytes(fd,
			  (struct span){ buf_p(&out) + at, out.n - at < 4096 ? out.n - at : 4096 });
	ck_assert_uint_eq(b.f.told.n, strlen("line 1 1 \n") + LINE_BYTES);
	expect(fd, "binary That line was too long; the end of it was left out.|\n");
	ck_assert(websocket_is_idle(the_client()));
	buf_done(&out);
	close(fd);
	end();
}
END_TEST

START_TEST(a_message_in_too_many_fragments_is_refused)
{
	struct buf out = { 0 };
	int fd;

	begin();
	fd = player(&protocol_terminal);
	add_frame(&out, 0x02, SPAN(""));
	for (int i = 0; i < WEBSOCKET_FRAGMENTS; i++)
		add_frame(&out, 0x00, SPAN("x"));
	put_bytes(fd, buf_span(&out));
	expect(fd, "close 1008 websocket_fragments\n");
	fake_expect_told(&b.f, "closed 1 websocket_fragments\n");
	buf_done(&out);
	close(fd);
	end();
}
END_TEST

START_TEST(reasons_have_the_codes_of_the_rfc)
{
	ck_assert_int_eq(websocket_code_of("shutdown"), 1012);
	ck_assert_int_eq(websocket_code_of("drain"), 1012);
	ck_assert_int_eq(websocket_code_of("login_timeout"), 1008);
	ck_assert_int_eq(websocket_code_of("slow_reader"), 1008);
	ck_assert_int_eq(websocket_code_of("output_total"), 1013);
	ck_assert_int_eq(websocket_code_of("websocket_too_big"), 1009);
	ck_assert_int_eq(websocket_code_of("closed_by_world"), 1000);
}
END_TEST

UNIT_MAIN("websocket", the_key_of_the_rfc_is_answered_as_there,
	  a_key_that_is_not_sixteen_bytes_is_refused, lengths_take_the_shortest_form,
	  the_hello_of_the_rfc_is_a_line, fragments_are_one_message_with_pings_between_them,
	  a_turn_is_one_message, pings_are_answered_until_there_are_too_many,
	  the_close_of_the_client_is_echoed_and_its_lines_are_done,
	  a_close_without_a_code_is_answered_with_1000,
	  the_end_of_a_session_is_said_with_its_code_behind_the_last_words,
	  a_gateway_that_stops_says_restart, who_is_thrown_out_is_told_the_code,
	  nothing_follows_a_close, bad_frames_are_answered_with_their_code_however_they_are_cut,
	  codes_that_may_not_stand_in_a_frame_are_answered_with_1002,
	  good_frames_are_the_same_however_they_are_cut,
	  a_message_of_the_largest_size_comes_in_pieces_and_is_cut_as_a_line,
	  a_message_in_too_many_fragments_is_refused, reasons_have_the_codes_of_the_rfc)
