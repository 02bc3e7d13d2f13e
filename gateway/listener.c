/*
 * listener.c - see listener.h.
 */
#include "gateway/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "rt/log.h"

enum {
	BACKLOG = 4096,
	ACCEPTS = 256, /* in one turn */
};

struct listener {
	struct listener_spec spec;
	struct event *ev;
	char *path; /* of a unix socket, NULL for TCP */
	int fd, spare;
};

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Gives the place of the spare descriptor to one connection, to refuse it. False: none waits. */
static bool refuse_one(struct listener *l)
{
	int fd;

	if (l->spare >= 0)
		close(l->spare);
	l->spare = -1;
	fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
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
	int on = 1;

	if (l->path && !is_ours(fd)) {
		log_warning("console_refused", LOG_STR("reason", "another user"));
		close(fd);
		return;
	}
	if (!l->path) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		/* Urgent data stays where it was sent: a Synch is then just IAC DM. */
		setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
	}
	l->spec.accepted(l->spec.ctx, fd, from);
}

static void on_ready(UNUSED evutil_socket_t sock, UNUSED short what, void *ctx)
{
	struct listener *l = ctx;

	for (int i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t n = sizeof(from);
		int fd = accept4(l->fd, (struct sockaddr *)&from, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			take_one(l, fd, (struct sockaddr *)&from);
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		if ((errno == EMFILE || errno == ENFILE) && !refuse_one(l))
			return;
	}
}

/* Splits host:port; false: it is not that. */
static bool split(const char *address, char host[256], char port[16])
{
	const char *colon = strrchr(address, ':');
	size_t n;

	if (!colon || !colon[1] || strlen(colon + 1) >= 16)
		return false;
	n = (size_t)(colon - address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	if (n >= 256)
		return false;
	memcpy(host, address, n);
	host[n] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

static int bind_one(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1, r;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* The descriptor, or -errno. Runs before the loop does: it may ask the resolver. */
static int bind_tcp(const char *address)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list;
	char host[256], port[16];
	int fd;

	if (!split(address, host, port) || getaddrinfo(*host ? host : NULL, port, &hints, &list))
		return -EINVAL;
	fd = bind_one(list);
	freeaddrinfo(list);
	return fd;
}

/* Makes the folder of a path; an existing one is left as it is. */
static int make_folder(const char *path)
{
	CLEANUP(base_freep) char *dir = base_dup(path, strlen(path));
	char *slash = strrchr(dir, '/');

	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || make_folder(dir) < 0)
		return -errno;
	return mkdir(dir, 0700) == 0 ? 0 : -errno;
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

static int bind_unix(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, r;

	if (snprintf(a.sun_path, sizeof(a.sun_path), "%s", path) >= (int)sizeof(a.sun_path))
		return -ENAMETOOLONG;
	r = make_folder(path);
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

int listener_open(struct listener **ret, struct loop *loop, const struct listener_spec *spec)
{
	bool is_unix = strncmp(spec->address, "unix:", 5) == 0;
	struct listener *l;
	int fd;

	*ret = NULL;
	if (!*spec->address)
		return 0;
	fd = is_unix ? bind_unix(spec->address + 5) : bind_tcp(spec->address);
	if (fd < 0)
		return fd;
	l = base_alloc(1, sizeof(*l));
	l->spec = *spec;
	l->fd = fd;
	l->spare = open_spare();
	if (is_unix)
		l->path = base_dup(spec->address + 5, strlen(spec->address + 5));
	l->ev = event_new(loop_base(loop), fd, EV_READ | EV_PERSIST, on_ready, l);
	if (!l->ev || event_add(l->ev, NULL) < 0) {
		listener_close(l);
		return -ENOMEM;
	}
	log_info("listening", LOG_STR("address", spec->address), LOG_INT("port", listener_port(l)));
	*ret = l;
	return 0;
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	if (l->ev)
		event_free(l->ev);
	close(l->fd);
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

	if (l->path || getsockname(l->fd, (struct sockaddr *)&a, &n) < 0)
		return 0;
	return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port
					     : ((struct sockaddr_in *)&a)->sin_port);
}
