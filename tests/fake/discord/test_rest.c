/*
 * test_rest.c - the REST of the fake Discord refuses what the real one refuses, and writes down what a good client does
 * not do; faults strike as ordered.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"
#include "tests/fake/discord/test_rig.h"
#include "tests/support/die.h"

#define LONG_20 "aaaaaaaaaaaaaaaaaaaa"
#define LONG_100 LONG_20 LONG_20 LONG_20 LONG_20 LONG_20
#define LONG_500 LONG_100 LONG_100 LONG_100 LONG_100 LONG_100
#define LONG_2000 LONG_500 LONG_500 LONG_500 LONG_500
#define SAY(members) "{" members "," QUIET "}"

static const struct refused {
	const char *body, *misuse;
} refused[] = {
	{ "{", "no JSON" },
	{ "[]", "it is no object" },
	{ "{\"content\":\"\xff\"}", "no JSON" },
	{ SAY("\"content\":\"\""), "empty message" },
	{ SAY("\"content\":\"  \\n\""), "empty message" },
	{ SAY("\"content\":5"), "not a value" },
	{ SAY("\"content\":\"" LONG_2000 "a\""), "too long" },
	{ SAY("\"content\":\"hi\",\"username\":\"\""), "too short" },
	{ SAY("\"content\":\"hi\",\"username\":\"" LONG_20 LONG_20 LONG_20 LONG_20 "a\""),
	  "too long" },
	{ SAY("\"content\":\"hi\",\"username\":\"joe@DisCord\""), "clyde" },
	{ SAY("\"content\":\"hi\",\"username\":\"Clyde\""), "clyde" },
	{ SAY("\"content\":\"hi\",\"username\":\" joe\""), "trimmed" },
	{ SAY("\"content\":\"hi\",\"nonce\":\"5\""), "no such member" },
	{ SAY("\"content\":\"hi\",\"avatar_url\":\"joe.png\""), "not a value" },
	{ SAY("\"content\":\"hi\",\"flags\":64"), "flags" },
	{ SAY("\"embeds\":[{}]"), "nothing in it" },
	{ SAY("\"embeds\":[{\"title\":\"" LONG_100 LONG_100 LONG_100 "\"}]"), "too long" },
	{ SAY("\"embeds\":[{\"title\":\"a\",\"color\":16777216}]"), "not a value" },
	{ SAY("\"embeds\":[{\"title\":\"a\",\"timestamp\":\"now\"}]"), "not a value" },
	{ SAY("\"embeds\":[{\"title\":\"a\",\"footer\":{\"text\":\"\"}}]"), "too short" },
	{ SAY("\"embeds\":[{\"title\":\"a\",\"fields\":[{\"name\":\"a\"}]}]"), "required" },
};

START_TEST(bodies_beyond_what_is_documented_are_refused)
{
	CLEANUP(base_freep) char *path = rig_hook();

	fake_discord_do(rig(), "{'do':'set','bucket_n':1000}");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		rig_gets("POST", path, AUTH JSON, refused[i].body, "HTTP/1.1 400");
		rig_expect_misuse(refused[i].misuse);
	}
	ck_assert_int_eq(fake_discord_stat(rig(), "misuses"), ARRAY_LEN(refused));
	rig_gets("POST", path, AUTH JSON, SAY("\"content\":\"" LONG_2000 "\""), "HTTP/1.1 200");
	rig_gets("POST", path, AGENT JSON, SAY("\"content\":\"hi\",\"username\":\"joe@irc\""),
		 "HTTP/1.1 200");
	ck_assert_int_eq(fake_discord_stat(rig(), "misuses"), ARRAY_LEN(refused));
	fake_discord_hear(rig(), "#quay <joe@irc> hi\n");
}
END_TEST

START_TEST(embeds_have_six_thousand_characters_in_all)
{
	CLEANUP(base_freep) char *path = rig_hook();
	struct buf body = { 0 };

	buf_adds(&body, "{" QUIET ",\"embeds\":[");
	for (size_t i = 0; i < 3; i++)
		buf_addf(&body, "%s{\"description\":\"%s\"}", i ? "," : "", LONG_2000);
	buf_adds(&body, ",{\"title\":\"a\"}]}");
	buf_addc(&body, '\0');
	rig_gets("POST", path, AUTH JSON, buf_p(&body), "HTTP/1.1 400");
	rig_expect_misuse("6000");
	buf_done(&body);
}
END_TEST

START_TEST(a_message_that_may_ping_somebody_is_a_misuse)
{
	static const char *const bodies[] = {
		"{\"content\":\"hi @everyone\"}",
		"{\"content\":\"hi\",\"allowed_mentions\":{}}",
		"{\"content\":\"hi\",\"allowed_mentions\":{\"parse\":[\"users\"]}}",
		"{\"content\":\"hi\",\"allowed_mentions\":{\"parse\":[],\"users\":[\"1\"]}}",
		"{\"content\":\"hi\",\"allowed_mentions\":{\"parse\":[],\"replied_user\":true}}",
	};
	CLEANUP(base_freep) char *path = rig_hook();

	fake_discord_do(rig(), "{'do':'set','bucket_n':1000}");
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		rig_gets("POST", path, AUTH JSON, bodies[i], "HTTP/1.1 200");
	rig_expect_misuse("allowed_mentions is not");
	ck_assert_int_eq(fake_discord_stat(rig(), "misuses"), ARRAY_LEN(bodies));
}
END_TEST

static const struct wrong {
	const char *method, *path, *head, *body, *says, *misuse;
} wrongs[] = {
	{ "GET", "/gateway/bot", "", "", "HTTP/1.1 403", "User-Agent is missing" },
	{ "GET", "/gateway/bot", "User-Agent: curl/8\r\n", "", "HTTP/1.1 403", "curl/8" },
	{ "GET", "/gateway/bot", AGENT, "", "HTTP/1.1 401", "not Bot TOKEN" },
	{ "GET", "/gateway/bot", AGENT "Authorization: " FAKE_TOKEN "\r\n", "", "HTTP/1.1 401",
	  "not Bot TOKEN" },
	{ "GET", "/gateway/bot", AGENT "Authorization: Bot no\r\n", "", "HTTP/1.1 401", NULL },
	{ "GET", "/gateway/bot", AUTH, "", "\"max_concurrency\":1", NULL },
	{ "GET", "/nowhere", AUTH, "", "HTTP/1.1 404", "there is no GET" },
	{ "POST", "/gateway/bot", AUTH JSON, "{}", "HTTP/1.1 404", "there is no POST" },
	{ "GET", "/channels/5", AUTH, "", "\"code\":10003", NULL },
	{ "GET", "/webhooks/5", AUTH, "", "\"code\":10015", NULL },
	{ "POST", "/webhooks/5/abc?wait=true", AUTH JSON, SAY("\"content\":\"a\""),
	  "\"code\":10015", "not there" },
	{ "PUT", "/applications/" PLACE_APPLICATION "/commands", AUTH, "[]", "\"code\":50035",
	  "Content-Type" },
	{ "PUT", "/applications/" PLACE_APPLICATION "/commands", AUTH JSON,
	  "[{\"name\":\"Who\",\"description\":\"a\"}]", "\"code\":50035", "name of a command" },
	{ "PUT", "/applications/" PLACE_APPLICATION "/commands", AUTH JSON, "[{\"name\":\"who\"}]",
	  "\"code\":50035", "description: This field is required" },
	{ "PUT", "/applications/" PLACE_APPLICATION "/commands", AUTH JSON,
	  "[{\"name\":\"a\",\"description\":\"a\"},{\"name\":\"a\",\"description\":\"b\"}]",
	  "\"code\":50035", "two commands" },
	{ "PUT", "/applications/5/commands", AUTH JSON, "[]", "HTTP/1.1 404", "not its own" },
	{ "POST", "/interactions/5/x/callback", AUTH JSON, "{\"type\":5}", "\"code\":10062",
	  "not there" },
};

START_TEST(requests_that_are_not_as_they_should_be_are_refused)
{
	const struct wrong *w = &wrongs[_i];

	rig_gets(w->method, w->path, w->head, w->body, w->says);
	if (w->misuse)
		rig_expect_misuse(w->misuse);
	else
		rig_expect_no_misuse();
}
END_TEST

START_TEST(a_bucket_that_was_told_empty_is_to_be_waited_for)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(rig(), "quay");
	char path[80];

	snprintf(path, sizeof(path), "/channels/%s", id);
	fake_discord_do(rig(), "{'do':'set','bucket_n':2,'bucket_ms':20000}");
	rig_gets("GET", path, AUTH, "", "X-RateLimit-Remaining: 1\r\n");
	rig_gets("GET", path, AUTH, "", "X-RateLimit-Remaining: 0\r\n");
	rig_gets("GET", "/channels/5", AUTH, "", "X-RateLimit-Remaining: 1\r\n");
	for (uint64_t end = now_us() + LIMIT_WAY_US + 50000; now_us() < end;)
		free(fake_discord_transcript(rig()));
	rig_gets("GET", path, AUTH, "", "\"retry_after\":1");
	rig_expect_misuse("before the time that was told");
	ck_assert_int_eq(fake_discord_stat(rig(), "limited"), 1);
}
END_TEST

START_TEST(all_together_may_not_ask_too_often)
{
	fake_discord_do(rig(), "{'do':'set','global_n':2}");
	rig_gets("GET", "/gateway/bot", AUTH, "", "HTTP/1.1 200");
	rig_gets("GET", "/users/@me", AUTH, "", "HTTP/1.1 200");
	rig_gets("GET", "/channels/5", AUTH, "", "X-RateLimit-Global: true\r\n");
	rig_gets("GET", "/applications/@me", AUTH, "", "\"global\":true");
	ck_assert_int_eq(fake_discord_stat(rig(), "limited"), 2);
}
END_TEST

static const struct fault {
	const char *fault, *says;
	bool is_done;
} faults[] = {
	{ "'kind':'status','status':502", "HTTP/1.1 502", false },
	{ "'kind':'late_status','status':503", "HTTP/1.1 503", true },
	{ "'kind':'cut'", "", false },
	{ "'kind':'late_cut'", "", true },
	{ "'kind':'garbage'", "[[[", true },
	{ "'kind':'slow','ms':50", "\"content\":\"hi\"", true },
	{ "'kind':'limit','retry_ms':1500,'scope':'shared'", "X-RateLimit-Scope: shared\r\n",
	  false },
	{ "'kind':'limit','retry_ms':1500,'global':true", "\"retry_after\":1.5", false },
	{ "'kind':'cloudflare','retry_ms':1500", "error code: 1015", false },
};

START_TEST(faults_strike_before_or_after_it_is_done)
{
	CLEANUP(base_freep) char *path = rig_hook();
	CLEANUP(base_freep) char *text = NULL;

	fake_discord_do(rig(), "{'do':'fault','route':'execute',%s}", faults[_i].fault);
	text = rig_ask("POST", path, AUTH JSON, SAY("\"content\":\"hi\""));
	ck_assert_msg(strstr(text, faults[_i].says), "%s", text);
	if (!*faults[_i].says)
		ck_assert_str_eq(text, "");
	ck_assert_uint_eq(fake_discord_count(rig(), "<Mudlark> hi\n"), faults[_i].is_done);
	ck_assert_int_eq(fake_discord_stat(rig(), "faults"), 1);
	rig_expect_no_misuse();
}
END_TEST

START_TEST(a_webhook_that_is_gone_may_be_tried_once)
{
	CLEANUP(base_freep) char *path = rig_hook();

	fake_discord_do(rig(), "{'do':'unhook','channel':'quay'}");
	rig_gets("POST", path, AUTH JSON, SAY("\"content\":\"hi\""), "\"code\":10015");
	rig_expect_no_misuse();
	rig_gets("POST", path, AUTH JSON, SAY("\"content\":\"hi\""), "\"code\":10015");
	rig_expect_misuse("a webhook that is not there");
}
END_TEST

START_TEST(where_it_may_not_it_makes_no_webhook)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(rig(), "quay");
	char path[80];

	snprintf(path, sizeof(path), "/channels/%s/webhooks", id);
	rig_gets("GET", path, AUTH, "", "\"type\":2");
	fake_discord_do(rig(), "{'do':'permit','channel':'quay','may':false}");
	rig_gets("POST", path, AUTH JSON, "{\"name\":\"M\"}", "\"code\":50013");
	fake_discord_do(rig(), "{'do':'permit','channel':'quay','may':true}");
	rig_gets("POST", path, AUTH JSON, "{\"name\":\"Discord M\"}", "\"code\":50035");
	rig_expect_misuse("clyde");
}
END_TEST

START_TEST(messages_are_read_behind_an_id_the_newest_first)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(rig(), "quay");
	CLEANUP(base_freep) char *first = NULL;
	CLEANUP(base_freep) char *text = NULL;
	char path[120];

	first = base_dup(fake_discord_write(rig(), "quay", "joe", "one"), 19);
	fake_discord_do(rig(), "{'do':'write','channel':'quay','user':'joe','content':'line',"
			       "'times':4}");
	fake_discord_write(rig(), "help", "joe", "elsewhere");
	snprintf(path, sizeof(path), "/channels/%s/messages?after=%s&limit=2", id, first);
	text = rig_expect("GET", path, AUTH, "", "HTTP/1.1 200");
	ck_assert_ptr_nonnull(strstr(strstr(text, "line 2"), "line 1"));
	ck_assert_ptr_null(strstr(text, "line 3"));
	snprintf(path, sizeof(path), "/channels/%s/messages?limit=101", id);
	rig_gets("GET", path, AUTH, "", "HTTP/1.1 400");
	rig_expect_misuse("question mark");
}
END_TEST

START_TEST(a_slash_command_is_answered_once_and_in_time)
{
	CLEANUP(base_freep) char *id = NULL;
	CLEANUP(base_freep) char *token = NULL;
	char path[300];
	struct ws w;

	rig_gets("PUT", "/applications/" PLACE_APPLICATION "/commands", AUTH JSON,
		 "[{\"name\":\"who\",\"description\":\"Who is there\"}]", "\"version\":");
	rig_enter(&w);
	fake_discord_do(rig(), "{'do':'slash','name':'who','user':'joe','channel':'quay'}");
	ws_expect_data(&w, "INTERACTION_CREATE");
	token = rig_between(buf_p(&w.data), "\"token\":\"");
	id = rig_between(strstr(buf_p(&w.data), "INTERACTION_CREATE"), "\"d\":{\"id\":\"");
	snprintf(path, sizeof(path), "/interactions/%s/%s/callback", id, token);
	rig_gets("POST", path, AGENT JSON, "{\"type\":4,\"data\":{" QUIET "}}", "HTTP/1.1 400");
	rig_expect_misuse("empty message");
	rig_gets("POST", path, AGENT JSON, "{\"type\":5,\"data\":{\"flags\":64}}", "HTTP/1.1 204");
	rig_gets("POST", path, AGENT JSON, "{\"type\":5}", "\"code\":40060");
	snprintf(path, sizeof(path), "/webhooks/" PLACE_APPLICATION "/%s/messages/@original",
		 token);
	rig_gets("PATCH", path, AGENT JSON, SAY("\"content\":\"nobody\""), "HTTP/1.1 200");
	fake_discord_hear(rig(), "#quay /who joe: nobody\n");
	ck_assert_int_eq(fake_discord_stat(rig(), "misuses"), 1);
	ws_close(&w);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fake_rest");
	TCase *tc = tcase_create("fake_rest");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, rig_start, rig_stop);
	tcase_add_test(tc, bodies_beyond_what_is_documented_are_refused);
	tcase_add_test(tc, embeds_have_six_thousand_characters_in_all);
	tcase_add_test(tc, a_message_that_may_ping_somebody_is_a_misuse);
	tcase_add_loop_test(tc, requests_that_are_not_as_they_should_be_are_refused, 0,
			    ARRAY_LEN(wrongs));
	tcase_add_test(tc, a_bucket_that_was_told_empty_is_to_be_waited_for);
	tcase_add_test(tc, all_together_may_not_ask_too_often);
	tcase_add_loop_test(tc, faults_strike_before_or_after_it_is_done, 0, ARRAY_LEN(faults));
	tcase_add_test(tc, a_webhook_that_is_gone_may_be_tried_once);
	tcase_add_test(tc, where_it_may_not_it_makes_no_webhook);
	tcase_add_test(tc, messages_are_read_behind_an_id_the_newest_first);
	tcase_add_test(tc, a_slash_command_is_answered_once_and_in_time);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
