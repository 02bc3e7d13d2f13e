/* fetch.c - see fetch.h.  HTTP/1.0: the answer ends with the connection. */
#include "fetch.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "rt/bind.h"

struct fetch {
	struct loop *loop;
	struct fetch_spec spec;
	struct bufferevent *stream;
	struct evdns_base *dns; /* NULL: not needed */
	struct loop_timer deadline;
	int failed; /* what the timer tells, when it was known at once */
	bool over;
};

static void finish(struct fetch *f, int r, unsigned status, struct span body)
{
	if (f->over)
		return;
	f->over = true;
	loop_timer_stop(&f->deadline);
	if (f->stream)
		bufferevent_disable(f->stream, EV_READ | EV_WRITE);
	f->spec.done(f->spec.ctx, r, status, body);
}

static void fail(struct fetch *f, int r)
{
	finish(f, r, 0, (struct span){ "", 0 });
}

static void on_deadline(void *ctx)
{
	struct fetch *f = ctx;
	fail(f, f->failed);
}

static void on_end(struct fetch *f)
{
	struct evbuffer *in = bufferevent_get_input(f->stream);
	const size_t n = evbuffer_get_length(in);
	const char *all = (const char *)evbuffer_pullup(in, -1);
	const char *end = all ? memmem(all, n, "\r\n\r\n", 4) : NULL;
	char head[32] = "";
	unsigned status = 0;
	if (!f->spec.path) {
		finish(f, 0, 0, (struct span){ all ? all : "", n });
		return;
	}
	if (!end || end - all > FETCH_HEAD_MAX) {
		fail(f, -EPROTO);
		return;
	}
	memcpy(head, all,
	       (size_t)(end - all) < sizeof(head) ? (size_t)(end - all) : sizeof(head) - 1);
	if (sscanf(head, "HTTP/1.%*1u %3u", &status) != 1)
		fail(f, -EPROTO);
	else
		finish(f, 0, status, (struct span){ end + 4, n - (size_t)(end + 4 - all) });
}

static void on_event(UNUSED struct bufferevent *stream, short what, void *ctx)
{
	struct fetch *f = ctx;
	const int error = EVUTIL_SOCKET_ERROR();
	if (what & BEV_EVENT_EOF)
		on_end(f);
	else if (what & BEV_EVENT_ERROR)
		fail(f, bufferevent_socket_get_dns_error(f->stream) ? -EHOSTUNREACH
								    : -(error ? error : EIO));
}

static void on_read(struct bufferevent *stream, void *ctx)
{
	if (evbuffer_get_length(bufferevent_get_input(stream)) >
	    (size_t)FETCH_HEAD_MAX + FETCH_BODY_MAX)
		fail(ctx, -EMSGSIZE);
}

static int dial_unix(struct fetch *f, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const size_t n = strlen(path);
	if (n == 0 || n >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, path, n + 1);
	errno = 0;
	if (bufferevent_socket_connect(f->stream, (struct sockaddr *)&to, sizeof(to)) < 0)
		return errno ? -errno : -EIO;
	return 0;
}

/* One that listens everywhere is asked on loopback. */
static const char *reachable(const char *host)
{
	if (strcmp(host, "") == 0 || strcmp(host, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(host, "::") == 0 ? "::1" : host;
}

static bool is_numeric(const char *host)
{
	unsigned char to[16];
	return evutil_inet_pton(AF_INET, host, to) == 1 ||
	       evutil_inet_pton(AF_INET6, host, to) == 1;
}

static int dial_tcp(struct fetch *f, const char *address)
{
	char host[BIND_HOST], port[BIND_PORT], *end;
	if (!bind_split(address, host, port))
		return -EINVAL;
	const long number = strtol(port, &end, 10);
	if (*end != '\0' || number <= 0 || number > 65535)
		return -EINVAL;
	const char *to = reachable(host);
	if (!is_numeric(to))
		f->dns = evdns_base_new(loop_base(f->loop),
					EVDNS_BASE_INITIALIZE_NAMESERVERS |
						EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (bufferevent_socket_connect_hostname(f->stream, f->dns, AF_UNSPEC, to, (int)number) < 0)
		return -EHOSTUNREACH;
	return 0;
}

static int dial(struct fetch *f)
{
	const char *address = f->spec.address;
	f->stream = bufferevent_socket_new(loop_base(f->loop), -1,
					   BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (!f->stream)
		return -ENOMEM;
	bufferevent_setcb(f->stream, on_read, NULL, on_event, f);
	struct evbuffer *out = bufferevent_get_output(f->stream);
	if (f->spec.path)
		evbuffer_add_printf(out, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n",
				    f->spec.path);
	else
		evbuffer_add_printf(out, "%s\n", f->spec.order);
	bufferevent_enable(f->stream, EV_READ | EV_WRITE);
	return strncmp(address, "unix:", 5) == 0 ? dial_unix(f, address + 5) : dial_tcp(f, address);
}

struct fetch *fetch_start(struct loop *l, const struct fetch_spec *spec)
{
	struct fetch *f = base_alloc(1, sizeof(*f));
	f->loop = l;
	f->spec = *spec;
	loop_timer_init(l, &f->deadline, on_deadline, f);
	f->failed = dial(f);
	if (f->failed < 0) {
		loop_timer_soon(&f->deadline);
	} else {
		f->failed = -ETIMEDOUT;
		loop_timer_in(&f->deadline, spec->timeout_us);
	}
	return f;
}

void fetch_free(struct fetch *f)
{
	if (!f)
		return;
	loop_timer_done(&f->deadline);
	if (f->stream)
		bufferevent_free(f->stream);
	if (f->dns)
		evdns_base_free(f->dns, 0);
	free(f);
}

const char *fetch_word(int r)
{
	switch (r) {
	case 0:
		return "answers";
	case -ECONNREFUSED:
	case -ENOENT:
		return "nobody is there";
	case -ETIMEDOUT:
		return "does not answer";
	case -EHOSTUNREACH:
		return "no such host";
	case -EINVAL:
		return "not an address";
	case -EPROTO:
		return "does not speak HTTP";
	case -EMSGSIZE:
		return "says too much";
	case -EACCES:
		return "not allowed";
	default:
		return strerror(-r);
	}
}
