/*
 * tls.h - TLS (OpenSSL) for connections that come in: a certificate with its key, and what one
 * connection needs.
 *
 * TLS 1.2 and 1.3, no renegotiation, compression, tickets or early data.  Buffers are given back
 * between records, so an idle connection holds OpenSSL's state alone.  A certificate is shared by
 * the connections made with it and lives as long as the last of them: it can be replaced at any
 * time.
 */
#pragma once

#include "rt/base.h"

struct tls;	 /* a certificate */
struct tls_conn; /* a connection */

enum { TLS_WHY = 200 };

/* What the files must hold: a chain in PEM, the key that fits it. 0; 1: `why` says what is wrong. */
int tls_load(struct tls **ret, const char *cert, const char *key, char why[TLS_WHY]) MUST_USE;
void tls_free(struct tls *t);
/* End of the certificate's life, seconds of the wall clock. */
int64_t tls_expires(const struct tls *t);

/* `http`: for browsers (ALPN http/1.1); where it is false they are refused. NULL: no memory. */
struct tls_conn *tls_accept(struct tls *t, int fd, bool http) MUST_USE;
void tls_conn_free(struct tls_conn *c);
enum tls_step { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_FAILED };
/* Goes on with the handshake. TLS_FAILED: *ret_why, a literal of OpenSSL's or "". */
enum tls_step tls_handshake(struct tls_conn *c, const char **ret_why) MUST_USE;
/* As stream_read() and send(): bytes; 0: the other end sends no more; -EAGAIN; -errno. */
long tls_read(struct tls_conn *c, char *p, size_t max) MUST_USE;
long tls_send(struct tls_conn *c, const char *p, size_t n) MUST_USE;
/* All bytes that came over the wire, those of the handshake too. */
uint64_t tls_wire(const struct tls_conn *c);
/* There is something to read that the socket does not tell of. */
bool tls_has(const struct tls_conn *c);
/* Says that no more will come. */
void tls_finish(struct tls_conn *c);
