/* server.c - see server.h. */
#include "tests/fake/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 64 << 10, BACKLOG = 4096 };

struct server {
	struct loop *loop;
	struct evconnlistener *listener;
	uint16_t port;
	size_t max_body;
	struct server_events events;
};

struct conn {
	struct server *server;
	struct bufferevent *bev;
	struct request request;
	size_t body; /* of the request that is being read */
	bool has_head, is_answering, is_chunked, ends;
	void *use;
};

static void request_done(struct request *r)
{
	for (size_t i = 0; i < r->n_headers; i++) {
		free(r->headers[i].name);
		free(r->headers[i].value);
	}
	free(r->method);
	free(r->path);
	free(r->query);
	*r = (struct request){ 0 };
}

static void conn_free(struct conn *c)
{
	const struct server_events *e = &c->server->events;

	bufferevent_free(c->bev);
	request_done(&c->request);
	free(c);
	e->closed(e->ctx);
}

const char *request_header(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->n_headers; i++)
		if (!strcasecmp(r->headers[i].name, name))
			return r->headers[i].value;
	return NULL;
}

static bool read_first(struct request *r, const char *line)
{
	size_t method = strcspn(line, " "), path;
	const char *at = line + method;

	if (*at != ' ' || at[1] != '/')
		return false;
	at++;
	path = strcspn(at, " ?");
	r->method = base_dup(line, method);
	r->path = base_dup(at, path);
	at += path + (at[path] == '?');
	r->query = base_dup(at, strcspn(at, " "));
	at += strcspn(at, " ");
	return !strcmp(at, " HTTP/1.1");
}

static bool read_header(struct request *r, const char *line)
{
	size_t name = strcspn(line, ":");
	const char *value = line + name + (line[name] == ':');

	if (!name || line[name] != ':' || r->n_headers == ARRAY_LEN(r->headers))
		return false;
	value += strspn(value, " \t");
	r->headers[r->n_headers++] = (struct header){
		.name = base_dup(line, name),
		.value = base_dup(value, strlen(value)),
	};
	return true;
}

static bool read_lines(struct request *r, struct evbuffer *in)
{
	char *line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF_STRICT);
	bool fine = line && read_first(r, line);

	free(line);
	while ((line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF_STRICT)) && *line) {
		fine = fine && read_header(r, line);
		free(line);
	}
	free(line);
	return fine && request_header(r, "host");
}

/* What is wrong with it is told as a status; then nothing more can be read here. */
static void read_head(struct conn *c, struct evbuffer *in)
{
	struct request *r = &c->request;
	const char *length, *expects;

	c->has_head = true;
	if (!read_lines(r, in)) {
		r->status = 400;
		return;
	}
	length = request_header(r, "content-length");
	if (request_header(r, "transfer-encoding"))
		r->status = 411;
	c->body = length ? strtoul(length, NULL, 10) : 0;
	if (c->body > c->server->max_body)
		r->status = 413;
	expects = request_header(r, "expect");
	if (expects && !r->status && !strcasecmp(expects, "100-continue"))
		evbuffer_add_printf(bufferevent_get_output(c->bev),
				    "HTTP/1.1 100 Continue\r\n\r\n");
}

static void take(struct conn *c, struct evbuffer *in)
{
	const struct server_events *e = &c->server->events;
	struct request *r = &c->request;

	const char *close = request_header(r, "connection");

	c->is_answering = true;
	c->ends = r->status || (close && !strcasecmp(close, "close"));
	if (!r->status)
		r->body = (struct span){ (const char *)evbuffer_pullup(in, (ev_ssize_t)c->body),
					 c->body };
	e->request(e->ctx, c, r);
}

static void on_read(struct bufferevent *bev, void *ctx)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct conn *c = ctx;
	struct evbuffer_ptr end;

	if (c->is_answering)
		return;
	if (!c->has_head) {
		end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
		if (end.pos < 0 && evbuffer_get_length(in) < HEAD_MAX)
			return;
		if (end.pos < 0)
			c->request.status = 431;
		c->has_head = true;
		if (!c->request.status)
			read_head(c, in);
	}
	if (c->request.status || evbuffer_get_length(in) >= c->body)
		take(c, in);
}

static void on_event(UNUSED struct bufferevent *bev, short what, void *ctx)
{
	struct conn *c = ctx;
	const struct server_events *e = &c->server->events;

	if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)))
		return;
	if (c->is_answering && c->use)
		e->gone(e->ctx, c->use);
	conn_free(c);
}

static void on_drained(UNUSED struct bufferevent *bev, void *ctx)
{
	conn_free(ctx);
}

static void on_accept(UNUSED struct evconnlistener *l, evutil_socket_t fd,
		      UNUSED struct sockaddr *from, UNUSED int n, void *ctx)
{
	struct server *s = ctx;
	struct conn *c = base_alloc(1, sizeof(*c));
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->server = s;
	c->bev = bufferevent_socket_new(loop_base(s->loop), fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	s->events.opened(s->events.ctx);
}

void conn_head(struct conn *c, int status, const char *headers, int64_t length)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	evbuffer_add_printf(out, "HTTP/1.1 %d Fake\r\n%s", status, headers);
	c->is_chunked = length < 0;
	if (c->is_chunked)
		evbuffer_add_printf(out, "Transfer-Encoding: chunked\r\n\r\n");
	else
		evbuffer_add_printf(out, "Content-Length: %lld\r\n\r\n", (long long)length);
}

void conn_piece(struct conn *c, const void *p, size_t n)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);

	if (c->is_chunked && n)
		evbuffer_add_printf(out, "%zx\r\n", n);
	evbuffer_add(out, p, n);
	if (c->is_chunked && n)
		evbuffer_add(out, "\r\n", 2);
}

void conn_end(struct conn *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);

	if (c->is_chunked)
		evbuffer_add(bufferevent_get_output(c->bev), "0\r\n\r\n", 5);
	if (c->ends) {
		conn_cut(c);
		return;
	}
	evbuffer_drain(in, c->body);
	request_done(&c->request);
	c->body = 0;
	c->has_head = c->is_answering = c->is_chunked = false;
	c->use = NULL;
	bufferevent_trigger(c->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

void conn_cut(struct conn *c)
{
	c->use = NULL;
	if (!conn_waiting(c)) {
		conn_free(c);
		return;
	}
	bufferevent_disable(c->bev, EV_READ);
	bufferevent_setcb(c->bev, NULL, on_drained, on_event, c);
}

size_t conn_waiting(const struct conn *c)
{
	return evbuffer_get_length(bufferevent_get_output(c->bev));
}

void conn_use(struct conn *c, void *use)
{
	c->use = use;
}

struct bufferevent *conn_release(struct conn *c)
{
	const struct server_events *e = &c->server->events;
	struct bufferevent *bev = c->bev;

	bufferevent_disable(bev, EV_READ);
	bufferevent_setcb(bev, NULL, NULL, NULL, NULL);
	request_done(&c->request);
	free(c);
	e->closed(e->ctx);
	return bev;
}

int server_listen(struct server *s, bool on)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(s->port) };
	socklen_t n = sizeof(a);

	if (!on && s->listener) {
		evconnlistener_free(s->listener);
		s->listener = NULL;
	}
	if (!on || s->listener)
		return 0;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = evconnlistener_new_bind(loop_base(s->loop), on_accept, s,
					      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, BACKLOG,
					      (struct sockaddr *)&a, sizeof(a));
	if (!s->listener)
		return errno ? -errno : -EIO;
	getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&a, &n);
	s->port = ntohs(a.sin_port);
	return 0;
}

int server_new(struct server **ret, struct loop *l, uint16_t port, size_t max_body,
	       const struct server_events *e)
{
	struct server *s = base_alloc(1, sizeof(*s));
	int r;

	*s = (struct server){ .loop = l, .port = port, .max_body = max_body, .events = *e };
	r = server_listen(s, true);
	if (r) {
		free(s);
		return r;
	}
	*ret = s;
	return 0;
}

uint16_t server_port(const struct server *s)
{
	return s->port;
}

void server_free(struct server *s)
{
	if (s && s->listener)
		evconnlistener_free(s->listener);
	free(s);
}
