/* api_ollama.c - POST /api/chat: lines of JSON; streams unless told not to; no key; unknown fields are passed over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/check.h"
#include "tests/fake/fake.h"

static const struct value_field top[] = {
	{ "model", VALUE_STRING, false, 0, 0 },	  { "messages", VALUE_ARRAY, false, 0, 0 },
	{ "stream", VALUE_BOOL, false, 0, 0 },	  { "format", VALUE_STRING_OR_OBJECT, false, 0, 0 },
	{ "keep_alive", VALUE_ANY, false, 0, 0 }, { "tools", VALUE_ARRAY, false, 0, 0 },
	{ "options", VALUE_OBJECT, false, 0, 0 }, { "think", VALUE_ANY, false, 0, 0 },
};

static const struct value_field options[] = {
	{ "num_predict", VALUE_INTEGER, false, 0, 0 },	 { "num_ctx", VALUE_INTEGER, false, 0, 0 },
	{ "temperature", VALUE_NUMBER, false, 0, 0 },	 { "seed", VALUE_INTEGER, false, 0, 0 },
	{ "top_k", VALUE_INTEGER, false, 0, 0 },	 { "top_p", VALUE_NUMBER, false, 0, 0 },
	{ "repeat_penalty", VALUE_NUMBER, false, 0, 0 }, { "stop", VALUE_ARRAY, false, 0, 0 },
};

static bool fault(struct refusal *no, enum value_fault f, const char *name)
{
	return refuse(no, 400, NULL, NULL,
		      "json: cannot unmarshal into Go struct field ChatRequest.%s%s", name,
		      f == VALUE_RANGE ? " (out of range)" : "");
}

static bool check_message(const json_t *m, size_t i, struct asked *q, struct refusal *no)
{
	static const char *const roles[] = { "system", "user", "assistant", "tool" };
	const char *role = json_string_value(json_object_get(m, "role"));
	const json_t *content = json_object_get(m, "content");
	struct buf *into;
	size_t k = 0;

	while (k < ARRAY_LEN(roles) && (!role || strcmp(role, roles[k])))
		k++;
	if (k == ARRAY_LEN(roles))
		return refuse(no, 400, NULL, NULL, "invalid message role: %s (messages[%zu])",
			      role ? role : "", i);
	if (content && !json_is_string(content))
		return fault(no, VALUE_WRONG, "messages.content");
	into = k == 0 ? &q->system : &q->last;
	if (into == &q->last)
		buf_reset(into);
	buf_adds(into, content ? json_string_value(content) : "");
	return true;
}

static bool check_tools(const json_t *tools, struct asked *q, struct refusal *no)
{
	json_t *tool;
	size_t i;

	json_array_foreach(tools, i, tool)
	{
		json_t *function = json_object_get(tool, "function");
		const char *name = json_string_value(json_object_get(function, "name"));
		json_t *schema = json_object_get(function, "parameters");
		char why[160];

		if (!name || !check_name(name, 64))
			return fault(no, VALUE_WRONG, "tools.function.name");
		if (!check_schema(schema, false, why, sizeof(why)))
			return refuse(no, 400, NULL, NULL, "tools.function.parameters: %s", why);
		json_array_append_new(q->tools,
				      json_pack("{sssO}", "name", name, "schema", schema));
	}
	return true;
}

static bool check_options(struct asked *q, struct refusal *no)
{
	static const struct value_table table = { options, ARRAY_LEN(options), true, true };
	const json_t *o = json_object_get(q->body, "options");
	json_int_t most = json_integer_value(json_object_get(o, "num_predict"));
	const char *name;

	if (o && values_check(o, &table, &name) != VALUE_FINE)
		return refuse(no, 400, NULL, NULL, "option \"%s\" must be of another type", name);
	q->max_tokens = most > 0 ? (uint64_t)most : 0;
	return true;
}

static bool check_body(const struct request *r, struct asked *q, struct refusal *no)
{
	static const struct value_table table = { top, ARRAY_LEN(top), true, true };
	const json_t *m, *stream = json_object_get(q->body, "stream");
	const char *name;
	enum value_fault f = values_check(q->body, &table, &name);
	size_t i;

	if (f != VALUE_FINE)
		return fault(no, f, name);
	q->model = json_string_value(json_object_get(q->body, "model"));
	q->stream = !json_is_false(stream);
	q->tokens_in = fake_tokens(r->body.n);
	q->wants_usage = true;
	if (!q->model || !*q->model)
		return refuse(no, 400, NULL, NULL, "model is required");
	if (!strcmp(q->model, FAKE_NO_MODEL))
		return refuse(no, 404, NULL, NULL, "model '%s' not found", q->model);
	json_array_foreach(json_object_get(q->body, "messages"), i, m)
	{
		if (!check_message(m, i, q, no))
			return false;
	}
	return check_options(q, no) && check_tools(json_object_get(q->body, "tools"), q, no);
}

static bool check(const struct request *r, UNUSED const char *key, struct asked *q,
		  struct refusal *no)
{
	json_error_t why;

	if (strcmp(r->method, "POST"))
		return refuse(no, 405, NULL, NULL, "405 method not allowed");
	q->body = check_json(r, &why);
	q->tools = json_array();
	if (!json_is_object(q->body))
		return refuse(no, 400, NULL, NULL, "%s", q->body ? "not an object" : why.text);
	return check_body(r, q, no);
}

static void error(const struct refusal *no, struct buf *out)
{
	json_t *e = json_pack("{ss}", "error", no->message);
	char *text = json_text(e);

	buf_adds(out, text);
	free(text);
	json_decref(e);
}

/* Takes `message`. */
static json_t *line(const struct asked *q, json_t *message, bool done)
{
	return json_pack("{sssssosb}", "model", q->model, "created_at",
			 "2026-01-01T12:00:00.123456789Z", "message", message, "done", done);
}

static json_t *message(const char *text, size_t n)
{
	return json_pack("{ssss%}", "role", "assistant", "content", text, n);
}

static void put_counts(const struct asked *q, const struct answer *a, json_t *last)
{
	json_object_set_new(last, "done_reason", json_string(a->cut_short ? "length" : "stop"));
	json_object_set_new(last, "total_duration", json_integer(5191566416));
	json_object_set_new(last, "load_duration", json_integer(2154458));
	if (!a->usage)
		return;
	json_object_set_new(last, "prompt_eval_count", json_integer((json_int_t)q->tokens_in));
	json_object_set_new(last, "prompt_eval_duration", json_integer(383809000));
	json_object_set_new(last, "eval_count", json_integer((json_int_t)a->tokens_out));
	json_object_set_new(last, "eval_duration", json_integer(4799921000));
}

static json_t *calls_json(const struct answer *a)
{
	json_t *all = json_array(), *call;
	size_t i;

	json_array_foreach(a->calls, i, call)
	{
		json_array_append_new(all, json_pack("{s{sOsO}}", "function", "name",
						     json_object_get(call, "name"), "arguments",
						     json_object_get(call, "arguments")));
	}
	return all;
}

static void whole(const struct asked *q, const struct answer *a, struct pieces *out)
{
	json_t *m = message(buf_p(&a->text), a->text.n), *all;

	if (json_array_size(a->calls))
		json_object_set_new(m, "tool_calls", calls_json(a));
	all = line(q, m, true);
	put_counts(q, a, all);
	pieces_line(out, all)->text = (size_t)a->tokens_out * FAKE_BYTES_OF_TOKEN;
}

static void put_calls(const struct asked *q, const struct answer *a, struct pieces *out)
{
	json_t *m = message("", 0);
	size_t text = 0, i;
	json_t *call;

	json_array_foreach(a->calls, i, call)
	{
		char *arguments = json_text(json_object_get(call, "arguments"));

		text += strlen(arguments) + json_string_length(json_object_get(call, "name"));
		free(arguments);
	}
	json_object_set_new(m, "tool_calls", calls_json(a));
	pieces_line(out, line(q, m, false))->text = text;
}

static void stream(const struct asked *q, const struct answer *a, struct pieces *out)
{
	struct span rest = buf_span(&a->text);
	json_t *last;
	struct bit bit;

	if (a->extras) {
		json_t *m = message("", 0);

		json_object_set_new(m, "thinking", json_string("SECRET THOUGHT"));
		pieces_line(out, line(q, m, false));
	}
	while (text_bit(&rest, a->piece_bytes, &bit))
		pieces_line(out, line(q, message(bit.p, bit.n), false))->text = bit.n;
	if (json_array_size(a->calls))
		put_calls(q, a, out);
	last = line(q, message("", 0), true);
	put_counts(q, a, last);
	pieces_line(out, last);
}

static void stream_error(struct pieces *out)
{
	pieces_line(out, json_pack("{ss}", "error", "llama runner process has terminated"));
}

const struct api api_ollama = {
	.name = "ollama",
	.path = "/api/chat",
	.type = "application/x-ndjson",
	.check = check,
	.error = error,
	.whole = whole,
	.stream = stream,
	.stream_error = stream_error,
};
