/*
 * test_call.c - a call from its beginning to its end, against a server that does well or badly.
 */
#include "aibridge/provider.h"

#include "tests/unit/aibridge/streams.h"
#include "tests/unit/rt/web.h"
#include "tests/unit/rt/unit.h"

enum { MS = 1000, LONG = 10000 * MS };

#define KEY "test-key-0123456789"
#define TEXT "Aye, caf\xc3\xa9 \xf0\x9f\x8c\x8a."

struct rig {
	struct web w;
	struct http *http;
	struct provider p;
	struct prompt prompt;
	struct message message;
	struct call *call;
	struct call_result r;
	struct buf text, acts, body;
	size_t ends;
	bool flagged, cancel;
	struct loop_timer timer;
};

static struct rig rig;

static void begin(enum ai_provider kind)
{
	const struct ai_conf conf = { .stream = true, .first_token = LONG, .stall = LONG };
	CLEANUP(buf_done) struct buf why = { 0 };
	char url[64];

	web_begin(&rig.w);
	ck_assert_int_eq(http_new(&rig.http, rig.w.loop, 8), 0);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", rig.w.port);
	ck_assert_int_eq(provider_init(&rig.p, kind, "m", url, "", &conf, &why), 0);
	rig.p.key = base_dup(KEY, sizeof(KEY) - 1);
	rig.message.text = SPAN("How is the tide?");
	rig.prompt = (struct prompt){ .system = SPAN("You are Nan."),
				      .messages = &rig.message,
				      .n_messages = 1,
				      .max_tokens = 300,
				      .temperature = -1 };
}

static void end(void)
{
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	http_free(rig.http);
	provider_done(&rig.p);
	buf_clear(&rig.acts);
	web_done(&rig.w);
}

static void on_text(UNUSED void *ctx, struct span piece)
{
	buf_add(&rig.text, piece.p, piece.n);
	if (rig.cancel) {
		call_cancel(rig.call);
		call_cancel(rig.call); /* once is enough */
	}
}

static void on_act(UNUSED void *ctx, const char *name, json_t *arguments)
{
	const char *target = json_string_value(json_object_get(arguments, "target"));

	buf_addf(&rig.acts, "%s %s;", name, target ? target : "");
}

static void on_end(UNUSED void *ctx, const struct call_result *r)
{
	const struct span body = call_request_body(rig.call);

	rig.r = *r;
	rig.ends++;
	buf_clear(&rig.body);
	buf_add(&rig.body, body.p, body.n);
	call_cancel(rig.call); /* too late */
	loop_stop(rig.w.loop, 0);
}

static void start(uint64_t deadline_us)
{
	const struct call_events e = { on_text, on_act, on_end, NULL };

	buf_clear(&rig.text);
	rig.call = call_start(rig.http, &rig.p, &rig.prompt, deadline_us, &e);
	ck_assert_ptr_nonnull(rig.call);
}

static enum call_error ask(void)
{
	start(LONG);
	web_run(&rig.w);
	return rig.r.error;
}

static void answer(const char *body)
{
	rig.w.reply = (struct web_reply){ .form = WEB_CHUNKED, .body = { body, strlen(body) } };
}

static void refuse(const char *status, const char *headers, const char *body)
{
	rig.w.reply = (struct web_reply){ .status = status,
					  .headers = headers,
					  .body = { body, strlen(body) } };
}

#define ck_assert_said(what)                                                                       \
	do {                                                                                       \
		ck_assert_uint_eq(rig.text.n, sizeof(what) - 1);                                   \
		ck_assert_mem_eq(buf_p(&rig.text), what, sizeof(what) - 1);                        \
	} while (0)

struct api_row {
	enum ai_provider kind;
	const char *answer;
	const char *path, *key, *header;
};

static void ask_and_hear(const struct api_row *row)
{
	begin(row->kind);
	answer(row->answer);
	rig.w.reply.step = 50;
	ck_assert_int_eq(ask(), CALL_OK);
	ck_assert_said(TEXT);
	ck_assert_ptr_nonnull(memmem(buf_p(&rig.acts), rig.acts.n, "give seal;", 10));
	ck_assert(rig.r.began && rig.r.sent && !rig.r.cut_short);
	ck_assert(rig.r.usage.has_in && rig.r.usage.has_out);
	ck_assert_uint_eq(rig.r.usage.in, 30);
	ck_assert_uint_eq(rig.r.usage.out, 15);
	ck_assert(web_was_asked(&rig.w, row->path));
	ck_assert(web_was_asked(&rig.w, row->key));
	ck_assert(web_was_asked(&rig.w, row->header));
	ck_assert(web_was_asked(&rig.w, "content-type: application/json\r\n"));
	ck_assert_uint_gt(rig.body.n, 20);
	buf_addc(&rig.body, 0);
	ck_assert(web_was_asked(&rig.w, buf_p(&rig.body)));
	ck_assert_ptr_null(strstr(buf_p(&rig.body), KEY));
	end();
}

START_TEST(each_provider_is_asked_and_heard)
{
	static const struct api_row rows[] = {
		{ AI_ANTHROPIC, ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_TOOL ANTHROPIC_END("x"),
		  "POST /v1/messages ", "x-api-key: " KEY "\r\n",
		  "anthropic-version: 2023-06-01\r\n" },
		{ AI_OPENAI, OPENAI_TEXT OPENAI_TOOL OPENAI_END("stop"),
		  "POST /v1/chat/completions ", "authorization: Bearer " KEY "\r\n", "\r\n" },
		{ AI_RESPONSES,
		  RESPONSES_TEXT RESPONSES_TOOL RESPONSES_END("completed", RESPONSES_USAGE),
		  "POST /v1/responses ", "authorization: Bearer " KEY "\r\n", "\r\n" },
		{ AI_OLLAMA, OLLAMA_TEXT OLLAMA_TOOL OLLAMA_END("stop"), "POST /api/chat ",
		  "authorization: Bearer " KEY "\r\n", "\r\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		ask_and_hear(&rows[i]);
}
END_TEST

START_TEST(a_prompt_need_not_outlive_the_beginning)
{
	char said[] = "How is the tide?";

	begin(AI_OLLAMA);
	answer(OLLAMA_TEXT OLLAMA_END("stop"));
	rig.message.text = (struct span){ said, strlen(said) };
	start(LONG);
	memset(said, '#', sizeof(said));
	memset(&rig.prompt, 0, sizeof(rig.prompt));
	web_run(&rig.w);
	ck_assert_int_eq(rig.r.error, CALL_OK);
	ck_assert(web_was_asked(&rig.w, "How is the tide?"));
	end();
}
END_TEST

START_TEST(without_a_stream_the_answer_comes_as_one)
{
	begin(AI_OLLAMA);
	rig.p.stream = false;
	rig.p.first_token_us = 20 * MS; /* the first word is the last */
	answer("{\"message\":{\"content\":\"" TEXT "\"},\"done\":true,\"done_reason\":\"stop\"}");
	rig.w.reply.first_us = 100 * MS;
	ck_assert_int_eq(ask(), CALL_OK);
	ck_assert_said(TEXT);
	ck_assert(!rig.r.usage.has_in);
	end();
}
END_TEST

START_TEST(two_hundred_alone_is_no_success)
{
	begin(AI_ANTHROPIC);
	answer(ANTHROPIC_START ANTHROPIC_TEXT);
	ck_assert_int_eq(ask(), CALL_CUT);
	ck_assert_said(TEXT);
	ck_assert(rig.r.began);
	ck_assert_uint_eq(rig.r.usage.in, 30);
	rig.w.reply.form = WEB_CUT;
	ck_assert_int_eq(ask(), CALL_CUT);
	answer("");
	ck_assert_int_eq(ask(), CALL_GARBAGE);
	ck_assert(!rig.r.began);
	rig.w.reply.form = WEB_RESET;
	ck_assert_int_eq(ask(), CALL_CUT);
	ck_assert(rig.r.sent);
	end();
}
END_TEST

START_TEST(an_answer_that_is_complete_stays_so_when_its_connection_does_not_end)
{
	begin(AI_ANTHROPIC);
	answer(ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_END("end_turn"));
	rig.w.reply.form = WEB_STILL;
	rig.p.stall_us = 10 * LONG; /* the test does not last so long */
	start(10 * LONG);
	web_run(&rig.w);
	ck_assert_int_eq(rig.r.error, CALL_OK);
	rig.w.reply.form = WEB_CUT;
	ck_assert_int_eq(ask(), CALL_OK);
	ck_assert_uint_eq(rig.ends, 2);
	end();
}
END_TEST

START_TEST(an_error_in_the_stream_ends_the_call_at_once)
{
	begin(AI_ANTHROPIC);
	answer(ANTHROPIC_START EVENT("error",
				     "{\"type\":\"error\",\"error\":{\"type\":"
				     "\"overloaded_error\",\"message\":\"Full " KEY "\"}}"));
	rig.w.reply.form = WEB_STILL;
	ck_assert_int_eq(ask(), CALL_BUSY);
	ck_assert(!rig.r.began && rig.r.sent);
	ck_assert_str_eq(rig.r.why, "overloaded_error: Full [hidden]");
	end();
}
END_TEST

START_TEST(a_first_word_that_is_late_is_a_stall)
{
	begin(AI_ANTHROPIC);
	rig.p.first_token_us = 50 * MS;
	answer(": patience\n\n: patience\n\n: patience\n\n: patience\n\n");
	rig.w.reply.form = WEB_STILL;
	rig.w.reply.step = 12;
	rig.w.reply.step_us = 20 * MS;
	ck_assert_int_eq(ask(), CALL_STALL);
	ck_assert(!rig.r.began && rig.r.sent);
	ck_assert_str_eq(rig.r.why, "no first word for 0.1 s");
	rig.w.reply.form = WEB_DEAF;
	ck_assert_int_eq(ask(), CALL_STALL);
	end();
}
END_TEST

START_TEST(once_begun_only_silence_and_the_deadline_end_it)
{
	begin(AI_OLLAMA);
	rig.p.first_token_us = 100 * MS;
	answer(OLLAMA_TEXT OLLAMA_TEXT OLLAMA_TEXT OLLAMA_END("stop"));
	rig.w.reply.step = sizeof(OLLAMA_TEXT) / 3;
	rig.w.reply.step_us = 30 * MS;
	ck_assert_int_eq(ask(), CALL_OK);
	rig.w.reply.form = WEB_STILL;
	rig.w.reply.body = SPAN(OLLAMA_TEXT);
	rig.p.stall_us = 100 * MS;
	ck_assert_int_eq(ask(), CALL_STALL);
	ck_assert(rig.r.began);
	rig.p.stall_us = LONG;
	start(100 * MS);
	web_run(&rig.w);
	ck_assert_int_eq(rig.r.error, CALL_DEADLINE);
	end();
}
END_TEST

START_TEST(refusals_are_told_with_the_providers_words)
{
	begin(AI_ANTHROPIC);
	refuse("429 Too Many Requests", "retry-after: 3\r\n",
	       "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Wait\"}"
	       "}");
	ck_assert_int_eq(ask(), CALL_LIMIT);
	ck_assert_uint_eq(rig.r.retry_after_us, 3000000);
	ck_assert_str_eq(rig.r.why, "HTTP 429: rate_limit_error: Wait");
	ck_assert(rig.r.sent && !rig.r.began);
	refuse("401 Unauthorized", NULL, "{\"error\":{\"message\":\"Bad key " KEY "\"}}");
	ck_assert_int_eq(ask(), CALL_KEY);
	ck_assert_str_eq(rig.r.why, "HTTP 401: Bad key [hidden]");
	refuse("502 Bad Gateway", NULL, "<html>nginx</html>");
	ck_assert_int_eq(ask(), CALL_GATEWAY);
	ck_assert_str_eq(rig.r.why, "HTTP 502");
	refuse("302 Found", "location: /x\r\n", "");
	ck_assert_int_eq(ask(), CALL_BAD);
	ck_assert_str_eq(rig.r.why, "HTTP 302: the address leads elsewhere");
	end();
}
END_TEST

START_TEST(a_refusal_may_be_as_long_as_it_likes)
{
	static char body[2000000];

	begin(AI_OPENAI);
	memset(body, 'x', sizeof(body) - 1);
	refuse("500 Oh", NULL, body);
	ck_assert_int_eq(ask(), CALL_FAULT);
	refuse("503 Oh", NULL, "{\"error\":");
	rig.w.reply.form = WEB_CUT;
	ck_assert_int_eq(ask(), CALL_BUSY);
	end();
}
END_TEST

START_TEST(a_stream_that_is_too_long_is_garbage)
{
	static char body[1000000];

	begin(AI_ANTHROPIC);
	memset(body, '\n', sizeof(body) - 1);
	answer(body);
	ck_assert_int_eq(ask(), CALL_GARBAGE);
	memset(body, 'x', sizeof(body) - 1);
	ck_assert_int_eq(ask(), CALL_GARBAGE);
	ck_assert_str_eq(rig.r.why, "a line of the stream is too long");
	end();
}
END_TEST

START_TEST(nobody_there_costs_nothing)
{
	begin(AI_ANTHROPIC);
	web_go_away(&rig.w);
	ck_assert_int_eq(ask(), CALL_CONNECT);
	ck_assert(!rig.r.sent);
	ck_assert(call_may_retry(rig.r.error));
	end();
}
END_TEST

static void cancel_now(UNUSED void *ctx)
{
	call_cancel(rig.call);
	loop_stop(rig.w.loop, 0);
}

START_TEST(a_call_is_cancelled_with_its_connection)
{
	begin(AI_ANTHROPIC);
	answer(ANTHROPIC_START);
	rig.w.reply.form = WEB_STILL;
	start(LONG);
	while (!call_so_far(rig.call).usage.has_in)
		web_go_on(&rig.w, MS);
	ck_assert(call_so_far(rig.call).sent);
	loop_timer_init(rig.w.loop, &rig.timer, cancel_now, NULL);
	loop_timer_soon(&rig.timer);
	web_run(&rig.w);
	while (rig.w.open)
		web_go_on(&rig.w, MS);
	ck_assert_uint_eq(rig.ends, 0);
	end();
}
END_TEST

START_TEST(a_call_can_be_cancelled_while_it_speaks)
{
	begin(AI_ANTHROPIC);
	answer(ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_TOOL ANTHROPIC_END("x"));
	rig.cancel = true;
	start(LONG);
	while (!rig.w.closed)
		web_go_on(&rig.w, MS);
	ck_assert_said("Aye, ");
	ck_assert_uint_eq(rig.acts.n, 0);
	ck_assert_uint_eq(rig.ends, 0);
	end();
}
END_TEST

START_TEST(calls_under_way_are_told_when_it_all_ends)
{
	begin(AI_OPENAI);
	rig.w.reply.form = WEB_DEAF;
	start(LONG);
	while (!rig.w.requests)
		web_go_on(&rig.w, MS);
	http_free(rig.http);
	ck_assert_uint_eq(rig.ends, 1);
	ck_assert_int_eq(rig.r.error, CALL_CANCELLED);
	ck_assert(rig.r.sent);
	provider_done(&rig.p);
}
END_TEST

static void on_moderated(UNUSED void *ctx, const struct call_result *r, bool flagged)
{
	rig.r = *r;
	rig.flagged = flagged;
	loop_stop(rig.w.loop, 0);
}

static enum call_error moderate(const char *answered)
{
	rig.w.reply = (struct web_reply){ .body = { answered, strlen(answered) } };
	ck_assert_ptr_nonnull(
		call_moderate(rig.http, &rig.p, SPAN("a \"word\""), LONG, on_moderated, NULL));
	web_run(&rig.w);
	return rig.r.error;
}

START_TEST(what_was_said_can_be_moderated)
{
	begin(AI_OPENAI);
	ck_assert_int_eq(moderate("{\"id\":\"modr-1\",\"results\":[{\"flagged\":true}]}"), CALL_OK);
	ck_assert(rig.flagged);
	ck_assert(web_was_asked(&rig.w, "POST /v1/moderations "));
	ck_assert(web_was_asked(&rig.w, "authorization: Bearer " KEY));
	ck_assert(web_was_asked(
		&rig.w, "{\"model\":\"omni-moderation-latest\",\"input\":\"a \\\"word\\\"\"}"));
	ck_assert_int_eq(moderate("{\"results\":[{\"flagged\":false}]}"), CALL_OK);
	ck_assert(!rig.flagged);
	ck_assert_int_eq(moderate("{\"results\":[]}"), CALL_GARBAGE);
	ck_assert_int_eq(moderate("{\"results\":[{\"flagged\":\"yes\"}]}"), CALL_GARBAGE);
	ck_assert(!rig.flagged);
	end();
}
END_TEST

static struct call *moderation;

static void moderate_it(UNUSED void *ctx, UNUSED struct span piece)
{
	if (!moderation)
		moderation = call_moderate(rig.http, &rig.p, SPAN("x"), LONG, on_moderated, NULL);
}

static void ignore_end(UNUSED void *ctx, const struct call_result *r)
{
	ck_assert_int_eq(r->error, CALL_OK);
	rig.ends++;
}

START_TEST(moderation_can_begin_while_the_answer_still_comes)
{
	const struct call_events e = { moderate_it, on_act, ignore_end, NULL };

	begin(AI_OPENAI);
	answer(OPENAI_TEXT OPENAI_END("stop"));
	rig.call = call_start(rig.http, &rig.p, &rig.prompt, LONG, &e);
	web_run(&rig.w);
	ck_assert_ptr_nonnull(moderation);
	ck_assert_int_eq(rig.r.error, CALL_GARBAGE); /* it was answered by a stream */
	ck_assert_uint_eq(rig.w.requests, 2);
	while (!rig.ends)
		web_go_on(&rig.w, MS);
	end();
}
END_TEST

UNIT_MAIN("call", each_provider_is_asked_and_heard, a_prompt_need_not_outlive_the_beginning,
	  without_a_stream_the_answer_comes_as_one, two_hundred_alone_is_no_success,
	  an_answer_that_is_complete_stays_so_when_its_connection_does_not_end,
	  an_error_in_the_stream_ends_the_call_at_once, a_first_word_that_is_late_is_a_stall,
	  once_begun_only_silence_and_the_deadline_end_it,
	  refusals_are_told_with_the_providers_words, a_refusal_may_be_as_long_as_it_likes,
	  a_stream_that_is_too_long_is_garbage, nobody_there_costs_nothing,
	  a_call_is_cancelled_with_its_connection, a_call_can_be_cancelled_while_it_speaks,
	  calls_under_way_are_told_when_it_all_ends, what_was_said_can_be_moderated,
	  moderation_can_begin_while_the_answer_still_comes)
