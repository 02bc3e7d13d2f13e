/*
 * metric_http.c - /metrics, /healthz and /readyz over evhttp.  It is meant for loopback or a private
 * network: requests are small, answered at once, and a connection that says nothing is closed.
 * (How many there may be, and for how long: metric_doors.h.)
 */
#include "rt/metric.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "rt/bind.h"
#include "rt/metric_doors.h"
#include "rt/metric_own.h"

enum { HEADERS_MAX = 8 << 10, BODY_MAX = 1 << 10, TIMEOUT_S = 5, BACKLOG = 64 };

struct metric_server {
	struct evhttp *http;
	struct metric_source source;
	struct metric_own own;
	struct metric_doors doors;
	char *unix_path; /* removed at the end */
};

static void answer(struct evhttp_request *req, int status, const char *type, const struct buf *body)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	struct evbuffer *out = evhttp_request_get_output_buffer(req);

	evhttp_add_header(headers, "Content-Type", type);
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
	/* evhttp would send the body with HEAD, too. */
	if (evhttp_request_get_command(req) == EVHTTP_REQ_GET)
		evbuffer_add(out, buf_p(body), body->n);
	evhttp_send_reply(req, status, NULL, NULL);
}

static void answer_text(struct evhttp_request *req, int status, const char *text)
{
	struct buf body = { 0 };

	buf_adds(&body, text);
	answer(req, status, "text/plain; charset=utf-8", &body);
	buf_done(&body);
}

static void put_ready(const struct metric_source *s, struct buf *out)
{
	struct buf reason = { 0 };
	const struct metric row = { .name = "mudlark_ready",
				    .help = "1 while it can do its work, as /readyz says",
				    .kind = METRIC_GAUGE,
				    .value = !s->ready || s->ready(s->ctx, &reason) };

	metric_text(&row, 1, out);
	buf_done(&reason);
}

static void on_metrics(struct evhttp_request *req, void *ctx)
{
	const struct metric_server *server = ctx;
	const struct metric_source *s = &server->source;
	struct buf body = { 0 };

	if (s->refresh)
		s->refresh(s->ctx);
	metric_text(s->metrics, s->n, &body);
	metric_own_text(&server->own, &body);
	put_ready(s, &body);
	answer(req, HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &body);
	buf_done(&body);
}

static void on_healthz(struct evhttp_request *req, UNUSED void *ctx)
{
	answer_text(req, HTTP_OK, "ok\n");
}

static void on_readyz(struct evhttp_request *req, void *ctx)
{
	const struct metric_source *s = &((struct metric_server *)ctx)->source;
	struct buf reason = { 0 };

	if (!s->ready || s->ready(s->ctx, &reason)) {
		answer_text(req, HTTP_OK, "ready\n");
	} else {
		buf_addc(&reason, '\n');
		answer(req, HTTP_SERVUNAVAIL, "text/plain; charset=utf-8", &reason);
	}
	buf_done(&reason);
}

static void on_other(struct evhttp_request *req, UNUSED void *ctx)
{
	answer_text(req, HTTP_NOTFOUND, "there is /metrics, /healthz and /readyz\n");
}

/* One socket at a path, for our user alone. */
static int bind_path(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct stat st;
	mode_t mask;
	int fd, r;

	if (strlen(path) >= sizeof(to.sun_path))
		return -ENAMETOOLONG;
	memcpy(to.sun_path, path, strlen(path));
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0077);
	r = bind(fd, (struct sockaddr *)&to, sizeof(to)) < 0 || listen(fd, BACKLOG) < 0 ? -errno
											: fd;
	umask(mask);
	if (r < 0)
		close(fd);
	return r;
}

/* How many sockets, or -errno. */
static int bind_at(const char *address, int ret[BIND_MAX])
{
	if (strncmp(address, "unix:", 5) != 0)
		return bind_tcp(&(struct bind_spec){ address, BACKLOG, NULL }, ret);
	ret[0] = bind_path(address + 5);
	return ret[0] < 0 ? ret[0] : 1;
}

/* Takes fd. */
static int hear(struct metric_server *s, struct loop *l, int fd)
{
	const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
	struct evconnlistener *listener =
		evconnlistener_new(loop_base(l), NULL, NULL, flags, 0, fd);

	if (!listener) {
		close(fd);
		return -ENOMEM;
	}
	if (evhttp_bind_listener(s->http, listener)) {
		metric_doors_add(&s->doors, listener);
		return 0;
	}
	evconnlistener_free(listener);
	return -ENOMEM;
}

static void set_up(struct metric_server *s)
{
	evhttp_set_max_headers_size(s->http, HEADERS_MAX);
	evhttp_set_max_body_size(s->http, BODY_MAX);
	evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_timeout(s->http, TIMEOUT_S);
	evhttp_set_cb(s->http, "/metrics", on_metrics, s);
	evhttp_set_cb(s->http, "/healthz", on_healthz, s);
	evhttp_set_cb(s->http, "/readyz", on_readyz, s);
	evhttp_set_gencb(s->http, on_other, s);
}

int metric_serve(struct metric_server **ret, struct loop *l, const char *address,
		 const struct metric_source *src)
{
	int fds[BIND_MAX], n, r = 0;
	struct metric_server *s;

	if (!*address) {
		*ret = NULL;
		return 0;
	}
	n = bind_at(address, fds);
	if (n < 0)
		return n;
	s = base_alloc(1, sizeof(*s));
	s->source = *src;
	metric_own_init(&s->own, l);
	if (strncmp(address, "unix:", 5) == 0)
		s->unix_path = base_dup(address + 5, strlen(address + 5));
	s->http = evhttp_new(loop_base(l));
	if (!s->http)
		r = -ENOMEM;
	else
		r = metric_doors_init(&s->doors, l, s->http);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = hear(s, l, fds[i]);
		else
			close(fds[i]);
	}
	if (r < 0) {
		metric_server_free(s);
		return r;
	}
	set_up(s);
	*ret = s;
	return 0;
}

void metric_server_free(struct metric_server *s)
{
	if (!s)
		return;
	if (s->http) {
		metric_doors_close(&s->doors);
		evhttp_free(s->http);
		metric_doors_done(&s->doors);
	}
	if (s->unix_path)
		unlink(s->unix_path);
	free(s->unix_path);
	metric_own_done(&s->own);
	free(s);
}
