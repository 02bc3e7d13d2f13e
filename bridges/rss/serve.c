/*
 * serve.c - who may connect; see serve.h.
 */
#include "bridges/rss/serve.h"

#include <errno.h>
#include <event2/listener.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bridges/rss/serve_inner.h"
#include "rt/log.h"

enum { BACKLOG = 256, ADDRESSES = 4096, V6_BITS = 64 };

#define MINUTE_US 60000000ull

static void source_of(const struct sockaddr *from, char ret[CIDR_TEXT])
{
	struct cidr c;

	if (!cidr_of_sockaddr(from, &c)) {
		ret[0] = 0;
		return;
	}
	if (!cidr_is_v4(&c))
		c = cidr_around(&c, V6_BITS);
	cidr_text(&c, ret);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int n,
		      void *ctx)
{
	struct serve *s = ctx;
	const int on = 1;
	char source[CIDR_TEXT];

	(void)l;
	(void)n;
	source_of(from, source);
	if (s->stats.conns >= s->conf.max_conns ||
	    (uintptr_t)strmap_get(&s->per_address, (struct span){ source, strlen(source) }) >=
		    s->conf.max_per_address) {
		s->stats.refused++;
		close(fd);
		return;
	}
	/* The end of an answer does not wait until its beginning was acknowledged. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	serve_conn_new(s, fd, source);
}

int serve_new(struct serve **ret, struct loop *l, const struct serve_conf *c)
{
	const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC;
	int fds[BIND_MAX];
	const int n = bind_tcp(&(struct bind_spec){ c->address, BACKLOG, NULL }, fds);
	struct serve *s;

	if (n < 0)
		return n;
	s = base_alloc(1, sizeof(*s));
	s->loop = l;
	s->conf = *c;
	TAILQ_INIT(&s->conns);
	strmap_init(&s->per_address, NULL);
	if (c->rate)
		s->floods = floods_new(MINUTE_US / c->rate, c->rate / 4 + 1, ADDRESSES);
	for (int i = 0; i < n; i++) {
		struct evconnlistener *e =
			evconnlistener_new(loop_base(l), on_accept, s, flags, -1, fds[i]);

		if (!e)
			abort();
		s->listeners[s->n_listeners++] = e;
	}
	*ret = s;
	return 0;
}

void serve_free(struct serve *s)
{
	struct serve_conn *c;

	if (!s)
		return;
	for (size_t i = 0; i < s->n_listeners; i++)
		evconnlistener_free(s->listeners[i]);
	while ((c = TAILQ_FIRST(&s->conns)))
		serve_conn_free(c);
	strmap_done(&s->per_address);
	if (s->floods)
		floods_free(s->floods);
	free(s);
}

void serve_stats(const struct serve *s, struct serve_stats *ret)
{
	*ret = s->stats;
}
