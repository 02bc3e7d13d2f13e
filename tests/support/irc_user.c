/* irc_user.c - see irc_user.h. */
#include "tests/support/irc_user.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/die.h"

enum { LINE_MAX_BYTES = 512, MEMBER_STEP_US = 1000000, CROWD_AT_ONCE = 250, CROWD_ACCEPT = 8 };

static void send_to(struct irc_user *u, struct span bytes)
{
	if (!irc_pipe_send(&u->pipe, bytes))
		die("%s: the server has hung up; in the end:\n%s", u->nick, buf_p(&u->pipe.text));
}

static void PRINTF_LIKE(2, 0) send_line(struct irc_user *u, const char *fmt, va_list ap)
{
	struct buf line = { 0 };

	buf_vaddf(&line, fmt, ap);
	buf_adds(&line, "\r\n");
	send_to(u, buf_span(&line));
	buf_done(&line);
}

void irc_user_line(struct irc_user *u, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	send_line(u, fmt, ap);
	va_end(ap);
}

void irc_user_bytes(struct irc_user *u, struct span bytes)
{
	send_to(u, bytes);
}

void irc_user_say(struct irc_user *u, const char *target, const char *fmt, ...)
{
	struct buf line = { 0 };
	va_list ap;

	buf_addf(&line, "PRIVMSG %s :", target);
	va_start(ap, fmt);
	buf_vaddf(&line, fmt, ap);
	va_end(ap);
	buf_adds(&line, "\r\n");
	send_to(u, buf_span(&line));
	buf_done(&line);
}

/* Behind the first space that is not a space. */
static struct span behind_word(struct span s)
{
	const char *space = memchr(s.p, ' ', s.n);
	size_t n = space ? (size_t)(space - s.p) : s.n;

	while (n < s.n && s.p[n] == ' ')
		n++;
	return (struct span){ s.p + n, s.n - n };
}

/* ":joe PRIVMSG #mud :hello" out of "@time=... :joe!j@host PRIVMSG #mud :hello" */
static void take_line(struct irc_pipe *p, struct span line)
{
	const char *space, *bang;

	if (line.n && line.p[0] == '@')
		line = behind_word(line);
	if (line.n > 5 && !memcmp(line.p, "PING ", 5)) {
		struct buf pong = { 0 };

		buf_addf(&pong, "PONG %.*s\r\n", (int)line.n - 5, line.p + 5);
		irc_pipe_send(p, buf_span(&pong));
		buf_done(&pong);
		return;
	}
	space = memchr(line.p, ' ', line.n);
	bang = space ? memchr(line.p, '!', (size_t)(space - line.p)) : NULL;
	if (line.n && line.p[0] == ':' && bang) {
		buf_add(&p->text, line.p, (size_t)(bang - line.p));
		line.n -= (size_t)(space - line.p);
		line.p = space;
	}
	buf_add(&p->text, line.p, line.n);
}

/* All that can be said without an answer. */
static void begin(struct irc_user *u, const char *nick, const struct irc_way *way)
{
	*u = (struct irc_user){ .pipe = { .line = take_line } };
	snprintf(u->nick, sizeof(u->nick), "%s", nick);
	u->pipe.who = u->nick;
	if (!irc_pipe_open(&u->pipe, way->port, way->tls))
		die("%s: no IRC server on port %u", nick, way->port);
	if (way->caps)
		irc_user_line(u, "CAP REQ :%s", way->caps);
	irc_user_line(u, "NICK %s\r\nUSER %s 0 * :%s", nick, nick, nick);
}

void irc_user_open_by(struct irc_user *u, const char *nick, const struct irc_way *way)
{
	begin(u, nick, way);
	if (way->caps) {
		irc_user_expect(u, " ACK ");
		irc_user_line(u, "CAP END");
	}
	irc_user_expect(u, " 001 ");
	irc_user_expect(u, "\n");
}

void irc_user_open(struct irc_user *u, const char *nick, uint16_t port)
{
	irc_user_open_by(u, nick, &(struct irc_way){ .port = port });
}

void irc_user_close(struct irc_user *u)
{
	irc_pipe_close(&u->pipe);
}

void irc_user_join(struct irc_user *u, const char *channel)
{
	char end[128];

	irc_user_line(u, "JOIN %s", channel);
	snprintf(end, sizeof(end), " 366 %s %.*s ", u->nick, (int)strcspn(channel, " "), channel);
	irc_user_expect(u, end);
	irc_user_expect(u, "\n");
}

void irc_user_expect(struct irc_user *u, const char *text)
{
	irc_pipe_expect(&u->pipe, text);
}

bool irc_user_sees(struct irc_user *u, const char *text, uint64_t within_us)
{
	return irc_pipe_sees(&u->pipe, text, within_us);
}

size_t irc_user_count(const struct irc_user *u, const char *text)
{
	return irc_pipe_count(&u->pipe, text);
}

/* In a list of NAMES: " 353 joe = #mud :@joe Mudlark". */
static bool is_named(struct span line, const char *nick)
{
	struct span word = { memchr(line.p, ':', line.n), 0 };
	const size_t n = strlen(nick);

	word.p = word.p ? memmem(word.p + 1, line.n - (size_t)(word.p + 1 - line.p), ":", 1) : NULL;
	if (!word.p)
		return false;
	word.p++;
	word.n = line.n - (size_t)(word.p - line.p);
	for (; word.n; word = behind_word(word)) {
		const size_t sign = strspn(word.p, "~&@%+");
		const struct span rest = { word.p + sign, word.n - sign };

		if (rest.n >= n && !strncasecmp(rest.p, nick, n) &&
		    (rest.n == n || rest.p[n] == ' '))
			return true;
	}
	return false;
}

/* One answer to NAMES, whole. */
static bool sees_member(struct irc_user *u, const char *nick, const char *channel)
{
	char names[160], end[160];
	bool is_there = false;
	struct span line;

	snprintf(names, sizeof(names), " %s :", channel);
	snprintf(end, sizeof(end), " 366 %s %s ", u->nick, channel);
	irc_user_line(u, "NAMES %s", channel);
	while ((line = irc_pipe_line(&u->pipe, IRC_US)).p &&
	       !memmem(line.p, line.n, end, strlen(end)))
		is_there |= memmem(line.p, line.n, " 353 ", 5) &&
			    memmem(line.p, line.n, names, strlen(names)) && is_named(line, nick);
	return is_there;
}

void irc_user_expect_member(struct irc_user *u, const char *nick, const char *channel)
{
	const uint64_t end = now_us() + IRC_US;

	/* Whoever comes is told of: that is when to ask again. */
	for (irc_user_idle(u, 0); now_us() < end; irc_pipe_read(&u->pipe, MEMBER_STEP_US))
		if (sees_member(u, nick, channel))
			return;
	die("%s never saw %s in %s; in the end:\n%s", u->nick, nick, channel,
	    buf_p(&u->pipe.text) + (u->pipe.text.n > 2000 ? u->pipe.text.n - 2000 : 0));
}

void irc_user_idle(struct irc_user *u, uint64_t quiet_us)
{
	while (irc_pipe_read(&u->pipe, quiet_us))
		;
}

static void drain(int fd)
{
	static const int flags = MSG_DONTWAIT | MSG_TRUNC;

	while (recv(fd, NULL, 1 << 20, flags) > 0)
		;
}

void irc_crowd_drain(struct irc_crowd *c)
{
	for (size_t i = 0; i < c->n; i++)
		drain(c->fds[i]);
}

/* So many log in together (inspircd lets people in once a second) and join. */
static void enter_together(struct irc_crowd *c, size_t n, const char *prefix, const char *channel,
			   uint16_t port)
{
	struct irc_user *u = base_alloc(n, sizeof(*u));
	char nick[24];

	for (size_t i = 0; i < n; i++) {
		snprintf(nick, sizeof(nick), "%s%zu", prefix, c->n + i);
		begin(&u[i], nick, &(struct irc_way){ .port = port, .caps = "multi-prefix" });
		/* ngircd lets ten wait to be accepted. */
		for (size_t k = i - i % CROWD_ACCEPT;
		     i % CROWD_ACCEPT == CROWD_ACCEPT - 1 && k <= i; k++)
			irc_user_expect(&u[k], " ACK ");
	}
	for (size_t i = 0; i < n; i++)
		irc_user_line(&u[i], "CAP END");
	for (size_t i = 0; i < n; i++) {
		irc_user_expect(&u[i], " 001 ");
		irc_user_line(&u[i], "JOIN %s", channel);
	}
	for (size_t i = 0; i < n; i++) {
		irc_user_expect(&u[i], " 366 ");
		c->fds[c->n++] = u[i].pipe.fd;
		u[i].pipe.fd = -1;
		irc_user_close(&u[i]);
	}
	free(u);
}

void irc_crowd_open(struct irc_crowd *c, size_t n, const char *prefix, const char *channel,
		    uint16_t port)
{
	*c = (struct irc_crowd){ .fds = base_alloc(n, sizeof(*c->fds)) };
	while (c->n < n) {
		const size_t left = n - c->n;

		enter_together(c, left < CROWD_AT_ONCE ? left : CROWD_AT_ONCE, prefix, channel,
			       port);
		irc_crowd_drain(c);
	}
}

void irc_crowd_close(struct irc_crowd *c)
{
	for (size_t i = 0; i < c->n; i++)
		close(c->fds[i]);
	free(TAKE(c->fds));
	c->n = 0;
}
