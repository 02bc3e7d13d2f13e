/*
 * tls_self.c - see tls_self.h.  The key is written before the certificate: if we die between them,
 * what is there is said to be incomplete and nothing is overwritten.
 */
#include "gateway/tls_self.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/path.h"

enum { DAY_S = 86400, LIFE_DAYS = 3650, SERIAL_BITS = 127 };

static bool add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool fine;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	fine = e && X509_add_ext(cert, e, -1) == 1;
	X509_EXTENSION_free(e);
	return fine;
}

static bool set_serial(X509 *cert)
{
	BIGNUM *n = BN_new();
	bool fine = n && BN_rand(n, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
		    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(cert));

	BN_free(n);
	return fine;
}

static bool fill(X509 *cert, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(cert);

	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S) &&
	       X509_gmtime_adj(X509_getm_notAfter(cert), (long)LIFE_DAYS * DAY_S) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					  (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1 && X509_set_pubkey(cert, key) == 1 &&
	       add_extension(cert, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
	       add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(cert, NID_ext_key_usage, "serverAuth") &&
	       X509_sign(cert, key, EVP_sha256()) > 0;
}

/* A new file, readable by nobody else. */
static FILE *create(const char *path)
{
	int fd, r = path_make_for(path);
	FILE *f;

	if (r < 0) {
		errno = -r;
		return NULL;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, "w");
	if (!f)
		close(fd);
	return f;
}

static bool write_key(const char *path, EVP_PKEY *key)
{
	FILE *f = create(path);
	bool fine = f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;

	return f && fclose(f) == 0 && fine;
}

static bool write_cert(const char *path, X509 *cert)
{
	FILE *f = create(path);
	bool fine = f && PEM_write_X509(f, cert) == 1;

	return f && fclose(f) == 0 && fine;
}

int tls_self_provide(const char *cert, const char *key, bool *ret_made, char why[TLS_WHY])
{
	bool has_cert = access(cert, F_OK) == 0, has_key = access(key, F_OK) == 0;
	EVP_PKEY *pair = NULL;
	X509 *x = NULL;
	int r = 0;

	*ret_made = false;
	if (has_cert || has_key)
		return 0;
	pair = EVP_EC_gen("P-256");
	x = X509_new();
	if (!pair || !x || !fill(x, pair)) {
		snprintf(why, TLS_WHY, "a certificate cannot be made");
		r = 1;
	} else if (!write_key(key, pair) || !write_cert(cert, x)) {
		snprintf(why, TLS_WHY, "%s, %s: %s", key, cert, strerror(errno));
		r = 1;
	}
	*ret_made = r == 0;
	X509_free(x);
	EVP_PKEY_free(pair);
	ERR_clear_error();
	return r;
}
