/* way.c - see way.h. */
#include "tests/bench/way.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/support/die.h"

static const struct way_kind {
	const char *name;
	bool tls, ws;
} kinds[WAYS] = {
	[WAY_TELNET] = { "telnet", false, false }, [WAY_MCCP2] = { "mccp2", false, false },
	[WAY_TLS] = { "tls", true, false },	   [WAY_WS] = { "ws", false, true },
	[WAY_WSS] = { "wss", true, true },
};

const char *way_name(enum way w)
{
	return kinds[w].name;
}

enum way way_find(const char *name)
{
	enum way w = 0;

	while (w < WAYS && strcmp(kinds[w].name, name))
		w++;
	return w;
}

bool way_is_tls(enum way w)
{
	return kinds[w].tls;
}

bool way_is_ws(enum way w)
{
	return kinds[w].ws;
}

struct ssl_st *way_secure(int fd)
{
	static SSL_CTX *ctx;
	SSL *ssl;

	if (!ctx) {
		ctx = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
		SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	}
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	SSL_set_connect_state(ssl);
	return ssl;
}

int way_shake(struct ssl_st *ssl)
{
	int r = SSL_do_handshake(ssl);

	if (r == 1)
		return 1;
	return SSL_get_error(ssl, r) == SSL_ERROR_WANT_READ ? 0 : -1;
}

void way_free(struct ssl_st *ssl)
{
	SSL_free(ssl);
}

long way_read(int fd, struct ssl_st *ssl, void *p, size_t max)
{
	long n;

	if (ssl) {
		n = SSL_read(ssl, p, (int)max);
		if (n > 0)
			return n;
		return SSL_get_error(ssl, (int)n) == SSL_ERROR_WANT_READ ? -EAGAIN : 0;
	}
	n = recv(fd, p, max, 0);
	if (n < 0)
		return errno == EAGAIN ? -EAGAIN : 0;
	return n;
}

bool way_send(int fd, struct ssl_st *ssl, const void *p, size_t n)
{
	if (ssl)
		return SSL_write(ssl, p, (int)n) == (int)n;
	return send(fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}
