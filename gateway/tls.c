/*
 * tls.c - see tls.h.
 *
 * OpenSSL works on the socket itself.  Writes may be partial and are tried again with the same
 * bytes at another place (SSL_MODE_*), as the stream's buffer does.  One call of tls_read() takes one
 * record: OpenSSL's own way, to go on until there is something to give, would work for one connection as
 * long as its records come that bring nothing.
 */
#include "gateway/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "rt/clock.h"

/* Bytes on the wire for what they bring: one key at a time costs 30; more is no player. */
enum { WASTE_FREE = 64 << 10, WASTE_FACTOR = 64 };

/* A key is good for some millions of records; a minute may see so many changes of it. */
enum { KEYS_MAX = 32, KEYS_US = 60000000 };

struct tls {
	SSL_CTX *ctx;
	int64_t expires;
};

struct tls_conn {
	SSL *ssl;
	uint64_t plain;	  /* bytes read */
	uint64_t keys_us; /* since when `keys` are counted */
	unsigned keys;	  /* updates of the other end's key */
	bool http;
};

static void say(char why[TLS_WHY], const char *what, const char *file)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	int system =
		ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SYS ? ERR_GET_REASON(ERR_peek_error()) : 0;

	if (system)
		reason = strerror(system);
	snprintf(why, TLS_WHY, "%s %s: %s", what, file, reason ? reason : "cannot be read");
	ERR_clear_error();
}

/* A browser that was sent to the telnet port must not take the answer for a page (ALPACA). */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *n_out,
			   const unsigned char *in, unsigned n_in, UNUSED void *ctx)
{
	static const unsigned char name[] = "http/1.1", newer[] = "h2";
	const struct tls_conn *c = SSL_get_app_data(ssl);

	for (unsigned i = 0; i < n_in; i += 1u + in[i]) {
		bool http = in[i] == sizeof(name) - 1 && memcmp(in + i + 1, name, in[i]) == 0;
		bool http2 = in[i] == sizeof(newer) - 1 && memcmp(in + i + 1, newer, in[i]) == 0;

		if (!c->http && (http || http2))
			return SSL_TLSEXT_ERR_ALERT_FATAL;
		if (!http)
			continue;
		*out = in + i + 1;
		*n_out = in[i];
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_NOACK;
}

/* Sees all messages of the protocol. */
static void count_keys(int is_ours, UNUSED int version, int type, const void *p, size_t n,
		       UNUSED SSL *ssl, void *ctx)
{
	struct tls_conn *c = ctx;
	uint64_t now;

	if (is_ours || type != SSL3_RT_HANDSHAKE || n == 0 ||
	    *(const unsigned char *)p != SSL3_MT_KEY_UPDATE)
		return;
	now = clock_mono(&clock_system);
	if (now - c->keys_us >= KEYS_US) {
		c->keys_us = now;
		c->keys = 0;
	}
	c->keys++;
}

static bool set_up(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
					 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(ctx, 0) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
	       SSL_CTX_set1_groups_list(ctx, "X25519:P-256") == 1;
}

static int64_t end_of(const SSL_CTX *ctx)
{
	const ASN1_TIME *end = X509_get0_notAfter(SSL_CTX_get0_certificate(ctx));
	struct tm tm;

	return ASN1_TIME_to_tm(end, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

int tls_load(struct tls **ret, const char *cert, const char *key, char why[TLS_WHY])
{
	struct tls *t = base_alloc(1, sizeof(*t));

	ERR_clear_error();
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (!t->ctx || !set_up(t->ctx))
		say(why, "OpenSSL with", cert);
	else if (SSL_CTX_use_certificate_chain_file(t->ctx, cert) != 1)
		say(why, "certificate", cert);
	else if (SSL_CTX_use_PrivateKey_file(t->ctx, key, SSL_FILETYPE_PEM) != 1)
		say(why, "key", key);
	else if (SSL_CTX_check_private_key(t->ctx) != 1)
		say(why, "key", key);
	else {
		t->expires = end_of(t->ctx);
		*ret = t;
		return 0;
	}
	tls_free(t);
	return 1;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx); /* connections hold it, too */
	free(t);
}

int64_t tls_expires(const struct tls *t)
{
	return t->expires;
}

struct tls_conn *tls_accept(struct tls *t, int fd, bool http)
{
	struct tls_conn *c = base_alloc(1, sizeof(*c));

	c->http = http;
	c->ssl = SSL_new(t->ctx);
	if (!c->ssl || SSL_set_fd(c->ssl, fd) != 1) {
		tls_conn_free(c);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_app_data(c->ssl, c);
	SSL_set_msg_callback(c->ssl, count_keys);
	SSL_set_msg_callback_arg(c->ssl, c);
	SSL_set_accept_state(c->ssl);
	return c;
}

void tls_conn_free(struct tls_conn *c)
{
	if (!c)
		return;
	SSL_free(c->ssl);
	free(c);
}

enum tls_step tls_handshake(struct tls_conn *c, const char **ret_why)
{
	const char *why;
	int r;

	ERR_clear_error();
	r = SSL_do_handshake(c->ssl);
	if (r == 1)
		return TLS_DONE;
	switch (SSL_get_error(c->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANTS_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANTS_WRITE;
	default:
		why = ERR_reason_error_string(ERR_peek_error());
		*ret_why = why ? why : "";
		ERR_clear_error();
		return TLS_FAILED;
	}
}

/* What an operation that brought nothing means; `wait` is what may be waited for. */
static long outcome(struct tls_conn *c, int r, int wait)
{
	int system = errno, error = SSL_get_error(c->ssl, r);

	if (error == wait)
		return -EAGAIN;
	switch (error) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return system > 0 ? -system : -ECONNRESET;
	default:
		return -EPROTO;
	}
}

uint64_t tls_wire(const struct tls_conn *c)
{
	return BIO_number_read(SSL_get_rbio(c->ssl));
}

/* Records that bring next to nothing: empty ones, key updates without end. */
static bool is_waste(const struct tls_conn *c)
{
	return c->keys > KEYS_MAX || tls_wire(c) > WASTE_FREE + c->plain * WASTE_FACTOR;
}

long tls_read(struct tls_conn *c, char *p, size_t max)
{
	size_t n = 0;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(c->ssl, p, max, &n);
	c->plain += n;
	if (is_waste(c))
		return -EPROTO;
	/* What would have to be written first is the answer to a key update, for one who does not read. */
	return r == 1 ? (long)n : outcome(c, r, SSL_ERROR_WANT_READ);
}

long tls_send(struct tls_conn *c, const char *p, size_t n)
{
	size_t sent = 0;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(c->ssl, p, n, &sent);
	if (r == 1)
		return (long)sent;
	/* Without renegotiation nothing has to be read before one may write. */
	r = (int)outcome(c, r, SSL_ERROR_WANT_WRITE);
	return r == 0 ? -EPIPE : r;
}

bool tls_has(const struct tls_conn *c)
{
	return SSL_pending(c->ssl) > 0;
}

void tls_finish(struct tls_conn *c)
{
	ERR_clear_error();
	if (SSL_is_init_finished(c->ssl))
		SSL_shutdown(c->ssl);
	ERR_clear_error();
}
