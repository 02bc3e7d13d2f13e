/*
 * dial.c - see dial.h.
 *
 * One event of the socket is always armed for reading, the one for writing only while something waits to be written (or
 * TLS wants it).  A call from outside never says anything: what it finds out is said from the loop.  `depth` counts the
 * callbacks we are in; who frees us there is obeyed when the last of them has returned.
 */
#include "bridges/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bridges/dial_tls.h"
#include "bridges/resolve.h"
#include "rt/log.h"

enum {
	READ_BYTES = 16 << 10,	/* at once */
	READS = 4,		/* in one turn */
	INPUT_BYTES = 64 << 10, /* that nobody used */
	SHARE_MIN_US = 1000000, /* for one of several addresses */
	SHAKE_MAX_US = 10000000,
	FINISH_US = 2000000,
};

enum state { RESOLVING, CONNECTING, SHAKING, OPEN, FINISHING, OVER };

struct dial {
	struct loop *loop;
	struct dial_events e;
	enum state state;
	bool is_tls;
	uint16_t port;
	char *host;
	char *tls_option; /* NULL: none */
	size_t max_output;
	uint64_t deadline_us;
	struct resolve *resolve;
	struct addrinfo *list, *at; /* all addresses; the one that is tried */
	struct dial_tls *tls;	    /* NULL: plain */
	int fd;			    /* -1: none */
	struct event *read, *write;
	struct loop_timer timer, soon;
	struct buf in, out;
	bool was_full, is_said; /* dial_send() said 1; `closed` was told */
	bool certificate;
	char why[DIAL_WHY];
	unsigned depth;
	bool dying;
};

static void let_go(struct dial *d)
{
	loop_timer_done(&d->timer);
	loop_timer_done(&d->soon);
	buf_done(&d->in);
	buf_done(&d->out);
	dial_tls_free(d->tls);
	free(d->host);
	free(d->tls_option);
	free(d);
}

static void enter(struct dial *d)
{
	d->depth++;
}

/* False: we are no more. */
static bool leave(struct dial *d)
{
	if (--d->depth > 0 || !d->dying)
		return !d->dying;
	let_go(d);
	return false;
}

static void drop_socket(struct dial *d)
{
	if (d->read)
		event_free(d->read);
	if (d->write)
		event_free(d->write);
	d->read = d->write = NULL;
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static void drop_all(struct dial *d)
{
	resolve_cancel(TAKE(d->resolve));
	drop_socket(d);
	if (d->list)
		freeaddrinfo(d->list);
	d->list = d->at = NULL;
	if (d->timer.ev)
		loop_timer_stop(&d->timer);
	buf_clear(&d->in);
	buf_clear(&d->out);
	d->state = OVER;
}

static uint64_t now(const struct dial *d)
{
	return clock_mono(loop_clock(d->loop));
}

static void PRINTF_LIKE(2, 3) note(struct dial *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(d->why, sizeof(d->why), fmt, ap);
	va_end(ap);
}

/* The end; said once. */
static void over(struct dial *d)
{
	drop_all(d);
	if (d->is_said || d->dying)
		return;
	d->is_said = true;
	d->e.closed(d->e.ctx, d->why, d->certificate);
}

static void fail(struct dial *d, int error)
{
	note(d, "%s", error ? strerror(error) : "the other end closed the connection");
	over(d);
}

/* Attempts */

static void try_next(struct dial *d);

static void arm_write(struct dial *d)
{
	if (d->write && event_add(d->write, NULL) < 0)
		abort();
}

static void now_open(struct dial *d)
{
	loop_timer_stop(&d->timer);
	freeaddrinfo(TAKE(d->list));
	d->at = NULL;
	d->state = OPEN;
	if (d->out.n)
		arm_write(d);
	d->e.open(d->e.ctx);
	/* What came with the end of the handshake is in OpenSSL, and the socket is silent. */
	if (!d->dying && d->state == OPEN)
		loop_timer_soon(&d->soon);
}

/* Another address may do better, but not with a certificate that is wrong. */
static void attempt_failed(struct dial *d)
{
	drop_socket(d);
	if (d->certificate) {
		over(d);
		return;
	}
	d->at = d->at->ai_next;
	try_next(d);
}

static size_t addresses_left(const struct dial *d)
{
	size_t n = 0;

	for (const struct addrinfo *a = d->at; a; a = a->ai_next)
		n++;
	return n;
}

/* TLS came to nothing, for another reason than a certificate. */
static void note_no_tls(struct dial *d, const char *why)
{
	note(d, "%s port %u: %s; does the server speak TLS there?%s%s%s", d->host, d->port, why,
	     d->tls_option ? " (" : "", d->tls_option ? d->tls_option : "",
	     d->tls_option ? ")" : "");
}

static void shake(struct dial *d)
{
	char why[DIAL_TLS_WHY];

	switch (dial_tls_shake(d->tls, why, &d->certificate)) {
	case DIAL_TLS_DONE:
		now_open(d);
		break;
	case DIAL_TLS_READ:
		break;
	case DIAL_TLS_WRITE:
		arm_write(d);
		break;
	case DIAL_TLS_FAILED:
		if (d->certificate)
			note(d, "%s port %u: %s", d->host, d->port, why);
		else
			note_no_tls(d, why);
		attempt_failed(d);
		break;
	}
}

/* A server that waits for a line in clear may do so for long. */
static void begin_shake(struct dial *d)
{
	const uint64_t t = now(d), left = t < d->deadline_us ? d->deadline_us - t : 0;
	const uint64_t share = left / addresses_left(d);

	d->state = SHAKING;
	loop_timer_in(&d->timer, share < SHAKE_MAX_US ? share : SHAKE_MAX_US);
	if (event_add(d->read, NULL) < 0)
		abort();
	shake(d);
}

static void connected(struct dial *d)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		error = errno;
	if (!error && d->is_tls && dial_tls_begin(d->tls, d->fd) < 0)
		error = ENOMEM;
	if (error) {
		note(d, "%s port %u: %s", d->host, d->port, strerror(error));
		attempt_failed(d);
	} else if (d->is_tls) {
		begin_shake(d);
	} else {
		if (event_add(d->read, NULL) < 0)
			abort();
		now_open(d);
	}
}

/* Bytes */

static long take_bytes(struct dial *d, char *p, size_t max)
{
	ssize_t n;

	if (d->is_tls)
		return dial_tls_read(d->tls, p, max);
	n = recv(d->fd, p, max, 0);
	if (n < 0)
		return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return (long)n;
}

static long give_bytes(struct dial *d, const char *p, size_t n)
{
	ssize_t r;

	if (d->is_tls)
		return dial_tls_write(d->tls, p, n);
	r = send(d->fd, p, n, MSG_NOSIGNAL);
	if (r < 0)
		return errno == EINTR || errno == EWOULDBLOCK ? -EINPROGRESS : -errno;
	return (long)r;
}

static void hand_over(struct dial *d)
{
	const size_t used = d->e.data(d->e.ctx, buf_span(&d->in));

	if (d->dying || d->state != OPEN)
		return;
	buf_drain(&d->in, used);
	if (d->in.n >= INPUT_BYTES) {
		note(d, "it sent more than can be waited for");
		over(d);
	}
}

/* False: nothing more is there now, or it is over. */
static bool read_once(struct dial *d)
{
	const size_t room = d->state == OPEN ? INPUT_BYTES - d->in.n : READ_BYTES;
	const size_t max = room < READ_BYTES ? room : READ_BYTES;
	char *p = buf_reserve(&d->in, max);
	const long n = take_bytes(d, p, max);

	if (n == -EINPROGRESS)
		arm_write(d);
	if (n == -EAGAIN || n == -EINPROGRESS) {
		if (!d->in.n)
			buf_clear(&d->in);
		return false;
	}
	if (n <= 0) {
		fail(d, (int)-n);
		return false;
	}
	/* Who says goodbye hears no more. */
	if (d->state == OPEN) {
		buf_commit(&d->in, (size_t)n);
		hand_over(d);
	}
	return !d->dying && d->state != OVER;
}

static void read_all(struct dial *d)
{
	int turns = READS;

	while (turns-- > 0)
		if (!read_once(d))
			return;
	if (d->is_tls && dial_tls_has(d->tls))
		loop_timer_soon(&d->soon);
}

static void after_write(struct dial *d)
{
	if (d->state == FINISHING && !d->out.n) {
		if (d->is_tls)
			dial_tls_finish(d->tls);
		shutdown(d->fd, SHUT_WR);
	}
	if (d->state == OPEN && d->was_full && d->out.n < d->max_output / 2) {
		d->was_full = false;
		if (d->e.room)
			d->e.room(d->e.ctx);
	}
}

static void write_all(struct dial *d)
{
	while (d->out.n) {
		const long n = give_bytes(d, buf_p(&d->out), d->out.n);

		if (n == -EINPROGRESS)
			arm_write(d);
		/* -EAGAIN: TLS has to read first, and reading goes on anyway. */
		if (n == -EINPROGRESS || n == -EAGAIN)
			break;
		if (n < 0) {
			fail(d, (int)-n);
			return;
		}
		buf_drain(&d->out, (size_t)n);
	}
	after_write(d);
}

static void on_socket(UNUSED evutil_socket_t fd, short what, void *ctx)
{
	struct dial *d = ctx;

	enter(d);
	if (d->state == CONNECTING)
		connected(d);
	else if (d->state == SHAKING)
		shake(d);
	else if (what & EV_WRITE)
		write_all(d);
	if ((what & EV_READ) && !d->dying && (d->state == OPEN || d->state == FINISHING)) {
		read_all(d);
		/* TLS may have had to read before it could write. */
		if (!d->dying && d->out.n && (d->state == OPEN || d->state == FINISHING))
			arm_write(d);
	}
	leave(d);
}

static int open_socket(struct dial *d, const struct addrinfo *a)
{
	const int yes = 1;

	d->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0)
		return errno;
	setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(d->fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	if (connect(d->fd, a->ai_addr, a->ai_addrlen) < 0 && errno != EINPROGRESS)
		return errno;
	d->read = event_new(loop_base(d->loop), d->fd, EV_READ | EV_PERSIST, on_socket, d);
	d->write = event_new(loop_base(d->loop), d->fd, EV_WRITE, on_socket, d);
	return d->read && d->write ? 0 : ENOMEM;
}

/* What is left of the time is shared by the addresses that are left. */
static void try_next(struct dial *d)
{
	for (; d->at; d->at = d->at->ai_next) {
		const uint64_t t = now(d);
		uint64_t share = t < d->deadline_us ? d->deadline_us - t : 0;
		int error;

		if (!share)
			break;
		share /= addresses_left(d);
		error = open_socket(d, d->at);
		if (!error) {
			d->state = CONNECTING;
			loop_timer_in(&d->timer, share < SHARE_MIN_US && d->at->ai_next
							 ? SHARE_MIN_US
							 : share);
			arm_write(d);
			return;
		}
		note(d, "%s port %u: %s", d->host, d->port, strerror(error));
		drop_socket(d);
	}
	over(d);
}

static void on_addresses(void *ctx, struct addrinfo *list, const char *why)
{
	struct dial *d = ctx;

	d->resolve = NULL;
	d->list = d->at = list;
	enter(d);
	if (list) {
		try_next(d);
	} else {
		note(d, "%s: %s", d->host, why);
		over(d);
	}
	leave(d);
}

static void on_time(void *ctx)
{
	struct dial *d = ctx;

	enter(d);
	switch (d->state) {
	case RESOLVING:
		note(d, "%s: the name could not be looked up in time", d->host);
		over(d);
		break;
	case SHAKING:
		note_no_tls(d, "it did not answer in time");
		attempt_failed(d);
		break;
	case CONNECTING:
		note(d, "%s port %u: it did not answer in time", d->host, d->port);
		attempt_failed(d);
		break;
	case FINISHING:
		note(d, "closed");
		over(d);
		break;
	case OPEN:
	case OVER:
		break;
	}
	leave(d);
}

/* What was found out in a call from outside, and bytes that OpenSSL holds. */
static void on_soon(void *ctx)
{
	struct dial *d = ctx;

	enter(d);
	if (d->state == RESOLVING && !d->resolve)
		over(d);
	else if (d->fd >= 0 && (d->state == OPEN || d->state == FINISHING))
		read_all(d);
	leave(d);
}

/* For those outside */

static int prepare_tls(struct dial *d, const struct dial_conf *c)
{
	const struct dial_tls_conf t = {
		.host = c->host, .ca_file = c->ca_file, .cert_file = c->cert_file, .alpn = c->alpn
	};
	char why[DIAL_TLS_WHY];

	if (!c->tls || dial_tls_new(&d->tls, &t, why) == 0)
		return 0;
	log_error("tls_file_wrong", LOG_STR("host", c->host), LOG_STR("reason", why));
	return -EINVAL;
}

int dial_new(struct dial **ret, struct loop *l, const struct dial_conf *c,
	     const struct dial_events *e)
{
	struct dial *d = base_alloc(1, sizeof(*d));
	const struct resolve_events ev = { .done = on_addresses, .ctx = d };
	int r;

	*d = (struct dial){ .loop = l,
			    .e = *e,
			    .is_tls = c->tls,
			    .port = c->port,
			    .host = base_dup(c->host, strlen(c->host)),
			    .tls_option = c->tls_option
						  ? base_dup(c->tls_option, strlen(c->tls_option))
						  : NULL,
			    .max_output = c->max_output,
			    .fd = -1 };
	loop_timer_init(l, &d->timer, on_time, d);
	loop_timer_init(l, &d->soon, on_soon, d);
	d->deadline_us = now(d) + c->timeout_us;
	r = prepare_tls(d, c);
	if (r < 0) {
		let_go(d);
		return r;
	}
	loop_timer_in(&d->timer, c->timeout_us);
	r = resolve_start(&d->resolve, l, c->host, c->port, &ev);
	if (r < 0) {
		note(d, "%s: %s", d->host, strerror(-r));
		loop_timer_soon(&d->soon);
	}
	*ret = d;
	return 0;
}

void dial_free(struct dial *d)
{
	if (!d || d->dying)
		return;
	d->dying = true;
	drop_all(d);
	if (d->depth == 0)
		let_go(d);
}

int dial_send(struct dial *d, struct span bytes)
{
	if (d->state == FINISHING || d->state == OVER)
		return 0;
	if (d->out.n + bytes.n > d->max_output) {
		d->was_full = true;
		return 1;
	}
	buf_add(&d->out, bytes.p, bytes.n);
	if (d->state == OPEN)
		arm_write(d);
	return 0;
}

size_t dial_unsent(const struct dial *d)
{
	return d->out.n;
}

void dial_finish(struct dial *d)
{
	if (d->state == FINISHING || d->state == OVER)
		return;
	note(d, "closed");
	if (d->state != OPEN) {
		drop_all(d);
		d->state = FINISHING;
		loop_timer_in(&d->timer, 0);
		return;
	}
	d->state = FINISHING;
	buf_clear(&d->in);
	loop_timer_in(&d->timer, FINISH_US);
	arm_write(d);
}
