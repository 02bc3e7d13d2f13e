/*
 * stream.c - see stream.h.
 */
#include "gateway/stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

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

int stream_open(struct stream *s, struct event_base *base, struct stream *from,
		const struct stream_events *ev)
{
	leave_loop(from);
	*s = *from;
	*from = stream_of(-1);
	s->on_write = ev->on_write;
	if (event_assign(&s->read, base, s->fd, EV_READ | EV_PERSIST, ev->on_read, ev->ctx) < 0 ||
	    event_add(&s->read, NULL) < 0) {
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
	close(s->fd);
	s->fd = -1;
}

long stream_read(struct stream *s, char *p, size_t max)
{
	ssize_t n = recv(s->fd, p, max, 0);

	if (n >= 0)
		return (long)n;
	return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

void stream_deaf(struct stream *s)
{
	event_del(&s->read);
}

int stream_hear(struct stream *s)
{
	return event_add(&s->read, NULL) < 0 ? -ENOMEM : 0;
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

int stream_send(struct stream *s)
{
	while (s->out.n > 0) {
		ssize_t n = send(s->fd, buf_p(&s->out), s->out.n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n >= 0) {
			buf_drain(&s->out, (size_t)n);
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return wait_to_write(s);
		if (errno != EINTR)
			return -errno;
	}
	drop_write(s);
	return 0;
}

void stream_finish(struct stream *s)
{
	shutdown(s->fd, SHUT_WR);
}
