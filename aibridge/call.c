/*
 * call.c - one request to a provider: http.h carries it, call_answer.h reads it.
 *
 * The end is told from the loop, never from within the reading of data: what is over there is noted and left to
 * the timer.  That timer has one meaning at a time: the first word is late; the answer is there, but its connection
 * does not end (nobody waits longer for that than LINGER_US); it is time to tell the end.
 */
#include "aibridge/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aibridge/call_error.h"
#include "rt/jsonin.h"
#include "aibridge/provider_kind.h"

enum {
	ERROR_BODY_MAX = 16 * 1024,
	STREAM_MAX = 256 * 1024, /* and what each token takes */
	TOKEN_BYTES = 512,
	LINGER_US = 200000,
};

struct call {
	struct http_call *http; /* there until the end was told, or it is cancelled */
	struct answer answer;
	struct call_events e;
	void (*moderated)(void *ctx, const struct call_result *r, bool flagged);
	const struct provider *provider;
	struct loop_timer timer;
	uint64_t first_us;
	long status; /* of an answer that is no success; 0: it is one */
	struct buf refusal;
	bool reading;	/* in answer_feed() */
	bool cancelled; /* while reading */
	bool sent;
};

static bool succeeded(const struct call *c)
{
	return c->answer.over && c->answer.error == CALL_OK;
}

struct call_result call_so_far(const struct call *c)
{
	return (struct call_result){
		.error = c->answer.error,
		.usage = c->answer.usage,
		.began = c->answer.began,
		.sent = c->sent || http_sent(c->http),
		.cut_short = c->answer.cut_short,
	};
}

static void call_free(struct call *c)
{
	loop_timer_done(&c->timer);
	answer_done(&c->answer);
	buf_done(&c->refusal);
	free(c);
}

static void tell(struct call *c, const struct call_result *r)
{
	c->cancelled = true; /* a call_cancel() in end() is too late */
	if (c->moderated)
		c->moderated(c->e.ctx, r, c->answer.flagged);
	else
		c->e.end(c->e.ctx, r);
	http_cancel(c->http); /* of no effect when this is its end */
	call_free(c);
}

static void tell_answer(struct call *c)
{
	struct call_result r = call_so_far(c);

	call_why(r.why, buf_span(&c->answer.why), c->provider->key);
	tell(c, &r);
}

static void tell_refusal(struct call *c, uint64_t retry_after_us)
{
	CLEANUP(jsonin_freep) json_t *o = jsonin_object(buf_span(&c->refusal));
	CLEANUP(buf_done) struct buf why = { 0 };
	struct call_result r = call_so_far(c);

	buf_addf(&why, "HTTP %ld", c->status);
	if (c->status >= 300 && c->status < 400)
		buf_adds(&why, ": the address leads elsewhere");
	r.error = call_error_read(o, call_error_of_status(c->status), &why);
	r.retry_after_us = retry_after_us;
	call_why(r.why, buf_span(&why), c->provider->key);
	tell(c, &r);
}

static enum call_error error_of_end(enum http_end end)
{
	switch (end) {
	case HTTP_DONE:
	case HTTP_CUT:
		return CALL_CUT;
	case HTTP_CONNECT:
		return CALL_CONNECT;
	case HTTP_DEADLINE:
		return CALL_DEADLINE;
	case HTTP_STALL:
		return CALL_STALL;
	case HTTP_TOO_LARGE:
		return CALL_GARBAGE;
	case HTTP_CANCELLED:
		return CALL_CANCELLED;
	}
	return CALL_FAULT;
}

static void on_end(void *ctx, const struct http_result *h)
{
	struct call *c = ctx;

	c->sent = h->sent;
	if (c->status && h->end != HTTP_CANCELLED) {
		tell_refusal(c, h->retry_after_us);
		return;
	}
	/* An answer that is complete stays so, however its connection ended. */
	if (!c->answer.over && h->end == HTTP_DONE)
		answer_close(&c->answer);
	answer_fail(&c->answer, error_of_end(h->end), h->why);
	tell_answer(c);
}

static bool on_status(void *ctx, long status)
{
	struct call *c = ctx;

	if (status < 200 || status > 299)
		c->status = status;
	return true;
}

static void on_data(void *ctx, struct span piece)
{
	struct call *c = ctx;

	if (c->status) {
		if (c->refusal.n + piece.n <= ERROR_BODY_MAX)
			buf_add(&c->refusal, piece.p, piece.n);
		return;
	}
	if (c->answer.over)
		return;
	c->reading = true;
	answer_feed(&c->answer, piece);
	c->reading = false;
	if (c->cancelled) {
		call_free(c);
		return;
	}
	if (c->answer.over)
		loop_timer_in(&c->timer, succeeded(c) ? LINGER_US : 0);
	else if (c->answer.began)
		loop_timer_stop(&c->timer);
}

static void on_timer(void *ctx)
{
	struct call *c = ctx;
	char why[64];

	if (!c->answer.over) {
		snprintf(why, sizeof(why), "no first word for %.1f s", (double)c->first_us / 1e6);
		answer_fail(&c->answer, CALL_STALL, why);
	}
	tell_answer(c);
}

static void on_text(void *ctx, struct span piece)
{
	struct call *c = ctx;

	if (!c->cancelled)
		c->e.text(c->e.ctx, piece);
}

static void on_act(void *ctx, const char *name, json_t *arguments)
{
	struct call *c = ctx;

	if (!c->cancelled && c->e.act)
		c->e.act(c->e.ctx, name, arguments);
}

/* What a call is made of, besides its events. */
struct call_plan {
	const struct provider_kind *kind;
	const struct provider *provider;
	const struct prompt *prompt;
	const char *url;
	bool stream;
	uint64_t deadline_us, first_us;
};

static struct http_call *begin(struct http *h, const struct call_plan *plan, struct call *c)
{
	CLEANUP(buf_done) struct buf body = { 0 }, key = { 0 };
	const struct http_events e = {
		.status = on_status, .data = on_data, .end = on_end, .ctx = c
	};
	const char *headers[5] = { "content-type: application/json" };
	size_t n = 1;
	struct http_request q = {
		.url = plan->url,
		.headers = headers,
		.deadline_us = plan->deadline_us,
		.first_byte_us = plan->first_us,
		.stall_us = plan->provider->stall_us,
		.max_bytes = STREAM_MAX + (size_t)plan->prompt->max_tokens * TOKEN_BYTES,
		.allow_http = plan->provider->allow_http,
	};
	struct http_call *call;

	if (plan->stream && plan->kind->framing == FRAMING_SSE)
		headers[n++] = "accept: text/event-stream";
	if (plan->kind->header)
		headers[n++] = plan->kind->header;
	if (plan->provider->key) {
		buf_addf(&key, "%s%s", plan->kind->key_header, plan->provider->key);
		buf_addc(&key, 0);
		headers[n++] = buf_p(&key);
	}
	plan->kind->request(plan->provider, plan->prompt, &body);
	q.body = buf_span(&body);
	call = http_start(h, &q, &e);
	if (key.n)
		explicit_bzero(key.p + key.off, key.n);
	return call;
}

static struct call *start(struct http *h, const struct call_plan *plan, const struct call_events *e)
{
	struct call *c = base_alloc(1, sizeof(*c));

	answer_init(&c->answer, plan->kind, plan->stream);
	c->answer.text = on_text;
	c->answer.act = on_act;
	c->answer.ctx = c;
	c->e = *e;
	c->provider = plan->provider;
	c->first_us = plan->first_us;
	loop_timer_init(http_loop(h), &c->timer, on_timer, c);
	c->http = begin(h, plan, c);
	if (!c->http) {
		call_free(c);
		return NULL;
	}
	if (plan->first_us)
		loop_timer_in(&c->timer, plan->first_us);
	return c;
}

struct call *call_start(struct http *h, const struct provider *p, const struct prompt *prompt,
			uint64_t deadline_us, const struct call_events *e)
{
	const struct call_plan plan = {
		.kind = provider_row(p->kind),
		.provider = p,
		.prompt = prompt,
		.url = p->url,
		.stream = p->stream,
		.deadline_us = deadline_us,
		/* What is not streamed comes when it is whole. */
		.first_us = p->stream ? p->first_token_us : 0,
	};

	return start(h, &plan, e);
}

struct call *call_moderate(struct http *h, const struct provider *p, struct span text,
			   uint64_t deadline_us,
			   void (*end)(void *ctx, const struct call_result *r, bool flagged),
			   void *ctx)
{
	const struct message message = { .text = text };
	const struct prompt prompt = { .messages = &message, .n_messages = 1, .temperature = -1 };
	const struct call_events e = { .ctx = ctx };
	CLEANUP(base_freep) char *url = provider_url_beside(p, provider_moderation.path);
	const struct call_plan plan = {
		.kind = &provider_moderation,
		.provider = p,
		.prompt = &prompt,
		.url = url,
		.deadline_us = deadline_us,
	};
	struct call *c = start(h, &plan, &e);

	if (c)
		c->moderated = end;
	return c;
}

void call_cancel(struct call *c)
{
	if (c->cancelled)
		return;
	c->cancelled = true;
	http_cancel(c->http);
	answer_stop(&c->answer);
	if (!c->reading)
		call_free(c);
}

struct span call_request_body(const struct call *c)
{
	return http_body(c->http);
}
