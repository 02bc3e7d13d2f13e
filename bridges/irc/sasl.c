/*
 * sasl.c - see sasl.h.
 */
#include "bridges/irc/sasl.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { HASH = SHA256_DIGEST_LENGTH, SALT_MAX = 256, NONCE_MAX = 256 };

static const char *const mechanism_names[] = {
	[SASL_NONE] = "",
	[SASL_PLAIN] = "PLAIN",
	[SASL_EXTERNAL] = "EXTERNAL",
	[SASL_SCRAM] = "SCRAM-SHA-256",
};

const char *sasl_name(enum sasl_mechanism m)
{
	return mechanism_names[m];
}

void sasl_init(struct sasl *s, const struct sasl_login *login, const struct entropy *entropy)
{
	unsigned char bytes[(sizeof(s->nonce) - 1) / 2];

	*s = (struct sasl){ .login = *login };
	entropy->fill(entropy->ctx, bytes, sizeof(bytes));
	sodium_bin2hex(s->nonce, sizeof(s->nonce), bytes, sizeof(bytes));
}

void sasl_done(struct sasl *s)
{
	buf_done(&s->input);
	buf_done(&s->first);
	sodium_memzero(s->server, sizeof(s->server));
}

static int fail(struct sasl *s, const char *why)
{
	snprintf(s->why, sizeof(s->why), "%s", why);
	return 1;
}

static void add_base64(struct buf *out, const void *p, size_t n)
{
	const size_t len = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
	char *dst = buf_reserve(out, len);

	sodium_bin2base64(dst, len, p, n, sodium_base64_VARIANT_ORIGINAL);
	buf_commit(out, len - 1);
}

/* False: that is not base64, or more than fits. */
static bool from_base64(struct span s, void *dst, size_t cap, size_t *ret_n)
{
	return sodium_base642bin(dst, cap, s.p, s.n, NULL, ret_n, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0;
}

/* Lines of 400; one that is full has another behind it, if only an empty one. */
static void add_lines(struct buf *out, struct span message)
{
	struct buf text = { 0 };
	size_t at = 0, n;

	add_base64(&text, message.p, message.n);
	do {
		n = text.n - at < SASL_PIECE ? text.n - at : SASL_PIECE;
		buf_adds(out, "AUTHENTICATE ");
		buf_add(out, buf_p(&text) + at, n);
		buf_adds(out, n ? "\r\n" : "+\r\n");
		at += n;
	} while (n == SASL_PIECE);
	sodium_memzero(text.p, text.n);
	buf_done(&text);
}

static int step_plain(struct sasl *s, UNUSED struct span in, struct buf *out)
{
	struct buf m = { 0 };

	if (s->step > 0)
		return fail(s, "the server asks more than PLAIN has");
	buf_addc(&m, '\0');
	buf_adds(&m, s->login.account);
	buf_addc(&m, '\0');
	buf_adds(&m, s->login.password);
	add_lines(out, buf_span(&m));
	sodium_memzero(m.p, m.n);
	buf_done(&m);
	s->verified = true;
	return 0;
}

static int step_external(struct sasl *s, UNUSED struct span in, struct buf *out)
{
	if (s->step > 0)
		return fail(s, "the server asks more than EXTERNAL has");
	add_lines(out, (struct span){ s->login.account, strlen(s->login.account) });
	s->verified = true;
	return 0;
}

/* SCRAM */

static int scram_first(struct sasl *s, struct buf *out)
{
	struct buf m = { 0 };

	buf_adds(&s->first, "n=");
	for (const char *p = s->login.account; *p; p++) {
		if (*p == ',' || *p == '=')
			buf_adds(&s->first, *p == ',' ? "=2C" : "=3D");
		else
			buf_addc(&s->first, *p);
	}
	buf_addf(&s->first, ",r=%s", s->nonce);
	buf_adds(&m, "n,,");
	buf_add(&m, buf_p(&s->first), s->first.n);
	add_lines(out, buf_span(&m));
	buf_done(&m);
	return 0;
}

/* "r=..." of "r=...,s=...,i=..."; false: it is not there next. */
static bool attribute(struct span *rest, char name, struct span *ret)
{
	const char *comma;

	if (rest->n < 2 || rest->p[0] != name || rest->p[1] != '=')
		return false;
	comma = memchr(rest->p, ',', rest->n);
	*ret = (struct span){ rest->p + 2, (comma ? (size_t)(comma - rest->p) : rest->n) - 2 };
	*rest = (struct span){ rest->p + ret->n + 2, rest->n - ret->n - 2 };
	if (rest->n)
		*rest = (struct span){ rest->p + 1, rest->n - 1 };
	return true;
}

static long iterations_of(struct span s)
{
	long n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || n > SASL_ITERATIONS_MAX)
			return -1;
		n = n * 10 + (s.p[i] - '0');
	}
	return n;
}

static void hmac(const unsigned char key[HASH], struct span text, unsigned char ret[HASH])
{
	HMAC(EVP_sha256(), key, HASH, (const unsigned char *)text.p, text.n, ret, NULL);
}

struct challenge {
	struct span nonce;
	unsigned char salt[SALT_MAX];
	size_t n_salt;
	long iterations;
};

static int read_challenge(struct sasl *s, struct span in, struct challenge *ret)
{
	const size_t ours = strlen(s->nonce);
	struct span salt, i;

	if (!attribute(&in, 'r', &ret->nonce) || !attribute(&in, 's', &salt) ||
	    !attribute(&in, 'i', &i))
		return fail(s, "the server's challenge is not one of SCRAM");
	if (ret->nonce.n <= ours || ret->nonce.n > NONCE_MAX ||
	    memcmp(ret->nonce.p, s->nonce, ours) != 0)
		return fail(s, "the server's nonce is not ours with more behind it");
	if (!from_base64(salt, ret->salt, sizeof(ret->salt), &ret->n_salt) || !ret->n_salt)
		return fail(s, "the server's salt cannot be read");
	ret->iterations = iterations_of(i);
	if (ret->iterations < SASL_ITERATIONS_MIN || ret->iterations > SASL_ITERATIONS_MAX)
		return fail(s, "the server wants too few iterations, or too many");
	return 0;
}

static void salted(const struct sasl *s, const struct challenge *c, unsigned char ret[HASH])
{
	utf8proc_uint8_t *normal = utf8proc_NFKC((const utf8proc_uint8_t *)s->login.password);
	const char *password = normal ? (const char *)normal : s->login.password;

	PKCS5_PBKDF2_HMAC(password, (int)strlen(password), c->salt, (int)c->n_salt,
			  (int)c->iterations, EVP_sha256(), HASH, ret);
	if (normal)
		sodium_memzero(normal, strlen((char *)normal));
	free(normal);
}

static int scram_final(struct sasl *s, struct span in, struct buf *out)
{
	unsigned char key[HASH], client[HASH], stored[HASH], proof[HASH];
	struct challenge c = { 0 };
	struct buf final = { 0 }, auth = { 0 };

	if (read_challenge(s, in, &c))
		return 1;
	buf_addf(&final, "c=biws,r=%.*s", (int)c.nonce.n, c.nonce.p);
	buf_add(&auth, buf_p(&s->first), s->first.n);
	buf_addc(&auth, ',');
	buf_add(&auth, in.p, in.n);
	buf_addc(&auth, ',');
	buf_add(&auth, buf_p(&final), final.n);
	salted(s, &c, key);
	hmac(key, SPAN("Client Key"), client);
	SHA256(client, sizeof(client), stored);
	hmac(stored, buf_span(&auth), proof);
	for (size_t i = 0; i < HASH; i++)
		proof[i] ^= client[i];
	hmac(key, SPAN("Server Key"), client);
	hmac(client, buf_span(&auth), s->server);
	buf_adds(&final, ",p=");
	add_base64(&final, proof, sizeof(proof));
	add_lines(out, buf_span(&final));
	sodium_memzero(key, sizeof(key));
	sodium_memzero(client, sizeof(client));
	buf_done(&final);
	buf_done(&auth);
	return 0;
}

static int scram_verify(struct sasl *s, struct span in, struct buf *out)
{
	unsigned char said[HASH];
	struct span v;
	size_t n;

	if (attribute(&in, 'e', &v))
		return fail(s, "the server did not take the proof");
	if (!attribute(&in, 'v', &v) || !from_base64(v, said, sizeof(said), &n) || n != HASH ||
	    sodium_memcmp(said, s->server, HASH) != 0)
		return fail(s, "the server does not know the password: it is somebody else");
	s->verified = true;
	buf_adds(out, "AUTHENTICATE +\r\n");
	return 0;
}

static int step_scram(struct sasl *s, struct span in, struct buf *out)
{
	switch (s->step) {
	case 0:
		return scram_first(s, out);
	case 1:
		return scram_final(s, in, out);
	case 2:
		return scram_verify(s, in, out);
	default:
		return fail(s, "the server asks more than SCRAM has");
	}
}

static int step_none(struct sasl *s, UNUSED struct span in, UNUSED struct buf *out)
{
	return fail(s, "nobody wanted to log in");
}

static int (*const steps[])(struct sasl *s, struct span in, struct buf *out) = {
	[SASL_NONE] = step_none,
	[SASL_PLAIN] = step_plain,
	[SASL_EXTERNAL] = step_external,
	[SASL_SCRAM] = step_scram,
};

static int take_whole(struct sasl *s, struct buf *out)
{
	struct buf message = { 0 };
	char *dst = buf_reserve(&message, s->input.n + 1);
	size_t n = 0;
	int r;

	if (!from_base64(buf_span(&s->input), dst, s->input.n + 1, &n)) {
		buf_clear(&message);
		return fail(s, "the server's challenge is not base64");
	}
	buf_commit(&message, n);
	buf_clear(&s->input);
	r = steps[s->login.mechanism](s, buf_span(&message), out);
	s->step++;
	buf_clear(&message);
	return r;
}

int sasl_take(struct sasl *s, struct span param, struct buf *out)
{
	const bool is_empty = param.n == 1 && param.p[0] == '+';

	if (param.n > SASL_PIECE || s->input.n + param.n > SASL_INPUT)
		return fail(s, "the server's challenge has no end");
	if (!is_empty)
		buf_add(&s->input, param.p, param.n);
	return param.n == SASL_PIECE ? 0 : take_whole(s, out);
}

bool sasl_is_done(const struct sasl *s)
{
	return s->verified;
}
