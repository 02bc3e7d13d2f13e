/*
 * probe.c - see probe.h.
 */
#include "rt/probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "rt/bind.h"

enum { HEAD_MAX = 8192, CHUNK = 16384 };

struct probe {
	int fd;
	uint64_t until_us;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* 0; -ETIMEDOUT. */
static int wait_for(const struct probe *p, short events)
{
	struct pollfd fd = { .fd = p->fd, .events = events };

	for (;;) {
		const uint64_t now = now_us();
		int r;

		if (now >= p->until_us)
			return -ETIMEDOUT;
		r = poll(&fd, 1, (int)((p->until_us - now) / 1000) + 1);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

static int dial(struct probe *p, const struct sockaddr *to, socklen_t n)
{
	socklen_t size = sizeof(int);
	int r, error = 0;

	p->fd = socket(to->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return -errno;
	r = connect(p->fd, to, n) < 0 ? -errno : 0;
	if (r == -EINPROGRESS && (r = wait_for(p, POLLOUT)) == 0) {
		if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			error = errno;
		r = -error;
	}
	if (r < 0) {
		close(p->fd);
		p->fd = -1;
	}
	return r;
}

static int dial_unix(struct probe *p, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const size_t n = strlen(path);

	if (n == 0 || n >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, path, n + 1);
	return dial(p, (const struct sockaddr *)&to, sizeof(to));
}

static const char *reachable(const char *host)
{
	if (strcmp(host, "") == 0 || strcmp(host, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(host, "::") == 0 ? "::1" : host;
}

static int dial_tcp(struct probe *p, const char *address)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char host[BIND_HOST], port[BIND_PORT];
	struct addrinfo *list;
	int r = -EHOSTUNREACH;

	if (!bind_split(address, host, port))
		return -EINVAL;
	if (getaddrinfo(reachable(host), port, &hints, &list))
		return -EHOSTUNREACH;
	for (const struct addrinfo *a = list; a && r < 0; a = a->ai_next)
		r = dial(p, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(list);
	return r;
}

static int ask(const struct probe *p, const char *path)
{
	char text[512];
	const int n =
		snprintf(text, sizeof(text),
			 "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);

	if (n >= (int)sizeof(text))
		return -EINVAL;
	/* So short that a fresh socket takes all of it. */
	return send(p->fd, text, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -EIO;
}

/* All there is until the other side closes. */
static int read_all(const struct probe *p, struct buf *ret)
{
	for (;;) {
		const int waited = wait_for(p, POLLIN);
		ssize_t n;

		if (waited < 0)
			return waited;
		n = recv(p->fd, buf_reserve(ret, CHUNK), CHUNK, 0);
		if (n == 0)
			return 0;
		if (n > 0)
			buf_commit(ret, (size_t)n);
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (ret->n > HEAD_MAX + PROBE_BODY_MAX)
			return -EMSGSIZE;
	}
}

static int take(const struct buf *answer, unsigned *ret_status, struct buf *ret_body)
{
	const char *all = buf_p(answer);
	const char *end = memmem(all, answer->n, "\r\n\r\n", 4);
	char head[32] = "";

	memcpy(head, all, answer->n < sizeof(head) ? answer->n : sizeof(head) - 1);
	if (!end || sscanf(head, "HTTP/1.%*1u %3u", ret_status) != 1)
		return -EPROTO;
	end += 4;
	buf_add(ret_body, end, answer->n - (size_t)(end - all));
	return 0;
}

int probe_get(const char *address, const char *path, uint64_t timeout_us, unsigned *ret_status,
	      struct buf *ret_body)
{
	struct probe p = { .fd = -1, .until_us = now_us() + timeout_us };
	struct buf answer = { 0 };
	int r = strncmp(address, "unix:", 5) == 0 ? dial_unix(&p, address + 5)
						  : dial_tcp(&p, address);

	if (r == 0)
		r = ask(&p, path);
	if (r == 0)
		r = read_all(&p, &answer);
	if (r == 0)
		r = take(&answer, ret_status, ret_body);
	if (p.fd >= 0)
		close(p.fd);
	buf_done(&answer);
	return r;
}
