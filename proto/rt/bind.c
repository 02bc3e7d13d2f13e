/*
 * bind.c - see bind.h.
 */
#include "rt/bind.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

bool bind_split(const char *address, char host[BIND_HOST], char port[BIND_PORT])
{
	const char *colon = strrchr(address, ':');
	size_t n;

	if (!colon || !colon[1] || strlen(colon + 1) >= BIND_PORT)
		return false;
	n = (size_t)(colon - address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	if (n >= BIND_HOST)
		return false;
	memcpy(host, address, n);
	host[n] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

static void set_number(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* v6only: another socket takes what comes by IPv4. */
static int bind_one(const struct bind_spec *spec, const struct addrinfo *a, bool v6only)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return -errno;
	set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (a->ai_family == AF_INET6)
		set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
	if (spec->prepare)
		spec->prepare(fd);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, spec->backlog) == 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

/* Names are often given twice in /etc/hosts. */
static bool is_repeated(const struct addrinfo *list, const struct addrinfo *a)
{
	for (; list != a; list = list->ai_next)
		if (list->ai_addrlen == a->ai_addrlen &&
		    memcmp(list->ai_addr, a->ai_addr, a->ai_addrlen) == 0)
			return true;
	return false;
}

/* Any port was asked for: all sockets take the one that the first was given. */
static void set_port(struct addrinfo *a, int fd)
{
	struct sockaddr_storage bound = { 0 };
	socklen_t n = sizeof(bound);
	in_port_t port;

	if (getsockname(fd, (struct sockaddr *)&bound, &n) < 0)
		return;
	port = bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port
					   : ((struct sockaddr_in *)&bound)->sin_port;
	if (a->ai_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)a->ai_addr)->sin6_port = port;
	else
		((struct sockaddr_in *)(void *)a->ai_addr)->sin_port = port;
}

/* A machine without IPv6 is no mistake of the one who wrote `:4000` or `localhost`. */
static bool is_absent(int r)
{
	return r == -EAFNOSUPPORT || r == -EADDRNOTAVAIL;
}

/* Every address of the list; also those are in ret that were bound before one failed. */
static int bind_list(const struct bind_spec *spec, struct addrinfo *list, int ret[BIND_MAX],
		     int *ret_n)
{
	int r = -EADDRNOTAVAIL;

	for (struct addrinfo *a = list; a && *ret_n < BIND_MAX; a = a->ai_next) {
		if (is_repeated(list, a))
			continue;
		if (*ret_n > 0)
			set_port(a, ret[0]);
		r = bind_one(spec, a, list->ai_next != NULL);
		if (r < 0 && !is_absent(r))
			return r;
		if (r >= 0)
			ret[(*ret_n)++] = r;
	}
	return *ret_n > 0 ? 0 : r;
}

int bind_tcp(const struct bind_spec *spec, int ret[BIND_MAX])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list;
	char host[BIND_HOST], port[BIND_PORT];
	int n = 0, r;

	if (!bind_split(spec->address, host, port) ||
	    getaddrinfo(*host ? host : NULL, port, &hints, &list))
		return -EINVAL;
	r = bind_list(spec, list, ret, &n);
	freeaddrinfo(list);
	if (r == 0)
		return n;
	while (n > 0)
		close(ret[--n]);
	return r;
}
