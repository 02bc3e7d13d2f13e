/*
 * test_fetch.c - a feed is asked for: conditions, redirects, limits, and addresses that are never connected to.
 */
#include "bridges/rss/fetch.h"

#include <zlib.h>
#include "../rt/unit.h"
#include "../rt/web.h"

struct rig {
	struct web w;
	struct http *http;
	struct guard guard;
	struct fetch *fetch;
	struct buf body;
	char type[100], base[200], location[200];
	size_t enough; /* bytes after which no more is wanted; 0: all */
	struct fetch_result r;
	char moved_to[200], etag[100], modified[100];
	bool done;
};

static bool on_body(void *ctx, struct span type, const char *base, struct span piece)
{
	struct rig *r = ctx;

	snprintf(r->type, sizeof(r->type), "%.*s", (int)type.n, type.p);
	snprintf(r->base, sizeof(r->base), "%s", base);
	buf_add(&r->body, piece.p, piece.n);
	return !r->enough || r->body.n < r->enough;
}

static void on_done(void *ctx, const struct fetch_result *result)
{
	struct rig *r = ctx;

	ck_assert(!r->done);
	r->done = true;
	r->r = *result;
	snprintf(r->moved_to, sizeof(r->moved_to), "%s", result->moved_to ? result->moved_to : "");
	snprintf(r->etag, sizeof(r->etag), "%s", result->etag);
	snprintf(r->modified, sizeof(r->modified), "%s", result->modified);
	fetch_free(TAKE(r->fetch));
	loop_stop(r->w.loop, 0);
}

static void begin(struct rig *r, char *allow)
{
	char *nets[] = { allow, NULL };
	char port[8], *ports[] = { port, NULL };
	struct buf why = { 0 };

	*r = (struct rig){ 0 };
	web_begin(&r->w);
	snprintf(port, sizeof(port), "%u", r->w.port);
	ck_assert_int_eq(http_new(&r->http, r->w.loop, 4), 0);
	ck_assert_int_eq(guard_init(&r->guard, allow ? nets : NULL, ports, &why), 0);
	buf_done(&why);
}

static void end(struct rig *r)
{
	fetch_free(r->fetch);
	http_free(r->http);
	buf_done(&r->body);
	web_done(&r->w);
}

static void ask(struct rig *r, struct fetch_spec q)
{
	const struct fetch_events e = { .body = on_body, .done = on_done, .ctx = r };
	char url[100];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/feed", r->w.port);
	if (!q.url)
		q.url = url;
	if (!q.max_bytes)
		q.max_bytes = 1 << 20;
	if (!q.deadline_us)
		q.deadline_us = 5000000;
	buf_clear(&r->body);
	r->done = false;
	r->fetch = fetch_start(r->http, &r->guard, &q, &e);
	web_run(&r->w);
	ck_assert(r->done);
}

START_TEST(a_feed_comes_with_its_tags)
{
	struct rig r;

	begin(&r, "127.0.0.0/8");
	r.w.reply = (struct web_reply){
		.headers = "ETag: W/\"a b\"\r\nLast-Modified: Sat, 07 Sep 2002 00:00:01 GMT\r\n"
			   "Content-Type: text/xml; charset=koi8-r\r\nCache-Control: public, "
			   "max-age=600\r\n",
		.body = SPAN("<rss/>")
	};
	ask(&r, (struct fetch_spec){ 0 });
	ck_assert_int_eq(r.r.end, FETCH_BODY);
	ck_assert_mem_eq(buf_p(&r.body), "<rss/>", 6);
	ck_assert_str_eq(r.etag, "W/\"a b\"");
	ck_assert_str_eq(r.modified, "Sat, 07 Sep 2002 00:00:01 GMT");
	ck_assert_str_eq(r.type, "text/xml; charset=koi8-r");
	ck_assert_uint_eq(r.r.max_age_us, 600000000);
	ck_assert_str_eq(r.moved_to, "");
	ck_assert(!web_was_asked(&r.w, "If-"));
	end(&r);
}
END_TEST

START_TEST(it_is_asked_whether_it_has_changed_in_the_servers_own_words)
{
	struct rig r;

	begin(&r, "127.0.0.0/8");
	r.w.reply = (struct web_reply){ .status = "304 Not Modified" };
	ask(&r, (struct fetch_spec){ .etag = "W/\"a b\"", .modified = "sometime last week" });
	ck_assert_int_eq(r.r.end, FETCH_SAME);
	ck_assert(web_was_asked(&r.w, "If-None-Match: W/\"a b\"\r\n"));
	ck_assert(web_was_asked(&r.w, "If-Modified-Since: sometime last week\r\n"));
	ck_assert(web_was_asked(&r.w, "User-Agent: Mudlark/"));
	end(&r);
}
END_TEST

struct refusal {
	const char *status, *headers;
	enum fetch_end end;
	const char *why;
	uint64_t retry_s;
};

START_TEST(other_answers_are_what_they_say)
{
	static const struct refusal rows[] = {
		{ "404 Not Found", "", FETCH_FAILED, "it is answered by 404", 0 },
		{ "410 Gone", "", FETCH_GONE, "it is gone (410)", 0 },
		{ "429 Too Many Requests", "Retry-After: 77\r\n", FETCH_FAILED,
		  "it is answered by 429", 77 },
		{ "503 Service Unavailable", "Retry-After: 5\r\n", FETCH_FAILED,
		  "it is answered by 503", 5 },
		{ "204 No Content", "", FETCH_FAILED, "it is answered by 204", 0 },
		{ "301 Moved", "", FETCH_FAILED,
		  "it is redirected to what is no http or https address", 0 },
		{ "302 Found", "Location: file:///etc/passwd\r\n", FETCH_FAILED,
		  "it is redirected to what is no http or https address", 0 },
		{ "302 Found", "Location: /feed\r\n", FETCH_FAILED,
		  "it is redirected more than 3 times", 0 },
	};
	struct rig r;

	begin(&r, "127.0.0.0/8");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		r.w.reply = (struct web_reply){ .status = rows[i].status,
						.headers = rows[i].headers,
						.body = SPAN("<rss/>") };
		ask(&r, (struct fetch_spec){ 0 });
		ck_assert_int_eq(r.r.end, rows[i].end);
		ck_assert_str_eq(r.r.why, rows[i].why);
		ck_assert_uint_eq(r.r.retry_after_us, rows[i].retry_s * 1000000);
		ck_assert_uint_eq(r.body.n, 0);
	}
	end(&r);
}
END_TEST

/* The first answer sends it on, all others are the feed. */
static void sends_on(struct rig *r, const char *status, const char *to)
{
	snprintf(r->location, sizeof(r->location), "Location: %s\r\n", to);
	r->w.reply = (struct web_reply){ .status = status, .headers = r->location };
}

START_TEST(no_address_that_is_not_public_is_ever_connected_to)
{
	static const char *const targets[] = {
		"http://127.0.0.2:%u/",		 "http://[::1]:%u/",
		"http://[::ffff:127.0.0.2]:%u/", "http://[::ffff:7f00:2]:%u/",
		"http://169.254.169.254:%u/",	 "http://2130706434:%u/",
		"http://0x7f000002:%u/",	 "http://0:%u/",
		"http://10.0.0.1:%u/",		 "http://[fd00:ec2::254]:%u/",
		"http://[64:ff9b::7f00:2]:%u/",
	};
	struct rig r;

	begin(&r, "127.0.0.1");
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		char url[100];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(url, sizeof(url), targets[i], r.w.port);
#pragma GCC diagnostic pop
		ask(&r, (struct fetch_spec){ .url = url });
		ck_assert_msg(r.r.end == FETCH_REFUSED, "%s: %s", url, r.r.why);
		ck_assert_uint_eq(r.w.opened, i);
		sends_on(&r, "302 Found", url);
		ask(&r, (struct fetch_spec){ 0 });
		ck_assert_msg(r.r.end == FETCH_REFUSED, "%s: %s", url, r.r.why);
		ck_assert_uint_eq(r.w.opened, i + 1);
	}
	end(&r);
}
END_TEST

START_TEST(a_name_is_judged_by_what_it_is_resolved_to)
{
	struct rig r;
	char url[100];

	begin(&r, NULL);
	snprintf(url, sizeof(url), "http://localhost:%u/", r.w.port);
	ask(&r, (struct fetch_spec){ .url = url });
	ck_assert_int_eq(r.r.end, FETCH_REFUSED);
	ck_assert_str_eq(r.r.why, "its address is not a public one (rss.allow)");
	ck_assert_uint_eq(r.w.opened, 0);
	end(&r);
}
END_TEST

START_TEST(a_redirect_to_another_port_is_refused)
{
	struct rig r;

	begin(&r, "127.0.0.0/8");
	sends_on(&r, "301 Moved", "http://127.0.0.1:22/");
	ask(&r, (struct fetch_spec){ 0 });
	ck_assert_int_eq(r.r.end, FETCH_REFUSED);
	ck_assert_str_eq(r.r.why, "where it is redirected to: its port is not one of rss.ports");
	end(&r);
}
END_TEST

START_TEST(what_takes_too_long_or_never_ends_is_given_up)
{
	struct buf endless = { 0 };
	struct rig r;

	begin(&r, "127.0.0.0/8");
	r.w.reply = (struct web_reply){ .form = WEB_DEAF };
	ask(&r, (struct fetch_spec){ .deadline_us = 50000 });
	ck_assert_int_eq(r.r.end, FETCH_FAILED);
	r.w.reply = (struct web_reply){
		.form = WEB_CHUNKED, .body = SPAN("<rss></rss>"), .step = 1, .step_us = 20000
	};
	ask(&r, (struct fetch_spec){ .deadline_us = 100000 });
	ck_assert_int_eq(r.r.end, FETCH_FAILED);
	ck_assert_uint_gt(r.body.n, 0);
	for (int i = 0; i < 100000; i++)
		buf_adds(&endless, "<item/>");
	r.w.reply = (struct web_reply){ .form = WEB_CHUNKED, .body = buf_span(&endless) };
	ask(&r, (struct fetch_spec){ .max_bytes = 100000 });
	ck_assert_int_eq(r.r.end, FETCH_FAILED);
	ck_assert_str_eq(r.r.why, "it is longer than rss.max_bytes");
	ck_assert_uint_le(r.body.n, 100000);
	end(&r);
	buf_done(&endless);
}
END_TEST

START_TEST(no_more_is_read_than_is_wanted)
{
	struct buf endless = { 0 };
	struct rig r;

	begin(&r, "127.0.0.0/8");
	for (int i = 0; i < 100000; i++)
		buf_adds(&endless, "<item/>");
	r.enough = 1;
	r.w.reply = (struct web_reply){ .form = WEB_CHUNKED, .body = buf_span(&endless) };
	ask(&r, (struct fetch_spec){ 0 });
	ck_assert_int_eq(r.r.end, FETCH_BODY);
	ck_assert_uint_lt(r.body.n, endless.n);
	end(&r);
	buf_done(&endless);
}
END_TEST

static void pack(struct buf *out, size_t zeros)
{
	uint8_t plain[4096] = { 0 };
	z_stream z = { 0 };

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	for (size_t at = 0; at <= zeros; at += sizeof(plain)) {
		char *to = buf_reserve(out, 16384);

		z.next_in = plain;
		z.avail_in = sizeof(plain);
		z.next_out = (uint8_t *)to;
		z.avail_out = 16384;
		deflate(&z, at + sizeof(plain) > zeros ? Z_FINISH : Z_NO_FLUSH);
		buf_commit(out, 16384 - z.avail_out);
	}
	deflateEnd(&z);
}

START_TEST(what_unpacks_to_too_much_is_given_up)
{
	struct buf bomb = { 0 };
	struct rig r;

	begin(&r, "127.0.0.0/8");
	pack(&bomb, 20 << 20);
	r.w.reply = (struct web_reply){ .headers = "Content-Encoding: gzip\r\n",
					.body = buf_span(&bomb) };
	ask(&r, (struct fetch_spec){ .max_bytes = 64 << 20 });
	ck_assert_int_eq(r.r.end, FETCH_FAILED);
	ck_assert_str_eq(r.r.why, "it unpacks to more than 100 times its size");
	r.w.reply.form = WEB_CHUNKED;
	ask(&r, (struct fetch_spec){ .max_bytes = 1 << 20 });
	ck_assert_int_eq(r.r.end, FETCH_FAILED);
	ck_assert_str_eq(r.r.why, "it is longer than rss.max_bytes");
	ck_assert_uint_le(r.body.n, 1 << 20);
	end(&r);
	buf_done(&bomb);
}
END_TEST

START_TEST(it_can_be_given_up_at_any_time)
{
	const struct fetch_events e = { .body = on_body, .done = on_done };
	struct rig r;
	char url[100];

	begin(&r, "127.0.0.0/8");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/feed", r.w.port);
	r.w.reply = (struct web_reply){ .form = WEB_DEAF };
	r.fetch = fetch_start(r.http, &r.guard,
			      &(struct fetch_spec){
				      .url = url, .max_bytes = 100, .deadline_us = 9000000 },
			      &e);
	while (!r.w.requests)
		(void)event_base_loop(loop_base(r.w.loop), EVLOOP_ONCE);
	fetch_free(TAKE(r.fetch));
	while (r.w.open)
		(void)event_base_loop(loop_base(r.w.loop), EVLOOP_ONCE);
	ck_assert_uint_eq(http_under_way(r.http), 0);
	end(&r);
}
END_TEST

UNIT_MAIN("fetch", a_feed_comes_with_its_tags,
	  it_is_asked_whether_it_has_changed_in_the_servers_own_words,
	  other_answers_are_what_they_say, no_address_that_is_not_public_is_ever_connected_to,
	  a_name_is_judged_by_what_it_is_resolved_to, a_redirect_to_another_port_is_refused,
	  what_takes_too_long_or_never_ends_is_given_up, no_more_is_read_than_is_wanted,
	  what_unpacks_to_too_much_is_given_up, it_can_be_given_up_at_any_time)
