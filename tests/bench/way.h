/*
 * way.h - the ways to a gateway, from the client's side and for thousands at once: nothing waits, and a
 * connection holds no more than it must.
 */
#pragma once

#include "rt/base.h"

enum way { WAY_TELNET, WAY_MCCP2, WAY_TLS, WAY_WS, WAY_WSS, WAYS };

struct ssl_st;

const char *way_name(enum way w);
/* WAYS: there is none of that name. */
enum way way_find(const char *name);
bool way_is_tls(enum way w);
bool way_is_ws(enum way w);

/* TLS on a connected socket; each handshake is a full one. */
struct ssl_st *way_secure(int fd);
/* 1: done, 0: to be called again when something came, -1: refused. */
int way_shake(struct ssl_st *ssl);
void way_free(struct ssl_st *ssl);
/* ssl NULL: plain. Bytes; 0: the other end sends no more, or it is lost; -EAGAIN. */
long way_read(int fd, struct ssl_st *ssl, void *p, size_t max);
bool way_send(int fd, struct ssl_st *ssl, const void *p, size_t n);
