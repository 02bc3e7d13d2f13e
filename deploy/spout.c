/* spout.c - see spout.h.  The descriptor may be shared with a shell, so it is not made non-blocking: a pipe
 * that says it can be written to takes PIPE_BUF bytes. */
#include "spout.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "rt/buf.h"

enum { GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8, ROOM = 64 << 10 };

struct spout {
	int fd;
	bool is_file; /* takes everything at once */
	bool is_packed;
	z_stream z;
	struct buf out;
	struct event *ev;
	void (*done)(void *ctx, int r);
	void *ctx;
};

static int write_file(struct spout *s)
{
	while (s->out.n > 0) {
		ssize_t n = write(s->fd, buf_p(&s->out), s->out.n);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			buf_drain(&s->out, (size_t)n);
	}
	return 0;
}

/* 0: all is written; 1: it has no room now. */
static int write_pipe(struct spout *s)
{
	while (s->out.n > 0) {
		struct pollfd p = { .fd = s->fd, .events = POLLOUT };
		if (poll(&p, 1, 0) == 0)
			return 1;
		ssize_t n = write(s->fd, buf_p(&s->out), s->out.n < PIPE_BUF ? s->out.n : PIPE_BUF);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			buf_drain(&s->out, (size_t)n);
	}
	return 0;
}

static void push(struct spout *s)
{
	int r = s->is_file ? write_file(s) : write_pipe(s);
	if (r == 1 && event_add(s->ev, NULL) < 0)
		r = -EIO;
	if (r != 1)
		s->done(s->ctx, r);
}

static void on_room(UNUSED evutil_socket_t fd, UNUSED short what, void *ctx)
{
	push(ctx);
}

int spout_open(struct spout **ret, struct loop *l, int fd, bool is_packed,
	       void (*done)(void *ctx, int r), void *ctx)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -errno;
	struct spout *s = base_alloc(1, sizeof(*s));
	s->fd = fd;
	s->is_file = !S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode) && !isatty(fd);
	s->is_packed = is_packed;
	s->done = done;
	s->ctx = ctx;
	s->ev = event_new(loop_base(l), fd, EV_WRITE, on_room, s);
	if (!s->ev ||
	    (is_packed && deflateInit2(&s->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
				       GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)) {
		s->is_packed = false;
		spout_close(s);
		return -ENOMEM;
	}
	*ret = s;
	return 0;
}

static void pack(struct spout *s, struct span bytes, bool last)
{
	s->z.next_in = (z_const Bytef *)(uintptr_t)bytes.p;
	s->z.avail_in = (uInt)bytes.n;
	do {
		s->z.next_out = (Bytef *)buf_reserve(&s->out, ROOM);
		s->z.avail_out = ROOM;
		(void)deflate(&s->z,
			      last ? Z_FINISH : Z_NO_FLUSH); /* it has room: no error there is */
		buf_commit(&s->out, ROOM - s->z.avail_out);
	} while (s->z.avail_out == 0);
}

void spout_put(struct spout *s, struct span bytes, bool last)
{
	if (s->is_packed)
		pack(s, bytes, last);
	else
		buf_add(&s->out, bytes.p, bytes.n);
	push(s);
}

void spout_close(struct spout *s)
{
	if (!s)
		return;
	if (s->ev)
		event_free(s->ev);
	if (s->is_packed)
		(void)deflateEnd(&s->z);
	buf_done(&s->out);
	free(s);
}
