/*
 * test_page.c - the files of the web client, and refusals.
 */
#include "gateway/page.h"

#include <stdio.h>
#include "tests/unit/gateway/bytes.h"

enum { NOW = 784111777 }; /* the example of RFC 9110 */

struct answer {
	int status;
	struct buf head;
	struct span body;
};

static struct answer ask(const char *method, const char *path, const char *headers)
{
	struct page_answer how = { .now = NOW, .keep_alive = true };
	struct buf request = { 0 };
	struct http_head r;
	struct answer a = { 0 };

	buf_addf(&request, "%s %s HTTP/1.1\r\nHost: mud.example:8080\r\n%s\r\n", method, path,
		 headers);
	ck_assert_int_eq(http_head_parse(buf_span(&request), &r), 0);
	a.status = page_serve(&a.head, &r, &how, &a.body);
	buf_addc(&a.head, '\0');
	buf_done(&request);
	return a;
}

static bool has(const struct answer *a, const char *header)
{
	return strstr(buf_p(&a->head), header) != NULL;
}

START_TEST(the_root_is_the_page)
{
	struct answer a = ask("GET", "/?x=1", ""), b = ask("GET", "/index.html", "");

	ck_assert_int_eq(a.status, 200);
	ck_assert(has(&a, "HTTP/1.1 200 OK\r\n"));
	ck_assert(has(&a, "\r\nContent-Type: text/html; charset=utf-8\r\n"));
	ck_assert(has(&a, "\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
	ck_assert_ptr_eq(a.body.p, b.body.p);
	ck_assert_ptr_nonnull(memmem(a.body.p, a.body.n, "<html", 5));
	buf_done(&a.head);
	buf_done(&b.head);
}
END_TEST

START_TEST(a_page_may_do_nothing_but_what_it_needs)
{
	struct answer a = ask("GET", "/", "");

	ck_assert(has(&a, "\r\nX-Content-Type-Options: nosniff\r\n"));
	ck_assert(has(&a, "\r\nReferrer-Policy: no-referrer\r\n"));
	ck_assert(has(&a, "\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; "
			  "style-src 'self'; img-src 'self' data:; "));
	ck_assert(has(&a, "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
			  "connect-src 'self' ws://mud.example:8080 wss://mud.example:8080\r\n"));
	ck_assert(!has(&a, "unsafe"));
	buf_done(&a.head);
}
END_TEST

START_TEST(head_has_the_length_and_no_body)
{
	struct answer a = ask("GET", "/", ""), b = ask("HEAD", "/", "");

	ck_assert_int_eq(b.status, 200);
	ck_assert_str_eq(buf_p(&a.head), buf_p(&b.head));
	ck_assert_uint_gt(a.body.n, 0);
	ck_assert_uint_eq(b.body.n, 0);
	buf_done(&a.head);
	buf_done(&b.head);
}
END_TEST

START_TEST(what_the_browser_has_is_not_sent_again)
{
	static const char *const before[] = { "", "\"x\", ", "W/" };

	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		char header[200];
		struct answer a;

		snprintf(header, sizeof(header), "If-None-Match: %s%s\r\n", before[i],
			 page_files[0].etag);
		a = ask("GET", page_files[0].path, header);
		ck_assert_int_eq(a.status, 304);
		ck_assert_uint_eq(a.body.n, 0);
		ck_assert(has(&a, page_files[0].etag));
		buf_done(&a.head);
	}
}
END_TEST

START_TEST(another_version_is_sent)
{
	struct answer a = ask("GET", "/", "If-None-Match: \"other\"\r\n");

	ck_assert_int_eq(a.status, 200);
	buf_done(&a.head);
}
END_TEST

START_TEST(no_path_leads_elsewhere)
{
	static const char *const paths[] = {
		"/nothing",
		"/../gateway/main.c",
		"/..%2f..%2fetc/passwd",
		"//",
		"/index.html/",
		"/INDEX.HTML",
		"/index.html%00",
		"/./index.html",
		"/web",
		"/ws/",
	};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct answer a = ask("GET", paths[i], "");

		ck_assert_msg(a.status == 404, "%s: %d", paths[i], a.status);
		ck_assert(has(&a, "\r\nContent-Type: text/plain"));
		buf_done(&a.head);
	}
}
END_TEST

START_TEST(every_file_has_a_type_and_a_version_of_its_own)
{
	ck_assert_uint_gt(n_page_files, 0);
	for (size_t i = 0; i < n_page_files; i++) {
		ck_assert_int_eq(page_files[i].path[0], '/');
		ck_assert_ptr_nonnull(strchr(page_files[i].type, '/'));
		ck_assert_int_eq(page_files[i].etag[0], '"');
		ck_assert_uint_eq(strlen(page_files[i].etag), 22);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(page_files[i].path, page_files[j].path);
	}
}
END_TEST

START_TEST(a_refusal_says_why_and_ends)
{
	struct buf out = { 0 };

	page_refuse(&out, 426, "Upgrade!", NOW);
	buf_addc(&out, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "HTTP/1.1 426 Upgrade Required\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "\r\nSec-WebSocket-Version: 13\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "\r\nConnection: close\r\n\r\nUpgrade!\n"));
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "\r\nContent-Length: 9\r\n"));
	buf_clear(&out);
	page_refuse(&out, 405, NULL, NOW);
	buf_addc(&out, '\0');
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "\r\nAllow: GET, HEAD\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_p(&out), "\r\n\r\nMethod Not Allowed\n"));
	buf_done(&out);
}
END_TEST

UNIT_MAIN("page", the_root_is_the_page, a_page_may_do_nothing_but_what_it_needs,
	  head_has_the_length_and_no_body, what_the_browser_has_is_not_sent_again,
	  another_version_is_sent, no_path_leads_elsewhere,
	  every_file_has_a_type_and_a_version_of_its_own, a_refusal_says_why_and_ends)
