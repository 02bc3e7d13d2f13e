/*
 * test_msdp.c - MSDP over the data of GMCP: lists, reports, values; and what no client should have.
 */
#include "gateway/msdp.h"

#include "rt/rand.h"
#include "tests/unit/gateway/bytes.h"

#define SB "\xff\xfa\x45"
#define SE "\xff\xf0"

static struct msdp *m;
static struct mssp info;
static struct buf out, settings;

static void configure(UNUSED void *ctx, struct span name, struct span value)
{
	buf_addf(&settings, "%.*s=%.*s;", (int)name.n, name.p, (int)value.n, value.p);
}

static bool hear(struct span sub)
{
	struct msdp_turn turn = {
		.info = &info, .now_s = 86400, .out = &out, .configure = configure
	};

	return msdp_receive(&m, sub, &turn);
}

static void data(const char *package, const char *json)
{
	msdp_data(m, text_of(package), text_of(json), &out);
}

static void end(void)
{
	msdp_free(TAKE(m));
	buf_done(&out);
	buf_done(&settings);
}

#define expect(literal)                                                                            \
	do {                                                                                       \
		ck_assert_bytes(&out, literal);                                                    \
		buf_clear(&out);                                                                   \
	} while (0)

START_TEST(a_report_is_sent_when_it_changes)
{
	ck_assert(hear(BYTES("\1REPORT\2HEALTH")));
	expect("");
	data("Char.Vitals", "{\"hp\":20,\"maxhp\":30}");
	expect(SB "\1HEALTH\2"
		  "20" SE);
	data("char.vitals", "{\"hp\":20,\"maxhp\":30}");
	expect("");
	data("Char.Vitals", "{\"maxhp\":31}"); /* only what has changed */
	expect("");
	data("Char.Vitals", "{\"hp\":19}");
	expect(SB "\1HEALTH\2"
		  "19" SE);
	ck_assert(!hear(BYTES("\1UNREPORT\2HEALTH")));
	data("Char.Vitals", "{\"hp\":18}");
	expect("");
	end();
}
END_TEST

START_TEST(a_later_variable_of_a_known_package_is_answered_at_once)
{
	ck_assert(hear(BYTES("\1REPORT\2HEALTH")));
	data("Char.Vitals", "{\"hp\":20,\"maxhp\":30}");
	expect(SB "\1HEALTH\2"
		  "20" SE);
	hear(BYTES("\1REPORT\2HEALTH_MAX")); /* the world will not tell it again */
	expect(SB "\1HEALTH_MAX\2"
		  "30" SE);
	hear(BYTES("\1RESET\2REPORTED_VARIABLES"));
	ck_assert(hear(BYTES("\1SEND\2HEALTH_MAX")));
	expect(""); /* what was known then may be wrong by now */
	end();
}
END_TEST

START_TEST(several_are_reported_as_an_array_or_one_by_one)
{
	ck_assert(hear(BYTES("\1REPORT\2\5\2HEALTH\2HEALTH_MAX\6\1REPORT\2room_name")));
	data("Char.Vitals", "{\"hp\":1,\"maxhp\":2}");
	data("Room.Info", "{\"name\":\"Tide Square\"}");
	expect(SB "\1HEALTH\2"
		  "1" SE SB "\1HEALTH_MAX\2"
		  "2" SE SB "\1ROOM_NAME\2Tide Square" SE);
	end();
}
END_TEST

START_TEST(what_is_asked_for_once_comes_once)
{
	ck_assert(hear(BYTES("\1SEND\2HEALTH")));
	data("Char.Vitals", "{\"hp\":1}");
	expect(SB "\1HEALTH\2"
		  "1" SE);
	data("Char.Vitals", "{\"hp\":2}");
	expect("");
	ck_assert(!hear(BYTES("\1SEND\2HEALTH"))); /* known by now */
	expect(SB "\1HEALTH\2"
		  "2" SE);
	end();
}
END_TEST

START_TEST(objects_are_tables_and_lists_are_arrays)
{
	hear(BYTES("\1REPORT\2ROOM_EXITS\2ROOM_PLAYERS"));
	data("Room.Info", "{\"exits\":{\"n\":12,\"s\":-1}}");
	expect(SB "\1ROOM_EXITS\2\3\1n\2"
		  "12\1s\2-1\4" SE);
	data("Room.Players", "[{\"name\":\"Anna\",\"here\":true,\"x\":1.5,\"no\":null}]");
	expect(SB "\1ROOM_PLAYERS\2\5\2\3\1name\2Anna\1here\2"
		  "1\1x\2"
		  "1.5\1no\2\4\6" SE);
	end();
}
END_TEST

START_TEST(values_have_no_byte_of_the_protocol)
{
	hear(BYTES("\1REPORT\2ROOM_NAME"));
	data("Room.Info", "{\"name\":\"a\\u0001b\\u0002\\u001b[2J\\u007f\xc3\xbf\"}");
	expect(SB "\1ROOM_NAME\2ab[2J\xc3\xbf" SE);
	end();
}
END_TEST

START_TEST(what_is_nested_too_deep_is_empty)
{
	struct buf json = { 0 };
	size_t depth = 0, most = 0;

	hear(BYTES("\1REPORT\2ROOM_PLAYERS"));
	for (int i = 0; i < 100; i++)
		buf_addc(&json, '[');
	for (int i = 0; i < 100; i++)
		buf_addc(&json, ']');
	msdp_data(m, SPAN("Room.Players"), buf_span(&json), &out);
	for (size_t i = 0; i < out.n; i++) {
		char c = buf_p(&out)[i];

		depth += c == MSDP_ARRAY_OPEN;
		most = depth > most ? depth : most;
		depth -= c == MSDP_ARRAY_CLOSE;
	}
	ck_assert_uint_eq(most, MSDP_DEPTH);
	ck_assert_uint_eq(depth, 0);
	buf_done(&json);
	end();
}
END_TEST

START_TEST(a_value_that_is_too_long_is_not_sent)
{
	struct buf json = { 0 };

	hear(BYTES("\1REPORT\2ROOM_NAME"));
	buf_adds(&json, "{\"name\":\"");
	for (int i = 0; i < MSDP_VALUE_MAX + 1; i++)
		buf_addc(&json, 'x');
	buf_adds(&json, "\"}");
	msdp_data(m, SPAN("Room.Info"), buf_span(&json), &out);
	expect("");
	buf_done(&json);
	end();
}
END_TEST

START_TEST(lists_tell_what_there_is)
{
	hear(BYTES("\1LIST\2COMMANDS"));
	expect(SB "\1COMMANDS\2\5\2LIST\2REPORT\2RESET\2SEND\2UNREPORT\6" SE);
	hear(BYTES("\1REPORT\2HEALTH\1LIST\2REPORTED_VARIABLES"));
	expect(SB "\1REPORTED_VARIABLES\2\5\2HEALTH\6" SE);
	hear(BYTES("\1RESET\2REPORTED_VARIABLES\1LIST\2REPORTED_VARIABLES"));
	expect(SB "\1REPORTED_VARIABLES\2\5\6" SE);
	hear(BYTES("\1LIST\2LISTS"));
	ck_assert_ptr_nonnull(
		memmem(buf_p(&out), out.n, "\2CONFIGURABLE_VARIABLES\2REPORTABLE_VARIABLES", 44));
	buf_clear(&out);
	hear(BYTES("\1LIST\2NONSENSE\1LIST\1X"));
	expect("");
	end();
}
END_TEST

START_TEST(the_server_answers_for_itself)
{
	hear(BYTES("\1SEND\2SERVER_ID\2SERVER_TIME\2PLAYERS"));
	expect(SB "\1SERVER_ID\2Mudlark" SE SB "\1SERVER_TIME\2"
		  "1970-01-02 00:00" SE SB "\1PLAYERS\2" SE);
	end();
}
END_TEST

START_TEST(a_client_can_say_what_it_is)
{
	hear(BYTES("\1CLIENT_ID\2x\1UTF_8\2"
		   "1"));
	ck_assert_text(&settings, "CLIENT_ID=x;UTF_8=1;");
	end();
}
END_TEST

START_TEST(packages_are_wanted_for_what_is_reported)
{
	const char *packages[MSDP_PACKAGES];

	ck_assert_uint_eq(msdp_packages(NULL, packages), 0);
	ck_assert(hear(BYTES("\1REPORT\2HEALTH\2HEALTH_MAX\2ROOM_NAME\2SERVER_ID")));
	ck_assert_uint_eq(msdp_packages(m, packages), 2);
	ck_assert_str_eq(packages[0], "char.vitals");
	ck_assert_str_eq(packages[1], "room.info");
	ck_assert(!hear(BYTES("\1REPORT\2HEALTH")));
	end();
}
END_TEST

START_TEST(a_message_has_only_so_many_words)
{
	struct buf sub = { 0 };
	size_t sent = 0;

	buf_adds(&sub, "\1SEND");
	for (int i = 0; i < 800; i++)
		buf_adds(&sub, "\2SERVER_ID");
	hear(buf_span(&sub));
	for (size_t i = 0; i < out.n; i++)
		sent += (uint8_t)buf_p(&out)[i] == 0xf0;
	ck_assert_uint_eq(sent, MSDP_WORDS);
	buf_done(&sub);
	end();
}
END_TEST

START_TEST(no_bytes_at_all_do_harm)
{
	static const char *const words[] = { "REPORT",	   "SEND",     "LIST",	   "HEALTH",
					     "ROOM_EXITS", "COMMANDS", "UNREPORT", "RESET" };
	struct rng r;

	rng_seed(&r, 4);
	for (int round = 0; round < 20000; round++) {
		struct buf sub = { 0 };

		for (int i = 0; i < 8; i++) {
			buf_addc(&sub, (char)rng_below(&r, rng_below(&r, 8) ? 7 : 256));
			buf_adds(&sub, words[rng_below(&r, ARRAY_LEN(words))]);
		}
		hear(buf_span(&sub));
		data("Room.Info", rng_below(&r, 2) ? "{\"exits\":{\"n\":1}}" : "[[");
		data("Char.Vitals", rng_below(&r, 2) ? "{\"hp\":1}" : "7");
		buf_done(&sub);
		if (round % 64 == 0)
			end();
	}
	end();
}
END_TEST

UNIT_MAIN("msdp", a_report_is_sent_when_it_changes,
	  a_later_variable_of_a_known_package_is_answered_at_once,
	  several_are_reported_as_an_array_or_one_by_one, what_is_asked_for_once_comes_once,
	  objects_are_tables_and_lists_are_arrays, values_have_no_byte_of_the_protocol,
	  what_is_nested_too_deep_is_empty, a_value_that_is_too_long_is_not_sent,
	  lists_tell_what_there_is, the_server_answers_for_itself, a_client_can_say_what_it_is,
	  packages_are_wanted_for_what_is_reported, a_message_has_only_so_many_words,
	  no_bytes_at_all_do_harm)
