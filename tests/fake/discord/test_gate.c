/*
 * test_gate.c - the gateway of the fake Discord is as strict as documented, and stricter: each misuse ends with its code and is
 * written down, each right use is none.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"
#include "tests/fake/discord/test_rig.h"
#include "tests/support/die.h"

static const struct breach {
	const char *path;
	const char *order; /* to the fake before; NULL: none */
	const char *says[3];
	uint16_t code;
	const char *misuse; /* NULL: it is none, the operator's fault maybe */
} breaches[] = {
	{ GATE, NULL, { "{\"op\":99,\"d\":null}" }, 4001, "Unknown opcode" },
	{ GATE, NULL, { "{\"op\":5,\"d\":{}}" }, 4001, "Unknown opcode" },
	{ GATE, NULL, { "{" }, 4002, "not a JSON object" },
	{ GATE, NULL, { "[]" }, 4002, "not a JSON object" },
	{ GATE, NULL, { "{\"op\":1}" }, 4002, "without op or d" },
	{ GATE, NULL, { "{\"op\":\"1\",\"d\":null}" }, 4002, "without op or d" },
	{ GATE, NULL, { "{\"op\":2,\"d\":{}}" }, 4002, "members" },
	{ GATE, NULL, { IDENTIFY_AS(FAKE_TOKEN, "1", ",\"what\":1") }, 4002, "members" },
	{ GATE, NULL, { "{\"op\":1,\"d\":\"5\"}" }, 4002, "last s" },
	{ GATE, NULL, { IDENTIFY, "{\"op\":1,\"d\":900}" }, 4002, "last s" },
	{ GATE, NULL, { "{\"op\":3,\"d\":{}}" }, 4003, "Not authenticated" },
	{ GATE, NULL, { IDENTIFY_AS("nonsense", "1", "") }, 4004, NULL },
	{ GATE, NULL, { IDENTIFY_AS("Bot " FAKE_TOKEN, "1", "") }, 4004, "no Bot before" },
	{ GATE, NULL, { IDENTIFY, IDENTIFY }, 4005, "Already" },
	{ GATE, NULL, { IDENTIFY_AS(FAKE_TOKEN, "1", ",\"shard\":[1,1]") }, 4010, "Invalid shard" },
	{ GATE, "{'do':'set','shards':2}", { IDENTIFY }, 4011, NULL },
	{ "/?encoding=json", NULL, { NULL }, 4012, "v=10" },
	{ "/?v=9&encoding=json", NULL, { NULL }, 4012, "v=10" },
	{ "/?v=100&encoding=json", NULL, { NULL }, 4012, "v=10" },
	{ "/?v=10&encoding=etf", NULL, { NULL }, 4002, "encoding=json" },
	{ GATE "&compress=zlib-stream", NULL, { NULL }, 4002, "encoding=json" },
	{ GATE, NULL, { IDENTIFY_AS(FAKE_TOKEN, "-1", "") }, 4013, "Invalid intent" },
	{ GATE, NULL, { IDENTIFY_AS(FAKE_TOKEN, "131072", "") }, 4013, "Invalid intent" },
	{ GATE, NULL, { IDENTIFY_AS(FAKE_TOKEN, "3", "") }, 4014, "no use for" },
	{ GATE, "{'do':'set','privileged':0}", { IDENTIFY }, 4014, NULL },
	{ GATE, "{'do':'set','heartbeat_ms':1}", { NULL }, 4009, "no heartbeat" },
};

START_TEST(what_the_gateway_forbids_ends_with_its_code)
{
	const struct breach *b = &breaches[_i];
	struct ws w;

	if (b->order)
		fake_discord_do(rig(), "%s", b->order);
	rig_connect(&w, rig()->gateway, b->path);
	for (size_t i = 0; i < ARRAY_LEN(b->says) && b->says[i]; i++)
		ws_send_text(&w, b->says[i]);
	ck_assert_uint_eq(ws_code(&w, TALK_US), b->code);
	ws_close(&w);
	if (b->misuse)
		rig_expect_misuse(b->misuse);
	else
		rig_expect_no_misuse();
}
END_TEST

START_TEST(payloads_that_are_too_long_too_many_or_not_text_end_it)
{
	struct buf text = { 0 };
	struct ws w;

	for (size_t i = 0; i < 4097; i++)
		buf_addc(&text, ' ');
	buf_addc(&text, '\0');
	rig_connect(&w, rig()->gateway, GATE);
	ws_send_text(&w, buf_p(&text));
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4002);
	ws_close(&w);
	rig_connect(&w, rig()->gateway, GATE);
	ws_send_binary(&w, BEAT, strlen(BEAT));
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4002);
	ws_close(&w);
	rig_connect(&w, rig()->gateway, GATE);
	for (size_t i = 0; i < 121; i++)
		ws_send_text(&w, BEAT);
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4008);
	ws_close(&w);
	ck_assert_int_eq(fake_discord_stat(rig(), "heartbeats"), 120);
	ck_assert_int_eq(fake_discord_stat(rig(), "misuses"), 3);
	buf_done(&text);
}
END_TEST

START_TEST(frames_that_are_not_masked_are_a_misuse)
{
	struct ws w;

	rig_connect(&w, rig()->gateway, GATE);
	ws_raw(&w, &(struct ws_raw){ .first = 0x81, .payload = SPAN(BEAT) });
	ck_assert_uint_eq(ws_code(&w, TALK_US), 1002);
	ws_close(&w);
	rig_expect_misuse("RFC 6455");
}
END_TEST

START_TEST(who_identifies_is_told_what_happens)
{
	struct ws w;

	rig_enter(&w);
	fake_discord_write(rig(), "quay", "joe", "hello @{ana} \"x\"");
	ws_expect_data(&w, "MESSAGE_CREATE");
	ck_assert_ptr_nonnull(strstr(buf_p(&w.data), "\"content\":\"hello <@"));
	ck_assert_ptr_nonnull(strstr(buf_p(&w.data), "\"username\":\"ana\""));
	ws_send_text(&w, "{\"op\":1,\"d\":3}");
	ws_expect_data(&w, "\"op\":11");
	ws_close(&w);
	fake_discord_hear(rig(), "#quay [joe] hello <@");
	rig_expect_no_misuse();
	ck_assert_int_eq(fake_discord_stat(rig(), "identifies"), 1);
}
END_TEST

START_TEST(who_has_not_asked_for_contents_gets_none)
{
	struct ws w;

	rig_connect(&w, rig()->gateway, GATE);
	ws_send_text(&w, IDENTIFY_AS(FAKE_TOKEN, "513", ""));
	ws_expect_data(&w, "GUILD_CREATE");
	fake_discord_write(rig(), "quay", "joe", "hello");
	ws_expect_data(&w, "MESSAGE_CREATE");
	ck_assert_ptr_null(strstr(buf_p(&w.data), "hello"));
	ws_close(&w);
}
END_TEST

START_TEST(a_resume_gets_what_was_missed_in_order)
{
	struct ws w;

	rig_enter(&w);
	fake_discord_do(rig(), "{'do':'gateway','act':'cut'}");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 0);
	ws_close(&w);
	fake_discord_do(rig(), "{'do':'write','channel':'quay','user':'joe','content':'line',"
			       "'times':3}");
	rig_resume(&w, rig()->resume, 2);
	ws_expect_data(&w, "line 1");
	ws_expect_data(&w, "line 2");
	ws_expect_data(&w, "line 3");
	ws_expect_data(&w, "RESUMED");
	ws_close(&w);
	rig_expect_no_misuse();
	ck_assert_int_eq(fake_discord_stat(rig(), "identifies"), 1);
	ck_assert_int_eq(fake_discord_stat(rig(), "resumes"), 1);
}
END_TEST

START_TEST(beats_after_a_resume_have_the_s_of_resumed)
{
	struct ws w;

	rig_enter(&w);
	ws_close(&w);
	rig_resume(&w, rig()->resume, 2);
	ws_expect_data(&w, "\"s\":3");
	for (int i = 1; i <= 3; i++) {
		ws_send_text(&w, "{\"op\":1,\"d\":3}");
		fake_discord_wait(rig(), "heartbeats", i);
	}
	ws_close(&w);
	rig_expect_no_misuse();
}
END_TEST

START_TEST(a_resume_in_the_wrong_place_or_of_another_seq_is_a_misuse)
{
	struct ws w, again;

	rig_enter(&w);
	rig_resume(&again, rig()->gateway, 2);
	ws_expect_data(&again, "\"op\":9");
	ws_close(&again);
	rig_expect_misuse("not at resume_gateway_url");
	rig_resume(&again, rig()->resume, 77);
	ck_assert_uint_eq(ws_code(&again, TALK_US), 4007);
	ws_close(&again);
	rig_expect_misuse("Invalid seq");
	ws_close(&w);
}
END_TEST

START_TEST(a_session_that_is_over_is_not_resumed)
{
	static const char *const ends[] = { "forget", "expire", "close" };
	struct ws w;

	rig_enter(&w);
	if (_i < 2)
		fake_discord_do(rig(), "{'do':'gateway','act':'%s'}", ends[_i]);
	else
		ws_say_close(&w, 1000, "");
	if (_i == 2)
		ck_assert_uint_eq(ws_code(&w, TALK_US), 1000);
	ws_close(&w);
	rig_resume(&w, rig()->resume, 2);
	if (_i == 1)
		ck_assert_uint_eq(ws_code(&w, TALK_US), 4009);
	else
		ws_expect_data(&w, "\"d\":false,\"op\":9");
	if (_i != 1) {
		ws_send_text(&w, IDENTIFY);
		ck_assert_uint_eq(ws_code(&w, TALK_US), 4002);
		rig_expect_misuse("at once after an invalid session");
	} else {
		rig_expect_no_misuse();
	}
	ws_close(&w);
}
END_TEST

START_TEST(identifying_twice_in_five_seconds_is_an_invalid_session)
{
	struct ws w;

	rig_enter(&w);
	ws_close(&w);
	rig_connect(&w, rig()->gateway, GATE);
	ws_send_text(&w, IDENTIFY);
	ws_expect_data(&w, "\"op\":9");
	ws_close(&w);
	ck_assert_int_eq(fake_discord_stat(rig(), "hurried_identifies"), 1);
	fake_discord_do(rig(), "{'do':'set','starts':2}");
	rig_connect(&w, rig()->gateway, GATE);
	ws_send_text(&w, IDENTIFY);
	ws_expect_data(&w, "\"op\":9");
	ws_close(&w);
	rig_expect_misuse("session_start_limit");
}
END_TEST

START_TEST(the_weather_at_the_gateway_is_as_ordered)
{
	struct ws w;

	rig_enter(&w);
	fake_discord_do(rig(), "{'do':'gateway','act':'reconnect'}");
	ws_expect_data(&w, "\"op\":7");
	fake_discord_do(rig(), "{'do':'gateway','act':'resumable'}");
	ws_expect_data(&w, "\"d\":true,\"op\":9");
	fake_discord_do(rig(), "{'do':'gateway','act':'unknown'}");
	ws_expect_data(&w, "\"op\":97");
	ws_expect_data(&w, "SOMETHING_NEW");
	fake_discord_do(rig(), "{'do':'set','piece':7}");
	fake_discord_do(rig(), "{'do':'gateway','act':'big','bytes':100000}");
	ws_expect_data(&w, "SOMETHING_BIG");
	fake_discord_do(rig(), "{'do':'gateway','act':'again'}");
	ws_expect_data(&w, "SOMETHING_BIG");
	fake_discord_do(rig(), "{'do':'gateway','act':'ping'}");
	fake_discord_do(rig(), "{'do':'set','silent':true}");
	ws_send_text(&w, "{\"op\":1,\"d\":2}");
	fake_discord_write(rig(), "quay", "joe", "unheard");
	fake_discord_do(rig(), "{'do':'gateway','act':'close','code':4000}");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4000);
	ck_assert_uint_ge(w.pings, 1);
	ck_assert_ptr_null(strstr(buf_p(&w.data), "unheard"));
	ck_assert_ptr_null(strstr(buf_p(&w.data), "\"op\":11"));
	ws_close(&w);
	fake_discord_do(rig(), "{'do':'gateway','act':'refuse','times':1,'status':503}");
	ck_assert_int_eq(ws_try(&w, &(struct ws_spec){ .port = rig()->gateway, .path = GATE }),
			 503);
	ws_close(&w);
}
END_TEST

START_TEST(while_it_is_down_nobody_is_there)
{
	struct talk nobody;
	struct ws w;

	rig_enter(&w);
	fake_discord_do(rig(), "{'do':'down'}");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 0);
	ws_close(&w);
	ck_assert(!talk_try(&nobody, "nobody", rig()->gateway));
	ck_assert(!talk_try(&nobody, "nobody", rig()->api));
	fake_discord_do(rig(), "{'do':'up'}");
	rig_resume(&w, rig()->resume, 1);
	ws_expect_data(&w, "GUILD_CREATE");
	ws_expect_data(&w, "RESUMED");
	ws_close(&w);
	rig_gets("GET", "/gateway/bot", AUTH, "", "HTTP/1.1 200");
	rig_expect_no_misuse();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fake_gate");
	TCase *tc = tcase_create("fake_gate");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, rig_start, rig_stop);
	tcase_add_loop_test(tc, what_the_gateway_forbids_ends_with_its_code, 0,
			    ARRAY_LEN(breaches));
	tcase_add_test(tc, payloads_that_are_too_long_too_many_or_not_text_end_it);
	tcase_add_test(tc, frames_that_are_not_masked_are_a_misuse);
	tcase_add_test(tc, who_identifies_is_told_what_happens);
	tcase_add_test(tc, who_has_not_asked_for_contents_gets_none);
	tcase_add_test(tc, a_resume_gets_what_was_missed_in_order);
	tcase_add_test(tc, beats_after_a_resume_have_the_s_of_resumed);
	tcase_add_test(tc, a_resume_in_the_wrong_place_or_of_another_seq_is_a_misuse);
	tcase_add_loop_test(tc, a_session_that_is_over_is_not_resumed, 0, 3);
	tcase_add_test(tc, identifying_twice_in_five_seconds_is_an_invalid_session);
	tcase_add_test(tc, the_weather_at_the_gateway_is_as_ordered);
	tcase_add_test(tc, while_it_is_down_nobody_is_there);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
