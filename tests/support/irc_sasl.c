/* irc_sasl.c - see irc_sasl.h. */
#include "tests/support/irc_sasl.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/die.h"

enum { PIECE = 400, HASH = SHA256_DIGEST_LENGTH, ROUNDS = 4096, PAYLOAD_MAX = 8192 };

static void decode(struct buf *out, const char *text, size_t n)
{
	size_t padding = 0;
	int got;

	while (padding < 2 && padding < n && text[n - 1 - padding] == '=')
		padding++;
	if (n % 4)
		die("no base64: %s", text);
	got = EVP_DecodeBlock((unsigned char *)buf_reserve(out, n + 1), (const unsigned char *)text,
			      (int)n);
	if (got < 0)
		die("no base64: %s", text);
	buf_commit(out, (size_t)got - padding);
}

static void encode(struct buf *out, struct span s)
{
	char *to = buf_reserve(out, s.n * 2 + 8);
	const int n = EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)s.p, (int)s.n);

	buf_commit(out, (size_t)n);
}

struct buf irc_sasl_take(struct irc_script *s)
{
	struct buf all = { 0 }, ret = { 0 };
	size_t n;

	do {
		const char *piece = irc_script_takes(s, "AUTHENTICATE", IRC_US);

		if (!piece && s->pipe.fd >= 0)
			die("%s says nothing more; all it sent:\n%s", s->pipe.who,
			    buf_p(&s->pipe.text));
		/* Who goes has given up, too. */
		piece = piece ? piece : "*";
		n = strlen(piece);
		if (n > PIECE)
			die("a piece of %zu bytes", n);
		if (strcmp(piece, "+"))
			buf_add(&all, piece, n);
	} while (n == PIECE && all.n < PAYLOAD_MAX);
	buf_addc(&all, '\0');
	if (!strcmp(buf_p(&all), "*"))
		buf_adds(&ret, "*");
	else
		decode(&ret, buf_p(&all), all.n - 1);
	buf_done(&all);
	*buf_reserve(&ret, 1) = '\0';
	return ret;
}

void irc_sasl_go_on(struct irc_script *s)
{
	irc_script_say(s, "AUTHENTICATE +");
}

void irc_sasl_say(struct irc_script *s, struct span payload)
{
	struct buf text = { 0 };
	size_t at = 0;

	encode(&text, payload);
	for (; text.n - at >= PIECE; at += PIECE)
		irc_script_say(s, "AUTHENTICATE %.*s", PIECE, buf_p(&text) + at);
	if (at < text.n)
		irc_script_say(s, "AUTHENTICATE %.*s", (int)(text.n - at), buf_p(&text) + at);
	else
		irc_sasl_go_on(s);
	buf_done(&text);
}

void irc_sasl_welcome(struct irc_script *s, const char *account)
{
	irc_script_say(s, ":irc.test 900 %s %s!mud@127.0.0.1 %s :You are now logged in", s->nick,
		       s->nick, account);
	irc_script_say(s, ":irc.test 903 %s :SASL authentication successful", s->nick);
}

static void mac(const unsigned char *key, struct span text, unsigned char ret[HASH])
{
	unsigned n = HASH;

	HMAC(EVP_sha256(), key, HASH, (const unsigned char *)text.p, text.n, ret, &n);
}

struct scram {
	struct buf first, server, last; /* client-first-bare, server-first, client-final */
	unsigned char salted[HASH];
	struct buf all; /* AuthMessage */
};

/* The value of `name` in "r=...,s=...": up to the next comma. */
static struct span value_of(const struct buf *message, char name)
{
	const char *p = buf_p(message), *end = p + message->n;

	while (p < end) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		const char *stop = comma ? comma : end;

		if (stop - p >= 2 && p[0] == name && p[1] == '=')
			return (struct span){ p + 2, (size_t)(stop - p) - 2 };
		p = stop + 1;
	}
	return (struct span){ "", 0 };
}

static void say_first(struct irc_script *s, struct scram *x, const char *password,
		      enum irc_scram_lie lie)
{
	static const unsigned char salt[16] = "a grain of salt";
	const struct span nonce = value_of(&x->first, 'r');
	const int rounds = lie == SCRAM_FEW_ROUNDS ? 1 : ROUNDS;

	PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, sizeof(salt), rounds, EVP_sha256(),
			  HASH, x->salted);
	buf_addf(&x->server, "r=%.*sserver-nonce,s=", lie == SCRAM_WRONG_NONCE ? 1 : (int)nonce.n,
		 nonce.p);
	encode(&x->server, (struct span){ (const char *)salt, sizeof(salt) });
	buf_addf(&x->server, ",i=%d", rounds);
	irc_sasl_say(s, buf_span(&x->server));
}

/* Does the proof show that it knows the password? */
static bool is_proved(struct scram *x)
{
	unsigned char key[HASH], stored[HASH], signature[HASH], hash[HASH];
	const struct span proof = value_of(&x->last, 'p');
	struct buf bytes = { 0 };
	bool fine;

	if (!proof.n || proof.p - 3 < buf_p(&x->last))
		return false;
	buf_addf(&x->all, "%s,%s,%.*s", buf_p(&x->first), buf_p(&x->server),
		 (int)(proof.p - 3 - buf_p(&x->last)), buf_p(&x->last));
	mac(x->salted, SPAN("Client Key"), key);
	SHA256(key, HASH, stored);
	mac(stored, buf_span(&x->all), signature);
	decode(&bytes, proof.p, proof.n);
	for (size_t i = 0; i < HASH && i < bytes.n; i++)
		key[i] = (unsigned char)(buf_p(&bytes)[i] ^ signature[i]);
	fine = bytes.n == HASH;
	buf_done(&bytes);
	SHA256(key, HASH, hash);
	return fine && !memcmp(hash, stored, HASH);
}

static void say_signature(struct irc_script *s, struct scram *x, bool wrong)
{
	unsigned char key[HASH], signature[HASH];
	struct buf text = { 0 };

	mac(x->salted, SPAN("Server Key"), key);
	key[0] = (unsigned char)(key[0] ^ (wrong ? 1 : 0));
	mac(key, buf_span(&x->all), signature);
	buf_adds(&text, "v=");
	encode(&text, (struct span){ (const char *)signature, HASH });
	irc_sasl_say(s, buf_span(&text));
	buf_done(&text);
}

static bool serve(struct irc_script *s, struct scram *x, const char *password,
		  enum irc_scram_lie lie)
{
	struct buf message = irc_sasl_take(s);
	const char *bare;

	/* gs2-header: no channel binding, perhaps an authzid */
	bare = message.n > 2 && buf_p(&message)[0] == 'n' ? strchr(buf_p(&message) + 2, ',') : NULL;
	if (!bare)
		die("that is no first message of SCRAM: %s", buf_p(&message));
	buf_addf(&x->first, "%s", bare + 1);
	buf_done(&message);
	*buf_reserve(&x->first, 1) = '\0';
	say_first(s, x, password, lie);
	*buf_reserve(&x->server, 1) = '\0';
	x->last = irc_sasl_take(s);
	if (!strcmp(buf_p(&x->last), "*") || !is_proved(x))
		return false;
	if (lie == SCRAM_NO_SIGNATURE)
		return true;
	say_signature(s, x, lie == SCRAM_WRONG_SIGNATURE);
	message = irc_sasl_take(s);
	const bool taken = strcmp(buf_p(&message), "*") != 0;
	buf_done(&message);
	return taken;
}

bool irc_scram_serve(struct irc_script *s, const char *password, enum irc_scram_lie lie)
{
	struct scram x = { 0 };
	bool fine;

	irc_sasl_go_on(s);
	fine = serve(s, &x, password, lie);
	buf_done(&x.first);
	buf_done(&x.server);
	buf_done(&x.last);
	buf_done(&x.all);
	return fine;
}
