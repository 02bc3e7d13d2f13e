/*
 * listener.c - see listener.h.
 */
#include "gateway/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "rt/bind.h"
#include "rt/log.h"
#include "rt/path.h"

enum {
	BACKLOG = 4096,
	ACCEPTS = 256,	       /* in one turn */
	KEEPALIVE_IDLE_S = 60, /* silent for so long: the kernel asks */
	KEEPALIVE_NEXT_S = 20,
	KEEPALIVE_TIMES = 3,
	UNACKED_MS = 120000, /* sent, and not acknowledged for so long: lost */
};

/* One socket: a name can stand for several addresses. */
struct listener_socket {
	struct listener *of;
	struct event *ev;
	int fd;
};

struct listener {
	struct listener_spec spec;
	struct listener_socket sockets[BIND_MAX];
	size_t n;
	char *path; /* of a unix socket, NULL for TCP */
	int spare;
};

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Gives the place of the spare descriptor to one connection, to refuse it. False: none waits. */
static bool refuse_one(struct listener *l, int from)
{
	int fd;

	if (l->spare >= 0)
		close(l->spare);
	l->spare = -1;
	fd = accept4(from, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		l->spec.overflow(l->spec.ctx, fd);
		close(fd);
	}
	l->spare = open_spare();
	return fd >= 0;
}

static bool is_ours(int fd)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
	       (who.uid == geteuid() || who.uid == 0);
}

static void take_one(struct listener *l, int fd, const struct sockaddr *from)
{
	if (l->path && !is_ours(fd)) {
		log_warning("console_refused", LOG_STR("reason", "another user"));
		close(fd);
		return;
	}
	l->spec.accepted(l->spec.ctx, fd, from);
}

static void on_ready(UNUSED evutil_socket_t sock, UNUSED short what, void *ctx)
{
	struct listener_socket *at = ctx;
	struct listener *l = at->of;

	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t n = sizeof(from);
		int fd =
			accept4(at->fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take_one(l, fd, (struct sockaddr *)&from);
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		if ((errno == EMFILE || errno == ENFILE) && !refuse_one(l, at->fd))
			return;
	}
}

static void set_number(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* What every connection inherits from the socket it arrives at. */
static void set_options(int fd)
{
	set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_NEXT_S);
	set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TIMES);
	set_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKED_MS);
	/* Urgent data stays where it was sent: a Synch is then just IAC DM. */
	set_number(fd, SOL_SOCKET, SO_OOBINLINE, 1);
}

static int bind_host(struct listener *l, const char *address)
{
	const struct bind_spec spec = { address, BACKLOG, set_options };
	int fds[BIND_MAX], n = bind_tcp(&spec, fds);

	for (int i = 0; i < n; i++)
		l->sockets[l->n++].fd = fds[i];
	return n < 0 ? n : 0;
}

/* A socket file that nobody answers was left by a process that died. */
static bool is_alive(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0;

	if (fd >= 0)
		close(fd);
	return alive;
}

static int bind_path(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, r;

	if (snprintf(a.sun_path, sizeof(a.sun_path), "%s", path) >= (int)sizeof(a.sun_path))
		return -ENAMETOOLONG;
	r = path_make_for(path);
	if (r < 0)
		return r;
	if (is_alive(&a))
		return -EADDRINUSE;
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 16) < 0 ? -errno : fd;
	umask(mask);
	if (r < 0)
		close(fd);
	return r;
}

static int bind_unix(struct listener *l, const char *path)
{
	int fd = bind_path(path);

	if (fd < 0)
		return fd;
	l->path = base_dup(path, strlen(path));
	l->sockets[l->n++].fd = fd;
	return 0;
}

static int hear(struct listener *l, struct loop *loop)
{
	for (size_t i = 0; i < l->n; i++) {
		struct listener_socket *s = &l->sockets[i];

		s->of = l;
		s->ev = event_new(loop_base(loop), s->fd, EV_READ | EV_PERSIST, on_ready, s);
		if (!s->ev || event_add(s->ev, NULL) < 0)
			return -ENOMEM;
	}
	return 0;
}

int listener_open(struct listener **ret, struct loop *loop, const struct listener_spec *spec)
{
	bool is_unix = strncmp(spec->address, "unix:", 5) == 0;
	struct listener *l;
	int r;

	*ret = NULL;
	if (!*spec->address)
		return 0;
	l = base_alloc(1, sizeof(*l));
	l->spec = *spec;
	l->spare = open_spare();
	r = is_unix ? bind_unix(l, spec->address + 5) : bind_host(l, spec->address);
	if (r == 0)
		r = hear(l, loop);
	if (r < 0) {
		listener_close(l);
		return r;
	}
	log_info("listening", LOG_STR("address", spec->address), LOG_INT("port", listener_port(l)),
		 LOG_U64("sockets", l->n));
	*ret = l;
	return 0;
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++) {
		if (l->sockets[i].ev)
			event_free(l->sockets[i].ev);
		close(l->sockets[i].fd);
	}
	if (l->spare >= 0)
		close(l->spare);
	if (l->path)
		unlink(l->path);
	free(l->path);
	free(l);
}

unsigned listener_port(const struct listener *l)
{
	struct sockaddr_storage a = { 0 };
	socklen_t n = sizeof(a);

	if (l->path || getsockname(l->sockets[0].fd, (struct sockaddr *)&a, &n) < 0)
		return 0;
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
					     : ((struct sockaddr_in *)&a)->sin_port);
}
