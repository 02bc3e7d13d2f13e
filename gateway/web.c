/*
 * web.c - see web.h.
 *
 *	read head -> answer -> send, piece by piece -> read the next head
 *	                |                         `--> linger, close
 *	                `--> client_open(): gone from here
 *
 * While an answer is being sent nothing is read.  A connection that must go is marked and freed where
 * its callback ends (settle).
 */
#include "gateway/web.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/page.h"
#include "gateway/upgrade.h"
#include "gateway/websocket.h"
#include "rt/log.h"
#include "rt/text.h"

enum { WATCH_US = 250000, READ_BYTES = 4096 };

struct web_conn {
	TAILQ_ENTRY(web_conn) next;
	struct web *of;
	struct stream stream;
	struct buf in;
	size_t seen;	  /* of `in`, by http_head_whole() */
	struct span body; /* of a file, not in stream.out yet */
	struct door_guest guest;
	uint64_t since_us, deadline_us;
	uint8_t served;
	bool answering; /* deaf until all is sent */
	bool last;	/* no other request may follow */
	bool lingering; /* all is said */
	bool gone;
	bool given; /* the guest's source is not ours any more */
};

static uint64_t now_us(const struct web *w)
{
	return clock_mono(loop_clock(w->clients->loop));
}

static int64_t now_s(const struct web *w)
{
	return clock_wall(loop_clock(w->clients->loop)) / 1000;
}

/* Life and death */

static void set_deadline(struct web_conn *c)
{
	struct web *w = c->of;
	uint64_t now = now_us(w), end = c->since_us + WEB_LIFE_US;

	TAILQ_REMOVE(&w->waiting, c, next);
	TAILQ_INSERT_TAIL(&w->waiting, c, next);
	c->deadline_us = now + w->conf->timeout_us;
	if (c->deadline_us > end)
		c->deadline_us = end;
}

static void linger(struct web_conn *c)
{
	struct web *w = c->of;

	stream_finish(&c->stream);
	buf_clear(&c->in);
	c->lingering = true;
	c->deadline_us = now_us(w) + WEB_LINGER_US;
	TAILQ_REMOVE(&w->waiting, c, next);
	TAILQ_INSERT_TAIL(&w->lingering, c, next);
}

static void bury(struct web_conn *c)
{
	struct web *w = c->of;

	if (c->lingering)
		TAILQ_REMOVE(&w->lingering, c, next);
	else
		TAILQ_REMOVE(&w->waiting, c, next);
	w->n--;
	if (!c->given)
		throttle_leave(w->doors->throttle, c->guest.source);
	stream_close(&c->stream);
	buf_done(&c->in);
	free(c);
}

/* The end of each callback. */
static void settle(struct web_conn *c)
{
	if (c->gone)
		bury(c);
}

/* Answers */

static void fill(struct web_conn *c)
{
	size_t n = c->body.n < WEB_PIECE ? c->body.n : WEB_PIECE;

	buf_add(&c->stream.out, c->body.p, n);
	c->body.p += n;
	c->body.n -= n;
}

/* True: all of the answer is with the kernel, and another request may follow. */
static bool send_answer(struct web_conn *c)
{
	int r;

	do {
		fill(c);
		r = stream_send(&c->stream);
	} while (r == 0 && c->body.n > 0);
	if (r < 0)
		c->gone = true;
	if (r != 0)
		return false;
	c->answering = false;
	if (stream_hear(&c->stream) < 0)
		c->gone = true;
	else if (c->last)
		linger(c);
	return !c->last && !c->gone;
}

/* What is said stays to be sent by send_answer(). */
static void begin_answer(struct web_conn *c)
{
	stream_deaf(&c->stream);
	c->answering = true;
	set_deadline(c);
}

static void refuse(struct web_conn *c, int status, const char *why)
{
	struct web *w = c->of;

	w->stats.refused++;
	log_debug("request_refused", LOG_STR("peer", c->guest.peer), LOG_INT("status", status));
	c->last = true;
	c->body = (struct span){ 0 };
	page_refuse(&c->stream.out, status, why, now_s(w));
	begin_answer(c);
}

static void serve(struct web_conn *c, const struct http_head *r)
{
	struct page_answer how = { .now = now_s(c->of) };

	c->last = r->is_old || http_head_has_token(r, "connection", "close") ||
		  ++c->served >= WEB_REQUESTS;
	how.keep_alive = !c->last;
	page_serve(&c->stream.out, r, &how, &c->body);
	begin_answer(c);
}

/* /ws */

/* Becomes a client, which takes the stream, the source and what was read behind the head. */
static void become_client(struct web_conn *c, const struct upgrade *u, struct span rest)
{
	struct web *w = c->of;
	struct client_guest guest = {
		.peer = c->guest.peer,
		.via = c->guest.secure ? "wss" : "ws",
		.source = c->guest.source,
		.exempt = c->guest.exempt,
		.framing = &framing_websocket,
		.frames = websocket_new(),
		.first = rest,
	};

	w->stats.upgrades++;
	upgrade_answer(&c->stream.out, u);
	if (client_open(w->clients, u->protocol, &c->stream, &guest) == 0)
		c->given = true;
	else
		websocket_free(guest.frames);
	c->gone = true;
}

static void upgrade(struct web_conn *c, const struct http_head *r, struct span rest)
{
	const char *why = NULL;
	struct upgrade u;
	int status = upgrade_check(r, c->of->conf->origins, &u, &why);

	if (status == 0)
		why = door_upgrade(c->of->doors, &c->guest, &status);
	if (status == 0)
		become_client(c, &u, rest);
	else
		refuse(c, status, why);
}

/* Requests */

static bool is_path(const struct http_head *r, struct span path)
{
	return r->path.n == path.n && memcmp(r->path.p, path.p, path.n) == 0;
}

/* A request counts for the address it comes from, which behind a proxy its header tells. 0, or the status to refuse it with. */
static int charge(struct web_conn *c, const struct http_head *r, const char **ret_why)
{
	struct buf list = { 0 };
	int status = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct http_header *h = &r->headers[i];

		if (!text_eq_fold(h->name, SPAN("x-forwarded-for")))
			continue;
		if (list.n > 0)
			buf_addc(&list, ',');
		buf_add(&list, h->value.p, h->value.n);
	}
	*ret_why = door_forwarded(c->of->doors, &c->guest, buf_span(&list), &status);
	buf_done(&list);
	return status;
}

static void take_request(struct web_conn *c, size_t n)
{
	struct span all = buf_span(&c->in);
	struct http_head r;
	const char *why = NULL;
	int status = http_head_parse((struct span){ all.p, n }, &r);

	c->of->stats.requests++;
	if (status == 0)
		status = charge(c, &r, &why);
	if (status != 0)
		refuse(c, status, why);
	else if (is_path(&r, SPAN("/ws")))
		upgrade(c, &r, (struct span){ all.p + n, all.n - n });
	else
		serve(c, &r);
	buf_drain(&c->in, n);
	c->seen = 0;
}

/* Answers the requests that are here, one after the other. */
static void take_requests(struct web_conn *c)
{
	size_t n;
	int status;

	while (!c->gone && c->in.n > 0) {
		status = http_head_whole(buf_span(&c->in), &c->seen, &n);
		if (status == HTTP_MORE)
			return;
		if (status == 0)
			take_request(c, n);
		else
			refuse(c, status, NULL);
		if (c->gone || !send_answer(c))
			return;
	}
}

static void on_read(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct web_conn *c = ctx;
	char bytes[READ_BYTES];
	long n = stream_read(&c->stream, bytes, sizeof(bytes));

	if (n == -EAGAIN)
		return;
	if (n <= 0) {
		c->gone = true; /* nobody asks for a page and stops listening for the answer */
	} else if (!c->lingering) {
		buf_add(&c->in, bytes, (size_t)n);
		take_requests(c);
	}
	settle(c);
}

static void on_write(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct web_conn *c = ctx;

	if (!c->answering)
		return;
	set_deadline(c);
	if (send_answer(c))
		take_requests(c);
	settle(c);
}

/* Deadlines */

static void expire(struct web_conn *c)
{
	c->of->stats.timeouts++;
	if (c->answering || c->in.n == 0) {
		c->gone = true;
	} else {
		refuse(c, HTTP_TIMEOUT, NULL);
		send_answer(c);
	}
	settle(c);
}

static void on_watch(void *ctx)
{
	struct web *w = ctx;
	uint64_t now = now_us(w);
	struct web_conn *c;

	while ((c = TAILQ_FIRST(&w->lingering)) && c->deadline_us <= now)
		bury(c);
	while ((c = TAILQ_FIRST(&w->waiting)) && c->deadline_us <= now)
		expire(c);
	if (w->n > 0)
		loop_timer_in(&w->watcher, WATCH_US);
}

/* Beginning and end */

void web_init(struct web *w, struct clients *clients, struct doors *doors,
	      const struct web_conf *conf)
{
	*w = (struct web){ .clients = clients, .doors = doors, .conf = conf };
	TAILQ_INIT(&w->waiting);
	TAILQ_INIT(&w->lingering);
	loop_timer_init(clients->loop, &w->watcher, on_watch, w);
}

void web_done(struct web *w)
{
	struct web_conn *c;

	while ((c = TAILQ_FIRST(&w->waiting)))
		bury(c);
	while ((c = TAILQ_FIRST(&w->lingering)))
		bury(c);
	loop_timer_done(&w->watcher);
}

int web_open(struct web *w, struct stream *s, const struct door_guest *g)
{
	struct web_conn *c = base_alloc(1, sizeof(*c));
	int r = stream_open(&c->stream, loop_base(w->clients->loop), s,
			    &(struct stream_events){ on_read, on_write, c });

	if (r < 0) {
		throttle_leave(w->doors->throttle, g->source);
		free(c);
		return r;
	}
	c->of = w;
	c->guest = *g;
	c->since_us = now_us(w);
	w->n++;
	TAILQ_INSERT_TAIL(&w->waiting, c, next);
	set_deadline(c);
	if (!w->watcher.pending)
		loop_timer_in(&w->watcher, WATCH_US);
	if (w->n > WEB_CONNS) {
		refuse(c, HTTP_BUSY, NULL);
		send_answer(c);
		settle(c);
	}
	return 0;
}
