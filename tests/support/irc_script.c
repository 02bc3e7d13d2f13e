/* irc_script.c - see irc_script.h. */
#include "tests/support/irc_script.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/secure.h"
#include "tests/support/tmp.h"

#define SERVER "irc.test"

static void take_line(struct irc_pipe *p, struct span line)
{
	struct irc_script *s = CONTAINER_OF(p, struct irc_script, pipe);
	const char *space;

	if (line.n && line.p[0] == '@' && (space = memchr(line.p, ' ', line.n))) {
		line.n -= (size_t)(space + 1 - line.p);
		line.p = space + 1;
	}
	if (line.n > 5 && !memcmp(line.p, "PING ", 5) && !s->silent) {
		line.n -= 5;
		line.p += 5;
		if (*line.p == ':') {
			line.n--;
			line.p++;
		}
		irc_script_say(s, ":" SERVER " PONG " SERVER " :%.*s", (int)line.n, line.p);
		return;
	}
	buf_add(&p->text, line.p, line.n);
}

void irc_script_listen(struct irc_script *s, const char *tls_dir)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	const int one = 1;

	*s = (struct irc_script){ .pipe = { .fd = -1, .who = "the bridge", .line = take_line } };
	s->port = tmp_port();
	if (tls_dir) {
		s->cert_file = tmp_path(tls_dir, "cert.pem");
		s->key_file = tmp_path(tls_dir, "key.pem");
	}
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(s->port);
	s->listener = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(bind(s->listener, (struct sockaddr *)&at, sizeof(at)), "bind");
	must(listen(s->listener, 8), "listen");
}

void irc_script_free(struct irc_script *s)
{
	irc_pipe_close(&s->pipe);
	close(s->listener);
	base_freep(&s->cert_file);
	base_freep(&s->key_file);
}

bool irc_script_accept(struct irc_script *s, uint64_t within_us)
{
	struct pollfd p = { .fd = s->listener, .events = POLLIN };

	irc_pipe_close(&s->pipe);
	s->nick[0] = '\0';
	if (poll(&p, 1, (int)(within_us / 1000)) <= 0)
		return false;
	s->pipe.fd = must(accept4(s->listener, NULL, NULL, SOCK_CLOEXEC), "accept");
	if (!s->cert_file || (s->pipe.secure = secure_serve(s->pipe.fd, s->cert_file, s->key_file)))
		return true;
	irc_pipe_hang_up(&s->pipe);
	return false;
}

void irc_script_hang_up(struct irc_script *s)
{
	irc_pipe_hang_up(&s->pipe);
}

void irc_script_bytes(struct irc_script *s, const void *p, size_t n)
{
	/* Whoever has been hung up on finds that out by reading. */
	if (!irc_pipe_send(&s->pipe, (struct span){ p, n }))
		irc_pipe_hang_up(&s->pipe);
}

void irc_script_say(struct irc_script *s, const char *fmt, ...)
{
	struct buf line = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&line, fmt, ap);
	va_end(ap);
	buf_adds(&line, "\r\n");
	irc_script_bytes(s, buf_p(&line), line.n);
	buf_done(&line);
}

/* Is it this command? What is behind it goes into `line`. */
static bool is_command(struct irc_script *s, struct span line, const char *command)
{
	const size_t n = strlen(command);

	if (line.n < n || strncasecmp(line.p, command, n) || (line.n > n && line.p[n] != ' '))
		return false;
	line.p += line.n > n ? n + 1 : n;
	line.n -= line.n > n ? n + 1 : n;
	snprintf(s->line, sizeof(s->line), "%.*s", (int)line.n, line.p);
	return true;
}

const char *irc_script_takes(struct irc_script *s, const char *command, uint64_t within_us)
{
	const uint64_t end = now_us() + within_us;
	struct span line;

	for (uint64_t now = now_us(); now <= end; now = now_us()) {
		line = irc_pipe_line(&s->pipe, end - now);
		if (!line.p)
			return NULL;
		if (is_command(s, line, command))
			return s->line;
	}
	return NULL;
}

const char *irc_script_take(struct irc_script *s, const char *command)
{
	const char *line = irc_script_takes(s, command, IRC_US);

	if (!line)
		die("%s%s never sent %s; all it sent:\n%s", s->pipe.who,
		    s->pipe.fd < 0 ? " (gone)" : "", command, buf_p(&s->pipe.text));
	return line;
}

/* ":a b" or "a b" behind the subcommand. */
static const char *behind_colon(const char *line)
{
	const char *colon = strchr(line, ':');
	const char *space = strchr(line, ' ');

	return colon ? colon + 1 : space ? space + 1 : "";
}

static bool negotiate(struct irc_script *s, struct span line, const char *caps, bool *asked)
{
	if (is_command(s, line, "NICK")) {
		snprintf(s->nick, sizeof(s->nick), "%s", s->line + (s->line[0] == ':'));
	} else if (is_command(s, line, "CAP")) {
		if (!strncmp(s->line, "LS", 2))
			irc_script_say(s, ":" SERVER " CAP * LS :%s", caps);
		else if (!strncmp(s->line, "REQ", 3))
			irc_script_say(s, ":" SERVER " CAP * ACK :%s", behind_colon(s->line));
		*asked = true;
		return !strcmp(s->line, "END");
	} else if (is_command(s, line, "AUTHENTICATE")) {
		return true;
	} else if (is_command(s, line, "USER")) {
		return !*asked;
	}
	return false;
}

const char *irc_script_negotiate(struct irc_script *s, const char *caps)
{
	const uint64_t end = now_us() + IRC_US;
	bool asked = false;

	for (uint64_t now = now_us(); now < end; now = now_us()) {
		const struct span line = irc_pipe_line(&s->pipe, end - now);

		if (!line.p)
			break;
		if (negotiate(s, line, caps, &asked))
			return s->line;
	}
	die("%s did not log in; all it sent:\n%s", s->pipe.who, buf_p(&s->pipe.text));
}

void irc_script_let_in(struct irc_script *s)
{
	irc_script_say(s, ":" SERVER " 001 %s :Welcome", s->nick);
	irc_script_say(s, ":" SERVER " 004 %s " SERVER " script iow biklmnopstv", s->nick);
	irc_script_say(s,
		       ":" SERVER " 005 %s CASEMAPPING=rfc1459 CHANTYPES=# NICKLEN=16 "
		       "PREFIX=(ov)@+ NETWORK=Script :are supported",
		       s->nick);
	irc_script_say(s, ":" SERVER " 376 %s :End of MOTD", s->nick);
}

void irc_script_welcome(struct irc_script *s, const char *caps)
{
	const char *line = irc_script_negotiate(s, caps);

	if (strncmp(line, "END", 3) && !strchr(line, ':'))
		die("%s wants to authenticate: %s", s->pipe.who, line);
	irc_script_let_in(s);
}

void irc_script_join(struct irc_script *s, const char *channel, const char *others)
{
	const size_t n = strlen(channel);

	do
		irc_script_take(s, "JOIN");
	while (strncmp(s->line, channel, n) || (s->line[n] && s->line[n] != ' '));
	irc_script_say(s, ":%s!mud@127.0.0.1 JOIN %s", s->nick, channel);
	irc_script_say(s, ":" SERVER " 353 %s = %s :%s %s", s->nick, channel, s->nick, others);
	irc_script_say(s, ":" SERVER " 366 %s %s :End", s->nick, channel);
}

bool irc_script_hears(struct irc_script *s, const char *text, uint64_t within_us)
{
	const uint64_t end = now_us() + within_us;

	for (uint64_t now = now_us(); now <= end; now = now_us()) {
		const char *line = irc_script_takes(s, "PRIVMSG", end - now);

		if (!line)
			return false;
		if (strstr(line, text))
			return true;
	}
	return false;
}
