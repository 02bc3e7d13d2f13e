/*
 * test_httphead.c - requests, good and bad, whole and in pieces.
 */
#include "rt/httphead.h"

#include <stdlib.h>
#include "tests/unit/gateway/bytes.h"

#define HOST "Host: mud.example\r\n"

struct row {
	const char *head;
	int status; /* 0: taken */
};

/* clang-format off */
static const struct row rows[] = {
	{ "GET / HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "HEAD /app.js?v=1 HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "GET / HTTP/1.0\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\nhOST:mud.example:8080\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\n" HOST "X: caf\xc3\xa9 \t ok\r\n\r\n", 0 },
	{ "POST / HTTP/1.1\r\n" HOST "\r\n", 405 },
	{ "get / HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "PRI * HTTP/2.0\r\n\r\n", 505 },
	{ "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
	{ "GET / HTTP/1.2\r\n" HOST "\r\n", 505 },
	{ "GET / HTTP/1.10\r\n" HOST "\r\n", 400 },
	{ "GET / http/1.1\r\n" HOST "\r\n", 400 },
	{ "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
	{ "GET /\r\n" HOST "\r\n", 400 },
	{ "GET\t/\tHTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET http://mud.example/ HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET * HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET /caf\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ " GET / HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "\x16\x03\x01\x02\x00\x01", 400 },
	/* Line ends are CR LF. */
	{ "GET / HTTP/1.1\n" HOST "\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: mud.example\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\r\n" HOST "\r\n", 400 },
	/* Headers. */
	{ "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost: a;b\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\nHost : mud.example\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "X: a\r\n folded\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n folded: a\r\n" HOST "\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST ": no name\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "X\x7f: a\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n", 400 },
	/* No body. */
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 413 },
	{ "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 413 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: +0\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 0, 0\r\n\r\n", 400 },
};
/* clang-format on */

/* The status, 0 or HTTP_MORE; how many bytes it took to know. */
static int read_in_pieces(struct span bytes, size_t step, size_t *ret_n)
{
	struct http_head r;
	size_t seen = 0, n = 0;
	int status = HTTP_MORE;

	for (size_t have = 0; have < bytes.n && status == HTTP_MORE;) {
		have = bytes.n - have < step ? bytes.n : have + step;
		status = http_head_whole((struct span){ bytes.p, have }, &seen, &n);
	}
	*ret_n = n;
	return status == 0 ? http_head_parse((struct span){ bytes.p, n }, &r) : status;
}

START_TEST(requests_are_taken_or_refused_by_the_book)
{
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = read_in_pieces(text_of(rows[i].head), 1 << 20, &n);

		ck_assert_msg(status == rows[i].status, "%d instead of %d for %s", status,
			      rows[i].status, rows[i].head);
	}
}
END_TEST

START_TEST(the_answer_does_not_depend_on_how_the_bytes_are_cut)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct span head = text_of(rows[i].head);

		for (size_t step = 1; step < head.n; step++) {
			size_t n;

			ck_assert_int_eq(read_in_pieces(head, step, &n), rows[i].status);
		}
	}
}
END_TEST

START_TEST(what_follows_the_head_is_left)
{
	static const char two[] = "GET / HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n" HOST "\r\n";
	size_t n;

	ck_assert_int_eq(read_in_pieces(SPAN(two), 1 << 20, &n), 0);
	ck_assert_uint_eq(n, (sizeof(two) - 1 - 1) / 2);
}
END_TEST

START_TEST(a_head_that_is_not_whole_wants_more)
{
	struct span head = SPAN("GET / HTTP/1.1\r\n" HOST "\r\n");
	size_t n;

	for (size_t k = 1; k < head.n; k++)
		ck_assert_int_eq(read_in_pieces((struct span){ head.p, k }, 1, &n), HTTP_MORE);
}
END_TEST

static int read_all(struct buf *b)
{
	size_t n;
	int status = read_in_pieces(buf_span(b), 1000, &n);

	buf_done(b);
	return status;
}

static void fill(struct buf *b, char c, size_t n)
{
	while (n-- > 0)
		buf_addc(b, c);
}

START_TEST(a_long_target_and_a_large_head_are_told_apart)
{
	struct buf b = { 0 };

	buf_adds(&b, "GET /");
	fill(&b, 'a', HTTP_TARGET_MAX - 1);
	buf_adds(&b, " HTTP/1.1\r\n" HOST "\r\n");
	ck_assert_int_eq(read_all(&b), 0);
	buf_adds(&b, "GET /");
	fill(&b, 'a', HTTP_TARGET_MAX);
	buf_adds(&b, " HTTP/1.1\r\n" HOST "\r\n");
	ck_assert_int_eq(read_all(&b), 414);
	buf_adds(&b, "GET /");
	fill(&b, 'a', HTTP_HEAD_MAX);
	ck_assert_int_eq(read_all(&b), 414);
	buf_adds(&b, "GET / HTTP/1.1\r\n" HOST "X: ");
	fill(&b, 'a', HTTP_HEAD_MAX);
	ck_assert_int_eq(read_all(&b), 431);
}
END_TEST

START_TEST(a_head_of_exactly_the_largest_size_is_taken)
{
	struct buf b = { 0 };

	buf_adds(&b, "GET / HTTP/1.1\r\n" HOST "X: ");
	fill(&b, 'a', HTTP_HEAD_MAX - b.n - 4);
	buf_adds(&b, "\r\n\r\n");
	ck_assert_uint_eq(b.n, HTTP_HEAD_MAX);
	ck_assert_int_eq(read_all(&b), 0);
}
END_TEST

START_TEST(sixty_four_headers_are_enough)
{
	struct buf b = { 0 };

	buf_adds(&b, "GET / HTTP/1.1\r\n" HOST);
	for (int i = 1; i < HTTP_HEADERS; i++)
		buf_addf(&b, "X-%d: %d\r\n", i, i);
	buf_adds(&b, "\r\n");
	ck_assert_int_eq(read_all(&b), 0);
	buf_adds(&b, "GET / HTTP/1.1\r\n" HOST);
	for (int i = 0; i < HTTP_HEADERS; i++)
		buf_addf(&b, "X-%d: %d\r\n", i, i);
	buf_adds(&b, "\r\n");
	ck_assert_int_eq(read_all(&b), 431);
}
END_TEST

START_TEST(what_was_asked_for_can_be_looked_up)
{
	struct http_head r;
	struct span head = SPAN("GET /a/b?c=d HTTP/1.1\r\n" HOST "X-Two: one\r\n"
				"Connection: keep-alive, Upgrade\r\nx-two:  two \r\n\r\n");

	ck_assert_int_eq(http_head_parse(head, &r), 0);
	ck_assert(!r.head && !r.is_old);
	ck_assert_uint_eq(r.path.n, 4);
	ck_assert_mem_eq(r.path.p, "/a/b", 4);
	ck_assert_uint_eq(http_head_count(&r, "x-two"), 2);
	ck_assert_mem_eq(http_head_get(&r, "x-two").p, "one", 3);
	ck_assert_uint_eq(r.headers[3].value.n, 3);
	ck_assert_ptr_null(http_head_get(&r, "x-three").p);
	ck_assert(http_head_has_token(&r, "connection", "upgrade"));
	ck_assert(!http_head_has_token(&r, "connection", "keep"));
	ck_assert(http_head_has_token(&r, "x-two", "two"));
}
END_TEST

START_TEST(lists_are_split_at_commas)
{
	struct span list = SPAN(" a ,, b;q=1,\t,c"), item;

	ck_assert(http_head_item(&list, &item) && item.n == 1 && item.p[0] == 'a');
	ck_assert(http_head_item(&list, &item) && item.n == 5);
	ck_assert(http_head_item(&list, &item) && item.n == 1 && item.p[0] == 'c');
	ck_assert(!http_head_item(&list, &item));
}
END_TEST

UNIT_MAIN("http", requests_are_taken_or_refused_by_the_book,
	  the_answer_does_not_depend_on_how_the_bytes_are_cut, what_follows_the_head_is_left,
	  a_head_that_is_not_whole_wants_more, a_long_target_and_a_large_head_are_told_apart,
	  a_head_of_exactly_the_largest_size_is_taken, sixty_four_headers_are_enough,
	  what_was_asked_for_can_be_looked_up, lists_are_split_at_commas)
