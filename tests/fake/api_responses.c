/* api_responses.c - POST /v1/responses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake.h"
#include "tests/fake/openai.h"

static const struct value_field top[] = {
	{ "model", VALUE_STRING, true, 0, 0 },
	{ "input", VALUE_STRING_OR_ARRAY, true, 0, 0 },
	{ "instructions", VALUE_STRING, false, 0, 0 },
	{ "max_output_tokens", VALUE_INTEGER, false, 16, FAKE_MAX_TOKENS },
	{ "stream", VALUE_BOOL, false, 0, 0 },
	{ "stream_options", VALUE_OBJECT, false, 0, 0 },
	{ "temperature", VALUE_NUMBER, false, 0, 2 },
	{ "top_p", VALUE_NUMBER, false, 0, 1 },
	{ "tools", VALUE_ARRAY, false, 0, 0 },
	{ "tool_choice", VALUE_STRING_OR_OBJECT, false, 0, 0 },
	{ "parallel_tool_calls", VALUE_BOOL, false, 0, 0 },
	{ "max_tool_calls", VALUE_INTEGER, false, 0, 0 },
	{ "previous_response_id", VALUE_STRING, false, 0, 0 },
	{ "conversation", VALUE_STRING_OR_OBJECT, false, 0, 0 },
	{ "store", VALUE_BOOL, false, 0, 0 },
	{ "background", VALUE_BOOL, false, 0, 0 },
	{ "include", VALUE_ARRAY, false, 0, 0 },
	{ "metadata", VALUE_OBJECT, false, 0, 0 },
	{ "reasoning", VALUE_OBJECT, false, 0, 0 },
	{ "text", VALUE_OBJECT, false, 0, 0 },
	{ "truncation", VALUE_STRING, false, 0, 0 },
	{ "user", VALUE_STRING, false, 0, 0 },
	{ "safety_identifier", VALUE_STRING, false, 0, 0 },
	{ "prompt_cache_key", VALUE_STRING, false, 0, 0 },
	{ "service_tier", VALUE_STRING, false, 0, 0 },
	{ "top_logprobs", VALUE_INTEGER, false, 0, 20 },
	{ "prompt", VALUE_OBJECT, false, 0, 0 },
};

static bool check_parts(const json_t *content, bool own, size_t i, struct buf *into,
			struct refusal *no)
{
	const char *want = own ? "output_text" : "input_text";
	json_t *part;
	size_t k;

	json_array_foreach(content, k, part)
	{
		const char *type = json_string_value(json_object_get(part, "type"));
		const char *text = json_string_value(json_object_get(part, "text"));

		if (!type || strcmp(type, want))
			return refuse(no, 400, "invalid_value", "input",
				      "Invalid value: '%s'. Supported values are: '%s' "
				      "(input[%zu].content[%zu]).",
				      type ? type : "null", want, i, k);
		if (!text)
			return refuse(no, 400, "missing_required_parameter", "input",
				      "Missing required parameter: 'input[%zu].content[%zu].text'.",
				      i, k);
		buf_adds(into, text);
	}
	return true;
}

static bool check_item(const json_t *item, size_t i, struct asked *q, struct refusal *no)
{
	static const char *const roles[] = { "assistant", "user", "system", "developer" };
	const char *type = json_string_value(json_object_get(item, "type"));
	const char *role = json_string_value(json_object_get(item, "role"));
	const json_t *content = json_object_get(item, "content");
	size_t k = 0;
	struct buf *into;

	if (type && strcmp(type, "message"))
		return strcmp(type, "function_call") && strcmp(type, "function_call_output") &&
				       strcmp(type, "reasoning") && strcmp(type, "item_reference")
			       ? refuse(no, 400, "invalid_value", "input",
					"Invalid value: '%s' (input[%zu].type).", type, i)
			       : true;
	while (k < ARRAY_LEN(roles) && (!role || strcmp(role, roles[k])))
		k++;
	if (k == ARRAY_LEN(roles))
		return refuse(no, 400, "invalid_value", "input",
			      "Invalid value: '%s'. Supported values are: 'assistant', 'system', "
			      "'developer', and 'user'.",
			      role ? role : "null");
	into = k >= 2 ? &q->system : &q->last;
	if (into == &q->last)
		buf_reset(into);
	if (json_is_string(content)) {
		buf_adds(into, json_string_value(content));
		return true;
	}
	if (!json_is_array(content))
		return refuse(no, 400, "invalid_type", "input",
			      "Invalid type for 'input[%zu].content': expected one of an array of "
			      "objects or string.",
			      i);
	return check_parts(content, k == 0, i, into, no);
}

static bool check_tools(const json_t *tools, struct asked *q, struct refusal *no)
{
	json_t *tool;
	char where[40];
	size_t i;

	json_array_foreach(tools, i, tool)
	{
		const char *type = json_string_value(json_object_get(tool, "type"));

		snprintf(where, sizeof(where), "tools[%zu]", i);
		if (!type || strcmp(type, "function"))
			return refuse(no, 400, "missing_required_parameter", "tools",
				      "Missing required parameter: '%s.type'.", where);
		if (!openai_function(tool, where, q, no))
			return false;
	}
	return true;
}

static bool check(const struct request *r, const char *key, struct asked *q, struct refusal *no)
{
	static const struct value_table table = { top, ARRAY_LEN(top), false, true };
	const json_t *input, *item;
	const char *instructions;
	size_t i;

	if (!openai_head(r, key, no) || !openai_body(r, &table, q, no))
		return false;
	q->wants_usage = true;
	q->max_tokens = (uint64_t)json_integer_value(json_object_get(q->body, "max_output_tokens"));
	instructions = json_string_value(json_object_get(q->body, "instructions"));
	buf_adds(&q->system, instructions ? instructions : "");
	input = json_object_get(q->body, "input");
	if (json_is_string(input))
		buf_adds(&q->last, json_string_value(input));
	else if (!json_array_size(input))
		return refuse(no, 400, "missing_required_parameter", "input",
			      "One of \"input\" or \"previous_response_id\" or 'prompt' or "
			      "'conversation_id' must be provided.");
	json_array_foreach(input, i, item)
	{
		if (!check_item(item, i, q, no))
			return false;
	}
	return check_tools(json_object_get(q->body, "tools"), q, no);
}

/* A response in the making. */
struct making {
	const struct asked *q;
	const struct answer *a;
	struct pieces *out;
	json_t *output; /* items that are done */
	int sequence;
	char id[40];
};

static json_t *usage(const struct making *m)
{
	return json_pack("{sIs{si}sIs{si}sI}", "input_tokens", (json_int_t)m->q->tokens_in,
			 "input_tokens_details", "cached_tokens", 0, "output_tokens",
			 (json_int_t)m->a->tokens_out, "output_tokens_details", "reasoning_tokens",
			 0, "total_tokens", (json_int_t)(m->q->tokens_in + m->a->tokens_out));
}

static json_t *response(const struct making *m, const char *status, json_t *used)
{
	json_t *o = json_pack("{sssssIsssnsnsssOsbso}", "id", m->id, "object", "response",
			      "created_at", (json_int_t)m->a->at_s, "status", status, "error",
			      "incomplete_details", "model", m->q->model, "output", m->output,
			      "store", 0, "usage", used ? used : json_null());
	json_t *copy = json_deep_copy(o); /* `output` grows */

	json_decref(o);
	if (!strcmp(status, "incomplete"))
		json_object_set_new(copy, "incomplete_details",
				    json_pack("{ss}", "reason", "max_output_tokens"));
	return copy;
}

static struct piece *event(struct making *m, const char *type, json_t *data)
{
	json_object_set_new(data, "type", json_string(type));
	json_object_set_new(data, "sequence_number", json_integer(m->sequence++));
	return pieces_event(m->out, type, data);
}

static json_t *part(const struct making *m, const char *text, size_t n)
{
	if (m->a->refused)
		return json_pack("{ssss%}", "type", "refusal", "refusal", text, n);
	return json_pack("{ssss%s[]s[]}", "type", "output_text", "text", text, n, "annotations",
			 "logprobs");
}

/* Takes `content`. */
static json_t *message(const struct making *m, const char *status, json_t *content)
{
	char id[48];

	snprintf(id, sizeof(id), "msg_%s", m->id);
	return json_pack("{sssssssssO}", "id", id, "type", "message", "status", status, "role",
			 "assistant", "content", content);
}

static json_t *call_item(const struct making *m, size_t i, const char *status,
			 const char *arguments)
{
	char id[56], call[56];

	snprintf(id, sizeof(id), "fc_%s_%zu", m->id, i);
	snprintf(call, sizeof(call), "call_%s_%zu", m->id, i);
	return json_pack("{sssssssssOss}", "id", id, "type", "function_call", "status", status,
			 "call_id", call, "name",
			 json_object_get(json_array_get(m->a->calls, i), "name"), "arguments",
			 arguments);
}

static json_t *done_message(const struct making *m)
{
	json_t *content = json_pack("[o]", part(m, buf_p(&m->a->text), m->a->text.n));
	json_t *item = message(m, m->a->cut_short ? "incomplete" : "completed", content);

	json_decref(content);
	return item;
}

static json_t *done_call(const struct making *m, size_t i)
{
	char *arguments = json_text(json_object_get(json_array_get(m->a->calls, i), "arguments"));
	json_t *item = call_item(m, i, "completed", arguments);

	free(arguments);
	return item;
}

static void making_init(struct making *m, const struct asked *q, const struct answer *a,
			struct pieces *out)
{
	*m = (struct making){ .q = q, .a = a, .out = out, .output = json_array() };
	snprintf(m->id, sizeof(m->id), "resp_fake%llu", (unsigned long long)a->id);
}

static void whole(const struct asked *q, const struct answer *a, struct pieces *out)
{
	struct making m;

	making_init(&m, q, a, out);
	if (a->text.n)
		json_array_append_new(m.output, done_message(&m));
	for (size_t i = 0; i < json_array_size(a->calls); i++)
		json_array_append_new(m.output, done_call(&m, i));
	pieces_line(out, response(&m, a->cut_short ? "incomplete" : "completed",
				  a->usage ? usage(&m) : NULL))
		->text = (size_t)a->tokens_out * FAKE_BYTES_OF_TOKEN;
	json_decref(m.output);
}

static void put_text(struct making *m)
{
	struct span rest = buf_span(&m->a->text);
	const char *kind = m->a->refused ? "response.refusal" : "response.output_text";
	json_t *none = json_array(), *item = message(m, "in_progress", none);
	const char *id = json_string_value(json_object_get(item, "id"));
	const char *whole_name = m->a->refused ? "refusal" : "text";
	size_t index = json_array_size(m->output);
	char name[48];
	struct bit bit;

	event(m, "response.output_item.added",
	      json_pack("{sIsO}", "output_index", (json_int_t)index, "item", item));
	event(m, "response.content_part.added",
	      json_pack("{sssIsiso}", "item_id", id, "output_index", (json_int_t)index,
			"content_index", 0, "part", part(m, "", 0)));
	snprintf(name, sizeof(name), "%s.delta", kind);
	while (text_bit(&rest, m->a->piece_bytes, &bit))
		event(m, name,
		      json_pack("{sssIsiss%s[]ss}", "item_id", id, "output_index",
				(json_int_t)index, "content_index", 0, "delta", bit.p, bit.n,
				"logprobs", "obfuscation", "Zq3"))
			->text = bit.n;
	snprintf(name, sizeof(name), "%s.done", kind);
	event(m, name,
	      json_pack("{sssIsiss%}", "item_id", id, "output_index", (json_int_t)index,
			"content_index", 0, whole_name, buf_p(&m->a->text), m->a->text.n));
	event(m, "response.content_part.done",
	      json_pack("{sssIsiso}", "item_id", id, "output_index", (json_int_t)index,
			"content_index", 0, "part", part(m, buf_p(&m->a->text), m->a->text.n)));
	json_array_append_new(m->output, done_message(m));
	event(m, "response.output_item.done",
	      json_pack("{sIsO}", "output_index", (json_int_t)index, "item",
			json_array_get(m->output, index)));
	json_decref(item);
	json_decref(none);
}

static void put_call(struct making *m, size_t i)
{
	const json_t *call = json_array_get(m->a->calls, i);
	char *arguments = json_text(json_object_get(call, "arguments"));
	struct span rest = { arguments, strlen(arguments) };
	json_t *item = call_item(m, i, "in_progress", "");
	const char *id = json_string_value(json_object_get(item, "id"));
	size_t index = json_array_size(m->output);
	struct bit bit;

	event(m, "response.output_item.added",
	      json_pack("{sIsO}", "output_index", (json_int_t)index, "item", item))
		->text = json_string_length(json_object_get(call, "name"));
	while (text_bit(&rest, m->a->piece_bytes, &bit))
		event(m, "response.function_call_arguments.delta",
		      json_pack("{sssIss%}", "item_id", id, "output_index", (json_int_t)index,
				"delta", bit.p, bit.n))
			->text = bit.n;
	event(m, "response.function_call_arguments.done",
	      json_pack("{sssIss}", "item_id", id, "output_index", (json_int_t)index, "arguments",
			arguments));
	json_array_append_new(m->output, done_call(m, i));
	event(m, "response.output_item.done",
	      json_pack("{sIsO}", "output_index", (json_int_t)index, "item",
			json_array_get(m->output, index)));
	json_decref(item);
	free(arguments);
}

static void put_response(struct making *m, const char *type, const char *status, json_t *used)
{
	event(m, type, json_pack("{so}", "response", response(m, status, used)));
}

/* A model that thinks first. */
static void put_reasoning(struct making *m)
{
	json_t *item = json_pack("{sssss[{ssss}]}", "id", "rs_fake", "type", "reasoning", "summary",
				 "type", "summary_text", "text", "SECRET THOUGHT");

	event(m, "response.output_item.added",
	      json_pack("{sisO}", "output_index", 0, "item", item));
	event(m, "response.reasoning_summary_text.delta",
	      json_pack("{sssisiss}", "item_id", "rs_fake", "output_index", 0, "summary_index", 0,
			"delta", "SECRET THOUGHT"));
	event(m, "response.some_new_thing.delta", json_pack("{ss}", "delta", "SECRET THOUGHT"));
	event(m, "response.output_item.done", json_pack("{sisO}", "output_index", 0, "item", item));
	json_array_append_new(m->output, item);
}

static void stream(const struct asked *q, const struct answer *a, struct pieces *out)
{
	const char *status = a->cut_short ? "incomplete" : "completed";
	struct making m;

	making_init(&m, q, a, out);
	put_response(&m, "response.created", "in_progress", NULL);
	put_response(&m, "response.in_progress", "in_progress", NULL);
	if (a->extras)
		put_reasoning(&m);
	if (a->text.n)
		put_text(&m);
	for (size_t i = 0; i < json_array_size(a->calls); i++)
		put_call(&m, i);
	put_response(&m, a->cut_short ? "response.incomplete" : "response.completed", status,
		     a->usage ? usage(&m) : NULL);
	json_decref(m.output);
}

static void stream_error(struct pieces *out)
{
	pieces_event(out, "error",
		     json_pack("{sssssssnsi}", "type", "error", "code", "server_error", "message",
			       "The server had an error processing your request.", "param",
			       "sequence_number", 9));
}

const struct api api_responses = {
	.name = "responses",
	.path = "/v1/responses",
	.type = "text/event-stream; charset=utf-8",
	.check = check,
	.error = openai_error,
	.whole = whole,
	.stream = stream,
	.stream_error = stream_error,
};
