/*
 * stream.c - see stream.h.
 *
 * TLS takes whole records from the socket.  When less than a record was asked for, the rest is in
 * OpenSSL and the socket is silent; then the event of reading gets a timeout of zero, which calls
 * on_read again.
 */
#include "gateway/stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>
#include "gateway/tls.h"
#include "rt/log.h"

struct stream stream_of(int fd)
{
	return (struct stream){ .fd = fd };
}

static void drop_write(struct stream *s)
{
	if (s->write)
		event_free(s->write);
	s->write = NULL;
}

static void leave_loop(struct stream *s)
{
	if (s->placed)
		event_del(&s->read);
	s->placed = false;
	drop_write(s);
}

/* Hears of the socket, and of what TLS has already taken from it. */
static int listen_on(struct stream *s)
{
	const struct timeval now = { 0 };

	return event_add(&s->read, s->tls && tls_has(s->tls) ? &now : NULL) < 0 ? -ENOMEM : 0;
}

int stream_open(struct stream *s, struct event_base *base, struct stream *from,
		const struct stream_events *ev)
{
	leave_loop(from);
	*s = *from;
	*from = stream_of(-1);
	s->on_write = ev->on_write;
	if (event_assign(&s->read, base, s->fd, EV_READ | EV_PERSIST, ev->on_read, ev->ctx) < 0 ||
	    listen_on(s) < 0) {
		stream_close(s);
		return -ENOMEM;
	}
	s->placed = true;
	return 0;
}

void stream_close(struct stream *s)
{
	if (s->fd < 0)
		return;
	leave_loop(s);
	buf_done(&s->out);
	tls_conn_free(TAKE(s->tls));
	close(s->fd);
	s->fd = -1;
}

/* A ClientHello where telnet is spoken: nobody there would understand an answer. */
static bool is_hello(const char *p, long n)
{
	static const char hello[] = { 0x16, 0x03 };

	return n >= (long)sizeof(hello) && p[0] == hello[0] && p[1] == hello[1];
}

static long read_plain(struct stream *s, char *p, size_t max)
{
	ssize_t n = recv(s->fd, p, max, 0);

	s->wire = n > 0 ? (size_t)n : 0;
	if (n < 0)
		return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (s->wary && is_hello(p, n)) {
		log_debug("tls_on_plain_port");
		return -EPROTO;
	}
	s->wary = false;
	return (long)n;
}

static long read_tls(struct stream *s, char *p, size_t max)
{
	const struct timeval now = { 0 };
	uint64_t before = tls_wire(s->tls);
	long n = tls_read(s->tls, p, max);

	s->wire = (size_t)(tls_wire(s->tls) - before);
	if (!s->placed)
		return n;
	if (tls_has(s->tls))
		event_add(&s->read, &now);
	else
		event_remove_timer(&s->read);
	return n;
}

long stream_read(struct stream *s, char *p, size_t max)
{
	return s->tls ? read_tls(s, p, max) : read_plain(s, p, max);
}

void stream_deaf(struct stream *s)
{
	event_del(&s->read);
}

int stream_hear(struct stream *s)
{
	return listen_on(s);
}

static int wait_to_write(struct stream *s)
{
	/* Not persistent: within a turn it fires once, and what it asks for is done at the end. */
	if (!s->write)
		s->write = event_new(event_get_base(&s->read), s->fd, EV_WRITE, s->on_write,
				     event_get_callback_arg(&s->read));
	if (!s->write || event_add(s->write, NULL) < 0)
		return -ENOMEM;
	return 1;
}

static long send_plain(struct stream *s)
{
	ssize_t n = send(s->fd, buf_p(&s->out), s->out.n, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n >= 0 ? (long)n : errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

int stream_send(struct stream *s)
{
	while (s->out.n > 0) {
		long n = s->tls ? tls_send(s->tls, buf_p(&s->out), s->out.n) : send_plain(s);

		if (n >= 0)
			buf_drain(&s->out, (size_t)n);
		else if (n == -EAGAIN)
			return wait_to_write(s);
		else if (n != -EINTR)
			return (int)n;
	}
	drop_write(s);
	return 0;
}

void stream_finish(struct stream *s)
{
	if (s->tls)
		tls_finish(s->tls);
	shutdown(s->fd, SHUT_WR);
}
