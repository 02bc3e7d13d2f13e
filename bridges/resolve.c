/*
 * resolve.c - see resolve.h.
 *
 * The question is held by two, the loop and the thread; the last of them frees it.  What the thread writes is read by the
 * loop behind the eventfd alone.
 */
#include "bridges/resolve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STACK_BYTES = 256 << 10 };

struct resolve {
	atomic_int holders;
	int fd;
	struct event *ev;
	struct resolve_events e;
	char *host;
	char port[8];
	struct addrinfo *list;
	int error;
};

static void let_go(struct resolve *r)
{
	if (atomic_fetch_sub(&r->holders, 1) != 1)
		return;
	if (r->list)
		freeaddrinfo(r->list);
	close(r->fd);
	free(r->host);
	free(r);
}

static void look_up(struct resolve *r, int flags)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = flags | AI_NUMERICSERV };

	r->error = getaddrinfo(r->host, r->port, &hints, &r->list);
	if (r->error)
		r->list = NULL;
}

static void *work(void *arg)
{
	struct resolve *r = arg;

	look_up(r, AI_ADDRCONFIG);
	eventfd_write(r->fd, 1);
	let_go(r);
	return NULL;
}

static void on_done(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	struct resolve *r = ctx;
	const struct resolve_events e = r->e;
	struct addrinfo *list = TAKE(r->list);
	const char *why = list ? NULL : gai_strerror(r->error);

	resolve_cancel(r);
	e.done(e.ctx, list, why);
}

/* The thread hears of no signal: they are for the loop. */
static int start_thread(struct resolve *r)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t id;
	int error;

	if (pthread_attr_init(&attr) != 0)
		return -ENOMEM;
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	atomic_fetch_add(&r->holders, 1);
	error = pthread_create(&id, &attr, work, r);
	if (error)
		atomic_fetch_sub(&r->holders, 1);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -error;
}

int resolve_start(struct resolve **ret, struct loop *l, const char *host, uint16_t port,
		  const struct resolve_events *e)
{
	struct resolve *r;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), error = 0;

	if (fd < 0)
		return -errno;
	r = base_alloc(1, sizeof(*r));
	atomic_init(&r->holders, 1);
	r->fd = fd;
	r->e = *e;
	r->host = base_dup(host, strlen(host));
	snprintf(r->port, sizeof(r->port), "%u", port);
	r->ev = event_new(loop_base(l), fd, EV_READ, on_done, r);
	if (!r->ev || event_add(r->ev, NULL) < 0)
		abort();
	look_up(r, AI_NUMERICHOST);
	if (r->list)
		eventfd_write(fd, 1);
	else
		error = start_thread(r);
	if (error) {
		resolve_cancel(r);
		return error;
	}
	*ret = r;
	return 0;
}

void resolve_cancel(struct resolve *r)
{
	if (!r)
		return;
	event_free(r->ev);
	r->ev = NULL;
	let_go(r);
}
