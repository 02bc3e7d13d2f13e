/* client.c - see client.h. */
#include "tests/scenario/client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/talk.h"

enum { IAC = 255, SB = 250, SE = 240, GA = 249, EOR = 239, WILL = 251, DO = 253 };
enum { MSSP = 70, GMCP = 201 };
enum state { S_TEXT, S_IAC, S_OPTION, S_SUB, S_SUB_IAC };

static void put(struct client *c, const void *p, size_t n)
{
	if (send(c->fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		die("%s: cannot send", c->who);
}

void client_begin(struct client *c, const char *who, uint16_t port, const char *supports)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	*c = (struct client){ .who = who, .supports = supports };
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons(port);
	c->fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	must(connect(c->fd, (struct sockaddr *)&a, sizeof(a)), "connect");
}

void client_end(struct client *c)
{
	close(c->fd);
	buf_done(&c->text);
	buf_done(&c->data);
	buf_done(&c->mssp);
	buf_done(&c->sub);
}

void client_type(struct client *c, const char *fmt, ...)
{
	char line[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	memcpy(line + n, "\r\n", 2);
	put(c, line, (size_t)n + 2);
}

void client_asks(struct client *c, const char *package, const char *json)
{
	const uint8_t begin[] = { IAC, SB, GMCP }, end[] = { IAC, SE };
	struct buf b = { 0 };

	buf_add(&b, begin, sizeof(begin));
	buf_addf(&b, "%s%s%s", package, *json ? " " : "", json);
	buf_add(&b, end, sizeof(end));
	put(c, buf_p(&b), b.n);
	buf_done(&b);
}

static void offered(struct client *c, uint8_t option)
{
	const uint8_t yes[] = { IAC, DO, option };

	if (option != GMCP && option != MSSP)
		return;
	put(c, yes, sizeof(yes));
	if (option == MSSP)
		return;
	client_asks(c, "Core.Hello", "{\"client\":\"scenario\",\"version\":\"1\"}");
	client_asks(c, "Core.Supports.Set", c->supports);
}

static void sub_done(struct client *c)
{
	const char *p = buf_p(&c->sub);

	if (c->sub.n && (uint8_t)*p == GMCP) {
		buf_add(&c->data, p + 1, c->sub.n - 1);
		buf_addc(&c->data, '\n');
	} else if (c->sub.n && (uint8_t)*p == MSSP) {
		buf_reset(&c->mssp);
		buf_add(&c->mssp, p + 1, c->sub.n - 1);
	}
	buf_reset(&c->sub);
}

static enum state command(struct client *c, uint8_t b)
{
	c->verb = b;
	if (b == GA || b == EOR)
		buf_adds(&c->text, TALK_GO);
	if (b == SB)
		return S_SUB;
	return b >= WILL && b < IAC ? S_OPTION : S_TEXT;
}

static enum state step(struct client *c, uint8_t b)
{
	switch ((enum state)c->state) {
	case S_TEXT:
		if (b != IAC && b != '\r')
			buf_addc(&c->text, (char)b);
		return b == IAC ? S_IAC : S_TEXT;
	case S_IAC:
		return command(c, b);
	case S_OPTION:
		if (c->verb == WILL)
			offered(c, b);
		return S_TEXT;
	case S_SUB:
		if (b != IAC)
			buf_addc(&c->sub, (char)b);
		return b == IAC ? S_SUB_IAC : S_SUB;
	case S_SUB_IAC:
		if (b == SE)
			sub_done(c);
		else
			buf_addc(&c->sub, (char)b);
		return b == SE ? S_TEXT : S_SUB;
	}
	return S_TEXT;
}

static void complain(const struct client *c, const char *what, const char *missing)
{
	die("%s: %s: %s\n--- text\n%.*s\n--- data\n%.*s---", c->who, what, missing, (int)c->text.n,
	    buf_p(&c->text), (int)c->data.n, buf_p(&c->data));
}

/* Reads something; dies at the deadline. */
static void more(struct client *c, uint64_t deadline, const char *missing)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	uint64_t now = now_us();
	uint8_t bytes[8192];
	ssize_t n;

	if (now >= deadline || poll(&p, 1, (int)((deadline - now) / 1000 + 1)) <= 0)
		complain(c, "did not come", missing);
	n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n <= 0)
		complain(c, "closed before it came", missing);
	for (ssize_t i = 0; i < n; i++)
		c->state = (int)step(c, bytes[i]);
}

void client_reads(struct client *c, const char *text)
{
	uint64_t deadline = now_us() + TALK_US;
	size_t n = strlen(text);

	for (;;) {
		const char *from = buf_p(&c->text) + c->text_at;
		const char *at = memmem(from, c->text.n - c->text_at, text, n);

		if (at) {
			c->text_at = (size_t)(at - buf_p(&c->text)) + n;
			return;
		}
		more(c, deadline, text);
	}
}

/* The next line at or behind *at that is of the package; moves *at behind it. */
static const char *find(struct client *c, const char *package, size_t *at)
{
	static char json[65536];
	size_t n = strlen(package), i = *at;

	while (i < c->data.n) {
		const char *line = buf_p(&c->data) + i;
		const char *end = memchr(line, '\n', c->data.n - i);
		size_t length = (size_t)(end - line);

		i += length + 1;
		if (length < n || memcmp(line, package, n) != 0 || (length > n && line[n] != ' '))
			continue;
		*at = i;
		snprintf(json, sizeof(json), "%.*s", length > n ? (int)(length - n - 1) : 0,
			 line + n + 1);
		return json;
	}
	return NULL;
}

const char *client_told(struct client *c, const char *package)
{
	uint64_t deadline = now_us() + TALK_US;
	const char *json;

	while (!(json = find(c, package, &c->data_at)))
		more(c, deadline, package);
	return json;
}

void client_told_of(struct client *c, const char *package, const char *part)
{
	const char *json = client_told(c, package);

	if (!strstr(json, part))
		complain(c, package, part);
}

const char *client_mssp(struct client *c, const char *name)
{
	static char value[512];
	uint64_t deadline = now_us() + TALK_US;
	char var[128];
	const char *at, *end;
	int n = snprintf(var, sizeof(var), "\001%s\002", name);

	while (!c->mssp.n)
		more(c, deadline, "MSSP");
	at = memmem(buf_p(&c->mssp), c->mssp.n, var, (size_t)n);
	if (!at)
		return "";
	at += n;
	end = buf_p(&c->mssp) + c->mssp.n;
	snprintf(value, sizeof(value), "%.*s", (int)(end - at), at);
	value[strcspn(value, "\001\002")] = '\0';
	return value;
}

size_t client_untold(const struct client *c)
{
	size_t n = 0;

	for (size_t i = c->data_at; i < c->data.n; i++)
		n += buf_p(&c->data)[i] == '\n';
	return n;
}

void client_creates(struct client *c, const char *name, const char *password)
{
	client_reads(c, "Name:");
	client_type(c, "%s", name);
	client_reads(c, "(y/n)");
	client_type(c, "y");
	client_reads(c, "Choose a password:");
	client_type(c, "%s", password);
	client_reads(c, "Repeat the password:");
	client_type(c, "%s", password);
	client_reads(c, TALK_PROMPT);
}
