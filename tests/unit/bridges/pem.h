/*
 * pem.h - certificates for a test's TLS servers: an authority of its own and what it signed, each a file with
 * certificate and key.
 */
#pragma once

#include <check.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rt/base.h"

struct pem {
	char dir[64];
	char ca[96];	/* trusted by who is told so */
	char good[96];	/* for localhost and 127.0.0.1 */
	char wrong[96]; /* for another name */
	char client[96];
	X509 *issuer;
	EVP_PKEY *key;
};

static inline void pem_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(X509_add_ext(cert, e, -1), 1);
	X509_EXTENSION_free(e);
}

static inline void pem_save(const char *path, X509 *cert, EVP_PKEY *key)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fchmod(fileno(f), 0600);
	ck_assert_int_eq(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	ck_assert_int_eq(PEM_write_X509(f, cert), 1);
	fclose(f);
}

/* `names` NULL: an authority, signed by itself and kept in p. */
static inline void pem_make(struct pem *p, const char *path, long serial, const char *names)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)(names ? "a test" : "an authority"), -1,
				   -1, 0);
	X509_set_issuer_name(cert, names ? X509_get_subject_name(p->issuer) : name);
	X509_set_pubkey(cert, key);
	pem_extend(cert, names ? p->issuer : cert, NID_basic_constraints,
		   names ? "CA:FALSE" : "critical,CA:TRUE");
	if (names)
		pem_extend(cert, p->issuer, NID_subject_alt_name, names);
	ck_assert_int_gt(X509_sign(cert, names ? p->key : key, EVP_sha256()), 0);
	pem_save(path, cert, key);
	if (names) {
		X509_free(cert);
		EVP_PKEY_free(key);
	} else {
		p->issuer = cert;
		p->key = key;
	}
}

static inline void pem_begin(struct pem *p)
{
	snprintf(p->dir, sizeof(p->dir), "/tmp/mudlark-pem-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
	snprintf(p->ca, sizeof(p->ca), "%s/ca.pem", p->dir);
	snprintf(p->good, sizeof(p->good), "%s/good.pem", p->dir);
	snprintf(p->wrong, sizeof(p->wrong), "%s/wrong.pem", p->dir);
	snprintf(p->client, sizeof(p->client), "%s/client.pem", p->dir);
	pem_make(p, p->ca, 1, NULL);
	pem_make(p, p->good, 2, "DNS:localhost,IP:127.0.0.1");
	pem_make(p, p->wrong, 3, "DNS:irc.example.org");
	pem_make(p, p->client, 4, "DNS:client");
}

static inline void pem_end(struct pem *p)
{
	X509_free(p->issuer);
	EVP_PKEY_free(p->key);
	unlink(p->ca);
	unlink(p->good);
	unlink(p->wrong);
	unlink(p->client);
	rmdir(p->dir);
}
