/*
 * dial_tls.c - see dial_tls.h.
 *
 * Writes may be partial and are tried again with the same bytes at another place (SSL_MODE_*), as dial.c's buffer does.
 */
#include "bridges/dial_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct dial_tls {
	SSL_CTX *ctx;
	SSL *ssl; /* NULL: no connection */
	char *host;
};

static const char *reason(void)
{
	const unsigned long e = ERR_peek_error();
	const char *text = ERR_GET_LIB(e) == ERR_LIB_SYS ? strerror(ERR_GET_REASON(e))
							 : ERR_reason_error_string(e);

	return text ? text : "it cannot be read";
}

static bool is_given(const char *file)
{
	return file && *file;
}

/* "http/1.1" as the wire has it: its length in front. */
static bool set_alpn(SSL_CTX *ctx, const char *name)
{
	unsigned char wire[64];
	const size_t n = strlen(name);

	if (n == 0 || n >= sizeof(wire))
		return false;
	wire[0] = (unsigned char)n;
	memcpy(wire + 1, name, n);
	return SSL_CTX_set_alpn_protos(ctx, wire, (unsigned)n + 1) == 0;
}

static bool set_up(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1;
}

static int load(SSL_CTX *ctx, const struct dial_tls_conf *c, char why[DIAL_TLS_WHY])
{
	const char *bad = NULL;

	if (is_given(c->ca_file)) {
		if (SSL_CTX_load_verify_locations(ctx, c->ca_file, NULL) != 1)
			bad = c->ca_file;
	} else if (SSL_CTX_set_default_verify_paths(ctx) != 1) {
		bad = "the system's certificates";
	}
	if (!bad && is_given(c->cert_file) &&
	    (SSL_CTX_use_certificate_chain_file(ctx, c->cert_file) != 1 ||
	     SSL_CTX_use_PrivateKey_file(ctx, c->cert_file, SSL_FILETYPE_PEM) != 1 ||
	     SSL_CTX_check_private_key(ctx) != 1))
		bad = c->cert_file;
	if (bad)
		snprintf(why, DIAL_TLS_WHY, "%s: %s", bad, reason());
	ERR_clear_error();
	return bad ? 1 : 0;
}

int dial_tls_new(struct dial_tls **ret, const struct dial_tls_conf *c, char why[DIAL_TLS_WHY])
{
	struct dial_tls *t = base_alloc(1, sizeof(*t));

	ERR_clear_error();
	t->host = base_dup(c->host, strlen(c->host));
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx || !set_up(t->ctx) || (is_given(c->alpn) && !set_alpn(t->ctx, c->alpn))) {
		snprintf(why, DIAL_TLS_WHY, "OpenSSL: %s", reason());
	} else if (load(t->ctx, c, why) == 0) {
		*ret = t;
		return 0;
	}
	dial_tls_free(t);
	return 1;
}

void dial_tls_free(struct dial_tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	free(t->host);
	free(t);
}

static bool is_numeric(const char *host)
{
	struct in6_addr a;

	return inet_pton(AF_INET, host, &a) == 1 || inet_pton(AF_INET6, host, &a) == 1;
}

/* The name that the certificate has to be for; it is told to the server, too, unless it is an address. */
static bool expect(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);

	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (is_numeric(host))
		return X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1;
	return X509_VERIFY_PARAM_set1_host(p, host, 0) == 1 &&
	       SSL_set_tlsext_host_name(ssl, host) == 1;
}

int dial_tls_begin(struct dial_tls *t, int fd)
{
	SSL_free(t->ssl);
	ERR_clear_error();
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl || SSL_set_fd(t->ssl, fd) != 1 || !expect(t->ssl, t->host)) {
		ERR_clear_error();
		return -ENOMEM;
	}
	SSL_set_connect_state(t->ssl);
	return 0;
}

static void explain(const struct dial_tls *t, char why[DIAL_TLS_WHY], bool *ret_certificate)
{
	const long verified = SSL_get_verify_result(t->ssl);

	*ret_certificate = verified != X509_V_OK;
	if (*ret_certificate)
		snprintf(why, DIAL_TLS_WHY, "its certificate is not to be trusted: %s",
			 X509_verify_cert_error_string(verified));
	else
		snprintf(why, DIAL_TLS_WHY, "TLS failed: %s",
			 ERR_peek_error() ? reason() : "the connection was closed");
}

enum dial_tls_step dial_tls_shake(struct dial_tls *t, char why[DIAL_TLS_WHY], bool *ret_certificate)
{
	int r;

	ERR_clear_error();
	r = SSL_do_handshake(t->ssl);
	if (r == 1)
		return DIAL_TLS_DONE;
	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return DIAL_TLS_READ;
	case SSL_ERROR_WANT_WRITE:
		return DIAL_TLS_WRITE;
	default:
		explain(t, why, ret_certificate);
		ERR_clear_error();
		return DIAL_TLS_FAILED;
	}
}

/* What an operation that brought nothing means. */
static long outcome(const struct dial_tls *t, int r)
{
	const int system = errno;

	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		return -EINPROGRESS;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return system > 0 ? -system : -ECONNRESET;
	default:
		return -EPROTO;
	}
}

long dial_tls_read(struct dial_tls *t, char *p, size_t max)
{
	size_t n = 0;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(t->ssl, p, max, &n);
	return r == 1 ? (long)n : outcome(t, r);
}

long dial_tls_write(struct dial_tls *t, const char *p, size_t n)
{
	size_t sent = 0;
	long r;

	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(t->ssl, p, n, &sent);
	if (r == 1)
		return (long)sent;
	r = outcome(t, (int)r);
	return r == 0 ? -EPIPE : r;
}

bool dial_tls_has(const struct dial_tls *t)
{
	return SSL_pending(t->ssl) > 0;
}

void dial_tls_finish(struct dial_tls *t)
{
	ERR_clear_error();
	if (t->ssl && SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}
