/*
 * mode_feed.c - what the RSS bridge takes to read a feed, and how many requests its own feeds are served in a second.
 *
 * A feed of so many MB is made while it is read, in pieces as the network has them: bytes in a second, and the most of the
 * heap that reading had at a time, which must not grow with the feed.  The server of feeds is a process of its own; one
 * reader asks it again and again over one connection, with nothing or with the tag of what it has.
 */
#include "tests/bench/mode.h"

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bridges/rss/feed.h"
#include "bridges/rss/serve.h"
#include "rt/buf.h"
#include "tests/support/die.h"
#include "tests/support/tmp.h"

enum { MB = 1000000, PIECE = 16384, BODY = 20000, STUCK_S = 10, ANSWER_MAX = 2 * BODY };

struct reading {
	struct feed *feed;
	size_t items, before, peak; /* of the heap */
};

static size_t heap(void)
{
	const struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void on_item(void *ctx, const struct feed_item *item)
{
	struct reading *r = ctx;

	r->items += item->title.n > 0;
}

static void add_item(struct buf *out, size_t i)
{
	buf_addf(out,
		 "<item><guid isPermaLink=\"false\">tag:example.org,2026:%zu</guid>\n"
		 "<title>The tide of day %zu &amp; what it brought</title>\n"
		 "<link>https://example.org/tides/%zu</link>\n"
		 "<pubDate>Tue, 03 Mar 2026 10:00:00 GMT</pubDate>\n<description>",
		 i, i, i);
	for (int line = 0; line < 12; line++)
		buf_adds(out, "&lt;p&gt;It came in &lt;b&gt;slowly&lt;/b&gt; and left a boot, "
			      "two crabs and a letter.&lt;/p&gt;\n");
	buf_adds(out, "</description></item>\n");
}

static void write_piece(struct reading *r, struct buf *out)
{
	size_t now;

	feed_write(r->feed,
		   buf_span(out)); /* false also at the end; what is wrong feed_end() says */
	buf_reset(out);
	now = heap();
	if (now > r->before && now - r->before > r->peak)
		r->peak = now - r->before;
}

static void read_feed(size_t bytes, struct reading *r)
{
	const struct feed_events e = { .item = on_item, .ctx = r };
	struct buf out = { 0 };
	size_t made = 0, n = 0;

	while (out.n < 2 * PIECE) /* room for all that follows */
		add_item(&out, 0);
	buf_reset(&out);
	*r = (struct reading){ .before = heap() };
	r->feed = feed_new(SPAN("application/rss+xml"), "https://example.org/feed", 0, &e);
	buf_adds(&out,
		 "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>Tides</title>\n");
	for (; made < bytes; n++) {
		const size_t before = out.n;

		add_item(&out, n);
		made += out.n - before;
		if (out.n >= PIECE)
			write_piece(r, &out);
	}
	buf_adds(&out, "</channel></rss>\n");
	write_piece(r, &out);
	if (feed_end(r->feed) != 0 || r->items != n)
		die("%zu of %zu items were read: %s", r->items, n, feed_why(r->feed));
	feed_free(r->feed);
	buf_done(&out);
}

static void read_again(size_t bytes, uint64_t for_us, struct figures *ret)
{
	const uint64_t begin = now_us();
	struct reading r;
	size_t times = 0;

	do {
		read_feed(bytes, &r);
		times++;
	} while (now_us() < begin + for_us);
	ret->per_s = (double)(times * bytes) * 1e6 / (double)(now_us() - begin);
	ret->bridge_kb = (double)r.peak / 1024;
	ret->n = times;
}

/* The server */

static void on_request(void *ctx, const struct http_head *head, struct serve_answer *ret)
{
	(void)head;
	ret->doc = ctx;
	ret->type = "application/atom+xml; charset=utf-8";
	ret->modified_s = 1700000000;
}

static struct serve_doc *document(void)
{
	struct buf body = { 0 };
	struct serve_doc *doc;

	for (size_t i = 0; body.n < BODY; i++)
		buf_addf(&body, "<entry><title>Number %zu</title></entry>\n", i);
	doc = serve_doc_new(buf_span(&body));
	buf_done(&body);
	return doc;
}

static void serve(const char *address, int ready_fd)
{
	struct serve_conf c = { .address = address,
				.max_conns = 16,
				.max_per_address = 16,
				.answer = on_request,
				.ctx = document() };
	struct serve *s;
	struct loop *l;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	must(loop_new(&l), "loop_new");
	must(serve_new(&s, l, &c), "serve_new");
	must((int)write(ready_fd, "", 1), "write");
	_exit(loop_run(l));
}

static pid_t start_server(uint16_t port)
{
	char address[32], byte;
	int fds[2];
	pid_t pid;

	snprintf(address, sizeof(address), "127.0.0.1:%u", port);
	must(pipe(fds), "pipe");
	pid = must(fork(), "fork");
	if (pid == 0)
		serve(address, fds[1]);
	close(fds[1]);
	if (read(fds[0], &byte, 1) != 1)
		die("the server of feeds did not start");
	close(fds[0]);
	return pid;
}

static int call(uint16_t port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
					.sin_port = htons(port) };
	const struct timeval patience = { .tv_sec = STUCK_S };
	const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"), on = 1;

	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "setsockopt");
	must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), "setsockopt");
	must(connect(fd, (const struct sockaddr *)&to, sizeof(to)), "connect");
	return fd;
}

/* One answer: its head, and the body it announces. Returns all of it, terminated, in `ret`. */
static void ask(int fd, const char *request, char ret[ANSWER_MAX])
{
	size_t n = 0, whole = ANSWER_MAX;

	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		die("a request could not be sent");
	while (n < whole) {
		const ssize_t got = recv(fd, ret + n, ANSWER_MAX - 1 - n, 0);
		const char *end, *length;

		if (got <= 0)
			die("an answer did not come");
		n += (size_t)got;
		ret[n] = '\0';
		end = strstr(ret, "\r\n\r\n");
		if (!end || whole != ANSWER_MAX)
			continue;
		length = strstr(ret, "Content-Length: ");
		whole = (size_t)(end + 4 - ret) + (length ? strtoul(length + 16, NULL, 10) : 0);
	}
}

static void ask_again(bool has_it, uint64_t for_us, struct figures *ret)
{
	const uint16_t port = tmp_port();
	const pid_t pid = start_server(port);
	const int fd = call(port);
	char *answer = base_alloc(1, ANSWER_MAX), request[200], tag[40] = "";
	uint64_t begin;

	ask(fd, "GET /x.atom HTTP/1.1\r\nHost: x\r\n\r\n", answer);
	if (!strstr(answer, "ETag: "))
		die("there is no tag in %s", answer);
	snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(strstr(answer, "ETag: ") + 6, "\r"),
		 strstr(answer, "ETag: ") + 6);
	snprintf(request, sizeof(request), "GET /x.atom HTTP/1.1\r\nHost: x\r\n%s%s%s\r\n",
		 has_it ? "If-None-Match: " : "", has_it ? tag : "", has_it ? "\r\n" : "");
	begin = now_us();
	while (now_us() < begin + for_us) {
		ask(fd, request, answer);
		if (strncmp(answer + 9, has_it ? "304" : "200", 3) != 0)
			die("it was answered: %s", answer);
		ret->n++;
	}
	ret->per_s = (double)ret->n * 1e6 / (double)(now_us() - begin);
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	free(answer);
}

void mode_feed(const struct target *t, const struct mode_conf *c, struct figures *ret)
{
	(void)t;
	ret->clients = 1;
	if (!strcmp(c->play, "whole") || !strcmp(c->play, "known"))
		ask_again(!strcmp(c->play, "known"), c->seconds_us, ret);
	else
		read_again(strtoul(c->play, NULL, 10) * MB, c->seconds_us, ret);
}
