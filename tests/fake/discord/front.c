/* front.c - see front.h. */
#include "tests/fake/discord/front.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>

struct pair {
	struct pair *next;
	struct front *front;
	struct bufferevent *outer, *inner;
};

struct front {
	struct loop *loop;
	SSL_CTX *tls; /* borrowed */
	struct evconnlistener *listener;
	uint16_t to;
	struct pair *pairs;
};

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void pair_free(struct pair *p)
{
	struct pair **at = &p->front->pairs;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	bufferevent_free(p->outer);
	bufferevent_free(p->inner);
	free(p);
}

static void on_read(struct bufferevent *from, void *ctx)
{
	struct pair *p = ctx;

	bufferevent_write_buffer(from == p->outer ? p->inner : p->outer,
				 bufferevent_get_input(from));
}

static void on_drained(UNUSED struct bufferevent *bev, void *ctx)
{
	pair_free(ctx);
}

static void on_event(struct bufferevent *bev, short what, void *ctx)
{
	struct pair *p = ctx;
	struct bufferevent *other = bev == p->outer ? p->inner : p->outer;

	if (!(what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)))
		return;
	on_read(bev, p);
	if (evbuffer_get_length(bufferevent_get_output(other)) == 0) {
		pair_free(p);
		return;
	}
	bufferevent_disable(bev, EV_READ);
	bufferevent_setcb(other, NULL, on_drained, on_event, p);
}

static void on_accept(UNUSED struct evconnlistener *l, evutil_socket_t fd,
		      UNUSED struct sockaddr *from, UNUSED int n, void *ctx)
{
	struct front *f = ctx;
	struct pair *p = base_alloc(1, sizeof(*p));
	struct sockaddr_in a = loopback(f->to);

	*p = (struct pair){ .next = f->pairs, .front = f };
	f->pairs = p;
	p->outer = bufferevent_openssl_socket_new(loop_base(f->loop), fd, SSL_new(f->tls),
						  BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_openssl_set_allow_dirty_shutdown(p->outer, 1);
	p->inner = bufferevent_socket_new(loop_base(f->loop), -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(p->outer, on_read, NULL, on_event, p);
	bufferevent_setcb(p->inner, on_read, NULL, on_event, p);
	bufferevent_enable(p->outer, EV_READ | EV_WRITE);
	bufferevent_enable(p->inner, EV_READ | EV_WRITE);
	bufferevent_socket_connect(p->inner, (struct sockaddr *)&a, sizeof(a));
}

int front_new(struct front **ret, struct loop *l, SSL_CTX *tls, uint16_t to)
{
	struct sockaddr_in a = loopback(0);
	struct front *f = base_alloc(1, sizeof(*f));

	*f = (struct front){ .loop = l, .tls = tls, .to = to };
	f->listener = evconnlistener_new_bind(loop_base(l), on_accept, f, LEV_OPT_CLOSE_ON_FREE, -1,
					      (struct sockaddr *)&a, sizeof(a));
	if (!f->listener) {
		free(f);
		return errno ? -errno : -EIO;
	}
	*ret = f;
	return 0;
}

void front_free(struct front *f)
{
	if (!f)
		return;
	while (f->pairs)
		pair_free(f->pairs);
	evconnlistener_free(f->listener);
	free(f);
}

uint16_t front_port(const struct front *f)
{
	struct sockaddr_in a = { 0 };
	socklen_t n = sizeof(a);

	getsockname(evconnlistener_get_fd(f->listener), (struct sockaddr *)&a, &n);
	return ntohs(a.sin_port);
}
