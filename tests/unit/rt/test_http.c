/*
 * test_http.c - requests against a server that is slow, silent, large, broken or fine.
 */
#include "tests/unit/rt/http_rig.h"

START_TEST(an_answer_comes_with_its_status)
{
	static const char *const headers[] = { "x-api-key: secret", NULL };
	struct http_request q;

	begin();
	q = request();
	q.headers = headers;
	rig.w.reply.status = "404 Not Found";
	ck_assert_int_eq(get(&q)->end, HTTP_DONE);
	ck_assert_int_eq(rig.s.r.status, 404);
	ck_assert_int_eq(rig.s.status, 404);
	ck_assert(rig.s.r.sent);
	ck_assert_data("hello there");
	ck_assert(web_was_asked(&rig.w, "POST /v1 HTTP/1.1\r\n"));
	ck_assert(web_was_asked(&rig.w, "x-api-key: secret\r\n"));
	ck_assert(web_was_asked(&rig.w, "\r\n\r\n{\"a\":1}"));
	end();
}
END_TEST

START_TEST(the_body_is_ours_and_is_sent_without_waiting_for_leave)
{
	static char body[2000000]; /* for less, curl asks no leave */
	struct http_request q;

	begin();
	q = request();
	memset(body, 'x', sizeof(body));
	q.body = (struct span){ body, sizeof(body) };
	rig.wanted = 1;
	ck_assert_ptr_nonnull(ask(&rig.s, &q));
	ck_assert_uint_eq(http_body(rig.s.call).n, sizeof(body));
	memset(body, 'y', sizeof(body));
	web_run(&rig.w);
	ck_assert_int_eq(rig.s.r.end, HTTP_DONE);
	ck_assert(!web_was_asked(&rig.w, "Expect"));
	ck_assert(!web_was_asked(&rig.w, "yy"));
	ck_assert_uint_gt(rig.w.request.n, sizeof(body));
	end();
}
END_TEST

START_TEST(a_connection_is_used_again)
{
	begin();
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(get_plainly()->end, HTTP_DONE);
	ck_assert_uint_eq(rig.w.requests, 5);
	ck_assert_uint_eq(rig.w.opened, 1);
	end();
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	begin();
	rig.w.reply.status = "307 Temporary Redirect";
	rig.w.reply.headers = "location: /elsewhere\r\n";
	ck_assert_int_eq(get_plainly()->end, HTTP_DONE);
	ck_assert_int_eq(rig.s.r.status, 307);
	ck_assert_uint_eq(rig.w.requests, 1);
	end();
}
END_TEST

START_TEST(only_https_begins_and_http_where_it_is_allowed)
{
	static const char *const bad[] = { "ftp://127.0.0.1/x", "file:///etc/passwd",
					   "gopher://127.0.0.1/", "127.0.0.1", "" };
	struct http_request q;

	begin();
	q = request();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		q.url = bad[i];
		ck_assert_ptr_null(ask(&rig.s, &q));
	}
	q = request();
	q.allow_http = false;
	ck_assert_ptr_null(ask(&rig.s, &q));
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	end();
}
END_TEST

START_TEST(no_proxy_is_taken_from_the_environment)
{
	begin();
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	ck_assert_int_eq(get_plainly()->end, HTTP_DONE);
	end();
}
END_TEST

START_TEST(nobody_there_is_no_connection)
{
	struct http_request q;

	begin();
	q = request();
	web_go_away(&rig.w);
	ck_assert_int_eq(get(&q)->end, HTTP_CONNECT);
	ck_assert(!rig.s.r.sent);
	ck_assert_str_ne(rig.s.r.why, "");
	ck_assert_int_eq(rig.s.r.status, 0);
	end();
}
END_TEST

START_TEST(what_does_not_speak_tls_is_no_connection)
{
	char url[64];
	struct http_request q;

	begin();
	q = request();
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", rig.w.port);
	q.url = url;
	q.deadline_us = 300 * MS; /* our server waits for more of the handshake */
	rig.w.reply.form = WEB_DEAF;
	get(&q);
	ck_assert(!rig.s.r.sent);
	ck_assert_uint_eq(rig.w.requests, 0);
	end();
}
END_TEST

static void shell(const char *command)
{
	ck_assert_int_eq(system(command), 0);
}

/* Our end of a server with a certificate that it wrote itself; its port. */
static int serve_tls(FILE **ret, const char *dir)
{
	char command[512], line[256];
	int port = 0;

	snprintf(command, sizeof(command),
		 "openssl req -x509 -newkey rsa:2048 -nodes -keyout %s/k -out %s/c -days 2 "
		 "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null",
		 dir, dir);
	shell(command);
	snprintf(command, sizeof(command),
		 "exec timeout 30 openssl s_server -accept 127.0.0.1:0 -naccept 1 -www -key %s/k "
		 "-cert "
		 "%s/c 2>&1 </dev/null",
		 dir, dir);
	*ret = popen(command, "r");
	ck_assert_ptr_nonnull(*ret);
	while (!port && fgets(line, sizeof(line), *ret))
		(void)sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
	ck_assert_int_ne(port, 0);
	return port;
}

START_TEST(a_certificate_nobody_vouches_for_is_no_connection)
{
	char dir[] = "/tmp/mudlark-vouch-XXXXXX", url[64], command[64];
	struct http_request q;
	FILE *server;

	begin();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	q = request();
	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", serve_tls(&server, dir));
	q.url = url;
	ck_assert_int_eq(get(&q)->end, HTTP_CONNECT);
	ck_assert(!rig.s.r.sent);
	ck_assert_msg(strstr(rig.s.r.why, "certificate") != NULL, "%s", rig.s.r.why);
	pclose(server);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	shell(command);
	end();
}
END_TEST

START_TEST(a_stream_that_falls_silent_is_a_stall)
{
	struct http_request q;

	begin();
	q = request();
	q.stall_us = 50 * MS;
	rig.w.reply.form = WEB_STILL;
	ck_assert_int_eq(get(&q)->end, HTTP_STALL);
	ck_assert_str_eq(rig.s.r.why, "silent for 0.1 s");
	ck_assert_data("hello there");
	web_go_on(&rig.w, 10 * MS);
	ck_assert_uint_eq(rig.w.open, 0);
	end();
}
END_TEST

START_TEST(a_slow_stream_is_no_stall)
{
	struct http_request q;

	begin();
	q = request();
	q.stall_us = 400 * MS;
	rig.w.reply.form = WEB_CHUNKED;
	rig.w.reply.step = 1;
	rig.w.reply.step_us = 50 * MS; /* in all longer than the stall */
	ck_assert_int_eq(get(&q)->end, HTTP_DONE);
	ck_assert_data("hello there");
	end();
}
END_TEST

START_TEST(a_first_byte_that_does_not_come_is_a_stall)
{
	struct http_request q;

	begin();
	q = request();
	q.first_byte_us = 50 * MS;
	rig.w.reply.form = WEB_DEAF;
	ck_assert_int_eq(get(&q)->end, HTTP_STALL);
	ck_assert(rig.s.r.sent);
	rig.w.reply.form = WEB_CHUNKED; /* headers alone do not count */
	rig.w.reply.first_us = LONG;
	ck_assert_int_eq(get(&q)->end, HTTP_STALL);
	ck_assert_uint_eq(rig.s.data.n, 0);
	end();
}
END_TEST

START_TEST(the_first_byte_may_take_longer_than_a_stall)
{
	struct http_request q;

	begin();
	q = request();
	q.stall_us = 50 * MS;
	rig.w.reply.first_us = 200 * MS;
	ck_assert_int_eq(get(&q)->end, HTTP_DONE);
	end();
}
END_TEST

START_TEST(the_deadline_ends_what_still_flows)
{
	struct http_request q;

	begin();
	q = request();
	q.deadline_us = 100 * MS;
	rig.w.reply.form = WEB_CHUNKED;
	rig.w.reply.step = 1;
	rig.w.reply.step_us = 20 * MS;
	ck_assert_int_eq(get(&q)->end, HTTP_DEADLINE);
	ck_assert(rig.s.r.sent);
	web_go_on(&rig.w, 10 * MS);
	ck_assert_uint_eq(rig.w.open, 0);
	end();
}
END_TEST

START_TEST(a_connection_that_breaks_is_a_cut)
{
	begin();
	rig.w.reply.form = WEB_CUT;
	ck_assert_int_eq(get_plainly()->end, HTTP_CUT);
	ck_assert_data("hello there");
	rig.w.reply.form = WEB_RESET;
	ck_assert_int_eq(get_plainly()->end, HTTP_CUT);
	ck_assert(rig.s.r.sent);
	end();
}
END_TEST

START_TEST(a_request_is_never_sent_again_by_itself)
{
	begin();
	ck_assert_int_eq(get_plainly()->end, HTTP_DONE);
	rig.w.reply.form = WEB_RESET; /* of a connection that was used before */
	ck_assert_int_eq(get_plainly()->end, HTTP_CUT);
	ck_assert(rig.s.r.sent);
	ck_assert_uint_eq(rig.w.requests, 2);
	end();
}
END_TEST

START_TEST(an_answer_that_is_too_large_ends_early)
{
	static char body[300000];
	struct http_request q;

	begin();
	q = request();
	memset(body, 'x', sizeof(body));
	rig.w.reply.body = (struct span){ body, sizeof(body) };
	ck_assert_int_eq(get(&q)->end, HTTP_TOO_LARGE);
	ck_assert_uint_le(rig.s.data.n, 100000);
	q.max_bytes = sizeof(body);
	ck_assert_int_eq(get(&q)->end, HTTP_DONE);
	ck_assert_uint_eq(rig.s.data.n, sizeof(body));
	end();
}
END_TEST

START_TEST(an_unwanted_body_is_not_handed_on)
{
	begin();
	rig.s.unwanted = true;
	ck_assert_int_eq(get_plainly()->end, HTTP_DONE);
	ck_assert_uint_eq(rig.s.data.n, 0);
	ck_assert_int_eq(rig.s.status, 200);
	end();
}
END_TEST

START_TEST(a_status_without_a_body_is_told_too)
{
	begin();
	rig.w.reply.status = "500 Oh";
	rig.w.reply.body = SPAN("");
	ck_assert_int_eq(get_plainly()->end, HTTP_DONE);
	ck_assert_int_eq(rig.s.status, 500);
	ck_assert_uint_eq(rig.s.pieces, 0);
	end();
}
END_TEST

static uint64_t told_to_wait(const char *header)
{
	rig.w.reply.status = "429 Too Many Requests";
	rig.w.reply.headers = header;
	return get_plainly()->retry_after_us;
}

START_TEST(it_is_told_when_to_come_back)
{
	const time_t later = time(NULL) + 100;
	char date[64];

	begin();
	ck_assert_uint_eq(told_to_wait("retry-after: 7\r\n"), 7000000);
	ck_assert_uint_eq(told_to_wait("retry-after: 0\r\n"), 0);
	ck_assert_uint_eq(told_to_wait("retry-after: soon\r\n"), 0);
	ck_assert_uint_eq(told_to_wait("retry-after: -5\r\n"), 0);
	ck_assert_uint_eq(told_to_wait("retry-after: 99999999999\r\n"), 86400000000);
	ck_assert_uint_eq(told_to_wait("retry-after-ms: 250\r\nretry-after: 1\r\n"), 250000);
	ck_assert_uint_eq(told_to_wait(NULL), 0);
	strftime(date, sizeof(date), "retry-after: %a, %d %b %Y %H:%M:%S GMT\r\n", gmtime(&later));
	ck_assert_uint_gt(told_to_wait(date), 60000000);
	ck_assert_uint_le(rig.s.r.retry_after_us, 100000000);
	ck_assert_uint_eq(told_to_wait("retry-after: Wed, 21 Oct 2015 07:28:00 GMT\r\n"), 0);
	end();
}
END_TEST

static void cancel_itself(struct seen *s)
{
	http_cancel(s->call);
	http_cancel(s->call); /* once is enough */
	s->call = NULL;
	loop_timer_in(&rig.w.guard, 20000000);
}

START_TEST(a_call_can_be_cancelled_in_its_own_data)
{
	const struct http_request *q;
	struct http_request plain;

	begin();
	plain = request();
	q = &plain;
	rig.w.reply.form = WEB_STILL;
	rig.s.in_data = cancel_itself;
	ck_assert_ptr_nonnull(ask(&rig.s, q));
	while (rig.w.closed == 0)
		web_go_on(&rig.w, MS);
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	ck_assert_uint_eq(rig.s.ends, 0);
	ck_assert_uint_eq(rig.s.pieces, 1);
	end();
}
END_TEST

static void cancel_the_other(struct seen *s)
{
	if (s->other)
		http_cancel(s->other);
	s->other = NULL;
}

START_TEST(a_call_can_be_cancelled_in_the_data_of_another)
{
	struct seen other = { 0 };
	struct http_request q;

	begin();
	q = request();
	rig.w.reply.form = WEB_DEAF;
	ask(&other, &q);
	while (rig.w.requests == 0)
		web_go_on(&rig.w, MS);
	rig.w.reply.form = WEB_LENGTH;
	rig.s.other = other.call;
	rig.s.in_data = cancel_the_other;
	ask(&rig.s, &q);
	web_run(&rig.w);
	ck_assert_int_eq(rig.s.r.end, HTTP_DONE);
	ck_assert_uint_eq(other.ends, 0);
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	end();
}
END_TEST

static struct seen second;

static void begin_another(struct seen *s)
{
	const struct http_request q = request();

	if (!second.call)
		ck_assert_ptr_nonnull(ask(&second, &q));
	(void)s;
}

START_TEST(a_call_can_be_begun_in_the_data_of_another)
{
	struct http_request q;

	begin();
	q = request();
	rig.wanted = 2;
	rig.s.in_data = begin_another;
	ask(&rig.s, &q);
	web_run(&rig.w);
	ck_assert_int_eq(rig.s.r.end, HTTP_DONE);
	ck_assert_int_eq(second.r.end, HTTP_DONE);
	ck_assert_uint_eq(second.data.n, 11);
	end();
}
END_TEST

static void begin_and_cancel_another(struct seen *s)
{
	begin_another(s);
	http_cancel(second.call);
}

START_TEST(a_call_begun_and_cancelled_in_data_never_was)
{
	struct http_request q;

	begin();
	q = request();
	rig.s.in_data = begin_and_cancel_another;
	ask(&rig.s, &q);
	web_run(&rig.w);
	ck_assert_uint_eq(second.ends, 0);
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	ck_assert_uint_eq(rig.w.requests, 1);
	end();
}
END_TEST

START_TEST(a_call_can_be_begun_at_the_end_of_another)
{
	struct http_request q;

	begin();
	q = request();
	rig.wanted = 2;
	rig.s.in_end = begin_another;
	ask(&rig.s, &q);
	web_run(&rig.w);
	ck_assert_int_eq(second.r.end, HTTP_DONE);
	end();
}
END_TEST

START_TEST(many_at_once_share_a_few_connections)
{
	static struct seen many[200];
	struct http_request q;

	begin();
	q = request();
	rig.w.reply.form = WEB_CHUNKED;
	rig.w.reply.step = 3;
	rig.w.reply.step_us = MS;
	rig.wanted = ARRAY_LEN(many);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		ck_assert_ptr_nonnull(ask(&many[i], &q));
	web_run(&rig.w);
	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		ck_assert_int_eq(many[i].r.end, HTTP_DONE);
		ck_assert_uint_eq(many[i].ends, 1);
		ck_assert_uint_eq(many[i].data.n, 11);
	}
	ck_assert_uint_le(rig.w.opened, 8);
	ck_assert_uint_eq(rig.w.requests, ARRAY_LEN(many));
	end();
}
END_TEST

static void begin_one_too_late(struct seen *s)
{
	const struct http_request q = request();

	ck_assert_ptr_null(ask(s, &q));
}

START_TEST(what_is_under_way_is_told_when_it_all_ends)
{
	struct seen some[3] = { { 0 } };
	struct http_request q;

	begin();
	q = request();
	rig.w.reply.form = WEB_DEAF;
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		some[i].in_end = begin_one_too_late;
		ask(&some[i], &q);
	}
	while (rig.w.requests < ARRAY_LEN(some))
		web_go_on(&rig.w, MS);
	rig.wanted = 100;
	http_free(rig.http);
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		ck_assert_int_eq(some[i].r.end, HTTP_CANCELLED);
		ck_assert_uint_eq(some[i].ends, 1);
	}
	while (rig.w.open)
		web_go_on(&rig.w, MS);
}
END_TEST

UNIT_MAIN("http", an_answer_comes_with_its_status,
	  the_body_is_ours_and_is_sent_without_waiting_for_leave, a_connection_is_used_again,
	  a_redirect_is_not_followed, only_https_begins_and_http_where_it_is_allowed,
	  no_proxy_is_taken_from_the_environment, nobody_there_is_no_connection,
	  what_does_not_speak_tls_is_no_connection,
	  a_certificate_nobody_vouches_for_is_no_connection, a_stream_that_falls_silent_is_a_stall,
	  a_slow_stream_is_no_stall, a_first_byte_that_does_not_come_is_a_stall,
	  the_first_byte_may_take_longer_than_a_stall, the_deadline_ends_what_still_flows,
	  a_connection_that_breaks_is_a_cut, a_request_is_never_sent_again_by_itself,
	  an_answer_that_is_too_large_ends_early, an_unwanted_body_is_not_handed_on,
	  a_status_without_a_body_is_told_too, it_is_told_when_to_come_back,
	  a_call_can_be_cancelled_in_its_own_data, a_call_can_be_cancelled_in_the_data_of_another,
	  a_call_can_be_begun_in_the_data_of_another, a_call_begun_and_cancelled_in_data_never_was,
	  a_call_can_be_begun_at_the_end_of_another, many_at_once_share_a_few_connections,
	  what_is_under_way_is_told_when_it_all_ends)
