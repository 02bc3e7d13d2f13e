/*
 * test_serve.c - the server of feeds against clients that are right, wrong, slow and many.
 */
#include "bridges/rss/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "rt/buf.h"
#include "tests/unit/rt/unit.h"

struct rig {
	struct loop *loop;
	struct serve *serve;
	struct serve_doc *doc;
	uint16_t port;
};

static struct rig rig;

static void answer(void *ctx, const struct http_head *r, struct serve_answer *ret)
{
	(void)ctx;
	if (r->path.n == 5 && !memcmp(r->path.p, "/feed", 5)) {
		ret->doc = rig.doc;
		ret->type = "application/atom+xml";
		ret->modified_s = 1700000000;
	} else {
		ret->status = HTTP_NOT_FOUND;
		ret->text = "There is no such feed.";
	}
}

/* A port that nobody had a moment ago. */
static uint16_t free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static void begin(size_t body, size_t max_conns, size_t per_address, unsigned rate)
{
	char address[32];
	struct serve_conf c = { .address = address,
				.max_conns = max_conns,
				.max_per_address = per_address,
				.rate = rate,
				.answer = answer };
	char *text = base_alloc(1, body + 1);

	memset(text, 'x', body);
	rig.doc = serve_doc_new((struct span){ text, body });
	free(text);
	ck_assert_int_eq(loop_new(&rig.loop), 0);
	rig.port = free_port();
	snprintf(address, sizeof(address), "127.0.0.1:%u", rig.port);
	ck_assert_int_eq(serve_new(&rig.serve, rig.loop, &c), 0);
}

static void end(void)
{
	serve_free(rig.serve);
	serve_doc_unref(rig.doc);
	loop_free(rig.loop);
}

static void turn(void)
{
	event_base_loop(loop_base(rig.loop), EVLOOP_NONBLOCK);
}

static int dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				 .sin_port = htons(rig.port) };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What comes until the end of the connection. */
static struct buf hear(int fd)
{
	struct buf all = { 0 };
	char piece[65536];

	for (;;) {
		const ssize_t n = recv(fd, piece, sizeof(piece), MSG_DONTWAIT);

		if (n > 0) {
			buf_add(&all, piece, (size_t)n);
		} else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
			break;
		} else {
			struct pollfd p = { fd, POLLIN, 0 };

			turn();
			poll(&p, 1, 1);
		}
	}
	close(fd);
	buf_addc(&all, '\0');
	return all;
}

static struct buf ask(const char *method, const char *path, const char *headers)
{
	char request[2048];
	const int fd = dial();

	snprintf(request, sizeof(request),
		 "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", method, path, headers);
	say(fd, request);
	return hear(fd);
}

static const char *body_of(const struct buf *b)
{
	const char *at = strstr(buf_p(b), "\r\n\r\n");

	ck_assert_ptr_nonnull(at);
	return at + 4;
}

#define HAS(b, text)                                                                               \
	ck_assert_msg(strstr(buf_p(&(b)), text) != NULL, "no %s in: %.600s", text, buf_p(&(b)))
#define LACKS(b, text)                                                                             \
	ck_assert_msg(strstr(buf_p(&(b)), text) == NULL, "%s in: %.600s", text, buf_p(&(b)))

START_TEST(a_document_comes_whole_with_its_tag_and_date)
{
	struct buf b;

	begin(3000, 8, 8, 0);
	b = ask("GET", "/feed?x=1", "");
	HAS(b, "HTTP/1.1 200 OK\r\n");
	HAS(b, "Content-Length: 3000\r\n");
	HAS(b, "Content-Type: application/atom+xml\r\n");
	HAS(b, "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
	HAS(b, serve_doc_etag(rig.doc));
	ck_assert_uint_eq(strlen(body_of(&b)), 3000);
	buf_done(&b);
	end();
}
END_TEST

START_TEST(head_has_the_same_head_and_no_body)
{
	struct buf b;

	begin(3000, 8, 8, 0);
	b = ask("HEAD", "/feed", "");
	HAS(b, "HTTP/1.1 200 OK\r\n");
	HAS(b, "Content-Length: 3000\r\n");
	ck_assert_str_eq(body_of(&b), "");
	buf_done(&b);
	b = ask("HEAD", "/other", "");
	HAS(b, "HTTP/1.1 404 ");
	ck_assert_str_eq(body_of(&b), "");
	buf_done(&b);
	end();
}
END_TEST

START_TEST(who_has_it_is_told_so)
{
	char header[128];
	struct buf b;

	begin(3000, 8, 8, 0);
	snprintf(header, sizeof(header), "If-None-Match: \"other\", W/%s\r\n",
		 serve_doc_etag(rig.doc));
	b = ask("GET", "/feed", header);
	HAS(b, "HTTP/1.1 304 ");
	ck_assert_str_eq(body_of(&b), "");
	buf_done(&b);
	b = ask("GET", "/feed", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
	HAS(b, "HTTP/1.1 304 ");
	buf_done(&b);
	b = ask("GET", "/feed", "If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT\r\n");
	HAS(b, "HTTP/1.1 200 ");
	buf_done(&b);
	b = ask("GET", "/feed", "If-Modified-Since: yesterday\r\n");
	HAS(b, "HTTP/1.1 200 ");
	buf_done(&b);
	/* The tag decides where both are there. */
	b = ask("GET", "/feed",
		"If-None-Match: \"other\"\r\nIf-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\r\n");
	HAS(b, "HTTP/1.1 200 ");
	buf_done(&b);
	end();
}
END_TEST

static void unpack(const char *p, size_t n, size_t want)
{
	z_stream z = { 0 };
	static unsigned char out[10000];

	ck_assert_int_eq(inflateInit2(&z, 15 + 16), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = sizeof(out);
	ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
	ck_assert_uint_eq(z.total_out, want);
	inflateEnd(&z);
}

START_TEST(gzip_goes_to_who_takes_it)
{
	struct buf b;
	const char *body;

	begin(3000, 8, 8, 0);
	b = ask("GET", "/feed", "Accept-Encoding: br, gzip;q=0.8\r\n");
	HAS(b, "Content-Encoding: gzip\r\n");
	HAS(b, "Vary: Accept-Encoding\r\n");
	body = body_of(&b);
	unpack(body, b.n - 1 - (size_t)(body - buf_p(&b)), 3000);
	buf_done(&b);
	b = ask("GET", "/feed", "Accept-Encoding: gzip;q=0\r\n");
	LACKS(b, "Content-Encoding");
	buf_done(&b);
	b = ask("GET", "/feed", "Accept-Encoding: gzipped\r\n");
	LACKS(b, "Content-Encoding");
	buf_done(&b);
	end();
}
END_TEST

START_TEST(several_requests_go_over_one_connection)
{
	int fd;
	struct buf b;
	size_t n = 0;

	begin(10, 8, 8, 0);
	fd = dial();
	say(fd,
	    "GET /feed HTTP/1.1\r\nHost: x\r\n\r\nGET /other HTTP/1.1\r\nHost: x\r\n\r\n"
	    "GET /feed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\n");
	b = hear(fd);
	for (const char *at = buf_p(&b); (at = strstr(at, "HTTP/1.1 ")); at++)
		n++;
	ck_assert_uint_eq(n, 3);
	HAS(b, "404 Not Found");
	buf_done(&b);
	end();
}
END_TEST

struct wrong {
	const char *request, *status;
};

START_TEST(what_is_no_request_is_refused_and_the_connection_closed)
{
	static const struct wrong rows[] = {
		{ "POST /feed HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 " },
		{ "GET /feed HTTP/1.1\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET /feed HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 413 " },
		{ "GET http://other/ HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 " },
		{ "\x16\x03\x01 tls", "HTTP/1.1 400 " },
		{ "GET /feed HTTP/3.0\r\nHost: x\r\n\r\n", "HTTP/1.1 505 " },
	};

	begin(10, 8, 8, 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const int fd = dial();
		struct buf b;

		say(fd, rows[i].request);
		b = hear(fd);
		ck_assert_msg(strstr(buf_p(&b), rows[i].status) == buf_p(&b), "%s", buf_p(&b));
		HAS(b, "Connection: close\r\n");
		buf_done(&b);
	}
	end();
}
END_TEST

START_TEST(one_address_has_so_many_connections_and_no_more)
{
	struct serve_stats s;
	int fds[4], more;
	struct buf b;

	begin(10, 8, 4, 0);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = dial();
	for (serve_stats(rig.serve, &s); s.conns < 4; serve_stats(rig.serve, &s))
		turn();
	more = dial();
	b = hear(more);
	ck_assert_str_eq(buf_p(&b), "");
	buf_done(&b);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	for (serve_stats(rig.serve, &s); s.conns; serve_stats(rig.serve, &s))
		turn();
	b = ask("GET", "/feed", "");
	HAS(b, "HTTP/1.1 200 ");
	buf_done(&b);
	end();
}
END_TEST

START_TEST(one_address_may_ask_so_often)
{
	size_t fine = 0, too_many = 0;

	begin(10, 8, 8, 20);
	for (size_t i = 0; i < 12; i++) {
		struct buf b = ask("GET", "/feed", "");

		fine += strstr(buf_p(&b), "HTTP/1.1 200 ") != NULL;
		if (strstr(buf_p(&b), "HTTP/1.1 429 ")) {
			too_many++;
			HAS(b, "Retry-After: ");
		}
		buf_done(&b);
	}
	ck_assert_uint_ge(fine, 5);
	ck_assert_uint_ge(too_many, 1);
	ck_assert_uint_eq(fine + too_many, 12);
	end();
}
END_TEST

START_TEST(who_asks_and_does_not_read_holds_one_answer)
{
	struct serve_stats s;
	uint64_t before = 0;
	int fd;

	begin(1 << 20, 8, 8, 0);
	fd = dial();
	for (size_t i = 0; i < 200; i++)
		if (send(fd, "GET /feed HTTP/1.1\r\nHost: x\r\n\r\n", 31,
			 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
	/* The kernel's buffers fill, then no further answer is begun. */
	for (size_t calm = 0; calm < 50; calm++) {
		turn();
		serve_stats(rig.serve, &s);
		if (s.requests != before)
			calm = 0;
		before = s.requests;
	}
	ck_assert_uint_lt(before, 20);
	close(fd);
	end();
}
END_TEST

START_TEST(a_document_outlives_its_replacement_while_it_is_sent)
{
	struct buf b;
	int fd;
	struct serve_stats s;

	begin(1 << 20, 8, 8, 0);
	fd = dial();
	say(fd, "GET /feed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	for (serve_stats(rig.serve, &s); !s.requests; serve_stats(rig.serve, &s))
		turn();
	serve_doc_unref(rig.doc);
	rig.doc = serve_doc_new(SPAN("new"));
	b = hear(fd);
	ck_assert_uint_eq(strlen(body_of(&b)), 1 << 20);
	buf_done(&b);
	end();
}
END_TEST

UNIT_MAIN("serve", a_document_comes_whole_with_its_tag_and_date, head_has_the_same_head_and_no_body,
	  who_has_it_is_told_so, gzip_goes_to_who_takes_it, several_requests_go_over_one_connection,
	  what_is_no_request_is_refused_and_the_connection_closed,
	  one_address_has_so_many_connections_and_no_more, one_address_may_ask_so_often,
	  who_asks_and_does_not_read_holds_one_answer,
	  a_document_outlives_its_replacement_while_it_is_sent)
