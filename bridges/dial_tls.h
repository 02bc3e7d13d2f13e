/*
 * dial_tls.h - TLS (OpenSSL) from the side of who dials: 1.2 and 1.3, the chain and the name of the server verified.
 *
 * Works on a connected socket that does not block.
 */
#pragma once

#include "rt/base.h"

struct dial_tls;

enum { DIAL_TLS_WHY = 160 };

struct dial_tls_conf {
	const char *host, *ca_file, *cert_file, *alpn; /* as in struct dial_conf */
};

/* What is the same for all attempts, the connection itself for one. 0; 1: a file is wrong, *why says which. */
int dial_tls_new(struct dial_tls **ret, const struct dial_tls_conf *c,
		 char why[DIAL_TLS_WHY]) MUST_USE;
void dial_tls_free(struct dial_tls *t);
/* A new connection over fd; the one before is forgotten. 0 or -ENOMEM. */
int dial_tls_begin(struct dial_tls *t, int fd) MUST_USE;

enum dial_tls_step { DIAL_TLS_DONE, DIAL_TLS_READ, DIAL_TLS_WRITE, DIAL_TLS_FAILED };
/* Goes on with the handshake; waits to be able to read or write. FAILED: `why`; *ret_certificate: it was we who refused. */
enum dial_tls_step dial_tls_shake(struct dial_tls *t, char why[DIAL_TLS_WHY],
				  bool *ret_certificate) MUST_USE;
/* Bytes; 0: the other end sends no more; -EAGAIN: the socket first has to be readable; -EINPROGRESS: writable; -errno. */
long dial_tls_read(struct dial_tls *t, char *p, size_t max) MUST_USE;
long dial_tls_write(struct dial_tls *t, const char *p, size_t n) MUST_USE;
/* There is something to read that the socket does not tell of. */
bool dial_tls_has(const struct dial_tls *t);
/* Says that no more will come. */
void dial_tls_finish(struct dial_tls *t);
