/*
 * secure.h - TLS on a connected socket, from the client's side mostly.  Any certificate is taken: tests
 * that care look at it.
 */
#pragma once

#include "rt/base.h"
#include "rt/buf.h"

struct secure;

/* cert.pem and key.pem in `dir`: a certificate that signs itself, for this name; that of "localhost" is for 127.0.0.1,
 * too. */
void secure_certificate(const char *dir, const char *name);
/* The handshake; `fd` stays the caller's and does not block from here on. NULL: the other end refused, or
 * did not answer within 15 s. */
struct secure *secure_open(int fd) MUST_USE;
/* The same from the server's side, with a certificate and its key (PEM); the client is asked for its own, and may
 * have none. */
struct secure *secure_serve(int fd, const char *cert_file, const char *key_file) MUST_USE;
void secure_free(struct secure *s);
/* Bytes read; 0: the other end sends no more; -EAGAIN: nothing has come; -errno. */
long secure_read(struct secure *s, void *p, size_t max) MUST_USE;
/* Bytes were received that poll() does not tell of. */
bool secure_has(const struct secure *s);
/* All of it. 0 or -errno. */
int secure_send(struct secure *s, const void *p, size_t n) MUST_USE;
/* TLS 1.3: adds to `ret` so many updates of our key, to be sent as they are; `asking`: for one of
 * the other end's key each. Nothing else can be sent by secure_send() from here on. */
void secure_key_updates(struct secure *s, unsigned n, bool asking, struct buf *ret);
/* SHA-256 of the certificate shown, in hex digits. */
void secure_print(const struct secure *s, char ret[65]);
/* Was one shown? */
bool secure_has_certificate(const struct secure *s);
