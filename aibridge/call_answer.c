/*
 * call_answer.c - see call_answer.h.
 */
#include "aibridge/call_answer.h"

#include <string.h>

#include "aibridge/call_error.h"
#include "rt/jsonin.h"
#include "aibridge/provider_kind.h"

enum { TOKENS_MAX = 1u << 30 }; /* beyond, a usage is nonsense */

void answer_stop(struct answer *a)
{
	a->over = true;
	a->sse.stopped = true;
	a->lines.stopped = true;
}

void answer_fail(struct answer *a, enum call_error error, const char *why)
{
	if (a->over)
		return;
	a->error = error;
	buf_clear(&a->why);
	buf_adds(&a->why, why);
	answer_stop(a);
}

void answer_fail_said(struct answer *a, const json_t *o)
{
	CLEANUP(buf_done) struct buf why = { 0 };
	const enum call_error e = call_error_read(o, CALL_OK, &why);

	buf_addc(&why, 0);
	answer_fail(a, e, why.n > 1 ? buf_p(&why) : "an error without a word");
}

void answer_end(struct answer *a)
{
	if (a->refused)
		answer_fail(a, CALL_REFUSED, "declined by the model or its filter");
	answer_stop(a);
}

void answer_say(struct answer *a, const json_t *o, const char *key)
{
	struct span text;

	if (a->over || !jsonin_text(o, key, &text) || !text.n)
		return;
	a->text_bytes += text.n;
	if (a->text_bytes > ANSWER_TEXT_MAX) {
		answer_fail(a, CALL_GARBAGE, "the answer is too long");
		return;
	}
	a->began = true;
	if (a->text)
		a->text(a->ctx, text);
}

void answer_act(struct answer *a, struct span name, json_t *arguments)
{
	char terminated[ANSWER_NAME_MAX + 1];

	if (a->over || !name.n || name.n > ANSWER_NAME_MAX || !json_is_object(arguments))
		return;
	memcpy(terminated, name.p, name.n);
	terminated[name.n] = 0;
	a->began = true;
	if (a->act)
		a->act(a->ctx, terminated, arguments);
}

/* What a model writes is not always JSON, and half of it when it was cut short: no act then. */
void answer_act_text(struct answer *a, struct span name, struct span arguments)
{
	CLEANUP(jsonin_freep)
	json_t *o = arguments.n ? jsonin_object(arguments) : json_object();

	answer_act(a, name, o);
}

/* NULL: there are too many. */
static struct answer_act *find_act(struct answer *a, uint64_t index)
{
	for (size_t i = 0; i < ARRAY_LEN(a->acts); i++) {
		struct answer_act *act = &a->acts[i];

		if (!act->used) {
			act->used = true;
			act->index = index;
		}
		if (act->index == index)
			return act;
	}
	return NULL;
}

void answer_act_name(struct answer *a, uint64_t index, struct span name)
{
	struct answer_act *act = find_act(a, index);

	if (!act || act->done || name.n > ANSWER_NAME_MAX)
		return;
	memcpy(act->name, name.p, name.n);
	act->name[name.n] = 0;
}

void answer_act_add(struct answer *a, uint64_t index, struct span arguments)
{
	struct answer_act *act = find_act(a, index);

	if (!act || act->done)
		return;
	if (act->arguments.n + arguments.n > ANSWER_ARGUMENTS_MAX)
		answer_fail(a, CALL_GARBAGE, "arguments of a tool are too long");
	else
		buf_add(&act->arguments, arguments.p, arguments.n);
}

static void end_act(struct answer *a, struct answer_act *act)
{
	if (!act->used || act->done)
		return;
	act->done = true;
	answer_act_text(a, (struct span){ act->name, strlen(act->name) },
			buf_span(&act->arguments));
	buf_clear(&act->arguments);
}

void answer_act_end(struct answer *a, uint64_t index)
{
	for (size_t i = 0; i < ARRAY_LEN(a->acts); i++)
		if (a->acts[i].index == index)
			end_act(a, &a->acts[i]);
}

void answer_acts_end(struct answer *a)
{
	for (size_t i = 0; i < ARRAY_LEN(a->acts); i++)
		end_act(a, &a->acts[i]);
}

void answer_usage(const json_t *usage, const char *key, uint64_t *ret, bool *ret_has)
{
	if (jsonin_count(usage, key, TOKENS_MAX, ret))
		*ret_has = true;
}

static void take_object(struct answer *a, struct span text,
			void (*read)(struct answer *a, const json_t *o))
{
	CLEANUP(jsonin_freep) json_t *o = jsonin_object(text);

	if (!o)
		answer_fail(a, CALL_GARBAGE, "malformed JSON");
	else
		read(a, o);
}

static void on_line(void *ctx, struct span line)
{
	struct answer *a = ctx;

	a->some = true;
	take_object(a, line, a->kind->event);
}

static void on_event(void *ctx, struct span name, struct span data)
{
	struct answer *a = ctx;
	const char *last = a->kind->last;

	(void)name; /* each object has its type in it as well */
	a->some = true;
	if (last && data.n == strlen(last) && !memcmp(data.p, last, data.n)) {
		if (a->reasoned)
			answer_end(a);
		else
			answer_fail(a, CALL_CUT, "it ended without a reason");
		return;
	}
	take_object(a, data, a->kind->event);
}

void answer_init(struct answer *a, const struct provider_kind *kind, bool stream)
{
	*a = (struct answer){ .kind = kind, .stream = stream };
	a->sse.fn = on_event;
	a->sse.ctx = a;
	a->lines.fn = on_line;
	a->lines.ctx = a;
}

void answer_done(struct answer *a)
{
	sse_done(&a->sse);
	ndjson_done(&a->lines);
	buf_done(&a->whole);
	buf_done(&a->why);
	for (size_t i = 0; i < ARRAY_LEN(a->acts); i++)
		buf_done(&a->acts[i].arguments);
}

void answer_feed(struct answer *a, struct span piece)
{
	bool fits;

	if (a->over)
		return;
	if (!a->stream) {
		fits = a->whole.n + piece.n <= JSONIN_MAX;
		if (fits)
			buf_add(&a->whole, piece.p, piece.n);
	} else if (a->kind->framing == FRAMING_SSE) {
		fits = sse_feed(&a->sse, piece);
	} else {
		fits = ndjson_feed(&a->lines, piece);
	}
	if (!fits)
		answer_fail(a, CALL_GARBAGE, "a line of the stream is too long");
}

void answer_close(struct answer *a)
{
	if (a->over)
		return;
	if (!a->stream)
		take_object(a, buf_span(&a->whole), a->kind->whole);
	if (a->stream && !a->some)
		answer_fail(a, CALL_GARBAGE, "no stream of events");
	answer_fail(a, CALL_CUT, "it ended before its end");
}
