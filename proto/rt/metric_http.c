/*
 * metric_http.c - /metrics, /healthz and /readyz over evhttp.  It is meant for loopback or a private
 * network: requests are small, answered at once, and a connection that says nothing is closed.
 */
#include "rt/metric.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "rt/log.h"

enum { HEADERS_MAX = 8 << 10, BODY_MAX = 1 << 10, TIMEOUT_S = 5, BACKLOG = 64 };

struct metric_server {
	struct evhttp *http;
	struct metric_source source;
	char *unix_path; /* removed at the end */
};

/* What every process can say about itself. */
static void put_process(struct buf *out)
{
	struct rusage use;
	struct metric own[] = {
		{ .name = "process_cpu_seconds_total",
		  .help = "User and system time used.",
		  .kind = METRIC_COUNTER },
		{ .name = "process_max_resident_memory_bytes",
		  .help = "Most memory held in RAM so far.",
		  .kind = METRIC_GAUGE },
		{ .name = "mudlark_log_dropped_total",
		  .help = "Log lines lost because nobody read them in time.",
		  .kind = METRIC_COUNTER },
	};

	getrusage(RUSAGE_SELF, &use);
	own[0].value = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
		       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
	own[1].value = (double)use.ru_maxrss * 1024;
	own[2].value = (double)log_dropped();
	metric_text(own, ARRAY_LEN(own), out);
}

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

static void on_metrics(struct evhttp_request *req, void *ctx)
{
	const struct metric_source *s = &((struct metric_server *)ctx)->source;
	struct buf body = { 0 };

	if (s->refresh)
		s->refresh(s->ctx);
	metric_text(s->metrics, s->n, &body);
	put_process(&body);
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

static int unix_address(const char *path, struct sockaddr_storage *ret, socklen_t *ret_n)
{
	struct sockaddr_un *un = (struct sockaddr_un *)ret;
	struct stat st;

	if (strlen(path) >= sizeof(un->sun_path))
		return -ENAMETOOLONG;
	*un = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(un->sun_path, path, strlen(path));
	*ret_n = sizeof(*un);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	return 0;
}

/* A number, or localhost: a name server is never asked. */
static int inet_address(const char *text, struct sockaddr_storage *ret, socklen_t *ret_n)
{
	static const char localhost[] = "localhost:";
	struct buf numeric = { 0 };
	int n = sizeof(*ret), r;

	if (strncmp(text, localhost, sizeof(localhost) - 1) == 0)
		buf_addf(&numeric, "127.0.0.1:%s", text + sizeof(localhost) - 1);
	else
		buf_adds(&numeric, text);
	buf_addc(&numeric, '\0');
	r = evutil_parse_sockaddr_port(buf_p(&numeric), (struct sockaddr *)ret, &n);
	*ret_n = (socklen_t)n;
	buf_done(&numeric);
	return r < 0 ? -EINVAL : 0;
}

static int make_listener(struct loop *l, const char *address, struct evconnlistener **ret)
{
	const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
	const bool is_unix = strncmp(address, "unix:", 5) == 0;
	struct sockaddr_storage to = { 0 };
	mode_t mask = umask(0077);
	socklen_t n;
	int r;

	r = is_unix ? unix_address(address + 5, &to, &n) : inet_address(address, &to, &n);
	if (r == 0) {
		errno = 0;
		*ret = evconnlistener_new_bind(loop_base(l), NULL, NULL, flags, BACKLOG,
					       (const struct sockaddr *)&to, (int)n);
		if (!*ret)
			r = errno ? -errno : -EADDRNOTAVAIL;
	}
	umask(mask);
	return r;
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
	struct evconnlistener *listener;
	struct metric_server *s;
	int r;

	if (!*address) {
		*ret = NULL;
		return 0;
	}
	r = make_listener(l, address, &listener);
	if (r < 0)
		return r;
	s = base_alloc(1, sizeof(*s));
	s->source = *src;
	s->http = evhttp_new(loop_base(l));
	if (!s->http || !evhttp_bind_listener(s->http, listener)) {
		evconnlistener_free(listener);
		metric_server_free(s);
		return -ENOMEM;
	}
	if (strncmp(address, "unix:", 5) == 0)
		s->unix_path = base_dup(address + 5, strlen(address + 5));
	set_up(s);
	*ret = s;
	return 0;
}

void metric_server_free(struct metric_server *s)
{
	if (!s)
		return;
	if (s->http)
		evhttp_free(s->http);
	if (s->unix_path)
		unlink(s->unix_path);
	free(s->unix_path);
	free(s);
}
