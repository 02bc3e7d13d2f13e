/*
 * server.h - HTTP/1.1 on 127.0.0.1, as much as APIs need: a request is read whole, an answer goes out in pieces
 * as the caller likes, or is broken off.  Connections are kept alive.
 *
 * That the other side has closed is seen at once, also while it waits for an answer.
 */
#pragma once

#include "rt/base.h"
#include "rt/loop.h"

struct bufferevent;
struct server;
struct conn;

struct header {
	char *name, *value;
};

struct request {
	char *method, *path; /* without what is behind '?' */
	char *query;	     /* that; "" */
	struct header headers[64];
	size_t n_headers;
	struct span body;
	int status; /* other than 0: it is to be refused with that (400, 411, 413, 431) */
};

struct server_events {
	/* A whole request; it is answered by server_head() and so on, now or later. */
	void (*request)(void *ctx, struct conn *c, const struct request *r);
	void (*gone)(void *ctx, void *use); /* closed while an answer was under way; conn_use() */
	void (*opened)(void *ctx);
	void (*closed)(void *ctx);
	void *ctx;
};

/* `port` 0: any. -errno. */
int server_new(struct server **ret, struct loop *l, uint16_t port, size_t max_body,
	       const struct server_events *e) MUST_USE;
uint16_t server_port(const struct server *s);
/* False: nobody is at the port until it is told otherwise; connections stay. -errno. */
int server_listen(struct server *s, bool on) MUST_USE;
void server_free(struct server *s);

/* NULL: it is not there. */
const char *request_header(const struct request *r, const char *name);

/* `headers`: further lines, each ended by CR LF. `length` < 0: chunked. */
void conn_head(struct conn *c, int status, const char *headers, int64_t length);
/* Each call is one chunk, if it is chunked. */
void conn_piece(struct conn *c, const void *p, size_t n);
void conn_end(struct conn *c);
/* Closes at once what was sent so far having gone out; `gone` is not called. */
void conn_cut(struct conn *c);
/* The connection is the caller's from now on, with what is in its buffers, and no longer the server's (`closed`). */
struct bufferevent *conn_release(struct conn *c) MUST_USE;
/* Bytes that the other side has not taken. */
size_t conn_waiting(const struct conn *c);
/* For the caller, while an answer is under way. */
void conn_use(struct conn *c, void *use);
