/*
 * provider_anthropic.c - Anthropic's Messages API, version 2023-06-01.
 *
 * Stream: message_start (usage of the input), for each block content_block_start, _delta ... _stop, then
 * message_delta (stop reason, usage so far) and message_stop.  ping, thinking and whatever is new is passed over;
 * an `error` can come at any time.
 */
#include "aibridge/provider_kind.h"

#include "rt/jsonin.h"
#include "rt/text.h"

static void request(const struct provider *p, const struct prompt *q, struct buf *out)
{
	buf_addc(out, '{');
	provider_write_text(out, "model", p->model);
	json_member(out, "max_tokens");
	json_int(out, q->max_tokens);
	if (p->stream)
		buf_adds(out, ",\"stream\":true");
	provider_write_temperature(out, q, 1.0);
	if (q->system.n) {
		json_member(out, "system");
		json_quote(out, q->system);
	}
	json_member(out, "messages");
	provider_write_messages(out, q, false);
	for (size_t i = 0; i < q->n_tools; i++) {
		buf_adds(out, i ? ",{" : ",\"tools\":[{");
		provider_write_text(out, "name", q->tools[i].name);
		provider_write_text(out, "description", q->tools[i].about);
		json_member(out, "input_schema");
		provider_write_schema(out, &q->tools[i]);
		buf_addc(out, '}');
	}
	buf_adds(out, q->n_tools ? "]}" : "}");
}

/* What was written to or read from a cache is not in input_tokens. */
static void take_input(struct answer *a, const json_t *usage)
{
	static const char *const cached[] = { "cache_creation_input_tokens",
					      "cache_read_input_tokens" };
	uint64_t in = 0;
	bool has = false;

	answer_usage(usage, "input_tokens", &in, &has);
	if (!has)
		return;
	a->usage.has_in = true;
	a->usage.in = in;
	for (size_t i = 0; i < ARRAY_LEN(cached); i++) {
		uint64_t n = 0;

		answer_usage(usage, cached[i], &n, &has);
		a->usage.in += n;
	}
}

/* Not of message_start, where output has only begun: an answer that is cut has cost nobody knows what. */
static void take_usage(struct answer *a, const json_t *usage)
{
	take_input(a, usage);
	answer_usage(usage, "output_tokens", &a->usage.out, &a->usage.has_out);
}

static void take_stop(struct answer *a, const json_t *o)
{
	struct span reason;

	if (!jsonin_text(o, "stop_reason", &reason))
		return;
	a->reasoned = true;
	a->cut_short = jsonin_is(o, "stop_reason", "max_tokens") ||
		       jsonin_is(o, "stop_reason", "model_context_window_exceeded");
	a->refused = jsonin_is(o, "stop_reason", "refusal");
}

static void take_block(struct answer *a, const json_t *o, uint64_t index)
{
	const json_t *block = jsonin_in(o, "content_block");
	struct span name;

	if (jsonin_is(block, "type", "text")) {
		answer_say(a, block, "text");
	} else if (jsonin_is(block, "type", "tool_use")) {
		jsonin_text(block, "name", &name);
		answer_act_name(a, index, name);
	}
}

static void take_delta(struct answer *a, const json_t *o, uint64_t index)
{
	const json_t *delta = jsonin_in(o, "delta");
	struct span part;

	if (jsonin_is(delta, "type", "text_delta")) {
		answer_say(a, delta, "text");
	} else if (jsonin_is(delta, "type", "input_json_delta")) {
		jsonin_text(delta, "partial_json", &part);
		answer_act_add(a, index, part);
	}
}

static void event(struct answer *a, const json_t *o)
{
	uint64_t index = 0;

	jsonin_count(o, "index", UINT32_MAX, &index);
	if (jsonin_is(o, "type", "content_block_delta")) {
		take_delta(a, o, index);
	} else if (jsonin_is(o, "type", "content_block_start")) {
		take_block(a, o, index);
	} else if (jsonin_is(o, "type", "content_block_stop")) {
		answer_act_end(a, index);
	} else if (jsonin_is(o, "type", "message_start")) {
		take_input(a, jsonin_in(jsonin_in(o, "message"), "usage"));
	} else if (jsonin_is(o, "type", "message_delta")) {
		take_stop(a, jsonin_in(o, "delta"));
		take_usage(a, jsonin_in(o, "usage"));
	} else if (jsonin_is(o, "type", "message_stop")) {
		answer_end(a);
	} else if (jsonin_is(o, "type", "error")) {
		answer_fail_said(a, o);
	}
}

static void whole(struct answer *a, const json_t *o)
{
	const json_t *content = jsonin_list(o, "content");
	struct span name;

	take_usage(a, jsonin_in(o, "usage"));
	take_stop(a, o);
	if (jsonin_is(o, "type", "error")) {
		answer_fail_said(a, o);
		return;
	}
	if (!jsonin_is(o, "type", "message") || !content || !a->reasoned) {
		answer_fail(a, CALL_GARBAGE, "no message");
		return;
	}
	for (size_t i = 0; i < json_array_size(content); i++) {
		const json_t *block = json_array_get(content, i);

		if (jsonin_is(block, "type", "text"))
			answer_say(a, block, "text");
		else if (jsonin_is(block, "type", "tool_use") && jsonin_text(block, "name", &name))
			answer_act(a, name, jsonin_in(block, "input"));
	}
	answer_end(a);
}

const struct provider_kind provider_anthropic = {
	.name = "anthropic",
	.url = "https://api.anthropic.com",
	.path = "/v1/messages",
	.key_header = "x-api-key: ",
	.header = "anthropic-version: 2023-06-01",
	.wants_key = true,
	.framing = FRAMING_SSE,
	.request = request,
	.event = event,
	.whole = whole,
};
