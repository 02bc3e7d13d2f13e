/*
 * metric_doors.c - see metric_doors.h.
 *
 * evhttp tells nobody which socket it got, nor when it ends one.  So what carries the bytes is made here
 * and asked for its socket as soon as evhttp gave it one; from then on the kernel's cookie of the socket
 * tells whether it is still there.  One that has to go is shut down, evhttp finds its end and closes it.
 */
#include "rt/metric_doors.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "rt/clock.h"
#include "rt/log.h"

enum { SWEEP_US = 500000 };

struct metric_peer {
	struct metric_peer *next;
	struct bufferevent *stream; /* a reference, until the socket is known */
	evutil_socket_t fd;
	uint64_t cookie; /* the kernel's number of the socket: fd may be another's by now */
	uint64_t until_us;
	bool is_shut;
};

static bool cookie_of(evutil_socket_t fd, uint64_t *ret)
{
	socklen_t n = sizeof(*ret);

	return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_COOKIE, ret, &n) == 0;
}

/* Gives the streams back to evhttp alone, which closes sockets before it frees what listens to them. */
static void settle(struct metric_doors *d)
{
	for (struct metric_peer *p = d->peers; p; p = p->next) {
		if (!p->stream)
			continue;
		p->fd = bufferevent_getfd(p->stream);
		if (!cookie_of(p->fd, &p->cookie))
			p->fd = -1;
		bufferevent_decref(p->stream);
		p->stream = NULL;
	}
}

static void on_settle(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	settle(ctx);
}

static bool is_over(const struct metric_peer *p)
{
	uint64_t cookie = 0;

	return !cookie_of(p->fd, &cookie) || cookie != p->cookie;
}

static void shut(struct metric_peer *p)
{
	(void)shutdown(p->fd, SHUT_RDWR);
	p->is_shut = true;
}

static void forget(struct metric_peer **at)
{
	struct metric_peer *p = *at;

	*at = p->next;
	free(p);
}

/* Forgets who is gone, and ends who is here too long; how many are left. */
static size_t sweep(struct metric_doors *d, uint64_t now)
{
	struct metric_peer **at = &d->peers;
	size_t n = 0;

	while (*at) {
		struct metric_peer *p = *at;

		if (is_over(p)) {
			forget(at);
			continue;
		}
		if (!p->is_shut && now >= p->until_us)
			shut(p);
		n += !p->is_shut;
		at = &p->next;
	}
	return n;
}

static void on_sweep(void *ctx)
{
	struct metric_doors *d = ctx;

	sweep(d, clock_mono(loop_clock(d->loop)));
	for (size_t i = 0; i < d->n; i++)
		(void)evconnlistener_enable(d->listeners[i]);
	loop_timer_in(&d->sweep, SWEEP_US);
}

static void shut_oldest(struct metric_doors *d)
{
	struct metric_peer *p = d->peers;

	while (p && p->is_shut)
		p = p->next;
	if (p)
		shut(p);
}

/* evhttp has a connection, and wants what carries its bytes. */
static struct bufferevent *on_peer(struct event_base *base, void *ctx)
{
	struct metric_doors *d = ctx;
	const uint64_t now = clock_mono(loop_clock(d->loop));
	struct bufferevent *stream = bufferevent_socket_new(base, -1, 0);
	struct metric_peer **end = &d->peers;

	if (!stream)
		return NULL;
	settle(d);
	if (sweep(d, now) >= METRIC_PEERS_MAX)
		shut_oldest(d);
	while (*end)
		end = &(*end)->next;
	*end = base_alloc(1, sizeof(**end));
	(*end)->stream = stream;
	(*end)->until_us = now + METRIC_LIFE_S * UINT64_C(1000000);
	bufferevent_incref(stream);
	/* More urgent than all others: it comes before anything can happen to the connection. */
	event_active(d->settle, 0, 0);
	return stream;
}

/* No descriptor is left, most likely: asking again at once would only turn the loop. on_sweep() opens it again. */
static void on_refused(struct evconnlistener *listener, UNUSED void *http)
{
	const int r = -errno;

	(void)evconnlistener_disable(listener);
	log_warning("metrics_paused", LOG_ERRNO(r));
}

int metric_doors_init(struct metric_doors *d, struct loop *l, struct evhttp *http)
{
	d->loop = l;
	d->settle = event_new(loop_base(l), -1, 0, on_settle, d);
	if (!d->settle)
		return -ENOMEM;
	event_priority_set(d->settle, 0);
	loop_timer_init(l, &d->sweep, on_sweep, d);
	loop_timer_in(&d->sweep, SWEEP_US);
	evhttp_set_bevcb(http, on_peer, d);
	return 0;
}

void metric_doors_add(struct metric_doors *d, struct evconnlistener *listener)
{
	evconnlistener_set_error_cb(listener, on_refused);
	d->listeners[d->n++] = listener;
}

void metric_doors_close(struct metric_doors *d)
{
	if (!d->settle)
		return;
	settle(d);
	loop_timer_done(&d->sweep);
	event_free(d->settle);
	d->settle = NULL;
	d->n = 0;
}

void metric_doors_done(struct metric_doors *d)
{
	while (d->peers)
		forget(&d->peers);
}
