/*
 * serve_conn.c - one connection: heads in, answers out, within its time.
 *
 * A further request is read only when the answer before it has nearly left, so a client that sends and does not
 * read holds one answer.
 */
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>

#include "bridges/rss/serve_inner.h"

enum { UNSENT_MAX = 4096 };

#define HEAD_US 10000000ull
#define IDLE_US 15000000ull
#define TAKE_US 60000000ull

static uint64_t now_of(const struct serve *s)
{
	return clock_mono(loop_clock(s->loop));
}

void serve_conn_free(struct serve_conn *c)
{
	struct serve *s = c->serve;
	const struct span from = { c->from, strlen(c->from) };
	const uintptr_t n = (uintptr_t)strmap_get(&s->per_address, from);

	if (n > 1)
		strmap_put(&s->per_address, from, (void *)(n - 1));
	else
		strmap_del(&s->per_address, from);
	TAILQ_REMOVE(&s->conns, c, entry);
	s->stats.conns--;
	loop_timer_done(&c->limit);
	bufferevent_free(c->bev);
	free(c);
}

static void answer(struct serve_conn *c, int status, struct span head)
{
	struct serve *s = c->serve;
	struct serve_answer a = { .status = status };
	struct http_head r = { 0 };
	const bool whole = !status;
	bool keep;

	if (whole)
		a.status = http_head_parse(head, &r);
	keep = whole && !a.status && !r.is_old && !http_head_has_token(&r, "connection", "close");
	if (!a.status && s->floods &&
	    !flood_take(floods_of(s->floods, (struct span){ c->from, strlen(c->from) }, now_of(s)),
			now_of(s))) {
		s->stats.too_many++;
		a.status = HTTP_TOO_MANY;
		a.text = "That is more than one address may ask for; try again in a moment.";
	}
	if (!a.status) {
		a.status = HTTP_OK;
		s->conf.answer(s->conf.ctx, &r, &a);
	}
	c->closing = !keep;
	serve_write(s, bufferevent_get_output(c->bev), whole ? &r : NULL, &a, keep);
}

/* Everything that is there and may be answered now. */
static void pump(struct serve_conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev), *out = bufferevent_get_output(c->bev);

	while (!c->closing && evbuffer_get_length(out) < UNSENT_MAX && evbuffer_get_length(in)) {
		const size_t n = evbuffer_get_length(in);
		const struct span bytes = { (const char *)evbuffer_pullup(in, -1), n };
		size_t head = 0;
		const int status = http_head_whole(bytes, &c->seen, &head);

		if (status == HTTP_MORE)
			break;
		answer(c, status, (struct span){ bytes.p, head });
		evbuffer_drain(in, head);
		c->seen = 0;
	}
	if (c->closing)
		bufferevent_disable(c->bev, EV_READ);
	if (evbuffer_get_length(out))
		loop_timer_in(&c->limit, TAKE_US);
}

static void on_read(struct bufferevent *bev, void *ctx)
{
	struct serve_conn *c = ctx;

	(void)bev;
	/* The time for a head begins with its first byte and is not renewed by the next. */
	if (!c->seen)
		loop_timer_in(&c->limit, HEAD_US);
	pump(c);
}

static void on_sent(struct bufferevent *bev, void *ctx)
{
	struct serve_conn *c = ctx;

	/* It is deferred: what it tells of may be an output before this one. */
	if (evbuffer_get_length(bufferevent_get_output(bev)))
		return;
	if (c->closing) {
		serve_conn_free(c);
		return;
	}
	loop_timer_in(&c->limit, c->seen ? HEAD_US : IDLE_US);
	pump(c);
}

static void on_event(struct bufferevent *bev, short what, void *ctx)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		serve_conn_free(ctx);
}

static void on_limit(void *ctx)
{
	serve_conn_free(ctx);
}

void serve_conn_new(struct serve *s, int fd, const char from[CIDR_TEXT])
{
	struct serve_conn *c = base_alloc(1, sizeof(*c));
	const struct span key = { from, strlen(from) };

	c->serve = s;
	memcpy(c->from, from, CIDR_TEXT);
	c->bev = bufferevent_socket_new(loop_base(s->loop), fd,
					BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (!c->bev)
		abort();
	strmap_put(&s->per_address, key, (void *)((uintptr_t)strmap_get(&s->per_address, key) + 1));
	TAILQ_INSERT_TAIL(&s->conns, c, entry);
	s->stats.conns++;
	loop_timer_init(s->loop, &c->limit, on_limit, c);
	loop_timer_in(&c->limit, HEAD_US);
	bufferevent_setcb(c->bev, on_read, on_sent, on_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, HTTP_HEAD_MAX + 1);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}
