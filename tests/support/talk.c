/* talk.c - see talk.h. */
#include "tests/support/talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/secure.h"

enum {
	IAC = 255,
	SB = 250,
	SE = 240,
	GA = 249,
	EOR = 239,
	WILL = 251,
	WONT = 252,
	ECHO = 1,
	ESC = 27
};
enum telnet_state { T_TEXT, T_IAC, T_OPTION, T_SUB, T_SUB_IAC, T_HEAD, T_FRAMES };
enum { TALK_LINE = 4096 };

static void send_all(struct talk *t, const void *p, size_t n)
{
	if (t->secure ? secure_send(t->secure, p, n) < 0
		      : send(t->fd, p, n, MSG_NOSIGNAL) != (ssize_t)n)
		die("%s: cannot type: %s", t->who, strerror(errno));
}

/* Asks for a WebSocket; what comes behind the answer is read as any message. */
static bool upgrade(struct talk *t)
{
	struct span request = frame_request();
	bool is_there;

	send_all(t, request.p, request.n);
	t->telnet = T_HEAD;
	is_there = talk_sees(t, "\n\n", TALK_US) && !strncmp(buf_p(&t->text), "HTTP/1.1 101", 12);
	t->ws = true;
	return is_there;
}

bool talk_try_by(struct talk *t, const char *who, const struct talk_way *way)
{
	struct sockaddr_in to = { .sin_family = AF_INET }, from = to;
	int one = 1;

	*t = (struct talk){ .who = who };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(way->port);
	t->fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	if ((way->from && inet_pton(AF_INET, way->from, &from.sin_addr) != 1) ||
	    (way->to && inet_pton(AF_INET, way->to, &to.sin_addr) != 1))
		die("%s: no address: %s, %s", who, way->from, way->to);
	setsockopt(t->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (way->from)
		must(bind(t->fd, (struct sockaddr *)&from, sizeof(from)), "bind");
	if (!connect(t->fd, (struct sockaddr *)&to, sizeof(to)) &&
	    (!way->tls || (t->secure = secure_open(t->fd))) && (!way->ws || upgrade(t)))
		return true;
	talk_close(t);
	return false;
}

void talk_open_by(struct talk *t, const char *who, const struct talk_way *way)
{
	if (!talk_try_by(t, who, way))
		die("%s: nobody listens on port %u", who, way->port);
}

bool talk_try(struct talk *t, const char *who, uint16_t port)
{
	return talk_try_by(t, who, &(struct talk_way){ .port = port });
}

void talk_open(struct talk *t, const char *who, uint16_t port)
{
	talk_open_by(t, who, &(struct talk_way){ .port = port });
}

/* Closed by either side; what was read stays. */
static void hang_up(struct talk *t)
{
	secure_free(TAKE(t->secure));
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

void talk_close(struct talk *t)
{
	hang_up(t);
	buf_done(&t->text);
	buf_done(&t->options);
	buf_done(&t->raw);
}

void talk_bytes(struct talk *t, const void *p, size_t n)
{
	uint8_t frame[TALK_LINE + FRAME_MORE];

	if (t->ws && n > TALK_LINE)
		die("%s: that is too long for a message", t->who);
	if (t->ws)
		send_all(t, frame, frame_put(frame, p, n));
	else
		send_all(t, p, n);
}

void talk_line(struct talk *t, const char *fmt, ...)
{
	char line[TALK_LINE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 2, fmt, ap);
	va_end(ap);
	memcpy(line + n, "\r\n", 2);
	talk_bytes(t, line, (size_t)n + 2);
}

static enum telnet_state command(struct talk *t, uint8_t c)
{
	t->verb = c;
	if (c == GA || c == EOR)
		buf_adds(&t->text, TALK_GO);
	else
		t->n_telnet++;
	if (c == SB)
		return T_SUB;
	return c >= WILL && c < IAC ? T_OPTION : T_TEXT;
}

/* The head of the answer to the request for a WebSocket, up to an empty line. */
static void head_byte(struct talk *t, uint8_t c)
{
	if (c != '\r')
		buf_addc(&t->text, (char)c);
	if (t->text.n > 1 && !memcmp(buf_p(&t->text) + t->text.n - 2, "\n\n", 2))
		t->telnet = T_FRAMES;
}

static void frame_byte(struct talk *t, uint8_t c)
{
	enum frame_byte is = frame_take(&t->frame, c);

	if (is == FRAME_NOTHING)
		return;
	t->colour = t->colour || c == ESC;
	if (c != '\r' && !t->colour)
		buf_addc(&t->text, (char)c);
	if (c == 'm')
		t->colour = false;
	if (is == FRAME_END && c != '\n')
		buf_adds(&t->text, TALK_GO);
}

static void byte(struct talk *t, uint8_t c)
{
	switch ((enum telnet_state)t->telnet) {
	case T_TEXT:
		if (c == IAC)
			t->telnet = T_IAC;
		else if (c != '\r')
			buf_addc(&t->text, (char)c);
		break;
	case T_IAC:
		t->telnet = (uint8_t)command(t, c);
		break;
	case T_OPTION:
		if (c == ECHO && (t->verb == WILL || t->verb == WONT))
			t->is_hidden = t->verb == WILL;
		buf_addc(&t->options, (char)t->verb);
		buf_addc(&t->options, (char)c);
		t->telnet = T_TEXT;
		break;
	case T_SUB:
		t->telnet = c == IAC ? T_SUB_IAC : T_SUB;
		break;
	case T_SUB_IAC:
		t->telnet = c == SE ? T_TEXT : T_SUB;
		break;
	case T_HEAD:
		head_byte(t, c);
		break;
	case T_FRAMES:
		frame_byte(t, c);
		break;
	}
}

static long receive(struct talk *t, uint8_t *p, size_t max)
{
	long n;

	if (t->secure)
		return secure_read(t->secure, p, max);
	n = recv(t->fd, p, max, MSG_DONTWAIT);
	return n < 0 ? -errno : n;
}

bool talk_read(struct talk *t, uint64_t within_us)
{
	struct pollfd p = { .fd = t->fd, .events = POLLIN };
	uint8_t bytes[8192];
	long n;

	if (t->fd < 0)
		return false;
	if (!(t->secure && secure_has(t->secure)) &&
	    poll(&p, 1, (int)((within_us + 999) / 1000)) <= 0)
		return false;
	n = receive(t, bytes, sizeof(bytes));
	if (n == -EAGAIN)
		return false;
	if (n <= 0) {
		hang_up(t);
		return false;
	}
	if (t->keeps_raw)
		buf_add(&t->raw, bytes, (size_t)n);
	for (long i = 0; i < n; i++)
		byte(t, bytes[i]);
	*buf_reserve(&t->text, 1) = '\0';
	return true;
}

bool talk_sees(struct talk *t, const char *text, uint64_t within_us)
{
	uint64_t end = now_us() + within_us, now;
	size_t n = strlen(text);

	for (;;) {
		const char *from = buf_p(&t->text) + t->at;
		const char *at = memmem(from, t->text.n - t->at, text, n);

		if (at) {
			t->at = (size_t)(at - buf_p(&t->text)) + n;
			return true;
		}
		now = now_us();
		if (now >= end || t->fd < 0)
			return false;
		talk_read(t, end - now);
	}
}

static void complain(struct talk *t, const char *what)
{
	die("%s: %s\n--- transcript, of which looked at: %zu of %zu bytes\n%.*s\n---", t->who, what,
	    t->at, t->text.n, (int)t->text.n, buf_p(&t->text));
}

void talk_expect(struct talk *t, const char *text)
{
	char what[256];

	if (talk_sees(t, text, TALK_US))
		return;
	snprintf(what, sizeof(what), "%s before \"%s\" came", t->fd < 0 ? "closed" : "time over",
		 text);
	complain(t, what);
}

void talk_expect_end(struct talk *t)
{
	uint64_t end = now_us() + TALK_US;

	while (t->fd >= 0 && now_us() < end)
		talk_read(t, end - now_us());
	if (t->fd >= 0)
		complain(t, "the server did not close");
}

size_t talk_count(const struct talk *t, const char *text)
{
	const char *p = buf_p(&t->text), *end = p + t->text.n;
	size_t n = 0, length = strlen(text);

	while ((p = memmem(p, (size_t)(end - p), text, length))) {
		p += length;
		n++;
	}
	return n;
}

const char *talk_rest(const struct talk *t)
{
	return buf_p(&t->text) + t->at;
}

bool talk_next_line(struct span *rest, struct span *ret)
{
	const char *end = memchr(rest->p, '\n', rest->n);

	if (!end)
		return false;
	*ret = (struct span){ rest->p, (size_t)(end - rest->p) };
	rest->n -= ret->n + 1;
	rest->p += ret->n + 1;
	return true;
}

struct span talk_unprompted(struct span line)
{
	const char *at;

	while ((at = memmem(line.p, line.n, TALK_GO, 1))) {
		line.n -= (size_t)(at + 1 - line.p);
		line.p = at + 1;
	}
	return line;
}

bool talk_begins(struct span line, const char *with)
{
	return line.n >= strlen(with) && memcmp(line.p, with, strlen(with)) == 0;
}

void talk_enter_guest(struct talk *t)
{
	talk_expect(t, "Name:");
	talk_line(t, "guest");
	talk_expect(t, TALK_PROMPT);
}

void talk_enter_new(struct talk *t, const char *name, const char *password)
{
	talk_expect(t, "Name:");
	talk_line(t, "%s", name);
	talk_expect(t, "(y/n)");
	talk_line(t, "y");
	talk_expect(t, "Choose a password:");
	talk_line(t, "%s", password);
	talk_expect(t, "Repeat the password:");
	talk_line(t, "%s", password);
	talk_expect(t, TALK_PROMPT);
}

void talk_enter(struct talk *t, const char *name, const char *password)
{
	talk_expect(t, "Name:");
	talk_line(t, "%s", name);
	talk_expect(t, "Password:");
	talk_line(t, "%s", password);
	talk_expect(t, TALK_PROMPT);
}
