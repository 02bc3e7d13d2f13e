/* control.c - the socket of `mudlark up`, both ends; see control.h. */
#include "control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/proc.h"

static const struct timeval patience = { .tv_sec = 5 };

struct control {
	struct loop *loop;
	char *path;
	struct evconnlistener *listener;
	void (*handle)(void *ctx, const struct control_request *q, struct buf *answer);
	void *ctx;
	struct bufferevent *clients[CONTROL_CLIENTS]; /* NULL: free */
};

int control_parse(struct span line, struct control_request *ret)
{
	struct control_request q = { 0 };
	size_t at = 0; /* in the word being read */
	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		if (c < ' ' || c > '~')
			return 1;
		if (c == ' ') {
			q.n += at > 0;
			at = 0;
			continue;
		}
		if (q.n == CONTROL_WORDS || at == CONTROL_WORD - 1)
			return 1;
		q.words[q.n][at++] = c;
	}
	q.n += at > 0;
	if (q.n == 0)
		return 1;
	*ret = q;
	return 0;
}

int control_verdict(struct span answer, struct buf *rows)
{
	const char *p = answer.p, *end = answer.p + answer.n, *newline;
	for (; (newline = memchr(p, '\n', (size_t)(end - p))); p = newline + 1) {
		size_t n = (size_t)(newline - p);
		if (n >= 2 && memcmp(p, "= ", 2) == 0) {
			buf_add(rows, p + 2, n - 1);
		} else if (n == 2 && memcmp(p, "ok", 2) == 0) {
			return 0;
		} else if (n >= 6 && memcmp(p, "error ", 6) == 0) {
			buf_clear(rows);
			buf_add(rows, p + 6, n - 6);
			return 1;
		} else {
			return -EPROTO;
		}
	}
	return -EPROTO;
}

static void forget(struct control *c, struct bufferevent *client)
{
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (c->clients[i] != client)
			continue;
		c->clients[i] = NULL;
		bufferevent_free(client);
		return;
	}
}

static void on_written(struct bufferevent *client, void *ctx)
{
	forget(ctx, client);
}

static void on_event(struct bufferevent *client, UNUSED short what, void *ctx)
{
	forget(ctx, client);
}

static void on_read(struct bufferevent *client, void *ctx)
{
	struct control *c = ctx;
	struct evbuffer *in = bufferevent_get_input(client);
	size_t n = 0;
	CLEANUP(base_freep) char *line = evbuffer_readln(in, &n, EVBUFFER_EOL_LF);
	if (!line && evbuffer_get_length(in) < CONTROL_LINE)
		return;
	struct control_request q;
	struct buf answer = { 0 };
	if (!line || control_parse((struct span){ line, n }, &q))
		buf_adds(&answer, "error That is not a request.\n");
	else
		c->handle(c->ctx, &q, &answer);
	bufferevent_disable(client, EV_READ);
	bufferevent_setcb(client, NULL, on_written, on_event, c);
	bufferevent_write(client, buf_p(&answer), answer.n);
	buf_done(&answer);
}

static void on_accept(UNUSED struct evconnlistener *listener, evutil_socket_t fd,
		      UNUSED struct sockaddr *address, UNUSED int n, void *ctx)
{
	struct control *c = ctx;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
		if (c->clients[i])
			continue;
		c->clients[i] =
			bufferevent_socket_new(loop_base(c->loop), fd, BEV_OPT_CLOSE_ON_FREE);
		bufferevent_setcb(c->clients[i], on_read, NULL, on_event, c);
		bufferevent_setwatermark(c->clients[i], EV_READ, 0, CONTROL_LINE);
		bufferevent_set_timeouts(c->clients[i], &patience, &patience);
		bufferevent_enable(c->clients[i], EV_READ | EV_WRITE);
		return;
	}
	close(fd);
}

static int address_of(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -ENAMETOOLONG;
	memcpy(ret->sun_path, path, strlen(path) + 1);
	return 0;
}

static int bind_path(const char *path, int *ret_fd)
{
	struct sockaddr_un address;
	int r = address_of(path, &address);
	if (r < 0)
		return r;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The lock of the data directory is held: what lies here is left over. */
	unlink(path);
	mode_t old = umask(077);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		r = -errno;
		close(fd);
	} else {
		*ret_fd = fd;
	}
	umask(old);
	return r;
}

int control_open(struct control **ret, struct loop *l, const char *path,
		 void (*handle)(void *ctx, const struct control_request *q, struct buf *answer),
		 void *ctx)
{
	int fd = -1;
	int r = bind_path(path, &fd);
	if (r < 0)
		return r;
	struct control *c = base_alloc(1, sizeof(*c));
	c->loop = l;
	c->path = base_dup(path, strlen(path));
	c->handle = handle;
	c->ctx = ctx;
	c->listener = evconnlistener_new(loop_base(l), on_accept, c,
					 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 16, fd);
	if (!c->listener) {
		close(fd);
		control_close(c);
		return -EIO;
	}
	*ret = c;
	return 0;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		if (c->clients[i])
			bufferevent_free(c->clients[i]);
	if (c->listener)
		evconnlistener_free(c->listener);
	unlink(c->path);
	free(c->path);
	free(c);
}

static int exchange(int fd, const struct sockaddr_un *to, const char *request, struct buf *answer)
{
	char line[CONTROL_LINE];
	int n = snprintf(line, sizeof(line), "%s\n", request);
	if (n < 0 || n >= (int)sizeof(line))
		return -EMSGSIZE;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0)
		return -errno;
	if (send(fd, line, (size_t)n, MSG_NOSIGNAL) != n)
		return -EIO;
	char piece[4096];
	ssize_t got;
	while ((got = recv(fd, piece, sizeof(piece), 0)) > 0)
		buf_add(answer, piece, (size_t)got);
	return got < 0 ? -errno : 0;
}

int control_ask(const char *path, const char *request, struct buf *rows)
{
	struct sockaddr_un to;
	int r = address_of(path, &to);
	if (r < 0)
		return r;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	struct buf answer = { 0 };
	r = exchange(fd, &to, request, &answer);
	close(fd);
	if (r == 0)
		r = control_verdict(buf_span(&answer), rows);
	buf_done(&answer);
	return r;
}

int control_order(const char *data, const char *path, const char *request, struct buf *rows)
{
	int r = control_ask(path, request, rows);
	if (r == 0)
		return EXIT_DONE;
	if (r == 1) {
		fprintf(stderr, "mudlark: %.*s\n", (int)rows->n, buf_p(rows));
		return EXIT_FAULT;
	}
	if (r == -ENOENT || r == -ECONNREFUSED) {
		fprintf(stderr, "mudlark: nothing runs on the data directory '%s'.\n", data);
		return EXIT_UNAVAILABLE;
	}
	fprintf(stderr, "mudlark: %s: %s\n", path, strerror(-r));
	return EXIT_FAULT;
}
