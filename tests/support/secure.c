/* secure.c - see secure.h. */
#include "tests/support/secure.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/child.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { WAIT_US = 15000000, OPENSSL_US = 20000000, CHUNK = 16 << 10 };

struct secure {
	SSL *ssl;
	int fd;
};

/* What to do about a call's result: true: wait was worth it, try again. */
static bool again(struct secure *s, int result, uint64_t end)
{
	int why = SSL_get_error(s->ssl, result);
	struct pollfd p = { .fd = s->fd, .events = why == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN };
	uint64_t now = now_us();

	if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) || now >= end)
		return false;
	return poll(&p, 1, (int)((end - now) / 1000 + 1)) > 0;
}

/* Takes ctx. `shake`: SSL_connect or SSL_accept. */
static struct secure *handshake(int fd, SSL_CTX *ctx, int (*shake)(SSL *))
{
	struct secure *s = base_alloc(1, sizeof(*s));
	uint64_t end = now_us() + WAIT_US;
	int r;

	must(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	s->fd = fd;
	s->ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(s->ssl, fd);
	while ((r = shake(s->ssl)) <= 0 && again(s, r, end))
		;
	if (r == 1)
		return s;
	secure_free(s);
	return NULL;
}

struct secure *secure_open(int fd)
{
	return handshake(fd, SSL_CTX_new(TLS_client_method()), SSL_connect);
}

static int take_any(int ok UNUSED, X509_STORE_CTX *store UNUSED)
{
	return 1;
}

struct secure *secure_serve(int fd, const char *cert_file, const char *key_file)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1 ||
	    SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM) != 1)
		die("no certificate and key in %s, %s", cert_file, key_file);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, take_any);
	return handshake(fd, ctx, SSL_accept);
}

void secure_free(struct secure *s)
{
	if (!s)
		return;
	SSL_free(s->ssl);
	free(s);
}

long secure_read(struct secure *s, void *p, size_t max)
{
	int n = SSL_read(s->ssl, p, max > INT32_MAX ? INT32_MAX : (int)max);

	if (n > 0)
		return n;
	switch (SSL_get_error(s->ssl, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return -ECONNRESET;
	}
}

bool secure_has(const struct secure *s)
{
	return SSL_pending(s->ssl) > 0;
}

int secure_send(struct secure *s, const void *p, size_t n)
{
	const char *from = p;
	uint64_t end = now_us() + WAIT_US;

	while (n) {
		int did = SSL_write(s->ssl, from, n > INT32_MAX ? INT32_MAX : (int)n);

		if (did > 0) {
			from += did;
			n -= (size_t)did;
		} else if (!again(s, did, end)) {
			return -ECONNRESET;
		}
	}
	return 0;
}

void secure_key_updates(struct secure *s, unsigned n, bool asking, struct buf *ret)
{
	const int type = asking ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED;
	BIO *out = BIO_new(BIO_s_mem());
	char *p;
	long made;

	SSL_set0_wbio(s->ssl, out);
	for (unsigned i = 0; i < n; i++) {
		if (SSL_key_update(s->ssl, type) != 1 || SSL_do_handshake(s->ssl) != 1)
			die("no update of a key could be made");
		/* What is in memory moves whenever it grows. */
		made = BIO_get_mem_data(out, &p);
		if (made < CHUNK && i + 1 < n)
			continue;
		buf_add(ret, p, (size_t)made);
		(void)BIO_reset(out);
	}
}

bool secure_has_certificate(const struct secure *s)
{
	return SSL_get0_peer_certificate(s->ssl) != NULL;
}

void secure_print(const struct secure *s, char ret[65])
{
	X509 *cert = SSL_get1_peer_certificate(s->ssl);
	unsigned char sum[32];
	unsigned n = sizeof(sum);

	if (!cert || !X509_digest(cert, EVP_sha256(), sum, &n))
		die("no certificate was shown");
	for (unsigned i = 0; i < n; i++)
		snprintf(ret + 2 * (size_t)i, 3, "%02x", sum[i]);
	X509_free(cert);
}

void secure_certificate(const char *dir, const char *name)
{
	CLEANUP(base_freep) char *cert = tmp_path(dir, "cert.pem");
	CLEANUP(base_freep) char *key = tmp_path(dir, "key.pem");
	CLEANUP(base_freep) char *out = NULL;
	char subject[80], names[120];
	int status;

	snprintf(subject, sizeof(subject), "/CN=%s", name);
	snprintf(names, sizeof(names), "subjectAltName=DNS:%s%s", name,
		 strcmp(name, "localhost") ? "" : ",IP:127.0.0.1");
	const char *const argv[] = { "openssl",
				     "req",
				     "-x509",
				     "-newkey",
				     "ec",
				     "-pkeyopt",
				     "ec_paramgen_curve:prime256v1",
				     "-nodes",
				     "-keyout",
				     key,
				     "-out",
				     cert,
				     "-days",
				     "2",
				     "-subj",
				     subject,
				     "-addext",
				     names,
				     NULL };
	out = child_output(argv, NULL, OPENSSL_US, &status);
	if (status)
		die("openssl: status %d\n%s", status, out);
}
