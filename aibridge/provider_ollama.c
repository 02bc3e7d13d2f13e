/*
 * provider_ollama.c - Ollama's /api/chat.
 *
 * Stream: a line of JSON for each piece of message.content; tool calls come whole; the last line has done:true,
 * done_reason and the counts.  message.thinking is passed over (and not asked for).  An error is a line, too,
 * or a 200 with nothing else.
 */
#include "aibridge/provider_kind.h"

#include "rt/jsonin.h"
#include "rt/text.h"

/* Wide enough for the longest prompt; always the same, as another one loads the model anew. */
#define CONTEXT "8192"

static void request(const struct provider *p, const struct prompt *q, struct buf *out)
{
	buf_addc(out, '{');
	provider_write_text(out, "model", p->model);
	json_member(out, "messages");
	provider_write_messages(out, q, true);
	provider_write_functions(out, q);
	buf_adds(out, p->stream ? ",\"stream\":true" : ",\"stream\":false");
	buf_adds(out, ",\"think\":false,\"keep_alive\":\"30m\"");
	buf_adds(out, ",\"options\":{\"num_ctx\":" CONTEXT);
	json_member(out, "num_predict");
	json_int(out, q->max_tokens);
	provider_write_temperature(out, q, 2.0);
	buf_adds(out, "}}");
}

static void event(struct answer *a, const json_t *o)
{
	const json_t *message = jsonin_in(o, "message");
	const json_t *calls = jsonin_list(message, "tool_calls");

	if (json_object_get(o, "error")) {
		answer_fail_said(a, o);
		return;
	}
	answer_say(a, message, "content");
	for (size_t i = 0; i < json_array_size(calls); i++) {
		const json_t *function = jsonin_in(json_array_get(calls, i), "function");
		struct span name;

		if (jsonin_text(function, "name", &name))
			answer_act(a, name, jsonin_in(function, "arguments"));
	}
	if (!jsonin_true(o, "done"))
		return;
	answer_usage(o, "prompt_eval_count", &a->usage.in, &a->usage.has_in);
	answer_usage(o, "eval_count", &a->usage.out, &a->usage.has_out);
	a->cut_short = jsonin_is(o, "done_reason", "length");
	answer_end(a);
}

static void whole(struct answer *a, const json_t *o)
{
	event(a, o);
	answer_fail(a, CALL_GARBAGE, "no message");
}

const struct provider_kind provider_ollama = {
	.name = "ollama",
	.url = "http://127.0.0.1:11434",
	.path = "/api/chat",
	.key_header = "authorization: Bearer ",
	.local = true,
	.framing = FRAMING_LINES,
	.request = request,
	.event = event,
	.whole = whole,
};
