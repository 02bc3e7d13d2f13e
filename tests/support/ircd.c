/* ircd.c - see ircd.h. */
#include "tests/support/ircd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/buf.h"
#include "tests/support/die.h"
#include "tests/support/irc_pipe.h"
#include "tests/support/secure.h"
#include "tests/support/tmp.h"

enum { UP_US = 15000000, STEP_US = 5000, END_US = 3000000 };

/* Written as they are used: what differs is filled in by the functions below. */
static const char *const inspircd_modules[] = {
	"ssl_gnutls",
	"cap",
	"ircv3",
	"ircv3_accounttag",
	"ircv3_batch",
	"ircv3_capnotify",
	"ircv3_chghost",
	"ircv3_ctctags",
	"ircv3_echomessage",
	"ircv3_labeledresponse",
	"ircv3_msgid",
	"ircv3_servertime",
	"namesx",
	"allowinvite",
};

static void write_ngircd(const struct ircd *i, const struct ircd_conf *c, struct buf *out)
{
	buf_addf(out,
		 "[Global]\nName = irc.test\nInfo = a test\nListen = 127.0.0.1\nPorts = %u\n"
		 "MotdPhrase = hello\nNetwork = Test\n"
		 "[Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\n"
		 "MaxNickLength = 24\nPingTimeout = 600\nMaxPenaltyTime = %d\n"
		 "[Options]\nDNS = no\nIdent = no\nPAM = no\n"
		 "[SSL]\nCertFile = %s\nKeyFile = %s/key.pem\nPorts = %u\n%s",
		 i->port, c->strict ? -1 : 0, i->ca_file, i->dir, i->tls_port,
		 c->extra ? c->extra : "");
}

static void write_inspircd(const struct ircd *i, const struct ircd_conf *c, struct buf *out)
{
	for (size_t k = 0; k < ARRAY_LEN(inspircd_modules); k++)
		buf_addf(out, "<module name=\"%s\">\n", inspircd_modules[k]);
	buf_addf(out,
		 "<server name=\"irc.test\" description=\"a test\" network=\"Test\" id=\"97K\">\n"
		 "<admin name=\"a\" nick=\"a\" email=\"a@irc.test\">\n"
		 "<bind address=\"127.0.0.1\" port=\"%u\" type=\"clients\">\n"
		 "<bind address=\"127.0.0.1\" port=\"%u\" type=\"clients\" ssl=\"tls\">\n"
		 "<sslprofile name=\"tls\" provider=\"gnutls\" certfile=\"%s\" "
		 "keyfile=\"%s/key.pem\">\n"
		 "<performance quietbursts=\"yes\" somaxconn=\"1024\" softlimit=\"8000\">\n"
		 "<files motd=\"/dev/null\">\n<dns server=\"127.0.0.1\" timeout=\"1\">\n"
		 "<path datadir=\"%s\" logdir=\"%s\" runtimedir=\"%s\">\n",
		 i->port, i->tls_port, i->ca_file, i->dir, i->dir, i->dir, i->dir);
	buf_addf(out,
		 "<connect allow=\"*\" timeout=\"20\" pingfreq=\"600\" hardsendq=\"256M\" "
		 "softsendq=\"64M\" recvq=\"%s\" threshold=\"%d\" commandrate=\"%d\" "
		 "fakelag=\"%s\" localmax=\"8000\" globalmax=\"8000\" limit=\"8000\" "
		 "maxchans=\"100\" useident=\"no\" resolvehostnames=\"no\">\n%s",
		 c->strict ? "8K" : "16M", c->strict ? 10 : 1000000, c->strict ? 1000 : 1000000000,
		 "no", c->extra ? c->extra : "");
}

struct ircd_program {
	const char *name;
	void (*write)(const struct ircd *i, const struct ircd_conf *c, struct buf *out);
	const char *argv[6]; /* "%": the file */
};

static const struct ircd_program programs[IRCD_KINDS] = {
	[IRCD_NGIRCD] = { "ngircd", write_ngircd, { "/usr/sbin/ngircd", "-n", "-f", "%" } },
	[IRCD_INSPIRCD] = { "inspircd",
			    write_inspircd,
			    { "/usr/sbin/inspircd", "--nofork", "--nopid", "--config", "%",
			      "--runasroot" } },
};

const char *ircd_name(enum ircd_kind kind)
{
	return programs[kind].name;
}

static void wait_up(struct ircd *i)
{
	const uint64_t end = now_us() + UP_US;
	struct irc_pipe p = { 0 };

	while (!irc_pipe_open(&p, i->port, false)) {
		if (now_us() > end || !child_is_alive(i->child.pid)) {
			CLEANUP(base_freep) char *log = tmp_read(i->child.log);

			die("%s did not come up:\n%s", ircd_name(i->kind), log);
		}
		usleep(STEP_US);
	}
	irc_pipe_close(&p);
}

void ircd_again(struct ircd *i)
{
	const struct ircd_program *program = &programs[i->kind];
	CLEANUP(base_freep) char *log = tmp_path(i->dir, "ircd.out");
	const char *argv[ARRAY_LEN(program->argv) + 1] = { 0 };

	for (size_t k = 0; k < ARRAY_LEN(program->argv) && program->argv[k]; k++)
		argv[k] = program->argv[k][0] == '%' ? i->conf_file : program->argv[k];
	child_start(&i->child, argv, log);
	wait_up(i);
}

void ircd_start(struct ircd *i, const struct ircd_conf *c)
{
	struct buf text = { 0 };

	*i = (struct ircd){ .kind = c->kind, .dir = tmp_dir() };
	i->ca_file = tmp_path(i->dir, "cert.pem");
	i->conf_file = tmp_path(i->dir, "ircd.conf");
	i->port = tmp_port();
	do
		i->tls_port = tmp_port();
	while (i->tls_port == i->port);
	secure_certificate(i->dir, c->wrong_name ? "irc.example" : "localhost");
	programs[c->kind].write(i, c, &text);
	buf_addc(&text, '\0');
	tmp_write(i->conf_file, buf_p(&text));
	buf_done(&text);
	ircd_again(i);
}

void ircd_kill(struct ircd *i)
{
	child_end(&i->child, SIGKILL, END_US);
}

void ircd_stop(struct ircd *i)
{
	ircd_kill(i); /* whoever is still in it has lost nothing by that */
	free(TAKE(i->ca_file));
	free(TAKE(i->conf_file));
}
