/*
 * test_fake_discord.c - the fake is stricter than what it stands for: each misuse ends as the documentation says and is
 * written down, each right use is none.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/buf.h"
#include "tests/fake/discord/fake.h"
#include "tests/support/die.h"
#include "tests/support/fake_discord.h"
#include "tests/support/tmp.h"
#include "tests/support/ws.h"

#define GATE "/?v=10&encoding=json"
#define PROPERTIES "\"properties\":{\"os\":\"linux\",\"browser\":\"m\",\"device\":\"m\"}"
#define IDENTIFY_AS(token, intents, more)                                                          \
	"{\"op\":2,\"d\":{\"token\":\"" token "\"," PROPERTIES ",\"intents\":" intents more "}}"
#define IDENTIFY IDENTIFY_AS(FAKE_TOKEN, "37377", "")
#define BEAT "{\"op\":1,\"d\":null}"
#define AGENT "User-Agent: DiscordBot (https://example.org/mud, 0.1)\r\n"
#define AUTH AGENT "Authorization: Bot " FAKE_TOKEN "\r\n"
#define JSON "Content-Type: application/json\r\n"
#define QUIET "\"allowed_mentions\":{\"parse\":[]}"

static struct fake_discord fake;

static void start(void)
{
	fake_discord_start(&fake, tmp_dir());
}

static void stop(void)
{
	fake_discord_drop(&fake);
}

static void connect_to(struct ws *w, uint16_t port, const char *path)
{
	ws_open(w, &(struct ws_spec){ .port = port, .path = path, .who = "client" });
}

/* In a session. */
static void enter(struct ws *w)
{
	connect_to(w, fake.gateway, GATE);
	ws_expect_data(w, "\"op\":10");
	ws_send_text(w, IDENTIFY);
	ws_expect_data(w, "\"t\":\"READY\"");
	ws_expect_data(w, "\"t\":\"GUILD_CREATE\"");
}

static void expect_misuse(const char *text)
{
	CLEANUP(base_freep) char *misuses = fake_discord_misuses(&fake);

	ck_assert_msg(strstr(misuses, text), "no \"%s\" in:\n%s", text, misuses);
}

static void expect_no_misuse(void)
{
	CLEANUP(base_freep) char *misuses = fake_discord_misuses(&fake);

	ck_assert_str_eq(misuses, "");
}

/* The gateway */

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
		fake_discord_do(&fake, "%s", b->order);
	connect_to(&w, fake.gateway, b->path);
	for (size_t i = 0; i < ARRAY_LEN(b->says) && b->says[i]; i++)
		ws_send_text(&w, b->says[i]);
	ck_assert_uint_eq(ws_code(&w, TALK_US), b->code);
	ws_close(&w);
	if (b->misuse)
		expect_misuse(b->misuse);
	else
		expect_no_misuse();
}
END_TEST

START_TEST(payloads_that_are_too_long_too_many_or_not_text_end_it)
{
	struct buf text = { 0 };
	struct ws w;

	for (size_t i = 0; i < 4097; i++)
		buf_addc(&text, ' ');
	buf_addc(&text, '\0');
	connect_to(&w, fake.gateway, GATE);
	ws_send_text(&w, buf_p(&text));
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4002);
	ws_close(&w);
	connect_to(&w, fake.gateway, GATE);
	ws_send_binary(&w, BEAT, strlen(BEAT));
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4002);
	ws_close(&w);
	connect_to(&w, fake.gateway, GATE);
	for (size_t i = 0; i < 121; i++)
		ws_send_text(&w, BEAT);
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4008);
	ws_close(&w);
	ck_assert_int_eq(fake_discord_stat(&fake, "heartbeats"), 120);
	ck_assert_int_eq(fake_discord_stat(&fake, "misuses"), 3);
	buf_done(&text);
}
END_TEST

START_TEST(frames_that_are_not_masked_are_a_misuse)
{
	struct ws w;

	connect_to(&w, fake.gateway, GATE);
	ws_raw(&w, &(struct ws_raw){ .first = 0x81, .payload = SPAN(BEAT) });
	ck_assert_uint_eq(ws_code(&w, TALK_US), 1002);
	ws_close(&w);
	expect_misuse("RFC 6455");
}
END_TEST

START_TEST(who_identifies_is_told_what_happens)
{
	struct ws w;

	enter(&w);
	fake_discord_write(&fake, "quay", "joe", "hello @{ana} \"x\"");
	ws_expect_data(&w, "MESSAGE_CREATE");
	ck_assert_ptr_nonnull(strstr(buf_p(&w.data), "\"content\":\"hello <@"));
	ck_assert_ptr_nonnull(strstr(buf_p(&w.data), "\"username\":\"ana\""));
	ws_send_text(&w, "{\"op\":1,\"d\":3}");
	ws_expect_data(&w, "\"op\":11");
	ws_close(&w);
	fake_discord_hear(&fake, "#quay [joe] hello <@");
	expect_no_misuse();
	ck_assert_int_eq(fake_discord_stat(&fake, "identifies"), 1);
}
END_TEST

START_TEST(who_has_not_asked_for_contents_gets_none)
{
	struct ws w;

	connect_to(&w, fake.gateway, GATE);
	ws_send_text(&w, IDENTIFY_AS(FAKE_TOKEN, "513", ""));
	ws_expect_data(&w, "GUILD_CREATE");
	fake_discord_write(&fake, "quay", "joe", "hello");
	ws_expect_data(&w, "MESSAGE_CREATE");
	ck_assert_ptr_null(strstr(buf_p(&w.data), "hello"));
	ws_close(&w);
}
END_TEST

/* RESUME of the first session with this seq. */
static void resume(struct ws *w, uint16_t port, unsigned seq)
{
	char text[300];

	snprintf(text, sizeof(text),
		 "{\"op\":6,\"d\":{\"token\":\"" FAKE_TOKEN
		 "\",\"session_id\":\"000000000000000000000000fa4e0001\",\"seq\":%u}}",
		 seq);
	connect_to(w, port, GATE);
	ws_expect_data(w, "\"op\":10");
	ws_send_text(w, text);
}

START_TEST(a_resume_gets_what_was_missed_in_order)
{
	struct ws w;

	enter(&w);
	fake_discord_do(&fake, "{'do':'gateway','act':'cut'}");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 0);
	ws_close(&w);
	fake_discord_do(&fake, "{'do':'write','channel':'quay','user':'joe','content':'line',"
			       "'times':3}");
	resume(&w, fake.resume, 2);
	ws_expect_data(&w, "line 1");
	ws_expect_data(&w, "line 2");
	ws_expect_data(&w, "line 3");
	ws_expect_data(&w, "RESUMED");
	ws_close(&w);
	expect_no_misuse();
	ck_assert_int_eq(fake_discord_stat(&fake, "identifies"), 1);
	ck_assert_int_eq(fake_discord_stat(&fake, "resumes"), 1);
}
END_TEST

START_TEST(a_resume_in_the_wrong_place_or_of_another_seq_is_a_misuse)
{
	struct ws w, again;

	enter(&w);
	resume(&again, fake.gateway, 2);
	ws_expect_data(&again, "\"op\":9");
	ws_close(&again);
	expect_misuse("not at resume_gateway_url");
	resume(&again, fake.resume, 77);
	ck_assert_uint_eq(ws_code(&again, TALK_US), 4007);
	ws_close(&again);
	expect_misuse("Invalid seq");
	ws_close(&w);
}
END_TEST

START_TEST(a_session_that_is_over_is_not_resumed)
{
	static const char *const ends[] = { "forget", "expire", "close" };
	struct ws w;

	enter(&w);
	if (_i < 2)
		fake_discord_do(&fake, "{'do':'gateway','act':'%s'}", ends[_i]);
	else
		ws_say_close(&w, 1000, "");
	if (_i == 2)
		ck_assert_uint_eq(ws_code(&w, TALK_US), 1000);
	ws_close(&w);
	resume(&w, fake.resume, 2);
	if (_i == 1)
		ck_assert_uint_eq(ws_code(&w, TALK_US), 4009);
	else
		ws_expect_data(&w, "\"d\":false,\"op\":9");
	if (_i != 1) {
		ws_send_text(&w, IDENTIFY);
		ck_assert_uint_eq(ws_code(&w, TALK_US), 4002);
		expect_misuse("at once after an invalid session");
	} else {
		expect_no_misuse();
	}
	ws_close(&w);
}
END_TEST

START_TEST(identifying_twice_in_five_seconds_is_an_invalid_session)
{
	struct ws w;

	enter(&w);
	ws_close(&w);
	connect_to(&w, fake.gateway, GATE);
	ws_send_text(&w, IDENTIFY);
	ws_expect_data(&w, "\"op\":9");
	ws_close(&w);
	ck_assert_int_eq(fake_discord_stat(&fake, "hurried_identifies"), 1);
	fake_discord_do(&fake, "{'do':'set','starts':2}");
	connect_to(&w, fake.gateway, GATE);
	ws_send_text(&w, IDENTIFY);
	ws_expect_data(&w, "\"op\":9");
	ws_close(&w);
	expect_misuse("session_start_limit");
}
END_TEST

START_TEST(the_weather_at_the_gateway_is_as_ordered)
{
	struct ws w;

	enter(&w);
	fake_discord_do(&fake, "{'do':'gateway','act':'reconnect'}");
	ws_expect_data(&w, "\"op\":7");
	fake_discord_do(&fake, "{'do':'gateway','act':'resumable'}");
	ws_expect_data(&w, "\"d\":true,\"op\":9");
	fake_discord_do(&fake, "{'do':'gateway','act':'unknown'}");
	ws_expect_data(&w, "\"op\":97");
	ws_expect_data(&w, "SOMETHING_NEW");
	fake_discord_do(&fake, "{'do':'set','piece':7}");
	fake_discord_do(&fake, "{'do':'gateway','act':'big','bytes':100000}");
	ws_expect_data(&w, "SOMETHING_BIG");
	fake_discord_do(&fake, "{'do':'gateway','act':'again'}");
	ws_expect_data(&w, "SOMETHING_BIG");
	fake_discord_do(&fake, "{'do':'gateway','act':'ping'}");
	fake_discord_do(&fake, "{'do':'set','silent':true}");
	ws_send_text(&w, "{\"op\":1,\"d\":2}");
	fake_discord_write(&fake, "quay", "joe", "unheard");
	fake_discord_do(&fake, "{'do':'gateway','act':'close','code':4000}");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 4000);
	ck_assert_uint_ge(w.pings, 1);
	ck_assert_ptr_null(strstr(buf_p(&w.data), "unheard"));
	ck_assert_ptr_null(strstr(buf_p(&w.data), "\"op\":11"));
	ws_close(&w);
	fake_discord_do(&fake, "{'do':'gateway','act':'refuse','times':1,'status':503}");
	ck_assert_int_eq(ws_try(&w, &(struct ws_spec){ .port = fake.gateway, .path = GATE }), 503);
	ws_close(&w);
}
END_TEST

/* REST */

static char *ask(const char *method, const char *path, const char *head, const char *body)
{
	CLEANUP(base_freep) char *q = NULL;

	must(asprintf(&q,
		      "%s /api/v10%s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%s"
		      "Content-Length: %zu\r\n\r\n%s",
		      method, path, head, strlen(body), body),
	     "asprintf");
	return ws_http(fake.api, false, q, TALK_US);
}

/* The answer has to have this status and this text; freed by the caller. */
static char *expect(const char *method, const char *path, const char *head, const char *body,
		    const char *says)
{
	char *text = ask(method, path, head, body);

	ck_assert_msg(strstr(text, says), "%s %s %s\n%s", method, path, body, text);
	return text;
}

/* The text between two others in an answer; freed by the caller. */
static char *between(const char *text, const char *before)
{
	const char *at = strstr(text, before);

	ck_assert_msg(at, "no %s in %s", before, text);
	at += strlen(before);
	return base_dup(at, strcspn(at, "\""));
}

/* A webhook of #quay: "/webhooks/ID/TOKEN". */
static char *new_hook(void)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(&fake, "quay");
	CLEANUP(base_freep) char *text = NULL;
	CLEANUP(base_freep) char *url = NULL;
	char path[80];

	snprintf(path, sizeof(path), "/channels/%s/webhooks", id);
	text = expect("POST", path, AUTH JSON, "{\"name\":\"Mudlark\"}", "HTTP/1.1 200");
	url = between(text, "\"url\":\"https://discord.com/api");
	return base_dup(url, strlen(url));
}

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
	CLEANUP(base_freep) char *hook = new_hook();
	CLEANUP(base_freep) char *path = NULL;

	must(asprintf(&path, "%s?wait=true", hook), "asprintf");
	fake_discord_do(&fake, "{'do':'set','bucket_n':1000}");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		free(expect("POST", path, AUTH JSON, refused[i].body, "HTTP/1.1 400"));
		expect_misuse(refused[i].misuse);
	}
	ck_assert_int_eq(fake_discord_stat(&fake, "misuses"), ARRAY_LEN(refused));
	free(expect("POST", path, AUTH JSON, SAY("\"content\":\"" LONG_2000 "\""), "HTTP/1.1 200"));
	free(expect("POST", path, AGENT JSON, SAY("\"content\":\"hi\",\"username\":\"joe@irc\""),
		    "HTTP/1.1 200"));
	ck_assert_int_eq(fake_discord_stat(&fake, "misuses"), ARRAY_LEN(refused));
	fake_discord_hear(&fake, "#quay <joe@irc> hi\n");
}
END_TEST

START_TEST(embeds_have_six_thousand_characters_in_all)
{
	CLEANUP(base_freep) char *hook = new_hook();
	CLEANUP(base_freep) char *path = NULL;
	struct buf body = { 0 };

	must(asprintf(&path, "%s?wait=true", hook), "asprintf");
	buf_adds(&body, "{" QUIET ",\"embeds\":[");
	for (size_t i = 0; i < 3; i++)
		buf_addf(&body, "%s{\"description\":\"%s\"}", i ? "," : "", LONG_2000);
	buf_adds(&body, ",{\"title\":\"a\"}]}");
	buf_addc(&body, '\0');
	free(expect("POST", path, AUTH JSON, buf_p(&body), "HTTP/1.1 400"));
	expect_misuse("6000");
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
	CLEANUP(base_freep) char *hook = new_hook();
	CLEANUP(base_freep) char *path = NULL;

	must(asprintf(&path, "%s?wait=true", hook), "asprintf");
	fake_discord_do(&fake, "{'do':'set','bucket_n':1000}");
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		free(expect("POST", path, AUTH JSON, bodies[i], "HTTP/1.1 200"));
	expect_misuse("allowed_mentions is not");
	ck_assert_int_eq(fake_discord_stat(&fake, "misuses"), ARRAY_LEN(bodies));
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

	free(expect(w->method, w->path, w->head, w->body, w->says));
	if (w->misuse)
		expect_misuse(w->misuse);
	else
		expect_no_misuse();
}
END_TEST

START_TEST(a_bucket_that_was_told_empty_is_to_be_waited_for)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(&fake, "quay");
	char path[80];

	snprintf(path, sizeof(path), "/channels/%s", id);
	fake_discord_do(&fake, "{'do':'set','bucket_n':2,'bucket_ms':20000}");
	free(expect("GET", path, AUTH, "", "X-RateLimit-Remaining: 1\r\n"));
	free(expect("GET", path, AUTH, "", "X-RateLimit-Remaining: 0\r\n"));
	free(expect("GET", "/channels/5", AUTH, "", "X-RateLimit-Remaining: 1\r\n"));
	for (uint64_t end = now_us() + LIMIT_WAY_US + 50000; now_us() < end;)
		free(fake_discord_transcript(&fake));
	free(expect("GET", path, AUTH, "", "\"retry_after\":1"));
	expect_misuse("before the time that was told");
	ck_assert_int_eq(fake_discord_stat(&fake, "limited"), 1);
}
END_TEST

START_TEST(all_together_may_not_ask_too_often)
{
	fake_discord_do(&fake, "{'do':'set','global_n':2}");
	free(expect("GET", "/gateway/bot", AUTH, "", "HTTP/1.1 200"));
	free(expect("GET", "/users/@me", AUTH, "", "HTTP/1.1 200"));
	free(expect("GET", "/channels/5", AUTH, "", "X-RateLimit-Global: true\r\n"));
	free(expect("GET", "/applications/@me", AUTH, "", "\"global\":true"));
	ck_assert_int_eq(fake_discord_stat(&fake, "limited"), 2);
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
	CLEANUP(base_freep) char *hook = new_hook();
	CLEANUP(base_freep) char *path = NULL;
	CLEANUP(base_freep) char *text = NULL;

	must(asprintf(&path, "%s?wait=true", hook), "asprintf");
	fake_discord_do(&fake, "{'do':'fault','route':'execute',%s}", faults[_i].fault);
	text = ask("POST", path, AUTH JSON, SAY("\"content\":\"hi\""));
	ck_assert_msg(strstr(text, faults[_i].says), "%s", text);
	if (!*faults[_i].says)
		ck_assert_str_eq(text, "");
	ck_assert_uint_eq(fake_discord_count(&fake, "<Mudlark> hi\n"), faults[_i].is_done);
	ck_assert_int_eq(fake_discord_stat(&fake, "faults"), 1);
	expect_no_misuse();
}
END_TEST

START_TEST(a_webhook_that_is_gone_may_be_tried_once)
{
	CLEANUP(base_freep) char *hook = new_hook();
	CLEANUP(base_freep) char *path = NULL;

	must(asprintf(&path, "%s?wait=true", hook), "asprintf");
	fake_discord_do(&fake, "{'do':'unhook','channel':'quay'}");
	free(expect("POST", path, AUTH JSON, SAY("\"content\":\"hi\""), "\"code\":10015"));
	expect_no_misuse();
	free(expect("POST", path, AUTH JSON, SAY("\"content\":\"hi\""), "\"code\":10015"));
	expect_misuse("a webhook that is not there");
}
END_TEST

START_TEST(where_it_may_not_it_makes_no_webhook)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(&fake, "quay");
	char path[80];

	snprintf(path, sizeof(path), "/channels/%s/webhooks", id);
	free(expect("GET", path, AUTH, "", "\"type\":2"));
	fake_discord_do(&fake, "{'do':'permit','channel':'quay','may':false}");
	free(expect("POST", path, AUTH JSON, "{\"name\":\"M\"}", "\"code\":50013"));
	fake_discord_do(&fake, "{'do':'permit','channel':'quay','may':true}");
	free(expect("POST", path, AUTH JSON, "{\"name\":\"Discord M\"}", "\"code\":50035"));
	expect_misuse("clyde");
}
END_TEST

START_TEST(messages_are_read_behind_an_id_the_newest_first)
{
	CLEANUP(base_freep) char *id = fake_discord_channel(&fake, "quay");
	CLEANUP(base_freep) char *first = NULL;
	CLEANUP(base_freep) char *text = NULL;
	char path[120];

	first = base_dup(fake_discord_write(&fake, "quay", "joe", "one"), 19);
	fake_discord_do(&fake, "{'do':'write','channel':'quay','user':'joe','content':'line',"
			       "'times':4}");
	fake_discord_write(&fake, "help", "joe", "elsewhere");
	snprintf(path, sizeof(path), "/channels/%s/messages?after=%s&limit=2", id, first);
	text = expect("GET", path, AUTH, "", "HTTP/1.1 200");
	ck_assert_ptr_nonnull(strstr(strstr(text, "line 2"), "line 1"));
	ck_assert_ptr_null(strstr(text, "line 3"));
	snprintf(path, sizeof(path), "/channels/%s/messages?limit=101", id);
	free(expect("GET", path, AUTH, "", "HTTP/1.1 400"));
	expect_misuse("question mark");
}
END_TEST

START_TEST(a_slash_command_is_answered_once_and_in_time)
{
	CLEANUP(base_freep) char *id = NULL;
	CLEANUP(base_freep) char *token = NULL;
	char path[300];
	struct ws w;

	free(expect("PUT", "/applications/" PLACE_APPLICATION "/commands", AUTH JSON,
		    "[{\"name\":\"who\",\"description\":\"Who is there\"}]", "\"version\":"));
	enter(&w);
	fake_discord_do(&fake, "{'do':'slash','name':'who','user':'joe','channel':'quay'}");
	ws_expect_data(&w, "INTERACTION_CREATE");
	token = between(buf_p(&w.data), "\"token\":\"");
	id = between(strstr(buf_p(&w.data), "INTERACTION_CREATE"), "\"d\":{\"id\":\"");
	snprintf(path, sizeof(path), "/interactions/%s/%s/callback", id, token);
	free(expect("POST", path, AGENT JSON, "{\"type\":4,\"data\":{" QUIET "}}", "HTTP/1.1 400"));
	expect_misuse("empty message");
	free(expect("POST", path, AGENT JSON, "{\"type\":5,\"data\":{\"flags\":64}}",
		    "HTTP/1.1 204"));
	free(expect("POST", path, AGENT JSON, "{\"type\":5}", "\"code\":40060"));
	snprintf(path, sizeof(path), "/webhooks/" PLACE_APPLICATION "/%s/messages/@original",
		 token);
	free(expect("PATCH", path, AGENT JSON, SAY("\"content\":\"nobody\""), "HTTP/1.1 200"));
	fake_discord_hear(&fake, "#quay /who joe: nobody\n");
	ck_assert_int_eq(fake_discord_stat(&fake, "misuses"), 1);
	ws_close(&w);
}
END_TEST

START_TEST(while_it_is_down_nobody_is_there)
{
	struct talk nobody;
	struct ws w;

	enter(&w);
	fake_discord_do(&fake, "{'do':'down'}");
	ck_assert_uint_eq(ws_code(&w, TALK_US), 0);
	ws_close(&w);
	ck_assert(!talk_try(&nobody, "nobody", fake.gateway));
	ck_assert(!talk_try(&nobody, "nobody", fake.api));
	fake_discord_do(&fake, "{'do':'up'}");
	resume(&w, fake.resume, 1);
	ws_expect_data(&w, "GUILD_CREATE");
	ws_expect_data(&w, "RESUMED");
	ws_close(&w);
	free(expect("GET", "/gateway/bot", AUTH, "", "HTTP/1.1 200"));
	expect_no_misuse();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fake_discord");
	TCase *tc = tcase_create("fake_discord");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, start, stop);
	tcase_add_loop_test(tc, what_the_gateway_forbids_ends_with_its_code, 0,
			    ARRAY_LEN(breaches));
	tcase_add_test(tc, payloads_that_are_too_long_too_many_or_not_text_end_it);
	tcase_add_test(tc, frames_that_are_not_masked_are_a_misuse);
	tcase_add_test(tc, who_identifies_is_told_what_happens);
	tcase_add_test(tc, who_has_not_asked_for_contents_gets_none);
	tcase_add_test(tc, a_resume_gets_what_was_missed_in_order);
	tcase_add_test(tc, a_resume_in_the_wrong_place_or_of_another_seq_is_a_misuse);
	tcase_add_loop_test(tc, a_session_that_is_over_is_not_resumed, 0, 3);
	tcase_add_test(tc, identifying_twice_in_five_seconds_is_an_invalid_session);
	tcase_add_test(tc, the_weather_at_the_gateway_is_as_ordered);
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
	tcase_add_test(tc, while_it_is_down_nobody_is_there);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
