/*
 * provider_responses.c - OpenAI's Responses API.
 *
 * Stream: typed events; text as response.output_text.delta; a function call is whole in
 * response.output_item.done (its pieces before that are passed over); the end is response.completed, .incomplete
 * or .failed with the whole response, or `error`.  Nothing is kept there (store: false).
 */
#include "aibridge/provider_kind.h"

#include "rt/jsonin.h"
#include "rt/text.h"

static void write_tools(const struct prompt *q, struct buf *out)
{
	for (size_t i = 0; i < q->n_tools; i++) {
		buf_adds(out, i ? "," : ",\"tools\":[");
		buf_adds(out, "{\"type\":\"function\",\"strict\":true");
		provider_write_text(out, "name", q->tools[i].name);
		provider_write_text(out, "description", q->tools[i].about);
		json_member(out, "parameters");
		provider_write_schema(out, &q->tools[i]);
		buf_addc(out, '}');
	}
	if (q->n_tools)
		buf_addc(out, ']');
}

static void request(const struct provider *p, const struct prompt *q, struct buf *out)
{
	buf_addc(out, '{');
	provider_write_text(out, "model", p->model);
	json_member(out, "max_output_tokens");
	json_int(out, q->max_tokens);
	buf_adds(out, ",\"store\":false");
	if (p->stream)
		buf_adds(out, ",\"stream\":true");
	provider_write_temperature(out, q, 2.0);
	if (q->system.n) {
		json_member(out, "instructions");
		json_quote(out, q->system);
	}
	json_member(out, "input");
	provider_write_messages(out, q, false);
	write_tools(q, out);
	buf_addc(out, '}');
}

static bool is_type(const json_t *o, const char *type)
{
	return jsonin_is(o, "type", type);
}

static void take_function(struct answer *a, const json_t *item)
{
	struct span name, arguments;

	if (is_type(item, "function_call") && jsonin_text(item, "name", &name) &&
	    jsonin_text(item, "arguments", &arguments))
		answer_act_text(a, name, arguments);
}

static void take_message(struct answer *a, const json_t *item)
{
	const json_t *content = jsonin_list(item, "content");

	for (size_t i = 0; i < json_array_size(content); i++) {
		const json_t *part = json_array_get(content, i);

		if (is_type(part, "output_text"))
			answer_say(a, part, "text");
		else if (is_type(part, "refusal"))
			a->refused = true;
	}
}

/* The whole response, as it ends a stream and as it comes without one. */
static void take_end(struct answer *a, const json_t *o)
{
	const json_t *usage = jsonin_in(o, "usage");
	const json_t *incomplete = jsonin_in(o, "incomplete_details");

	answer_usage(usage, "input_tokens", &a->usage.in, &a->usage.has_in);
	answer_usage(usage, "output_tokens", &a->usage.out, &a->usage.has_out);
	if (jsonin_is(o, "status", "completed")) {
		answer_end(a);
	} else if (jsonin_is(o, "status", "incomplete")) {
		a->cut_short = jsonin_is(incomplete, "reason", "max_output_tokens");
		a->refused |= jsonin_is(incomplete, "reason", "content_filter");
		answer_end(a);
	} else if (jsonin_in(o, "error")) {
		answer_fail_said(a, o);
	} else {
		answer_fail(a, CALL_GARBAGE, "a response without a status");
	}
}

static void event(struct answer *a, const json_t *o)
{
	if (is_type(o, "response.output_text.delta")) {
		answer_say(a, o, "delta");
	} else if (is_type(o, "response.refusal.delta") || is_type(o, "response.refusal.done")) {
		a->refused = true;
	} else if (is_type(o, "response.output_item.done")) {
		take_function(a, jsonin_in(o, "item"));
	} else if (is_type(o, "response.completed") || is_type(o, "response.incomplete") ||
		   is_type(o, "response.failed")) {
		take_end(a, jsonin_in(o, "response"));
	} else if (is_type(o, "error")) {
		answer_fail_said(a, o);
	}
}

static void whole(struct answer *a, const json_t *o)
{
	const json_t *output = jsonin_list(o, "output");

	for (size_t i = 0; i < json_array_size(output); i++) {
		const json_t *item = json_array_get(output, i);

		take_message(a, item);
		take_function(a, item);
	}
	take_end(a, o);
}

const struct provider_kind provider_responses = {
	.name = "responses",
	.url = "https://api.openai.com",
	.path = "/v1/responses",
	.key_header = "authorization: Bearer ",
	.wants_key = true,
	.framing = FRAMING_SSE,
	.request = request,
	.event = event,
	.whole = whole,
};
