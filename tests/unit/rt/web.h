/*
 * web.h - a server of HTTP/1.1 on the test's own loop that answers what the test wrote down, in the steps and
 * with the faults it wrote down; and the loop it runs on, which fails the test when nothing ends it.
 */
#pragma once

#include <check.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "rt/buf.h"
#include "rt/loop.h"

enum web_form {
	WEB_LENGTH,  /* content-length, the connection stays */
	WEB_CHUNKED, /* a chunk for each step, and the last one */
	WEB_CUT,     /* chunks, then the connection is closed */
	WEB_STILL,   /* chunks, then nothing */
	WEB_DEAF,    /* no answer at all */
	WEB_RESET,   /* closed at once */
};

struct web_reply {
	enum web_form form;
	const char *status;  /* "429 Too Many Requests"; NULL: 200 OK */
	const char *headers; /* "name: value\r\n..."; may be NULL */
	struct span body;
	size_t step;	   /* bytes at once; 0: all */
	uint64_t step_us;  /* between them */
	uint64_t first_us; /* before the body */
};

struct web {
	struct loop *loop;
	struct evconnlistener *listener;
	struct web_reply reply;
	uint16_t port;
	struct buf request; /* the last one, whole */
	size_t requests, opened, closed, open;
	struct loop_timer guard;
};

struct web_peer {
	struct web *web;
	struct bufferevent *bev;
	struct loop_timer timer;
	struct web_reply reply;
	size_t at;
	bool headed;
};

static inline void web_peer_free(struct web_peer *p)
{
	p->web->closed++;
	p->web->open--;
	loop_timer_done(&p->timer);
	bufferevent_free(p->bev);
	free(p);
}

static inline void web_head(struct web_peer *p)
{
	struct evbuffer *out = bufferevent_get_output(p->bev);

	evbuffer_add_printf(out, "HTTP/1.1 %s\r\n%s", p->reply.status ? p->reply.status : "200 OK",
			    p->reply.headers ? p->reply.headers : "");
	if (p->reply.form == WEB_LENGTH)
		evbuffer_add_printf(out, "content-length: %zu\r\n\r\n", p->reply.body.n);
	else
		evbuffer_add_printf(out, "transfer-encoding: chunked\r\n\r\n");
}

static inline void web_end(struct web_peer *p)
{
	if (p->reply.form == WEB_CHUNKED)
		evbuffer_add_printf(bufferevent_get_output(p->bev), "0\r\n\r\n");
	else if (p->reply.form == WEB_CUT)
		shutdown(bufferevent_getfd(p->bev), SHUT_WR);
}

static inline void web_step(void *ctx)
{
	struct web_peer *p = ctx;
	struct evbuffer *out = bufferevent_get_output(p->bev);
	size_t n = p->reply.body.n - p->at;

	if (!p->headed) {
		p->headed = true;
		web_head(p);
		if (p->reply.first_us) {
			loop_timer_in(&p->timer, p->reply.first_us);
			return;
		}
	}
	if (p->reply.step && n > p->reply.step)
		n = p->reply.step;
	if (p->reply.form != WEB_LENGTH && n)
		evbuffer_add_printf(out, "%zx\r\n", n);
	evbuffer_add(out, p->reply.body.p + p->at, n);
	if (p->reply.form != WEB_LENGTH && n)
		evbuffer_add_printf(out, "\r\n");
	p->at += n;
	if (p->at < p->reply.body.n)
		loop_timer_in(&p->timer, p->reply.step_us);
	else if (p->reply.form == WEB_CUT && evbuffer_get_length(out))
		loop_timer_in(&p->timer, 1000); /* first what is written must go */
	else
		web_end(p);
}

/* A request is whole: its headers, and as much as content-length says. */
static inline void web_read(struct bufferevent *bev, void *ctx)
{
	struct web_peer *p = ctx;
	struct evbuffer *in = bufferevent_get_input(bev);
	const size_t n = evbuffer_get_length(in);
	char *text = (char *)evbuffer_pullup(in, -1);
	const char *end = memmem(text, n, "\r\n\r\n", 4);
	const char *length;
	size_t whole;

	if (!end)
		return;
	length = memmem(text, (size_t)(end - text), "Content-Length: ", 16);
	whole = (size_t)(end + 4 - text) + (length ? strtoul(length + 16, NULL, 10) : 0);
	if (n < whole)
		return;
	buf_clear(&p->web->request);
	buf_add(&p->web->request, text, whole);
	evbuffer_drain(in, whole);
	p->web->requests++;
	p->reply = p->web->reply;
	p->at = 0;
	p->headed = false;
	if (p->reply.form == WEB_RESET)
		web_peer_free(p);
	else if (p->reply.form != WEB_DEAF)
		web_step(p);
}

static inline void web_event(UNUSED struct bufferevent *bev, short what, void *ctx)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		web_peer_free(ctx);
}

static inline void web_accept(UNUSED struct evconnlistener *l, evutil_socket_t fd,
			      UNUSED struct sockaddr *a, UNUSED int n, void *ctx)
{
	struct web_peer *p = base_alloc(1, sizeof(*p));

	p->web = ctx;
	p->web->opened++;
	p->web->open++;
	p->bev = bufferevent_socket_new(loop_base(p->web->loop), fd, BEV_OPT_CLOSE_ON_FREE);
	loop_timer_init(p->web->loop, &p->timer, web_step, p);
	bufferevent_setcb(p->bev, web_read, NULL, web_event, p);
	bufferevent_enable(p->bev, EV_READ | EV_WRITE);
}

static inline void web_hangs(UNUSED void *ctx)
{
	ck_abort_msg("nothing has ended this for 20 s");
}

static inline void web_begin(struct web *w)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(loop_new(&w->loop), 0);
	w->listener =
		evconnlistener_new_bind(loop_base(w->loop), web_accept, w, LEV_OPT_CLOSE_ON_FREE,
					512, (struct sockaddr *)&a, sizeof(a));
	ck_assert_ptr_nonnull(w->listener);
	getsockname(evconnlistener_get_fd(w->listener), (struct sockaddr *)&a, &n);
	w->port = ntohs(a.sin_port);
	loop_timer_init(w->loop, &w->guard, web_hangs, NULL);
	loop_timer_in(&w->guard, 20000000);
}

/* Its connections are closed, or about to be. */
static inline void web_done(struct web *w)
{
	if (w->listener)
		evconnlistener_free(w->listener);
	loop_timer_done(&w->guard);
	while (w->open)
		(void)event_base_loop(loop_base(w->loop), EVLOOP_ONCE);
	buf_clear(&w->request);
	loop_free(w->loop);
	*w = (struct web){ 0 };
}

/* Nobody is there any more. */
static inline void web_go_away(struct web *w)
{
	evconnlistener_free(w->listener);
	w->listener = NULL;
}

/* Until loop_stop(). */
static inline void web_run(struct web *w)
{
	ck_assert_int_eq(loop_run(w->loop), 0);
}

static inline void web_pause_over(void *ctx)
{
	loop_stop(ctx, 0);
}

/* Lets the loop go on for a while: what should happen meanwhile must show itself otherwise. */
static inline void web_go_on(struct web *w, uint64_t us)
{
	struct loop_timer t;

	loop_timer_init(w->loop, &t, web_pause_over, w->loop);
	loop_timer_in(&t, us);
	web_run(w);
	loop_timer_done(&t);
}

static inline bool web_was_asked(const struct web *w, const char *text)
{
	return memmem(buf_p(&w->request), w->request.n, text, strlen(text)) != NULL;
}
