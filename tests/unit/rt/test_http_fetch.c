/*
 * test_http_fetch.c - requests whose headers are read and whose addresses are chosen, as feeds are fetched.
 */
#include "tests/unit/rt/http_rig.h"

static void on_header(void *ctx, struct span name, struct span value)
{
	struct seen *s = ctx;

	buf_addf(&s->headers, "[%.*s=%.*s]", (int)name.n, name.p, (int)value.n, value.p);
}

static bool may_connect(void *ctx, const struct sockaddr *to)
{
	struct seen *s = ctx;

	s->asked += to->sa_family == AF_INET;
	return !s->refuses;
}

/* As feeds are fetched: with headers of the answer and a say in where it comes from. */
static const struct http_result *fetch(const struct http_request *q)
{
	const struct http_events e = { .data = on_data,
				       .end = on_end,
				       .header = on_header,
				       .may_connect = may_connect,
				       .ctx = &rig.s };

	rig.wanted = 1;
	buf_clear(&rig.s.data);
	buf_clear(&rig.s.headers);
	ck_assert_ptr_nonnull(http_start(rig.http, q, &e));
	web_run(&rig.w);
	buf_addc(&rig.s.headers, '\0');
	return &rig.s.r;
}

START_TEST(headers_of_the_answer_are_told_in_lower_case_and_trimmed)
{
	struct http_request q;

	begin();
	q = request();
	q.body = (struct span){ 0 };
	rig.w.reply.headers = "ETag:   W/\"a:b\" \r\nX-Empty:\r\n";
	ck_assert_int_eq(fetch(&q)->end, HTTP_DONE);
	ck_assert_ptr_nonnull(strstr(buf_p(&rig.s.headers), "[etag=W/\"a:b\"][x-empty=]"));
	ck_assert_mem_eq(buf_p(&rig.w.request), "GET ", 4);
	end();
}
END_TEST

START_TEST(an_address_that_is_not_wanted_is_never_connected_to)
{
	struct http_request q;

	begin();
	q = request();
	rig.s.refuses = true;
	ck_assert_int_eq(fetch(&q)->end, HTTP_CONNECT);
	ck_assert_uint_eq(rig.s.asked, 1);
	ck_assert_uint_eq(rig.w.opened, 0);
	ck_assert(!rig.s.r.sent);
	/* Each request is asked for anew, also when a connection is there. */
	rig.s.refuses = false;
	ck_assert_int_eq(fetch(&q)->end, HTTP_DONE);
	ck_assert_int_eq(fetch(&q)->end, HTTP_DONE);
	ck_assert_uint_eq(rig.s.asked, 3);
	end();
}
END_TEST

START_TEST(a_method_can_be_named)
{
	struct http_request q;

	begin();
	q = request();
	q.method = "PATCH";
	ck_assert_int_eq(get(&q)->end, HTTP_DONE);
	ck_assert_mem_eq(buf_p(&rig.w.request), "PATCH /v1 ", 10);
	end();
}
END_TEST

/* 4,000 zeros, by gzip -9. */
static const unsigned char packed[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
					0xed, 0xc1, 0x31, 0x01, 0x00, 0x00, 0x00, 0xc2, 0xa0, 0xf5,
					0x4f, 0x6d, 0x0c, 0x1f, 0xa0, 0x00, 0x00, 0x00, 0x80, 0xb7,
					0x01, 0xbe, 0x93, 0x8b, 0x3a, 0xa0, 0x0f, 0x00, 0x00 };

START_TEST(what_is_packed_counts_as_what_it_unpacks_to)
{
	struct http_request q;

	begin();
	q = request();
	q.compressed = true;
	rig.w.reply.headers = "content-encoding: gzip\r\n";
	rig.w.reply.body = (struct span){ (const char *)packed, sizeof(packed) };
	ck_assert_int_eq(get(&q)->end, HTTP_DONE);
	ck_assert_uint_eq(rig.s.data.n, 4000);
	q.max_bytes = 3000;
	ck_assert_int_eq(get(&q)->end, HTTP_TOO_LARGE);
	end();
}
END_TEST

UNIT_MAIN("http_fetch", headers_of_the_answer_are_told_in_lower_case_and_trimmed,
	  an_address_that_is_not_wanted_is_never_connected_to, a_method_can_be_named,
	  what_is_packed_counts_as_what_it_unpacks_to)
