/* api_anthropic.c - POST /v1/messages, version 2023-06-01. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/check.h"
#include "tests/fake/fake.h"

static const struct value_field top[] = {
	{ "model", VALUE_STRING, true, 0, 0 },
	{ "messages", VALUE_ARRAY, true, 0, 0 },
	{ "max_tokens", VALUE_INTEGER, true, 1, FAKE_MAX_TOKENS },
	{ "system", VALUE_STRING_OR_ARRAY, false, 0, 0 },
	{ "stream", VALUE_BOOL, false, 0, 0 },
	{ "temperature", VALUE_NUMBER, false, 0, 1 },
	{ "top_p", VALUE_NUMBER, false, 0, 1 },
	{ "top_k", VALUE_INTEGER, false, 0, 500 },
	{ "stop_sequences", VALUE_ARRAY, false, 0, 0 },
	{ "metadata", VALUE_OBJECT, false, 0, 0 },
	{ "tools", VALUE_ARRAY, false, 0, 0 },
	{ "tool_choice", VALUE_OBJECT, false, 0, 0 },
	{ "thinking", VALUE_OBJECT, false, 0, 0 },
	{ "service_tier", VALUE_STRING, false, 0, 0 },
	{ "container", VALUE_STRING, false, 0, 0 },
	{ "mcp_servers", VALUE_ARRAY, false, 0, 0 },
};

static const struct value_field tool_fields[] = {
	{ "name", VALUE_STRING, true, 0, 0 },
	{ "input_schema", VALUE_OBJECT, true, 0, 0 },
	{ "description", VALUE_STRING, false, 0, 0 },
	{ "type", VALUE_STRING, false, 0, 0 },
	{ "cache_control", VALUE_OBJECT, false, 0, 0 },
};

static bool fault(struct refusal *no, enum value_fault f, const char *where, const char *name,
		  const struct value_field *fields, size_t n)
{
	const struct value_field *at = NULL;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(fields[i].name, name))
			at = &fields[i];
	if (f == VALUE_MISSING)
		return refuse(no, 400, NULL, NULL, "%s%s: Field required", where, name);
	if (f == VALUE_UNKNOWN || !at)
		return refuse(no, 400, NULL, NULL, "%s%s: Extra inputs are not permitted", where,
			      name);
	if (f == VALUE_RANGE)
		return refuse(no, 400, NULL, NULL,
			      "%s%s: Input should be greater than or equal to %g and less than or "
			      "equal to %g",
			      where, name, at->min, at->max);
	return refuse(no, 400, NULL, NULL, "%s%s: Input should be a valid %s", where, name,
		      value_kind_name(at->kind));
}

static bool check_head(const struct request *r, const char *key, struct refusal *no)
{
	const char *given = request_header(r, "x-api-key");
	const char *version = request_header(r, "anthropic-version");

	if (strcmp(r->method, "POST"))
		return refuse(no, 405, NULL, NULL, "Method Not Allowed");
	if (!given)
		return refuse(no, 401, NULL, NULL, "x-api-key header is required");
	if (strcmp(given, key))
		return refuse(no, 401, NULL, NULL, "invalid x-api-key");
	if (!version)
		return refuse(no, 400, NULL, NULL, "anthropic-version: header is required");
	if (strcmp(version, "2023-06-01"))
		return refuse(no, 400, NULL, NULL,
			      "anthropic-version: \"%s\" is not a valid version", version);
	if (!check_is_json_type(r))
		return refuse(no, 400, NULL, NULL, "content-type: must be application/json");
	return true;
}

/* A string, or blocks; all text of it is added to `into`. */
static bool check_content(const json_t *content, const char *where, struct buf *into,
			  struct refusal *no)
{
	json_t *block;
	size_t i;

	if (json_is_string(content)) {
		buf_adds(into, json_string_value(content));
		if (!json_string_length(content))
			return refuse(no, 400, NULL, NULL, "%s: text must be non-empty", where);
		return true;
	}
	if (!json_is_array(content) || !json_array_size(content))
		return refuse(no, 400, NULL, NULL, "%s: Input should be a valid list", where);
	json_array_foreach(content, i, block)
	{
		const char *type = json_string_value(json_object_get(block, "type"));
		const json_t *text = json_object_get(block, "text");

		if (!type)
			return refuse(no, 400, NULL, NULL, "%s.%zu.type: Field required", where, i);
		if (!strcmp(type, "text") && !json_is_string(text))
			return refuse(no, 400, NULL, NULL, "%s.%zu.text: Field required", where, i);
		if (!strcmp(type, "text") && !json_string_length(text))
			return refuse(no, 400, NULL, NULL,
				      "messages: text content blocks must be non-empty");
		if (strcmp(type, "text") && strcmp(type, "tool_use") && strcmp(type, "tool_result"))
			return refuse(no, 400, NULL, NULL,
				      "%s.%zu: Input tag '%s' found using 'type' does not match "
				      "any of the expected tags",
				      where, i, type);
		if (json_is_string(text))
			buf_adds(into, json_string_value(text));
	}
	return true;
}

static bool check_message(const json_t *m, size_t i, size_t n, struct asked *q, struct refusal *no)
{
	const char *role = json_string_value(json_object_get(m, "role"));
	const json_t *content = json_object_get(m, "content");
	bool own = role && !strcmp(role, "assistant");
	char where[40];

	snprintf(where, sizeof(where), "messages.%zu.content", i);
	if (!role || !content)
		return refuse(no, 400, NULL, NULL, "messages.%zu.%s: Field required", i,
			      role ? "content" : "role");
	if (json_object_size(m) != 2)
		return refuse(no, 400, NULL, NULL, "messages.%zu: Extra inputs are not permitted",
			      i);
	if (!own && strcmp(role, "user"))
		return refuse(no, 400, NULL, NULL,
			      "messages: Unexpected role \"%s\". Allowed roles are \"user\" or "
			      "\"assistant\"",
			      role);
	if (!i && own)
		return refuse(no, 400, NULL, NULL,
			      "messages: first message must use the \"user\" role");
	if (own != (i % 2 == 1))
		return refuse(no, 400, NULL, NULL,
			      "messages: roles must alternate between \"user\" and \"assistant\", "
			      "but found multiple \"%s\" roles in a row",
			      role);
	buf_reset(&q->last);
	if (!check_content(content, where, &q->last, no))
		return false;
	if (own && i + 1 == n && q->last.n && strchr(" \n\t", buf_p(&q->last)[q->last.n - 1]))
		return refuse(no, 400, NULL, NULL,
			      "messages: final assistant content cannot end with trailing "
			      "whitespace");
	return true;
}

static bool check_tools(const json_t *tools, struct asked *q, struct refusal *no)
{
	static const struct value_table table = { tool_fields, ARRAY_LEN(tool_fields), false,
						  false };
	json_t *tool;
	size_t i;

	json_array_foreach(tools, i, tool)
	{
		const char *name = json_string_value(json_object_get(tool, "name")), *bad;
		json_t *schema = json_object_get(tool, "input_schema");
		enum value_fault f = values_check(tool, &table, &bad);
		char where[40], why[160];

		snprintf(where, sizeof(where), "tools.%zu.", i);
		if (f != VALUE_FINE)
			return fault(no, f, where, bad, tool_fields, ARRAY_LEN(tool_fields));
		if (!name || !check_name(name, 64))
			return refuse(no, 400, NULL, NULL,
				      "tools.%zu.name: String should match pattern "
				      "'^[a-zA-Z0-9_-]{1,64}$'",
				      i);
		if (!check_schema(schema, false, why, sizeof(why)))
			return refuse(no, 400, NULL, NULL, "tools.%zu.input_schema: %s", i, why);
		for (size_t k = 0; k < json_array_size(q->tools); k++)
			if (!strcmp(name,
				    json_string_value(
					    json_object_get(json_array_get(q->tools, k), "name"))))
				return refuse(no, 400, NULL, NULL,
					      "tools: Tool names must be unique.");
		json_array_append_new(q->tools,
				      json_pack("{sssO}", "name", name, "schema", schema));
	}
	return true;
}

static bool check_body(const struct request *r, struct asked *q, struct refusal *no)
{
	static const struct value_table table = { top, ARRAY_LEN(top), false, false };
	const json_t *b = q->body, *system = json_object_get(b, "system"), *m;
	const json_t *messages = json_object_get(b, "messages");
	const char *name;
	enum value_fault f = values_check(b, &table, &name);
	size_t i;

	if (f != VALUE_FINE)
		return fault(no, f, "", name, top, ARRAY_LEN(top));
	q->model = json_string_value(json_object_get(b, "model"));
	q->stream = json_is_true(json_object_get(b, "stream"));
	q->max_tokens = (uint64_t)json_integer_value(json_object_get(b, "max_tokens"));
	q->tokens_in = fake_tokens(r->body.n);
	q->wants_usage = true;
	if (!strcmp(q->model, FAKE_NO_MODEL))
		return refuse(no, 404, NULL, NULL, "model: %s", q->model);
	if (!json_array_size(messages))
		return refuse(no, 400, NULL, NULL, "messages: at least one message is required");
	if (system && !(json_is_string(system) && !json_string_length(system)) &&
	    !check_content(system, "system", &q->system, no))
		return false;
	json_array_foreach(messages, i, m)
	{
		if (!check_message(m, i, json_array_size(messages), q, no))
			return false;
	}
	if (json_object_get(b, "tool_choice") && !json_object_get(b, "tools"))
		return refuse(no, 400, NULL, NULL,
			      "tool_choice: may only be specified while providing tools.");
	return check_tools(json_object_get(b, "tools"), q, no);
}

static bool check(const struct request *r, const char *key, struct asked *q, struct refusal *no)
{
	json_error_t why;

	if (!check_head(r, key, no))
		return false;
	q->body = check_json(r, &why);
	q->tools = json_array();
	if (!json_is_object(q->body))
		return refuse(no, 400, NULL, NULL, "The request body is not valid JSON: %s",
			      q->body ? "expected an object" : why.text);
	return check_body(r, q, no);
}

static const char *type_of(int status)
{
	static const struct {
		int status;
		const char *type;
	} types[] = {
		{ 400, "invalid_request_error" },
		{ 401, "authentication_error" },
		{ 403, "permission_error" },
		{ 404, "not_found_error" },
		{ 413, "request_too_large" },
		{ 429, "rate_limit_error" },
		{ 500, "api_error" },
		{ 529, "overloaded_error" },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].status == status)
			return types[i].type;
	return status < 500 ? "invalid_request_error" : "api_error";
}

static json_t *error_json(int status, const char *message)
{
	return json_pack("{sss{ssss}ss}", "type", "error", "error", "type", type_of(status),
			 "message", message, "request_id", "req_011fake");
}

static void error(const struct refusal *no, struct buf *out)
{
	json_t *e = error_json(no->status, no->message);
	char *text = json_text(e);

	buf_adds(out, text);
	free(text);
	json_decref(e);
}

static const char *stop_of(const struct answer *a)
{
	if (a->refused)
		return "refusal";
	if (a->cut_short)
		return "max_tokens";
	return json_array_size(a->calls) ? "tool_use" : "end_turn";
}

static json_t *usage(const struct asked *q, uint64_t out)
{
	return json_pack("{sIsisisIss}", "input_tokens", (json_int_t)q->tokens_in,
			 "cache_creation_input_tokens", 0, "cache_read_input_tokens", 0,
			 "output_tokens", (json_int_t)out, "service_tier", "standard");
}

static json_t *message(const struct asked *q, const struct answer *a, json_t *content)
{
	char id[40];

	snprintf(id, sizeof(id), "msg_01fake%llu", (unsigned long long)a->id);
	return json_pack("{sssssssssosnsn}", "id", id, "type", "message", "role", "assistant",
			 "model", q->model, "content", content, "stop_reason", "stop_sequence");
}

static void whole(const struct asked *q, const struct answer *a, struct pieces *out)
{
	json_t *content = json_array(), *m, *call;
	struct piece *p;
	char id[48];
	size_t i;

	if (a->text.n)
		json_array_append_new(content, json_pack("{ssss%}", "type", "text", "text",
							 buf_p(&a->text), a->text.n));
	json_array_foreach(a->calls, i, call)
	{
		snprintf(id, sizeof(id), "toolu_01fake%llu_%zu", (unsigned long long)a->id, i);
		json_array_append_new(content,
				      json_pack("{sssssOsO}", "type", "tool_use", "id", id, "name",
						json_object_get(call, "name"), "input",
						json_object_get(call, "arguments")));
	}
	m = message(q, a, content);
	json_object_set_new(m, "stop_reason", json_string(stop_of(a)));
	if (a->usage)
		json_object_set_new(m, "usage", usage(q, a->tokens_out));
	p = pieces_line(out, m);
	p->text = (size_t)a->tokens_out * FAKE_BYTES_OF_TOKEN;
}

static void block_start(struct pieces *out, int index, json_t *block)
{
	pieces_event(out, "content_block_start",
		     json_pack("{sssiso}", "type", "content_block_start", "index", index,
			       "content_block", block));
}

static struct piece *delta(struct pieces *out, int index, json_t *d)
{
	return pieces_event(out, "content_block_delta",
			    json_pack("{sssiso}", "type", "content_block_delta", "index", index,
				      "delta", d));
}

static void block_stop(struct pieces *out, int index)
{
	pieces_event(out, "content_block_stop",
		     json_pack("{sssi}", "type", "content_block_stop", "index", index));
}

/* What must be passed over. */
static int put_extras(struct pieces *out)
{
	block_start(out, 0,
		    json_pack("{ssssss}", "type", "thinking", "thinking", "", "signature", ""));
	delta(out, 0,
	      json_pack("{ssss}", "type", "thinking_delta", "thinking",
			"SECRET THOUGHT: never to be said."));
	delta(out, 0, json_pack("{ssss}", "type", "signature_delta", "signature", "EqQBCgIYAhIM"));
	block_stop(out, 0);
	pieces_event(out, "some_new_event",
		     json_pack("{ssss}", "type", "some_new_event", "text", "SECRET THOUGHT"));
	return 1;
}

static void put_text(const struct answer *a, int index, struct pieces *out)
{
	struct span rest = buf_span(&a->text);
	struct bit bit;

	block_start(out, index, json_pack("{ssss}", "type", "text", "text", ""));
	pieces_event(out, "ping", json_pack("{ss}", "type", "ping"));
	if (a->extras)
		delta(out, index,
		      json_pack("{ssss}", "type", "some_new_delta", "text", "SECRET THOUGHT"));
	while (text_bit(&rest, a->piece_bytes, &bit))
		delta(out, index, json_pack("{ssss%}", "type", "text_delta", "text", bit.p, bit.n))
			->text = bit.n;
	block_stop(out, index);
}

static void put_call(const struct answer *a, const json_t *call, int index, struct pieces *out)
{
	char *arguments = json_text(json_object_get(call, "arguments"));
	const char *name = json_string_value(json_object_get(call, "name"));
	struct span rest = { arguments, strlen(arguments) };
	struct bit bit;
	char id[48];

	snprintf(id, sizeof(id), "toolu_01fake%llu_%d", (unsigned long long)a->id, index);
	block_start(out, index,
		    json_pack("{sssssss{}}", "type", "tool_use", "id", id, "name", name, "input"));
	delta(out, index, json_pack("{ssss}", "type", "input_json_delta", "partial_json", ""))
		->text = strlen(name);
	while (text_bit(&rest, a->piece_bytes, &bit))
		delta(out, index,
		      json_pack("{ssss%}", "type", "input_json_delta", "partial_json", bit.p,
				bit.n))
			->text = bit.n;
	block_stop(out, index);
	free(arguments);
}

static void stream(const struct asked *q, const struct answer *a, struct pieces *out)
{
	json_t *first = message(q, a, json_array()), *last, *call;
	int index = 0;
	size_t i;

	if (a->usage)
		json_object_set_new(first, "usage", usage(q, 1));
	pieces_event(out, "message_start",
		     json_pack("{ssso}", "type", "message_start", "message", first));
	if (a->extras)
		index = put_extras(out);
	if (a->text.n)
		put_text(a, index++, out);
	json_array_foreach(a->calls, i, call)
	{
		put_call(a, call, index++, out);
	}
	last = json_pack("{sss{sssn}}", "type", "message_delta", "delta", "stop_reason", stop_of(a),
			 "stop_sequence");
	if (a->usage)
		json_object_set_new(last, "usage",
				    json_pack("{sI}", "output_tokens", (json_int_t)a->tokens_out));
	pieces_event(out, "message_delta", last);
	pieces_event(out, "message_stop", json_pack("{ss}", "type", "message_stop"));
}

static void stream_error(struct pieces *out)
{
	json_t *e = error_json(529, "Overloaded");

	json_object_del(e, "request_id");
	pieces_event(out, "error", e);
}

const struct api api_anthropic = {
	.name = "anthropic",
	.path = "/v1/messages",
	.type = "text/event-stream; charset=utf-8",
	.check = check,
	.error = error,
	.whole = whole,
	.stream = stream,
	.stream_error = stream_error,
};
