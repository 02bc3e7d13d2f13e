/*
 * provider_openai.c - OpenAI's Chat Completions, and the many servers that speak it.
 *
 * Stream: chunks with choices[0].delta (content, tool_calls by index: id and name in the first piece only), a
 * finish_reason, one chunk with usage and no choices, `[DONE]`.
 */
#include "aibridge/provider_kind.h"

#include <string.h>

#include "rt/jsonin.h"
#include "rt/text.h"

/* max_tokens is what every server knows, but OpenAI's newer models refuse it. */
static bool is_new(const struct provider *p)
{
	static const char *const models[] = { "gpt-5", "o1", "o3", "o4" };

	for (size_t i = 0; i < ARRAY_LEN(models); i++)
		if (!strncmp(p->model, models[i], strlen(models[i])))
			return true;
	return strstr(p->url, "://api.openai.com/") || strstr(p->url, ".openai.azure.com/");
}

static void request(const struct provider *p, const struct prompt *q, struct buf *out)
{
	buf_addc(out, '{');
	provider_write_text(out, "model", p->model);
	json_member(out, is_new(p) ? "max_completion_tokens" : "max_tokens");
	json_int(out, q->max_tokens);
	if (p->stream)
		buf_adds(out, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
	provider_write_temperature(out, q, 2.0);
	json_member(out, "messages");
	provider_write_messages(out, q, true);
	provider_write_functions(out, q);
	buf_addc(out, '}');
}

static void take_usage(struct answer *a, const json_t *o)
{
	const json_t *usage = jsonin_in(o, "usage");

	answer_usage(usage, "prompt_tokens", &a->usage.in, &a->usage.has_in);
	answer_usage(usage, "completion_tokens", &a->usage.out, &a->usage.has_out);
}

static void take_reason(struct answer *a, const json_t *choice)
{
	struct span reason;

	if (!jsonin_text(choice, "finish_reason", &reason))
		return;
	a->reasoned = true;
	if (jsonin_is(choice, "finish_reason", "length"))
		a->cut_short = true;
	if (jsonin_is(choice, "finish_reason", "content_filter"))
		a->refused = true;
}

static void take_message(struct answer *a, const json_t *m)
{
	struct span refusal;

	answer_say(a, m, "content");
	if (jsonin_text(m, "refusal", &refusal) && refusal.n)
		a->refused = true;
}

static void take_tools(struct answer *a, const json_t *calls)
{
	for (size_t i = 0; i < json_array_size(calls); i++) {
		const json_t *call = json_array_get(calls, i);
		const json_t *function = jsonin_in(call, "function");
		uint64_t index = i;
		struct span text;

		jsonin_count(call, "index", UINT32_MAX, &index);
		if (jsonin_text(function, "name", &text) && text.n)
			answer_act_name(a, index, text);
		if (jsonin_text(function, "arguments", &text))
			answer_act_add(a, index, text);
	}
}

/* The only one that was asked for, or NULL. */
static const json_t *the_choice(const json_t *o)
{
	return json_array_get(jsonin_list(o, "choices"), 0);
}

static bool is_error(const json_t *o)
{
	const json_t *error = json_object_get(o, "error");

	return error && !json_is_null(error);
}

static void event(struct answer *a, const json_t *o)
{
	const json_t *choice = the_choice(o);
	const json_t *delta = jsonin_in(choice, "delta");

	if (is_error(o)) {
		answer_fail_said(a, o);
		return;
	}
	take_usage(a, o);
	take_message(a, delta);
	take_tools(a, jsonin_list(delta, "tool_calls"));
	take_reason(a, choice);
	if (a->reasoned)
		answer_acts_end(a);
}

static void whole(struct answer *a, const json_t *o)
{
	const json_t *choice = the_choice(o);
	const json_t *message = jsonin_in(choice, "message");

	if (is_error(o)) {
		answer_fail_said(a, o);
		return;
	}
	take_usage(a, o);
	take_reason(a, choice);
	if (!message || !a->reasoned) {
		answer_fail(a, CALL_GARBAGE, "no message");
		return;
	}
	take_message(a, message);
	take_tools(a, jsonin_list(message, "tool_calls"));
	answer_acts_end(a);
	answer_end(a);
}

const struct provider_kind provider_openai = {
	.name = "openai",
	.url = "https://api.openai.com",
	.path = "/v1/chat/completions",
	.key_header = "authorization: Bearer ",
	.wants_key = true,
	.framing = FRAMING_SSE,
	.last = "[DONE]",
	.request = request,
	.event = event,
	.whole = whole,
};
