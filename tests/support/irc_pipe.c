/* irc_pipe.c - see irc_pipe.h. */
#include "tests/support/irc_pipe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/die.h"
#include "tests/support/secure.h"

enum { CHUNK = 64 << 10, TAIL = 4000 };

bool irc_pipe_open(struct irc_pipe *p, uint16_t port, bool tls)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
	setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!connect(p->fd, (struct sockaddr *)&to, sizeof(to)) &&
	    (!tls || (p->secure = secure_open(p->fd))))
		return true;
	irc_pipe_hang_up(p);
	return false;
}

void irc_pipe_hang_up(struct irc_pipe *p)
{
	secure_free(TAKE(p->secure));
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

void irc_pipe_close(struct irc_pipe *p)
{
	irc_pipe_hang_up(p);
	buf_done(&p->text);
	buf_done(&p->part);
	p->at = 0;
}

/* Bytes; 0: the other side has closed; -EAGAIN. */
static long receive(struct irc_pipe *p, char *to, size_t max)
{
	const int one = 1;
	ssize_t n;

	if (p->secure)
		return secure_read(p->secure, to, max);
	/* A server that waits for our acknowledgement (Nagle) is not made to wait 40 ms for it: that is no one's
	 * figure but the kernel's. */
	setsockopt(p->fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
	n = recv(p->fd, to, max, MSG_DONTWAIT);
	return n < 0 ? -errno : n;
}

static bool send_plain(struct irc_pipe *p, struct span bytes)
{
	while (bytes.n) {
		ssize_t n = send(p->fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = p->fd, .events = POLLOUT }, 1, -1);
			continue;
		}
		if (n <= 0)
			return false;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return true;
}

bool irc_pipe_send(struct irc_pipe *p, struct span bytes)
{
	if (p->fd < 0)
		return false;
	if (p->secure)
		return secure_send(p->secure, bytes.p, bytes.n) == 0;
	return send_plain(p, bytes);
}

static void add_line(struct irc_pipe *p, struct span line)
{
	const size_t before = p->text.n;

	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (p->line)
		p->line(p, line);
	else
		buf_add(&p->text, line.p, line.n);
	if (!p->line || p->text.n > before)
		buf_addc(&p->text, '\n');
}

/* The bytes of whole lines become lines; the rest waits. */
static void split(struct irc_pipe *p)
{
	const char *from = buf_p(&p->part), *end;
	size_t left = p->part.n;

	while ((end = memchr(from, '\n', left))) {
		add_line(p, (struct span){ from, (size_t)(end - from) });
		left -= (size_t)(end + 1 - from);
		from = end + 1;
	}
	buf_drain(&p->part, p->part.n - left);
	/* Terminated, for those who look for text. */
	*buf_reserve(&p->text, 1) = '\0';
}

bool irc_pipe_read(struct irc_pipe *p, uint64_t within_us)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };
	long n;

	if (p->fd < 0)
		return false;
	if (!(p->secure && secure_has(p->secure)) &&
	    poll(&fd, 1, (int)((within_us + 999) / 1000)) <= 0)
		return false;
	n = receive(p, buf_reserve(&p->part, CHUNK), CHUNK);
	if (n == -EAGAIN)
		return true;
	if (n <= 0) {
		irc_pipe_hang_up(p);
		return false;
	}
	buf_commit(&p->part, (size_t)n);
	split(p);
	return true;
}

/* Where it begins behind what was looked at; waits for it. NULL: it did not come. */
static const char *find(struct irc_pipe *p, struct span text, uint64_t within_us)
{
	const uint64_t end = now_us() + within_us;
	size_t from = p->at;

	for (;;) {
		const char *at = memmem(buf_p(&p->text) + from, p->text.n - from, text.p, text.n);
		uint64_t now;

		if (at)
			return at;
		from = p->text.n - p->at >= text.n ? p->text.n - text.n + 1 : p->at;
		now = now_us();
		if (!irc_pipe_read(p, now < end ? end - now : 0) && (p->fd < 0 || now >= end))
			return NULL;
	}
}

struct span irc_pipe_line(struct irc_pipe *p, uint64_t within_us)
{
	const char *end = find(p, SPAN("\n"), within_us);
	struct span line;

	if (!end)
		return (struct span){ 0 };
	line.p = buf_p(&p->text) + p->at;
	line.n = (size_t)(end - line.p);
	p->at += line.n + 1;
	return line;
}

bool irc_pipe_sees(struct irc_pipe *p, const char *text, uint64_t within_us)
{
	const struct span what = { text, strlen(text) };
	const char *at = find(p, what, within_us);

	if (!at)
		return false;
	p->at = (size_t)(at - buf_p(&p->text)) + what.n;
	return true;
}

void irc_pipe_expect(struct irc_pipe *p, const char *text)
{
	if (irc_pipe_sees(p, text, IRC_US))
		return;
	die("%s%s never read \"%s\"; in the end:\n%s", p->who, p->fd < 0 ? " (closed)" : "", text,
	    buf_p(&p->text) + (p->text.n > TAIL ? p->text.n - TAIL : 0));
}

void irc_pipe_expect_end(struct irc_pipe *p)
{
	const uint64_t end = now_us() + IRC_US;

	while (p->fd >= 0) {
		if (now_us() > end)
			die("%s is still connected", p->who);
		irc_pipe_read(p, IRC_US / 10);
	}
}

size_t irc_pipe_count(const struct irc_pipe *p, const char *text)
{
	const char *at = buf_p(&p->text), *end = at + p->text.n;
	const size_t n = strlen(text);
	size_t count = 0;

	while ((at = memmem(at, (size_t)(end - at), text, n))) {
		count++;
		at += n;
	}
	return count;
}

const char *irc_pipe_rest(const struct irc_pipe *p)
{
	return buf_p(&p->text) + p->at;
}
