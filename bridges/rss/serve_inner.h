/*
 * serve_inner.h - the inside of serve.c, serve_conn.c and serve_doc.c.
 */
#pragma once

#include <event2/bufferevent.h>
#include <sys/queue.h>

#include "bridges/flood.h"
#include "bridges/rss/serve.h"
#include "rt/bind.h"
#include "rt/buf.h"
#include "rt/cidr.h"
#include "rt/map.h"

struct serve_doc {
	size_t refs;
	struct buf body, gzip; /* gzip empty: it could not be packed */
	char etag[24], etag_gzip[32];
};

struct serve_conn {
	TAILQ_ENTRY(serve_conn) entry;
	struct serve *serve;
	struct bufferevent *bev;
	struct loop_timer limit;
	char from[CIDR_TEXT];
	size_t seen;  /* bytes of a head that were looked at */
	bool closing; /* after what is still to be sent */
};

struct serve {
	struct loop *loop;
	struct serve_conf conf;
	struct evconnlistener *listeners[BIND_MAX];
	size_t n_listeners;
	TAILQ_HEAD(, serve_conn) conns;
	struct strmap per_address; /* count as uintptr_t */
	struct floods *floods;	   /* NULL: no limit */
	struct serve_stats stats;
};

/* Takes fd. */
void serve_conn_new(struct serve *s, int fd, const char from[CIDR_TEXT]);
void serve_conn_free(struct serve_conn *c);
/* Appends head and body of an answer to output. */
void serve_write(struct serve *s, struct evbuffer *out, const struct http_head *r,
		 const struct serve_answer *a, bool keep_alive);
