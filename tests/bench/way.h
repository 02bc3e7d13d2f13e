/*
 * way.h - the ways to a gateway, from the client's side and for thousands at once: nothing waits, and a
 * connection holds no more than it must.
 */
#pragma once

#include "rt/base.h"

enum way { WAY_TELNET, WAY_MCCP2, WAY_TLS, WAY_WS, WAY_WSS, WAYS };

enum { WAY_FRAME = 16 }; /* a frame is longer than its payload by less than this */

struct ssl_st;

/* A frame of the server's that is being read. */
struct way_frame {
	uint64_t left; /* payload that has not come */
	uint8_t opcode, n, need;
	uint8_t head[10];
};

enum way_byte { WAY_NOTHING, WAY_TEXT, WAY_END };

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

/* The request that asks for a WebSocket. */
struct span way_upgrade(void);
/* Text as one message; `ret` has room for WAY_FRAME more bytes. Returns its length. */
size_t way_frame(uint8_t *ret, const char *text, size_t n);
/* One byte of the server's: WAY_TEXT: it is text; WAY_END: text, and a message of text ends with it. */
enum way_byte way_unframe(struct way_frame *f, uint8_t c);
