/*
 * test_client_telnet.c - a telnet client on a real socket: compression, MSDP, MSSP, MXP, NEW-ENVIRON and
 * character sets, as they work together; storms and bombs.
 */
#include "gateway/client_telnet.h"

#include <unistd.h>
#include <zlib.h>
#include "gateway/telnet.h"
#include "rt/rand.h"
#include "tests/unit/gateway/client_bench.h"

#define MCCP2 "\xff\xfa\x56\xff\xf0"
#define MCCP3 "\xff\xfa\x57\xff\xf0"

static struct buf pack(struct span text, int flush)
{
	struct buf out = { 0 };
	z_stream z = { 0 };
	size_t room = text.n + 1024;

	ck_assert_int_eq(deflateInit(&z, 9), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = (Bytef *)buf_reserve(&out, room);
	z.avail_out = (uInt)room;
	deflate(&z, flush);
	buf_commit(&out, room - z.avail_out);
	deflateEnd(&z);
	return out;
}

/* Everything behind the marker in `wire`, inflated. */
static struct buf unpack(const struct buf *wire)
{
	const char *from = memmem(buf_p(wire), wire->n, MCCP2, 5);
	struct buf out = { 0 };
	z_stream z = { 0 };
	size_t room = 65536;

	ck_assert_ptr_nonnull(from);
	ck_assert_int_eq(inflateInit(&z), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)(from + 5);
	z.avail_in = (uInt)(buf_p(wire) + wire->n - from - 5);
	z.next_out = (Bytef *)buf_reserve(&out, room);
	z.avail_out = (uInt)room;
	inflate(&z, Z_SYNC_FLUSH);
	ck_assert_uint_eq(z.avail_in, 0);
	buf_commit(&out, room - z.avail_out);
	inflateEnd(&z);
	return out;
}

static void get_more(struct buf *all, int fd)
{
	struct buf more = get(fd);

	buf_add(all, buf_p(&more), more.n);
	buf_done(&more);
}

static int stranger(void)
{
	int fd = connect_with(&protocol_telnet);

	fake_state(&f, 0, f.next_id, false, false, 0);
	fake_output(&f, 0, f.next_id, NULL, 0, "Name: ");
	expect(fd, START "Name: " GA);
	buf_clear(&f.told);
	return fd;
}

/* A player whose client agreed to be offered compression. */
static int packing_player(void)
{
	struct buf start;
	int fd;

	conf.compress = true;
	fd = connect_with(&protocol_telnet);
	fake_state(&f, 0, f.next_id, false, true, 0);
	start = get(fd);
	ck_assert_ptr_nonnull(memmem(buf_p(&start), start.n, "\xff\xfb\x56\xff\xfb\x57", 6));
	buf_done(&start);
	buf_clear(&f.told);
	return fd;
}

START_TEST(what_goes_out_is_compressed_once_the_client_agreed)
{
	struct buf wire = { 0 }, text;
	int fd;

	begin();
	fd = packing_player();
	put(fd, SPAN("\xff\xfd\x56"));
	get_more(&wire, fd);
	ck_assert_bytes(&wire, MCCP2); /* and nothing behind it */
	fake_output(&f, 0, 1, "Tide Square", 0, "> ");
	get_more(&wire, fd);
	fake_output(&f, 0, 1, "It rains.", 0, NULL);
	get_more(&wire, fd);
	text = unpack(&wire);
	ck_assert_text(&text, "Tide Square\r\n> " GA "\r\nIt rains.\r\n> " GA);
	ck_assert_uint_gt(clients.stats.mccp.said, 0);
	buf_done(&wire);
	close(fd);
	end();
}
END_TEST

START_TEST(the_last_words_of_a_session_end_its_stream)
{
	struct buf wire = { 0 }, text;
	int fd;

	begin();
	fd = packing_player();
	put(fd, SPAN("\xff\xfd\x56"));
	get_more(&wire, fd);
	fake_close(&f, 1, "Farewell.");
	get_more(&wire, fd);
	text = unpack(&wire);
	ck_assert_text(&text, "Farewell.\r\n");
	ck_assert(is_closed(fd));
	buf_done(&wire);
	close(fd);
	end();
}
END_TEST

START_TEST(what_comes_in_is_inflated_in_the_packet_that_begins_it)
{
	struct buf packed = pack(SPAN("look\r\nsay hi\r\n"), Z_FINISH), all = { 0 };
	int fd;

	begin();
	fd = packing_player();
	buf_add(&all, "\xff\xfd\x57" MCCP3, 8);
	buf_add(&all, buf_p(&packed), packed.n);
	buf_adds(&all, "north\r\n"); /* plain again */
	put(fd, buf_span(&all));
	fake_expect_told(&f, "line 1 1 look\n");
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_output(&f, 0, 1, NULL, 2, NULL);
	fake_expect_told(&f, "line 1 2 say hi\nline 1 3 north\n");
	buf_done(&packed);
	buf_done(&all);
	close(fd);
	end();
}
END_TEST

START_TEST(byte_by_byte_the_same_lines_come_in)
{
	struct buf packed =
		pack(SPAN("look\r\n\xff\xfa\x1f\0\x50\0\x18\xff\xf0say hi\r\n"), Z_FINISH);
	struct buf all = { 0 };
	int fd;

	begin();
	fd = packing_player();
	buf_add(&all, "\xff\xfd\x57\xff\xfb\x1f" MCCP3, 11);
	buf_add(&all, buf_p(&packed), packed.n);
	buf_adds(&all, "north\r\n");
	for (size_t i = 0; i < all.n; i++)
		put(fd, (struct span){ buf_p(&all) + i, 1 });
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_output(&f, 0, 1, NULL, 2, NULL);
	fake_expect_told(&f, "line 1 1 look\ncaps 1\nline 1 2 say hi\nline 1 3 north\n");
	buf_done(&packed);
	buf_done(&all);
	close(fd);
	end();
}
END_TEST

START_TEST(unasked_compressed_input_is_not_inflated)
{
	struct buf packed = pack(SPAN("look\r\n"), Z_SYNC_FLUSH);
	int fd;

	begin();
	fd = player();
	put(fd, SPAN(MCCP3));
	put(fd, buf_span(&packed));
	put(fd, SPAN("\r\n\xff\xfa\x56\xff\xf0north\r\n"));
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_output(&f, 0, 1, NULL, 2, NULL);
	ck_assert_ptr_null(memmem(buf_p(&f.told), f.told.n, "look", 4));
	ck_assert_ptr_nonnull(memmem(buf_p(&f.told), f.told.n, "north", 5));
	ck_assert_uint_eq(clients.stats.mccp.got, 0);
	buf_done(&packed);
	close(fd);
	end();
}
END_TEST

START_TEST(a_bomb_ends_the_session_with_a_sentence)
{
	struct buf zeros = { 0 }, packed;
	int fd;

	for (int i = 0; i < 1000000; i++)
		buf_addc(&zeros, 0);
	packed = pack(buf_span(&zeros), Z_FINISH);
	begin();
	fd = packing_player();
	put(fd, SPAN("\xff\xfd\x57" MCCP3));
	put(fd, buf_span(&packed));
	fake_expect_told(&f, "closed 1 inflate_bomb\n");
	expect(fd, "What your client sends cannot be unpacked.\r\n");
	ck_assert(is_closed(fd));
	ck_assert_uint_le(clients.stats.mccp.inflated, MCCP_WINDOW);
	buf_done(&zeros);
	buf_done(&packed);
	close(fd);
	end();
}
END_TEST

START_TEST(what_is_no_zlib_ends_the_session_with_a_sentence)
{
	int fd;

	begin();
	fd = packing_player();
	put(fd, SPAN("\xff\xfd\x57" MCCP3 "look\r\n"));
	fake_expect_told(&f, "closed 1 not_zlib\n");
	expect(fd, "What your client sends cannot be unpacked.\r\n");
	close(fd);
	end();
}
END_TEST

START_TEST(much_input_is_taken_in_turns_and_in_order)
{
	struct buf text = { 0 }, packed;
	unsigned lines = 0, turns = 0;
	int fd;

	for (unsigned i = 1; i <= 10000; i++)
		buf_addf(&text, "%u %060u\r\n", i, 0);
	packed = pack(buf_span(&text), Z_SYNC_FLUSH);
	begin();
	f.conf.input_queue = 100000;
	fd = packing_player();
	put(fd, SPAN("\xff\xfd\x57" MCCP3));
	for (size_t at = 0; at < packed.n || f.lobby.stats.lines < 10000; turns++) {
		uint64_t before = clients.stats.mccp.inflated;
		ssize_t n = at < packed.n ? send(fd, buf_p(&packed) + at, packed.n - at, 0) : 0;

		if (n > 0)
			at += (size_t)n;
		event_base_loop(loop_base(loop), EVLOOP_ONCE);
		turn();
		ck_assert_uint_le(clients.stats.mccp.inflated - before,
				  2 * (MCCP_TURN + MCCP_STEP));
	}
	ck_assert_uint_gt(turns, 2);
	for (uint64_t i = 1; i <= 10000; i++) {
		char want[32];

		snprintf(want, sizeof(want), "line 1 %u %u ", (unsigned)i, (unsigned)i);
		lines += memmem(buf_p(&f.told), f.told.n, want, strlen(want)) != NULL;
		buf_reset(&f.told);
		fake_output(&f, 0, 1, NULL, i, NULL);
	}
	ck_assert_uint_eq(lines, 10000);
	buf_done(&text);
	buf_done(&packed);
	close(fd);
	end();
}
END_TEST

START_TEST(over_a_framing_no_compression_is_offered)
{
	static const struct framing frames = { .name = "frames" };
	struct client_guest guest = { .peer = "here", .framing = &frames };
	struct stream s = stream_of(-1);
	struct client *c;
	int pair[2];

	begin();
	conf.compress = true;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	s = stream_of(pair[0]);
	ck_assert_int_eq(client_open(&clients, &protocol_telnet, &s, &guest), 0);
	c = TAILQ_FIRST(&clients.all);
	ck_assert_text(&c->out, START);
	close(pair[1]);
	end();
}
END_TEST

START_TEST(variables_are_reported_and_their_packages_wanted)
{
	Mudlark__SessionCaps caps = MUDLARK__SESSION_CAPS__INIT;
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfd\x45\xff\xfa\x45\1REPORT\2HEALTH\xff\xf0"));
	fake_expect_told(&f, "caps 1\n");
	fake_data(&f, 1, "Char.Vitals", "{\"hp\":1}");
	fake_data(&f, 1, "Room.Info", "{\"name\":\"x\"}");
	expect(fd, "\xff\xfa\x45\1HEALTH\2"
		   "1\xff\xf0");
	put(fd, SPAN("\xff\xfd\xc9\xff\xfa\xc9"
		     "Core.Supports.Set [\"Room 1\"]\xff\xf0"));
	protocol_telnet.caps(TAILQ_FIRST(&clients.all), &caps);
	ck_assert(caps.gmcp);
	ck_assert_uint_eq(caps.n_supports, 2);
	ck_assert_str_eq(caps.supports[0], "room");
	ck_assert_str_eq(caps.supports[1], "char.vitals");
	put(fd, SPAN("\xff\xfe\x45"));
	expect(fd, "\xff\xfc\x45");
	fake_data(&f, 1, "Char.Vitals", "{\"hp\":2}");
	expect(fd, "");
	close(fd);
	end();
}
END_TEST

static void info_name(const char *name)
{
	Mudlark__GatewayIn in = MUDLARK__GATEWAY_IN__INIT;
	Mudlark__Info info = MUDLARK__INFO__INIT;
	Mudlark__InfoVar var = MUDLARK__INFO_VAR__INIT, *vars[] = { &var };

	var.name = (char *)(uintptr_t) "NAME";
	var.value = (char *)(uintptr_t)name;
	info.vars = vars;
	info.n_vars = 1;
	in.body_case = MUDLARK__GATEWAY_IN__BODY_INFO;
	in.info = &info;
	say(&f, &in);
}

START_TEST(a_crawler_is_told_without_login_also_while_the_world_is_away)
{
	struct buf got;
	int fd;

	begin();
	fd = stranger();
	info_name("Foreshore");
	lobby_down(&f.lobby);
	put(fd, SPAN("\xff\xfd\x46"));
	got = get(fd);
	ck_assert_int_eq(memcmp(buf_p(&got),
				"\xff\xfa\x46\1NAME\2Foreshore\1PLAYERS\2"
				"0\1",
				28),
			 0);
	buf_done(&got);
	put(fd, SPAN("MSSP-Request\r\n"));
	got = get(fd);
	ck_assert_ptr_nonnull(memmem(buf_p(&got), got.n, "\r\nNAME\tForeshore\r\n", 18));
	ck_assert_ptr_nonnull(memmem(buf_p(&got), got.n, "MSSP-REPLY-END\r\nName: " GA, 24));
	fake_expect_told(&f, ""); /* it is no name */
	buf_done(&got);
	close(fd);
	end();
}
END_TEST

START_TEST(in_play_and_as_a_password_the_same_words_are_the_worlds)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("mssp-request\r\n"));
	fake_expect_told(&f, "line 1 1 mssp-request\n");
	fake_output(&f, 0, 1, NULL, 1, NULL);
	fake_hide(&f, 1, true);
	put(fd, SPAN("charset gbk\r\n"));
	fake_expect_told(&f, "line 1 2 charset gbk SECRET\n");
	close(fd);
	end();
}
END_TEST

START_TEST(the_character_set_can_be_set_by_hand)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("charset big5\r\n"));
	expect(fd, "Your character set is BIG5.\r\n> " GA);
	put(fd, SPAN("say \xa4\xa4\r\n"));
	fake_expect_told(&f, "line 1 1 say \xe4\xb8\xad\n");
	fake_output(&f, 0, 1, "\xe4\xb8\xad", 1, NULL);
	expect(fd, "\xa4\xa4\r\n> " GA);
	put(fd, SPAN("charset cp437\r\n"));
	expect(fd, "Your character set is CP437.\r\n> " GA);
	fake_output(&f, 0, 1, "\xc3\xa9\xc2\xa0", 0, NULL);
	expect(fd, "\r\n\x82\xff\xff\r\n> " GA); /* 0xff is doubled */
	put(fd, SPAN("charset klingon\r\n"));
	expect(fd,
	       "That character set is not known here. There are: UTF-8 GBK BIG5 CP437 ISO-8859-1 "
	       "US-ASCII.\r\n> " GA);
	fake_expect_told(&f, "");
	close(fd);
	end();
}
END_TEST

START_TEST(who_reads_mxp_gets_text_that_is_no_tag)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfd\x5b"));
	expect(fd, "\xff\xfa\x5b\xff\xf0\033[5z");
	fake_output(&f, 0, 1, "Anna says, '<b>' {do go north}north{/}", 0, NULL);
	expect(fd, "\r\nAnna says, '&lt;b&gt;' \033[4z<SEND href=\"go "
		   "north\">north\033[4z</SEND>\r\n&gt; " GA);
	put(fd, SPAN("\xff\xfd\x01")); /* his own keys, too */
	expect(fd, "\xff\xfb\x01");
	put(fd, SPAN("<b>"));
	expect(fd, "&lt;b&gt;");
	put(fd, SPAN("\xff\xfe\x5b"));
	expect(fd, "\xff\xfc\x5b");
	fake_output(&f, 0, 1, "<b>", 0, NULL);
	expect(fd, "\r\n<b>\r\n> " GA "<b>");
	close(fd);
	end();
}
END_TEST

START_TEST(the_environment_is_asked_for_and_read)
{
	struct buf got;
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfb\x27"));
	got = get(fd);
	ck_assert_uint_gt(got.n, 20);
	buf_done(&got);
	put(fd, SPAN("\xff\xfa\x27\0\0CLIENT_NAME\1Mudlet\0CHARSET\1CP437\0USER\1root\xff\xf0"));
	fake_expect_told(&f, "caps 1\n");
	fake_output(&f, 0, 1, "\xc3\xa9", 0, NULL);
	expect(fd, "\r\n\x82\r\n> " GA);
	close(fd);
	end();
}
END_TEST

START_TEST(an_environment_that_nobody_asked_for_is_not_read)
{
	int fd;

	begin();
	fd = player();
	put(fd, SPAN("\xff\xfa\x27\0\0CHARSET\1CP437\xff\xf0"));
	fake_output(&f, 0, 1, "\xc3\xa9", 0, NULL);
	expect(fd, "\r\n\xc3\xa9\r\n> " GA);
	fake_expect_told(&f, "");
	close(fd);
	end();
}
END_TEST

START_TEST(a_silent_client_plays_all_the_same)
{
	int fd;

	begin();
	fd = packing_player();
	put(fd, SPAN("look\n"));
	fake_expect_told(&f, "line 1 1 look\n");
	fake_output(&f, 0, 1, "Tide Square", 1, "> ");
	expect(fd, "Tide Square\r\n> " GA);
	close(fd);
	end();
}
END_TEST

START_TEST(a_storm_of_negotiation_is_answered_within_bounds_and_ends)
{
	struct buf storm = { 0 }, got;
	struct rng r;
	int fd;

	begin();
	fd = packing_player();
	rng_seed(&r, 8);
	for (int i = 0; i < 3000; i++) {
		buf_addc(&storm, (char)0xff);
		buf_addc(&storm, (char)(TELNET_WILL + rng_below(&r, 4)));
		buf_addc(&storm, (char)rng_below(&r, 256));
	}
	put(fd, buf_span(&storm));
	got = get(fd);
	ck_assert_uint_lt(got.n, 20000);
	buf_done(&got);
	ck_assert(is_closed(fd)); /* no client has a use for so many */
	buf_done(&storm);
	close(fd);
	end();
}
END_TEST

/* One round of the loop, as the gateway's: who is lost is gone at its end. */
static void one_turn(void)
{
	event_base_loop(loop_base(loop), EVLOOP_ONCE | EVLOOP_NONBLOCK);
	lobby_flush(&f.lobby);
	clients_flush(&clients);
}

/* A subnegotiation of every option, of any bytes, before and after the option is on. */
START_TEST(subnegotiations_of_any_bytes_end_no_session_of_another)
{
	struct rng r;
	int other;

	begin();
	rng_seed(&r, 12);
	other = player();
	for (int round = 0; round < 300; round++) {
		struct buf b = { 0 };
		int fd;

		conf.compress = true;
		fd = connect_with(&protocol_telnet);
		fake_state(&f, 0, f.next_id, false, true, 0);
		for (int i = 0; i < 60; i++) {
			static const uint8_t options[] = { 24, 31, 39, 42,  69, 70,
							   86, 87, 91, 201, 1,	3 };
			uint8_t option = options[rng_below(&r, sizeof(options))];

			if (rng_below(&r, 4) == 0) {
				telnet_option(&b, (uint8_t)(TELNET_WILL + 2 * rng_below(&r, 2)),
					      option);
				continue;
			}
			telnet_option(&b, TELNET_SB, option);
			for (uint64_t n = rng_below(&r, 30); n > 0; n--) {
				char c = (char)rng_below(&r, rng_below(&r, 2) ? 8 : 256);

				telnet_data(&b, (struct span){ &c, 1 });
			}
			telnet_command(&b, TELNET_SE);
		}
		ck_assert_int_eq(send(fd, buf_p(&b), b.n, 0), (ssize_t)b.n);
		one_turn();
		close(fd);
		one_turn();
		buf_done(&b);
	}
	buf_clear(&f.told);
	put(other, SPAN("look\r\n"));
	fake_expect_told(&f, "line 1 1 look\n");
	close(other);
	end();
}
END_TEST

START_TEST(pings_obey_the_option)
{
	int fd;

	begin();
	fd = player();
	protocol_telnet.ping(TAILQ_FIRST(&clients.all));
	expect(fd, "");
	conf.telnet_nop = true;
	protocol_telnet.ping(TAILQ_FIRST(&clients.all));
	expect(fd, "\xff\xf1");
	close(fd);
	end();
}
END_TEST

UNIT_MAIN("client_telnet", what_goes_out_is_compressed_once_the_client_agreed,
	  the_last_words_of_a_session_end_its_stream,
	  what_comes_in_is_inflated_in_the_packet_that_begins_it,
	  byte_by_byte_the_same_lines_come_in, unasked_compressed_input_is_not_inflated,
	  a_bomb_ends_the_session_with_a_sentence, what_is_no_zlib_ends_the_session_with_a_sentence,
	  much_input_is_taken_in_turns_and_in_order, over_a_framing_no_compression_is_offered,
	  variables_are_reported_and_their_packages_wanted,
	  a_crawler_is_told_without_login_also_while_the_world_is_away,
	  in_play_and_as_a_password_the_same_words_are_the_worlds,
	  the_character_set_can_be_set_by_hand, who_reads_mxp_gets_text_that_is_no_tag,
	  the_environment_is_asked_for_and_read, an_environment_that_nobody_asked_for_is_not_read,
	  a_silent_client_plays_all_the_same,
	  a_storm_of_negotiation_is_answered_within_bounds_and_ends,
	  subnegotiations_of_any_bytes_end_no_session_of_another, pings_obey_the_option)
