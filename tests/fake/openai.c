/* openai.c - see openai.h. */
#include "tests/fake/openai.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/fake.h"

bool openai_head(const struct request *r, const char *key, struct refusal *no)
{
	const char *given = check_bearer(r);

	if (strcmp(r->method, "POST"))
		return refuse(no, 405, "method_not_supported", NULL,
			      "Not allowed to %s on this endpoint.", r->method);
	if (!given)
		return refuse(no, 401, NULL, NULL,
			      "You didn't provide an API key. You need to provide your API key in "
			      "an Authorization header using Bearer auth");
	if (strcmp(given, key))
		return refuse(no, 401, "invalid_api_key", NULL,
			      "Incorrect API key provided: %.3s***.", given);
	if (!check_is_json_type(r))
		return refuse(no, 415, "unsupported_content_type", NULL,
			      "Unsupported content type. This API method only accepts "
			      "'application/json' requests.");
	return true;
}

static bool fault(struct refusal *no, enum value_fault f, const char *name)
{
	switch (f) {
	case VALUE_MISSING:
		return refuse(no, 400, "missing_required_parameter", name,
			      "Missing required parameter: '%s'.", name);
	case VALUE_UNKNOWN:
		return refuse(no, 400, "unknown_parameter", name, "Unknown parameter: '%s'.", name);
	case VALUE_RANGE:
		return refuse(no, 400, "decimal_above_max_value", name,
			      "Invalid '%s': value out of range.", name);
	default:
		return refuse(no, 400, "invalid_type", name, "Invalid type for '%s'.", name);
	}
}

bool openai_body(const struct request *r, const struct value_table *t, struct asked *q,
		 struct refusal *no)
{
	enum value_fault f;
	json_error_t why;
	const char *name;

	q->body = check_json(r, &why);
	q->tools = json_array();
	if (!json_is_object(q->body))
		return refuse(no, 400, NULL, NULL,
			      "We could not parse the JSON body of your request. (%s)",
			      q->body ? "expected an object" : why.text);
	f = values_check(q->body, t, &name);
	if (f != VALUE_FINE)
		return fault(no, f, name);
	q->model = json_string_value(json_object_get(q->body, "model"));
	q->stream = json_is_true(json_object_get(q->body, "stream"));
	q->tokens_in = fake_tokens(r->body.n);
	if (q->model && !strcmp(q->model, FAKE_NO_MODEL))
		return refuse(no, 404, "model_not_found", NULL,
			      "The model `%s` does not exist or you do not have access to it.",
			      q->model);
	if (json_object_get(q->body, "stream_options") && !q->stream)
		return refuse(no, 400, NULL, "stream_options",
			      "The 'stream_options' parameter is only allowed when 'stream' is "
			      "enabled.");
	return true;
}

static const char *type_of(int status)
{
	if (status == 429)
		return "requests";
	return status >= 500 ? "server_error" : "invalid_request_error";
}

json_t *openai_error_json(const struct refusal *no)
{
	const char *code = no->code;

	if (!code && no->status == 429)
		code = "rate_limit_exceeded";
	return json_pack("{s{ssssss?ss?}}", "error", "message", no->message, "type",
			 type_of(no->status), "param", no->param, "code", code);
}

void openai_error(const struct refusal *no, struct buf *out)
{
	json_t *e = openai_error_json(no);
	char *text = json_text(e);

	buf_adds(out, text);
	free(text);
	json_decref(e);
}

bool openai_function(const json_t *function, const char *where, struct asked *q, struct refusal *no)
{
	static const struct value_field fields[] = {
		{ "name", VALUE_STRING, true, 0, 0 },
		{ "description", VALUE_STRING, false, 0, 0 },
		{ "parameters", VALUE_OBJECT, false, 0, 0 },
		{ "strict", VALUE_BOOL, false, 0, 0 },
		{ "type", VALUE_STRING, false, 0, 0 }, /* of Responses; checked by it */
	};
	static const struct value_table table = { fields, ARRAY_LEN(fields), false, true };
	const char *name = json_string_value(json_object_get(function, "name")), *bad;
	json_t *schema = json_object_get(function, "parameters");
	bool strict = json_is_true(json_object_get(function, "strict"));
	enum value_fault f = values_check(function, &table, &bad);
	char why[160];

	if (f != VALUE_FINE)
		return refuse(no, 400,
			      f == VALUE_MISSING ? "missing_required_parameter"
						 : "unknown_parameter",
			      "tools", "%s parameter: '%s.%s'.",
			      f == VALUE_MISSING ? "Missing required" : "Unknown", where, bad);
	if (!check_name(name, 64))
		return refuse(no, 400, "invalid_value", "tools",
			      "Invalid '%s.name': string does not match pattern. Expected a string "
			      "that matches the pattern '^[a-zA-Z0-9_-]+$'.",
			      where);
	if (schema && !check_schema(schema, strict, why, sizeof(why)))
		return refuse(no, 400, "invalid_function_parameters", "tools",
			      "Invalid schema for function '%s': %s.", name, why);
	json_array_append_new(q->tools, json_pack("{sssO?}", "name", name, "schema", schema));
	return true;
}
