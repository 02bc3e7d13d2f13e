/* api_openai.c - POST /v1/chat/completions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake.h"
#include "tests/fake/openai.h"

static const struct value_field top[] = {
	{ "model", VALUE_STRING, true, 0, 0 },
	{ "messages", VALUE_ARRAY, true, 0, 0 },
	{ "max_tokens", VALUE_INTEGER, false, 1, FAKE_MAX_TOKENS },
	{ "max_completion_tokens", VALUE_INTEGER, false, 1, FAKE_MAX_TOKENS },
	{ "stream", VALUE_BOOL, false, 0, 0 },
	{ "stream_options", VALUE_OBJECT, false, 0, 0 },
	{ "temperature", VALUE_NUMBER, false, 0, 2 },
	{ "top_p", VALUE_NUMBER, false, 0, 1 },
	{ "n", VALUE_INTEGER, false, 1, 128 },
	{ "stop", VALUE_STRING_OR_ARRAY, false, 0, 0 },
	{ "presence_penalty", VALUE_NUMBER, false, -2, 2 },
	{ "frequency_penalty", VALUE_NUMBER, false, -2, 2 },
	{ "logit_bias", VALUE_OBJECT, false, 0, 0 },
	{ "logprobs", VALUE_BOOL, false, 0, 0 },
	{ "user", VALUE_STRING, false, 0, 0 },
	{ "safety_identifier", VALUE_STRING, false, 0, 0 },
	{ "prompt_cache_key", VALUE_STRING, false, 0, 0 },
	{ "seed", VALUE_INTEGER, false, 0, 0 },
	{ "tools", VALUE_ARRAY, false, 0, 0 },
	{ "tool_choice", VALUE_STRING_OR_OBJECT, false, 0, 0 },
	{ "parallel_tool_calls", VALUE_BOOL, false, 0, 0 },
	{ "response_format", VALUE_OBJECT, false, 0, 0 },
	{ "reasoning_effort", VALUE_STRING, false, 0, 0 },
	{ "verbosity", VALUE_STRING, false, 0, 0 },
	{ "service_tier", VALUE_STRING, false, 0, 0 },
	{ "metadata", VALUE_OBJECT, false, 0, 0 },
	{ "store", VALUE_BOOL, false, 0, 0 },
};

static bool check_parts(const json_t *content, size_t i, struct buf *into, struct refusal *no)
{
	json_t *part;
	size_t k;

	json_array_foreach(content, k, part)
	{
		const char *type = json_string_value(json_object_get(part, "type"));
		const char *text = json_string_value(json_object_get(part, "text"));

		if (!type || strcmp(type, "text") || !text)
			return refuse(no, 400, "invalid_value", "messages",
				      "Invalid value: 'messages[%zu].content[%zu].type'.", i, k);
		buf_adds(into, text);
	}
	return true;
}

/* Content may be null where an assistant called functions. */
static bool check_message(const json_t *m, size_t i, struct asked *q, struct refusal *no)
{
	static const char *const roles[] = { "system", "developer", "user", "assistant", "tool" };
	const char *role = json_string_value(json_object_get(m, "role"));
	const json_t *content = json_object_get(m, "content");
	struct buf *into;
	bool known = false;

	for (size_t k = 0; role && k < ARRAY_LEN(roles); k++)
		known = known || !strcmp(role, roles[k]);
	if (!known)
		return refuse(no, 400, "invalid_value", "messages",
			      "Invalid value: '%s'. Supported values are: 'system', 'assistant', "
			      "'user', 'function', 'tool', and 'developer'.",
			      role ? role : "null");
	into = !strcmp(role, "system") || !strcmp(role, "developer") ? &q->system : &q->last;
	if (into == &q->last)
		buf_reset(into);
	if (json_is_string(content))
		buf_adds(into, json_string_value(content));
	else if (!json_is_array(content) && !json_object_get(m, "tool_calls"))
		return refuse(no, 400, "invalid_type", "messages",
			      "Invalid value for 'content': expected a string, got null.");
	return check_parts(content, i, into, no);
}

static bool check_limits(struct asked *q, struct refusal *no)
{
	const json_t *old = json_object_get(q->body, "max_tokens");
	const json_t *limit = json_object_get(q->body, "max_completion_tokens");
	bool reasons = q->model[0] == 'o' || !strncmp(q->model, "gpt-5", 5);

	if (old && limit)
		return refuse(no, 400, NULL, "max_tokens",
			      "Setting 'max_tokens' and 'max_completion_tokens' at the same time "
			      "is not supported.");
	if (old && reasons)
		return refuse(no, 400, "unsupported_parameter", "max_tokens",
			      "Unsupported parameter: 'max_tokens' is not supported with this "
			      "model. Use 'max_completion_tokens' instead.");
	if (reasons && json_object_get(q->body, "temperature") &&
	    json_number_value(json_object_get(q->body, "temperature")) != 1.0)
		return refuse(no, 400, "unsupported_value", "temperature",
			      "Unsupported value: 'temperature' does not support this value with "
			      "this model. Only the default (1) value is supported.");
	q->max_tokens = (uint64_t)json_integer_value(limit ? limit : old);
	return true;
}

static bool check_tools(const json_t *tools, struct asked *q, struct refusal *no)
{
	json_t *tool;
	char where[40];
	size_t i;

	if (tools && !json_array_size(tools))
		return refuse(no, 400, "empty_array", "tools",
			      "Invalid 'tools': empty array. Expected an array with minimum length "
			      "1, but got an empty array instead.");
	if (json_object_get(q->body, "tool_choice") && !tools)
		return refuse(no, 400, NULL, "tool_choice",
			      "'tool_choice' is only allowed when 'tools' are specified.");
	if (json_object_get(q->body, "parallel_tool_calls") && !tools)
		return refuse(no, 400, NULL, "parallel_tool_calls",
			      "'parallel_tool_calls' is only allowed when 'tools' are specified.");
	json_array_foreach(tools, i, tool)
	{
		const char *type = json_string_value(json_object_get(tool, "type"));

		snprintf(where, sizeof(where), "tools[%zu].function", i);
		if (!type || strcmp(type, "function"))
			return refuse(no, 400, "missing_required_parameter", "tools",
				      "Missing required parameter: 'tools[%zu].type'.", i);
		if (!json_is_object(json_object_get(tool, "function")))
			return refuse(no, 400, "missing_required_parameter", "tools",
				      "Missing required parameter: '%s'.", where);
		if (!openai_function(json_object_get(tool, "function"), where, q, no))
			return false;
	}
	return true;
}

static bool check(const struct request *r, const char *key, struct asked *q, struct refusal *no)
{
	static const struct value_table table = { top, ARRAY_LEN(top), false, true };
	const json_t *messages, *m;
	size_t i;

	if (!openai_head(r, key, no) || !openai_body(r, &table, q, no) || !check_limits(q, no))
		return false;
	q->wants_usage = !q->stream ||
			 json_is_true(json_object_get(json_object_get(q->body, "stream_options"),
						      "include_usage"));
	messages = json_object_get(q->body, "messages");
	if (!json_array_size(messages))
		return refuse(no, 400, "empty_array", "messages",
			      "Invalid 'messages': empty array. Expected an array with minimum "
			      "length 1, but got an empty array instead.");
	json_array_foreach(messages, i, m)
	{
		if (!check_message(m, i, q, no))
			return false;
	}
	return check_tools(json_object_get(q->body, "tools"), q, no);
}

static const char *finish_of(const struct answer *a)
{
	if (a->refused)
		return "content_filter";
	if (a->cut_short)
		return "length";
	return json_array_size(a->calls) ? "tool_calls" : "stop";
}

static json_t *usage(const struct asked *q, const struct answer *a)
{
	return json_pack("{sIsIsIs{sisi}}", "prompt_tokens", (json_int_t)q->tokens_in,
			 "completion_tokens", (json_int_t)a->tokens_out, "total_tokens",
			 (json_int_t)(q->tokens_in + a->tokens_out), "completion_tokens_details",
			 "reasoning_tokens", 0, "audio_tokens", 0);
}

/* `usage` NULL: not in it. Takes both. */
static json_t *object(const struct asked *q, const struct answer *a, const char *kind,
		      json_t *choices, json_t *used)
{
	char id[40];
	json_t *o;

	snprintf(id, sizeof(id), "chatcmpl-fake%llu", (unsigned long long)a->id);
	o = json_pack("{sssssIsssssssO}", "id", id, "object", kind, "created", (json_int_t)a->at_s,
		      "model", q->model, "service_tier", "default", "system_fingerprint", "fp_fake",
		      "choices", choices);
	json_decref(choices);
	if (used)
		json_object_set_new(o, "usage", used);
	return o;
}

static json_t *call_json(const struct answer *a, size_t i, const char *arguments)
{
	const json_t *call = json_array_get(a->calls, i);
	char id[48];

	snprintf(id, sizeof(id), "call_fake%llu_%zu", (unsigned long long)a->id, i);
	return json_pack("{sssss{sOss}}", "id", id, "type", "function", "function", "name",
			 json_object_get(call, "name"), "arguments", arguments);
}

static void whole(const struct asked *q, const struct answer *a, struct pieces *out)
{
	json_t *m = json_pack("{sssnsns[]}", "role", "assistant", "content", "refusal",
			      "annotations"),
	       *calls = json_array(), *choice;
	struct piece *p;

	for (size_t i = 0; i < json_array_size(a->calls); i++) {
		char *arguments =
			json_text(json_object_get(json_array_get(a->calls, i), "arguments"));

		json_array_append_new(calls, call_json(a, i, arguments));
		free(arguments);
	}
	if (a->text.n)
		json_object_set_new(m, a->refused ? "refusal" : "content",
				    json_stringn(buf_p(&a->text), a->text.n));
	if (json_array_size(calls))
		json_object_set(m, "tool_calls", calls);
	json_decref(calls);
	choice = json_pack("[{sisosnss}]", "index", 0, "message", m, "logprobs", "finish_reason",
			   finish_of(a));
	p = pieces_line(out,
			object(q, a, "chat.completion", choice, a->usage ? usage(q, a) : NULL));
	p->text = (size_t)a->tokens_out * FAKE_BYTES_OF_TOKEN;
}

/* `finish` NULL: not yet. */
static struct piece *chunk(const struct asked *q, const struct answer *a, json_t *delta,
			   const char *finish, struct pieces *out)
{
	json_t *choices = json_pack("[{sisosnss?}]", "index", 0, "delta", delta, "logprobs",
				    "finish_reason", finish);
	json_t *o =
		object(q, a, "chat.completion.chunk", choices, q->wants_usage ? json_null() : NULL);

	json_object_set_new(o, "obfuscation", json_string("Zq3"));
	return pieces_event(out, NULL, o);
}

static void put_call(const struct asked *q, const struct answer *a, size_t i, struct pieces *out)
{
	const json_t *call = json_array_get(a->calls, i);
	char *arguments = json_text(json_object_get(call, "arguments"));
	struct span rest = { arguments, strlen(arguments) };
	json_t *first = call_json(a, i, "");
	struct bit bit;

	json_object_set_new(first, "index", json_integer((json_int_t)i));
	chunk(q, a, json_pack("{s[o]}", "tool_calls", first), NULL, out)->text =
		json_string_length(json_object_get(call, "name"));
	while (text_bit(&rest, a->piece_bytes, &bit))
		chunk(q, a,
		      json_pack("{s[{sIs{ss%}}]}", "tool_calls", "index", (json_int_t)i, "function",
				"arguments", bit.p, bit.n),
		      NULL, out)
			->text = bit.n;
	free(arguments);
}

static void stream(const struct asked *q, const struct answer *a, struct pieces *out)
{
	struct span rest = buf_span(&a->text);
	struct bit bit;

	chunk(q, a,
	      json_pack("{ssss?sn}", "role", "assistant", "content", a->text.n ? "" : NULL,
			"refusal"),
	      NULL, out);
	if (a->extras) {
		buf_adds(&pieces_add(out)->bytes, ": keep-alive\n\n");
		chunk(q, a, json_pack("{ss}", "reasoning_content", "SECRET THOUGHT"), NULL, out);
		chunk(q, a, json_pack("{snsn}", "role", "content"), NULL, out);
	}
	while (text_bit(&rest, a->piece_bytes, &bit))
		chunk(q, a, json_pack("{ss%}", a->refused ? "refusal" : "content", bit.p, bit.n),
		      NULL, out)
			->text = bit.n;
	for (size_t i = 0; i < json_array_size(a->calls); i++)
		put_call(q, a, i, out);
	chunk(q, a, json_object(), finish_of(a), out);
	if (q->wants_usage && a->usage)
		pieces_event(out, NULL,
			     object(q, a, "chat.completion.chunk", json_array(), usage(q, a)));
	buf_adds(&pieces_add(out)->bytes, "data: [DONE]\n\n");
}

static void stream_error(struct pieces *out)
{
	const struct refusal no = { .status = 500,
				    .message = "The server had an error while processing your "
					       "request. Sorry about that!" };

	pieces_event(out, NULL, openai_error_json(&no));
}

const struct api api_openai = {
	.name = "openai",
	.path = "/v1/chat/completions",
	.type = "text/event-stream; charset=utf-8",
	.check = check,
	.error = openai_error,
	.whole = whole,
	.stream = stream,
	.stream_error = stream_error,
};
