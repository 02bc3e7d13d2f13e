/*
 * http_multi.c - see http_multi.h.
 */
#include "rt/http_multi.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* Lives from POLL_IN or POLL_OUT to POLL_REMOVE. */
struct watch {
	struct http_multi *multi;
	struct event *ev;
};

static void drain(struct http_multi *m)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(m->curl, &left)))
		if (msg->msg == CURLMSG_DONE)
			m->finished(m->ctx, msg->easy_handle, msg->data.result);
	m->settled(m->ctx);
}

static void act(struct http_multi *m, curl_socket_t fd, int what)
{
	int running;

	assert(!m->busy);
	m->busy = true;
	curl_multi_socket_action(m->curl, fd, what, &running);
	m->busy = false;
	drain(m);
}

static void on_timer(void *ctx)
{
	act(ctx, CURL_SOCKET_TIMEOUT, 0);
}

static void on_event(evutil_socket_t fd, short what, void *ctx)
{
	struct watch *w = ctx;
	int bits = 0;

	if (what & EV_READ)
		bits |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		bits |= CURL_CSELECT_OUT;
	act(w->multi, fd, bits); /* w may be gone now */
}

static void watch_free(struct watch *w)
{
	if (!w)
		return;
	if (w->ev)
		event_free(w->ev);
	free(w);
}

static int watch_set(struct watch *w, curl_socket_t fd, int what)
{
	short events = EV_PERSIST;

	if (what & CURL_POLL_IN)
		events |= EV_READ;
	if (what & CURL_POLL_OUT)
		events |= EV_WRITE;
	if (w->ev)
		event_free(w->ev);
	w->ev = event_new(loop_base(w->multi->loop), fd, events, on_event, w);
	return w->ev && event_add(w->ev, NULL) == 0 ? 0 : -1;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket)
{
	struct http_multi *m = ctx;
	struct watch *w = socket;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		watch_free(w);
		curl_multi_assign(m->curl, fd, NULL);
		return 0;
	}
	if (!w) {
		w = base_alloc(1, sizeof(*w));
		w->multi = m;
		curl_multi_assign(m->curl, fd, w);
	}
	return watch_set(w, fd, what);
}

static int on_timeout(CURLM *curl, long timeout_ms, void *ctx)
{
	struct http_multi *m = ctx;

	(void)curl;
	if (timeout_ms < 0)
		loop_timer_stop(&m->timer);
	else if (timeout_ms == 0)
		loop_timer_soon(&m->timer);
	else
		loop_timer_in(&m->timer, (uint64_t)timeout_ms * 1000);
	return 0;
}

int http_multi_init(struct http_multi *m, struct loop *l, size_t max_connections)
{
	const long max = max_connections < 100000 ? (long)max_connections : 100000;

	m->loop = l;
	m->curl = curl_multi_init();
	if (!m->curl)
		return -ENOMEM;
	loop_timer_init(l, &m->timer, on_timer, m);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(m->curl, CURLMOPT_SOCKETDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERFUNCTION, on_timeout);
	curl_multi_setopt(m->curl, CURLMOPT_TIMERDATA, m);
	curl_multi_setopt(m->curl, CURLMOPT_MAX_TOTAL_CONNECTIONS, max);
	curl_multi_setopt(m->curl, CURLMOPT_MAXCONNECTS, max);
	return 0;
}

void http_multi_done(struct http_multi *m)
{
	if (!m->curl)
		return;
	curl_multi_cleanup(m->curl); /* tells the sockets of what was kept for reuse */
	loop_timer_done(&m->timer);
	m->curl = NULL;
}
