/*
 * nets.c - see nets.h.
 */
#include "bridges/irc/nets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/secret.h"
#include "rt/text.h"

enum { NAME_BYTES = 32, NICK_BYTES = 30 };

const char *const nets_mechanisms[] = {
	[SASL_NONE] = "none",
	[SASL_PLAIN] = "plain",
	[SASL_EXTERNAL] = "external",
	[SASL_SCRAM] = "scram",
	NULL,
};

/* What is written, before it is looked at. */
struct words {
	char *name, *host, *port, *tls, *nick, *realname, *sasl, *account;
	char *password_file, *server_password_file, *cert_file, *ca_file;
};

struct word {
	const char *name;
	size_t offset;
};

#define AT(field)                                                                                  \
	{                                                                                          \
#field, offsetof(struct words, field)                                              \
	}
static const struct word known[] = {
	AT(host),      AT(port),	  AT(tls),
	AT(nick),      AT(realname),	  AT(sasl),
	AT(account),   AT(password_file), AT(server_password_file),
	AT(cert_file), AT(ca_file),
};

static char **slot(struct words *w, size_t offset)
{
	return (char **)(void *)((char *)w + offset);
}

static void put(char **dst, struct span s)
{
	free(*dst);
	*dst = base_dup(s.p, s.n);
}

static void words_done(struct words *w)
{
	free(w->name);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		free(*slot(w, known[i].offset));
}

static struct span of(const char *s)
{
	return (struct span){ s ? s : "", s ? strlen(s) : 0 };
}

/* HOST, HOST:PORT, [V6]:PORT */
static void put_address(struct words *w, struct span s)
{
	const char *colon = memrchr(s.p, ':', s.n);
	const bool bracket = s.n && s.p[0] == '[';

	if (colon && (bracket ? colon[-1] == ']' : memchr(s.p, ':', s.n) == colon)) {
		put(&w->port, (struct span){ colon + 1, s.n - (size_t)(colon - s.p) - 1 });
		s.n = (size_t)(colon - s.p);
	}
	if (bracket && s.n > 1 && s.p[s.n - 1] == ']')
		s = (struct span){ s.p + 1, s.n - 2 };
	put(&w->host, s);
}

/* False: nobody knows it. */
static bool put_word(struct words *w, struct span word)
{
	const char *equals = memchr(word.p, '=', word.n);
	const size_t n = equals ? (size_t)(equals - word.p) : 0;

	if (!equals && !w->host) {
		put_address(w, word);
		return true;
	}
	for (size_t i = 0; equals && i < ARRAY_LEN(known); i++) {
		if (strlen(known[i].name) != n || memcmp(known[i].name, word.p, n) != 0)
			continue;
		put(slot(w, known[i].offset), (struct span){ equals + 1, word.n - n - 1 });
		return true;
	}
	return false;
}

static int mistake(struct buf *why, const char *name, const char *text)
{
	buf_addf(why, "network %s: %s. ", name, text);
	return 1;
}

/* What goes into one word of a line. */
static bool is_word(const char *s, size_t most)
{
	const size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			return false;
	return n > 0 && n <= most;
}

static bool is_name(const char *s)
{
	return is_word(s, NAME_BYTES) && !strpbrk(s, "/#&+!=,") &&
	       text_is_utf8((struct span){ s, strlen(s) });
}

static bool is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return IN6_IS_ADDR_LOOPBACK(&v6);
	return !strcmp(host, "localhost");
}

static int set_port(struct net_conf *c, const char *port, struct buf *why)
{
	char *end;
	const long n = strtol(port, &end, 10);

	if (*end || n < 1 || n > 65535)
		return mistake(why, c->name, "a port is a number from 1 to 65535");
	c->port = (uint16_t)n;
	return 0;
}

static int set_tls(struct net_conf *c, const char *tls, struct buf *why)
{
	c->tls = !strcmp(tls, "yes") || !strcmp(tls, "true");
	return c->tls || !strcmp(tls, "no") || !strcmp(tls, "false")
		       ? 0
		       : mistake(why, c->name, "tls is yes or no");
}

static int set_sasl(struct net_conf *c, const char *name, struct buf *why)
{
	for (size_t i = 0; nets_mechanisms[i]; i++) {
		if (strcmp(nets_mechanisms[i], name) != 0)
			continue;
		c->sasl = (enum sasl_mechanism)i;
		return 0;
	}
	return mistake(why, c->name, "sasl is none, plain, external or scram");
}

static int read_secret(char **ret, const char *file, struct buf *why)
{
	if (!file || !*file)
		return 0;
	if (secret_read(ret, file, true, why) == 0)
		return 0;
	buf_adds(why, ". ");
	return 1;
}

/* A login that cannot work, or that would show its password to everybody on the way. */
static int judge_login(const struct net_conf *c, struct buf *why)
{
	if (c->server_password && !c->tls && !is_loopback(c->host))
		return mistake(why, c->name, "a server_password_file needs TLS");
	switch (c->sasl) {
	case SASL_NONE:
		return 0;
	case SASL_EXTERNAL:
		if (!c->tls || !*c->cert_file)
			return mistake(why, c->name, "sasl=external needs TLS and a cert_file");
		return 0;
	case SASL_PLAIN:
		if (!c->tls && !is_loopback(c->host))
			return mistake(why, c->name, "sasl=plain needs TLS");
		break;
	case SASL_SCRAM:
		break;
	}
	if (!*c->account || !c->password)
		return mistake(why, c->name, "this sasl needs an account and a password_file");
	return 0;
}

/* Which word it is that is wrong, of several the first. */
static int blame(struct net_conf *c, const char *word, int wrong)
{
	if (wrong && !c->fault)
		c->fault = word;
	return wrong;
}

static int judge_names(struct net_conf *c, struct buf *why)
{
	int wrong = 0;

	if (!is_name(c->name))
		wrong |= blame(c, "name",
			       mistake(why, c->name,
				       "a network's name is a word without / # & + ! = ,"));
	if (!is_word(c->host, 255))
		wrong |= blame(c, "host", mistake(why, c->name, "it has no host"));
	if (!is_word(c->nick, NICK_BYTES) || strpbrk(c->nick, "!@#&,*?:") ||
	    (c->nick[0] >= '0' && c->nick[0] <= '9'))
		wrong |= blame(c, "nick", mistake(why, c->name, "that is no nick"));
	return wrong;
}

static int judge(struct net_conf *c, const struct words *w, struct buf *why)
{
	int wrong = judge_names(c, why);

	wrong |= blame(c, "port", set_port(c, w->port, why));
	wrong |= blame(c, "tls", set_tls(c, w->tls, why));
	wrong |= blame(c, "sasl", set_sasl(c, w->sasl, why));
	wrong |= blame(c, "password_file", read_secret(&c->password, w->password_file, why));
	wrong |= blame(c, "server_password_file",
		       read_secret(&c->server_password, w->server_password_file, why));
	return wrong ? 1 : blame(c, "sasl", judge_login(c, why));
}

static void net_conf_done(struct net_conf *c)
{
	free(c->name);
	free(c->host);
	free(c->nick);
	free(c->realname);
	free(c->account);
	secret_free(c->password);
	secret_free(c->server_password);
	free(c->cert_file);
	free(c->ca_file);
}

/* Takes the words. *fault: the one that is wrong. */
static int add(struct nets *t, struct words *w, struct buf *why, const char **fault)
{
	struct net_conf c = { 0 };
	int wrong;

	c.name = TAKE(w->name);
	c.host = TAKE(w->host);
	c.nick = TAKE(w->nick);
	c.realname = TAKE(w->realname);
	c.account = TAKE(w->account);
	c.cert_file = TAKE(w->cert_file);
	c.ca_file = TAKE(w->ca_file);
	wrong = judge(&c, w, why);
	words_done(w);
	if (!wrong && t->n >= NETS_MAX)
		wrong = mistake(why, c.name, "there are too many");
	if (!wrong && nets_find(t, of(c.name)))
		wrong = mistake(why, c.name, "there are two of this name");
	if (wrong) {
		*fault = c.fault ? c.fault : "networks";
		net_conf_done(&c);
		return 1;
	}
	t->v = base_realloc(t->v, t->n + 1, sizeof(*t->v));
	t->v[t->n++] = c;
	return 0;
}

static void put_default(char **dst, const char *s)
{
	if (!*dst)
		put(dst, of(s));
}

/* What is the same for all, where it is not said. */
static void put_defaults(struct words *w, const struct irc_conf *conf)
{
	struct buf port = { 0 };

	buf_addf(&port, "%lld", (long long)conf->port);
	if (!w->port)
		put(&w->port, buf_span(&port));
	buf_done(&port);
	put_default(&w->host, "");
	put_default(&w->tls, conf->tls ? "yes" : "no");
	put_default(&w->nick, conf->nick);
	put_default(&w->realname, conf->realname);
	put_default(&w->sasl, nets_mechanisms[SASL_NONE]);
	put_default(&w->account, "");
	put_default(&w->cert_file, "");
	put_default(&w->ca_file, conf->ca_file);
}

static int add_first(struct nets *t, const struct irc_conf *conf, struct buf *why,
		     const char **fault)
{
	struct words w = { 0 };

	if (!*conf->host)
		return 0;
	put(&w.name, of(conf->name));
	put(&w.host, of(conf->host));
	put(&w.sasl, of(nets_mechanisms[conf->sasl]));
	put(&w.account, of(conf->account));
	put(&w.password_file, of(conf->password_file));
	put(&w.server_password_file, of(conf->server_password_file));
	put(&w.cert_file, of(conf->cert_file));
	put_defaults(&w, conf);
	return add(t, &w, why, fault);
}

static int add_row(struct nets *t, const char *row, const struct irc_conf *conf, struct buf *why)
{
	struct span rest = of(row), word = text_word(&rest);
	struct words w = { 0 };
	const char *fault;
	int wrong = 0;

	put(&w.name, word);
	for (word = text_word(&rest); word.n && !wrong; word = text_word(&rest)) {
		wrong = !put_word(&w, word);
		if (wrong)
			buf_addf(why, "network %s: `%.*s` means nothing here. ", w.name,
				 (int)word.n, word.p);
	}
	if (wrong) {
		words_done(&w);
		return 1;
	}
	put_defaults(&w, conf);
	return add(t, &w, why, &fault);
}

int nets_read(struct nets *ret, const struct irc_conf *conf, struct buf *why,
	      char option[NETS_OPTION])
{
	const char *fault = "networks";
	int wrong;

	*ret = (struct nets){ 0 };
	wrong = add_first(ret, conf, why, &fault);
	snprintf(option, NETS_OPTION, "irc.%s", fault);
	for (char **row = conf->networks; row && *row; row++)
		wrong |= add_row(ret, *row, conf, why);
	if (wrong)
		nets_done(ret);
	return wrong;
}

void nets_done(struct nets *t)
{
	for (size_t i = 0; i < t->n; i++)
		net_conf_done(&t->v[i]);
	free(t->v);
	*t = (struct nets){ 0 };
}

const struct net_conf *nets_find(const struct nets *t, struct span name)
{
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->v[i].name) == name.n && memcmp(t->v[i].name, name.p, name.n) == 0)
			return &t->v[i];
	return NULL;
}
