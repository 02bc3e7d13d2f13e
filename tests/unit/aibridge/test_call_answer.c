/*
 * test_call_answer.c - how answers of the four APIs are read, however they are cut.
 */
#include "aibridge/call_answer.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge/provider_kind.h"
#include "tests/unit/aibridge/streams.h"
#include "tests/unit/rt/unit.h"

#define TEXT "Aye, caf\xc3\xa9 \xf0\x9f\x8c\x8a."

struct sample {
	enum ai_provider kind;
	bool stream;
	const char *body;
	const char *
		want; /* text, then " name{arguments}" for each act, "| error in/out [cut] [why]" */
};

static struct buf seen, acts;

static void on_text(UNUSED void *ctx, struct span piece)
{
	buf_add(&seen, piece.p, piece.n);
}

static void on_act(UNUSED void *ctx, const char *name, json_t *arguments)
{
	char *text = json_dumps(arguments, JSON_COMPACT);

	buf_addf(&acts, " %s%s", name, text);
	free(text);
}

static void tell_end(const struct answer *a)
{
	buf_add(&seen, buf_p(&acts), acts.n);
	buf_addf(&seen, "|%s", call_error_name(a->error));
	if (a->usage.has_in)
		buf_addf(&seen, " %llu/", (unsigned long long)a->usage.in);
	if (a->usage.has_out)
		buf_addf(&seen, "%llu", (unsigned long long)a->usage.out);
	else if (a->usage.has_in)
		buf_addc(&seen, '?');
	if (a->cut_short)
		buf_adds(&seen, " cut");
	if (a->why.n)
		buf_addf(&seen, " %s", buf_p(&a->why));
	buf_addc(&seen, 0);
	buf_clear(&acts);
}

/* What comes of a body handed over in pieces of `step`, the first of them `first` long. */
static const char *read_in(const struct sample *s, size_t first, size_t step)
{
	const size_t n = strlen(s->body);
	struct answer a;

	buf_clear(&seen);
	answer_init(&a, provider_row(s->kind), s->stream);
	a.text = on_text;
	a.act = on_act;
	for (size_t i = 0; i < n;) {
		const size_t want = i ? step : first;
		const size_t part = want < n - i ? want : n - i;

		answer_feed(&a, (struct span){ s->body + i, part });
		i += part;
	}
	answer_close(&a);
	ck_assert(a.over);
	/* why is no C string */
	buf_addc(&a.why, 0);
	a.why.n -= 1;
	tell_end(&a);
	answer_done(&a);
	return buf_p(&seen);
}

static void expect(const struct sample *s)
{
	const size_t n = strlen(s->body);

	ck_assert_str_eq(read_in(s, n, n), s->want);
	ck_assert_str_eq(read_in(s, 1, 1), s->want);
	ck_assert_str_eq(read_in(s, 7, 7), s->want);
	for (size_t cut = 1; cut < n; cut++)
		ck_assert_msg(!strcmp(read_in(s, cut, n), s->want), "cut at %zu: %s", cut,
			      buf_p(&seen));
}

static void expect_all(const struct sample *samples, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect(&samples[i]);
}

START_TEST(streams_become_text_acts_and_usage)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true,
		  ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_TOOL ANTHROPIC_END("tool_use"),
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
		{ AI_OPENAI, true, OPENAI_TEXT OPENAI_TOOL OPENAI_END("tool_calls"),
		  TEXT " give{\"target\":\"seal\"} follow{}|ok 30/15" },
		{ AI_RESPONSES, true,
		  RESPONSES_BEGIN RESPONSES_TEXT RESPONSES_TOOL RESPONSES_END("completed",
									      RESPONSES_USAGE),
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
		{ AI_OLLAMA, true, OLLAMA_TEXT OLLAMA_TOOL OLLAMA_END("stop"),
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(answers_that_are_not_streamed_say_the_same)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, false,
		  "{\"type\":\"message\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
		  "{\"type\":\"text\",\"text\":\"" TEXT "\"},{\"type\":\"tool_use\",\"name\":"
		  "\"give\",\"input\":{\"target\":\"seal\"}}],\"stop_reason\":\"tool_use\","
		  "\"usage\":{\"input_tokens\":30,\"output_tokens\":15}}",
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
		{ AI_OPENAI, false,
		  "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{"
		  "\"role\":\"assistant\",\"content\":\"" TEXT "\",\"refusal\":null,\"tool_calls\":"
		  "[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"give\","
		  "\"arguments\":\"{\\\"target\\\":\\\"seal\\\"}\"}}]},\"finish_reason\":"
		  "\"tool_calls\"}],\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":15}}",
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
		{ AI_RESPONSES, false,
		  "{\"object\":\"response\",\"status\":\"completed\",\"error\":null,"
		  "\"incomplete_details\":null,\"output\":[{\"type\":\"reasoning\",\"summary\":[]},"
		  "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"" TEXT
		  "\"}]},{\"type\":\"function_call\",\"name\":\"give\",\"arguments\":"
		  "\"{\\\"target\\\":\\\"seal\\\"}\"}]," RESPONSES_USAGE "}",
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
		{ AI_OLLAMA, false,
		  "{\"message\":{\"role\":\"assistant\",\"content\":\"" TEXT "\",\"tool_calls\":["
		  "{\"function\":{\"name\":\"give\",\"arguments\":{\"target\":\"seal\"}}}]},"
		  "\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":30,"
		  "\"eval_count\":15}",
		  TEXT " give{\"target\":\"seal\"}|ok 30/15" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(unknown_events_and_thoughts_are_passed_over)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true,
		  ANTHROPIC_START ANTHROPIC_THINKING ANTHROPIC_TEXT ANTHROPIC_END("end_turn"),
		  TEXT "|ok 30/15" },
		{ AI_OPENAI, true,
		  ": ping\n\n" OPENAI_CHUNK("{\"reasoning_content\":\"hm\"}", "null")
			  DATA("{\"choices\":[]}") OPENAI_TEXT OPENAI_END("stop"),
		  TEXT "|ok 30/15" },
		{ AI_RESPONSES, true,
		  RESPONSES_BEGIN EVENT("response.reasoning.delta",
					"{\"type\":\"response.reasoning.delta\",\"delta\":\"hm\"}")
			  RESPONSES_TEXT RESPONSES_END("completed", RESPONSES_USAGE),
		  TEXT "|ok 30/15" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(without_its_end_an_answer_is_cut)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true, ANTHROPIC_START ANTHROPIC_TEXT,
		  TEXT "|cut 30/? it ended before its end" },
		{ AI_OPENAI, true, OPENAI_TEXT OPENAI_CHUNK("{}", "\"stop\"") OPENAI_USAGE,
		  TEXT "|cut 30/15 it ended before its end" },
		{ AI_OPENAI, true, OPENAI_TEXT DATA("[DONE]"),
		  TEXT "|cut it ended without a reason" },
		{ AI_RESPONSES, true, RESPONSES_BEGIN RESPONSES_TEXT "data: [DONE]\n",
		  TEXT "|cut it ended before its end" },
		{ AI_OLLAMA, true, OLLAMA_TEXT "{\"done\":true}",
		  TEXT "|cut it ended before its end" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(what_follows_the_end_is_not_looked_at)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true,
		  ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_END("end_turn")
			  ANTHROPIC_TEXT DATA("{\"type\":\"error\"}") "data: {{{\n\n",
		  TEXT "|ok 30/15" },
		{ AI_OPENAI, true, OPENAI_TEXT OPENAI_END("stop") OPENAI_TEXT, TEXT "|ok 30/15" },
		{ AI_OLLAMA, true, OLLAMA_TEXT OLLAMA_END("stop") OLLAMA_TEXT, TEXT "|ok 30/15" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(an_answer_that_was_cut_short_says_so)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true, ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_END("max_tokens"),
		  TEXT "|ok 30/15 cut" },
		{ AI_OPENAI, true, OPENAI_TEXT OPENAI_END("length"), TEXT "|ok 30/15 cut" },
		{ AI_RESPONSES, true,
		  RESPONSES_TEXT RESPONSES_END("incomplete",
					       "\"incomplete_details\":{\"reason\":"
					       "\"max_output_tokens\"}," RESPONSES_USAGE),
		  TEXT "|ok 30/15 cut" },
		{ AI_OLLAMA, true, OLLAMA_TEXT OLLAMA_END("length"), TEXT "|ok 30/15 cut" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

#define DECLINED "|refused 30/15 declined by the model or its filter"

START_TEST(a_refusal_is_told)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true, ANTHROPIC_START ANTHROPIC_END("refusal"), DECLINED },
		{ AI_OPENAI, true, OPENAI_FIRST OPENAI_END("content_filter"), DECLINED },
		{ AI_OPENAI, true,
		  OPENAI_CHUNK("{\"refusal\":\"I cannot\"}", "null") OPENAI_END("stop"), DECLINED },
		{ AI_RESPONSES, true,
		  EVENT("response.refusal.delta",
			"{\"type\":\"response.refusal.delta\",\"delta\":\"I\"}")
			  RESPONSES_END("completed", RESPONSES_USAGE),
		  DECLINED },
		{ AI_RESPONSES, true,
		  RESPONSES_END("incomplete", "\"incomplete_details\":{\"reason\":"
					      "\"content_filter\"}," RESPONSES_USAGE),
		  DECLINED },
		{ AI_RESPONSES, false,
		  "{\"status\":\"completed\",\"output\":[{\"type\":\"message\",\"content\":["
		  "{\"type\":\"refusal\",\"refusal\":\"I cannot\"}]}]," RESPONSES_USAGE "}",
		  DECLINED },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(errors_in_a_stream_end_it)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true,
		  ANTHROPIC_START ANTHROPIC_TEXT EVENT(
			  "error", "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
				   "\"message\":\"Overloaded\"}}") ANTHROPIC_TEXT,
		  TEXT "|busy 30/? overloaded_error: Overloaded" },
		{ AI_OPENAI, true,
		  OPENAI_TEXT DATA("{\"error\":{\"message\":\"The server had an error\",\"type\":"
				   "\"server_error\",\"param\":null,\"code\":null}}"),
		  TEXT "|fault server_error: The server had an error" },
		{ AI_OPENAI, true, DATA("{\"error\":\"no\"}"), "|fault no" },
		{ AI_RESPONSES, true,
		  EVENT("error", "{\"type\":\"error\",\"code\":\"rate_limit_exceeded\","
				 "\"message\":\"Slow down\",\"param\":null}"),
		  "|limit rate_limit_exceeded: Slow down" },
		{ AI_RESPONSES, true,
		  RESPONSES_TEXT RESPONSES_END(
			  "failed", "\"error\":{\"code\":\"server_error\",\"message\":\"Sorry\"}"),
		  TEXT "|fault server_error: Sorry" },
		{ AI_OLLAMA, true, OLLAMA_TEXT "{\"error\":\"model runner has stopped\"}\n",
		  TEXT "|fault model runner has stopped" },
		{ AI_OLLAMA, false, "{\"error\":\"model not loaded\"}", "|fault model not loaded" },
		{ AI_ANTHROPIC, false,
		  "{\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"Oh\"}}",
		  "|fault api_error: Oh" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

#define DEEP "[[[[[[[[[[[[[[[["

START_TEST(what_is_not_the_api_is_garbage)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true, "<html>nothing here</html>\n\n",
		  "|garbage no stream of events" },
		{ AI_ANTHROPIC, true, "", "|garbage no stream of events" },
		{ AI_ANTHROPIC, true, ANTHROPIC_START "data: {\"type\":\n\n",
		  "|garbage 30/? malformed JSON" },
		{ AI_ANTHROPIC, true, DATA("{\"type\":\"ping\",\"type\":\"ping\"}"),
		  "|garbage malformed JSON" },
		{ AI_ANTHROPIC, true, DATA("{\"a\":" DEEP "]]]]]]]]]]]]]]]]}"),
		  "|garbage malformed JSON" },
		{ AI_ANTHROPIC, true, DATA("[1]"), "|garbage malformed JSON" },
		{ AI_ANTHROPIC, true, DATA("{\"a\":\"\xff\"}"), "|garbage malformed JSON" },
		{ AI_ANTHROPIC, false, "{}", "|garbage no message" },
		{ AI_ANTHROPIC, false, "{\"type\":\"message\",\"content\":[]}",
		  "|garbage no message" },
		{ AI_ANTHROPIC, false, "{\"type\":\"mess", "|garbage malformed JSON" },
		{ AI_OPENAI, false, "{\"choices\":[]}", "|garbage no message" },
		{ AI_OPENAI, false, "{\"choices\":[7]}", "|garbage no message" },
		{ AI_RESPONSES, false, "{\"status\":\"what\"}",
		  "|garbage a response without a status" },
		{ AI_OLLAMA, false, "{\"done\":false}", "|garbage no message" },
		{ AI_OLLAMA, true, "hello\n", "|garbage malformed JSON" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

START_TEST(members_of_other_types_than_expected_are_as_if_absent)
{
	static const struct sample samples[] = {
		{ AI_ANTHROPIC, true,
		  DATA("{\"type\":7}") DATA("{\"type\":\"message_start\",\"message\":[]}")
			  DATA("{\"type\":\"content_block_delta\",\"delta\":\"x\",\"index\":-1}")
				  DATA("{\"type\":\"message_delta\",\"usage\":{\"input_tokens\":-4,"
				       "\"output_tokens\":1.5}}") ANTHROPIC_END("end_turn"),
		  "|ok15" },
		{ AI_OPENAI, true,
		  DATA("{\"choices\":{}}") DATA("{\"choices\":[[]]}")
			  OPENAI_CHUNK("{\"content\":[],\"tool_calls\":{}}", "null")
				  OPENAI_CHUNK("{\"content\":{},\"tool_calls\":[1,{},{\"function\":"
					       "{\"name\":3}}]}",
					       "7") OPENAI_END("stop"),
		  "|ok 30/15" },
		{ AI_OLLAMA, true,
		  "{\"message\":[],\"done\":1}\n{\"message\":{\"content\":5,\"tool_calls\":[{},"
		  "{\"function\":{\"name\":\"x\",\"arguments\":[]}}]}}\n" OLLAMA_END("stop"),
		  "|ok 30/15" },
	};

	expect_all(samples, ARRAY_LEN(samples));
}
END_TEST

/* A tool call whose arguments are these, cut in two. */
static const char *act_of(const char *a, const char *b)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	struct sample s = { AI_OPENAI, true, NULL, NULL };

	buf_adds(&body, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":5,"
			"\"function\":{\"name\":\"do\",\"arguments\":\"");
	buf_adds(&body, a);
	buf_adds(&body, "\"}}]}}]}\n\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":5,"
			"\"function\":{\"arguments\":\"");
	buf_adds(&body, b);
	buf_adds(&body, "\"}}]}}]}\n\n" OPENAI_END("tool_calls"));
	buf_addc(&body, 0);
	s.body = buf_p(&body);
	return read_in(&s, SIZE_MAX, SIZE_MAX);
}

START_TEST(arguments_are_an_object_or_there_is_no_act)
{
	ck_assert_str_eq(act_of("", ""), " do{}|ok 30/15");
	ck_assert_str_eq(act_of("{\\\"a\\\"", ":\\\"b\\\"}"), " do{\"a\":\"b\"}|ok 30/15");
	ck_assert_str_eq(act_of("{\\\"a\\\"", ""), "|ok 30/15");
	ck_assert_str_eq(act_of("[1,", "2]"), "|ok 30/15");
	ck_assert_str_eq(act_of("nu", "ll"), "|ok 30/15");
	ck_assert_str_eq(act_of("{\\\"a\\\":", DEEP), "|ok 30/15");
}
END_TEST

START_TEST(there_are_only_so_many_acts_and_so_long)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	struct sample s = { AI_OPENAI, true, NULL, NULL };
	const char *got;
	size_t n = 0;

	for (int i = 0; i < ANSWER_ACTS_MAX + 4; i++)
		buf_addf(&body,
			 "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":%d,"
			 "\"function\":{\"name\":\"do\",\"arguments\":\"{}\"}}]}}]}\n\n",
			 i);
	buf_adds(&body, OPENAI_END("tool_calls"));
	buf_addc(&body, 0);
	s.body = buf_p(&body);
	got = read_in(&s, SIZE_MAX, SIZE_MAX);
	for (const char *at = got; (at = strstr(at, " do{}")); at++)
		n++;
	ck_assert_uint_eq(n, ANSWER_ACTS_MAX);
	ck_assert_ptr_nonnull(strstr(got, "|ok"));

	buf_clear(&body);
	for (int i = 0; i < ANSWER_ARGUMENTS_MAX / 10 + 1; i++)
		buf_adds(&body, "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
				"\"function\":{\"name\":\"do\",\"arguments\":\"          \"}}]}}]}"
				"\n\n");
	buf_addc(&body, 0);
	s.body = buf_p(&body);
	ck_assert_str_eq(read_in(&s, SIZE_MAX, SIZE_MAX),
			 "|garbage arguments of a tool are too long");
}
END_TEST

START_TEST(an_answer_has_a_length)
{
	CLEANUP(buf_done) struct buf body = { 0 };
	struct sample s = { AI_OLLAMA, true, NULL, NULL };
	const char *got;

	for (int i = 0; i < ANSWER_TEXT_MAX / 10 + 1; i++)
		buf_adds(&body, OLLAMA_LINE("{\"content\":\"0123456789\"}"));
	buf_adds(&body, OLLAMA_END("stop"));
	buf_addc(&body, 0);
	s.body = buf_p(&body);
	got = strchr(read_in(&s, SIZE_MAX, SIZE_MAX), '|');
	ck_assert_ptr_nonnull(got);
	ck_assert_uint_le((size_t)(got - buf_p(&seen)), ANSWER_TEXT_MAX);
	ck_assert_str_eq(got, "|garbage the answer is too long");
}
END_TEST

static void stop_it(void *ctx, struct span piece)
{
	answer_stop(ctx);
	buf_add(&seen, piece.p, piece.n);
}

START_TEST(an_answer_that_is_stopped_says_nothing_more)
{
	struct answer a;

	buf_clear(&seen);
	answer_init(&a, &provider_anthropic, true);
	a.text = stop_it;
	a.ctx = &a;
	answer_feed(&a, SPAN(ANTHROPIC_START ANTHROPIC_TEXT ANTHROPIC_END("end_turn")));
	answer_close(&a);
	ck_assert_uint_eq(seen.n, 5);
	ck_assert_uint_eq(a.usage.in, 30);
	ck_assert_int_eq(a.error, CALL_OK);
	answer_done(&a);
}
END_TEST

UNIT_MAIN("call_answer", streams_become_text_acts_and_usage,
	  answers_that_are_not_streamed_say_the_same, unknown_events_and_thoughts_are_passed_over,
	  without_its_end_an_answer_is_cut, what_follows_the_end_is_not_looked_at,
	  an_answer_that_was_cut_short_says_so, a_refusal_is_told, errors_in_a_stream_end_it,
	  what_is_not_the_api_is_garbage, members_of_other_types_than_expected_are_as_if_absent,
	  arguments_are_an_object_or_there_is_no_act, there_are_only_so_many_acts_and_so_long,
	  an_answer_has_a_length, an_answer_that_is_stopped_says_nothing_more)
