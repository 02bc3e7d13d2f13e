/*
 * test_gmcp.c - GMCP from clients checked, and to clients filtered.
 */
#include "gateway/gmcp.h"

#include "tests/unit/gateway/bytes.h"

static struct gmcp *g;
static struct gmcp_event ev;

static enum gmcp_kind receive(const char *payload)
{
	gmcp_receive(&g, text_of(payload), &ev);
	return ev.kind;
}

static bool wants(const char *package)
{
	return gmcp_wants(g, text_of(package));
}

START_TEST(nothing_is_sent_that_was_not_asked_for)
{
	ck_assert(!wants("Char.Vitals"));
	ck_assert(wants("Core.Goodbye"));
	ck_assert_int_eq(receive("Core.Supports.Set [\"Char 1\",\"Room.Info 1\"]"), GMCP_SUPPORTED);
	ck_assert(wants("Char"));
	ck_assert(wants("Char.Vitals"));
	ck_assert(wants("char.vitals"));
	ck_assert(!wants("Charm.Vitals"));
	ck_assert(wants("Room.Info"));
	ck_assert(!wants("Room.Players"));
	gmcp_free(g);
}
END_TEST

START_TEST(supports_are_set_added_and_removed)
{
	receive("Core.Supports.Set [\"Char 1\"]");
	receive("core.supports.add [\"Room 1\", \"Comm.Channel 1\", \"Char 2\"]");
	ck_assert_uint_eq(g->n, 3);
	receive("Core.Supports.Remove [\"Char 1\", \"Nothing\"]");
	ck_assert_uint_eq(g->n, 2);
	ck_assert_str_eq(g->supports[0], "comm.channel");
	ck_assert_str_eq(g->supports[1], "room");
	receive("Core.Supports.Set []");
	ck_assert_uint_eq(g->n, 0);
	gmcp_free(g);
}
END_TEST

START_TEST(supports_are_bounded)
{
	struct buf b = { 0 };

	for (int i = 0; i < 500; i++) {
		buf_clear(&b);
		buf_addf(&b, "Core.Supports.Add [\"P%d 1\"]%c", i, '\0');
		receive(buf_p(&b));
	}
	ck_assert_uint_eq(g->n, GMCP_SUPPORTS);
	gmcp_free(g);
	buf_done(&b);
}
END_TEST

START_TEST(hello_names_the_client)
{
	ck_assert_int_eq(receive("Core.Hello {\"client\":\"Mudlet\",\"version\":\"4.17\"}"),
			 GMCP_HELLO);
	ck_assert_str_eq(ev.text, "Mudlet");
	ck_assert_int_eq(receive("Core.Hello {\"client\":7}"), GMCP_BAD);
	ck_assert_int_eq(receive("Core.Hello"), GMCP_BAD);
}
END_TEST

START_TEST(ping_is_answered_and_keepalive_is_not)
{
	ck_assert_int_eq(receive("Core.Ping"), GMCP_PING);
	ck_assert_int_eq(receive("Core.Ping 120"), GMCP_PING);
	ck_assert_int_eq(receive("Core.KeepAlive"), GMCP_NOTHING);
}
END_TEST

START_TEST(other_packages_go_to_the_world)
{
	ck_assert_int_eq(receive("Char.Items.Inv"), GMCP_MESSAGE);
	ck_assert_str_eq(ev.package, "char.items.inv");
	ck_assert_uint_eq(ev.json.n, 0);
	ck_assert_int_eq(receive("Char.Items.Contents  {\"id\": 7}"), GMCP_MESSAGE);
	ck_assert_uint_eq(ev.json.n, strlen("{\"id\": 7}"));
}
END_TEST

START_TEST(what_is_malformed_is_dropped)
{
	ck_assert_int_eq(receive(""), GMCP_BAD);
	ck_assert_int_eq(receive(" {}"), GMCP_BAD);
	ck_assert_int_eq(receive("Char\x1b[2J {}"), GMCP_BAD);
	ck_assert_int_eq(receive("Char.X {"), GMCP_BAD);
	ck_assert_int_eq(receive("Char.X {\"a\":1,\"a\":2}"), GMCP_BAD);
	ck_assert_int_eq(receive("Char.X \"\xff\xfe\""), GMCP_BAD);
	ck_assert_int_eq(receive("Char.X {} {}"), GMCP_BAD);
	ck_assert_int_eq(receive("Core.Supports.Set {\"Char\":1}"), GMCP_BAD);
	gmcp_free(g);
}
END_TEST

START_TEST(deep_json_is_refused_before_it_is_parsed)
{
	struct buf b = { 0 };

	buf_adds(&b, "Char.X ");
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '[');
	gmcp_receive(&g, buf_span(&b), &ev);
	ck_assert_int_eq(ev.kind, GMCP_BAD);
	buf_clear(&b);
	ck_assert_int_eq(receive("Char.X [[[[{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[\"}]]]]"),
			 GMCP_MESSAGE);
}
END_TEST

START_TEST(a_message_is_framed_and_escaped)
{
	struct buf b = { 0 };

	gmcp_send(&b, SPAN("Core.Ping"), SPAN(""));
	gmcp_send(&b, SPAN("Char.Vitals"), SPAN("{\"hp\":1}"));
	ck_assert_bytes(&b, "\xff\xfa\xc9"
			    "Core.Ping\xff\xf0\xff\xfa\xc9"
			    "Char.Vitals {\"hp\":1}\xff\xf0");
	buf_done(&b);
}
END_TEST

UNIT_MAIN("gmcp", nothing_is_sent_that_was_not_asked_for, supports_are_set_added_and_removed,
	  supports_are_bounded, hello_names_the_client, ping_is_answered_and_keepalive_is_not,
	  other_packages_go_to_the_world, what_is_malformed_is_dropped,
	  deep_json_is_refused_before_it_is_parsed, a_message_is_framed_and_escaped)
