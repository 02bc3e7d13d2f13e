/*
 * test_rest.c - requests against a server that is played by the test: what is sent again, what is not, in which order, and
 * that no secret is ever logged.
 */
#include "bridges/discord/rest.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "../rt/unit.h"
#include "rt/buf.h"
#include "rt/jsonin.h"
#include "rt/log.h"

#define TOKEN "the-secret-of-the-bot"
#define HOOK "the-secret-of-the-hook"

enum { SCRIPT = 8, S = 1000000 };

/* What the server does with the next request. */
struct act {
	int status; /* 0: closes the connection */
	const char *remaining, *reset_after, *body;
};

static struct loop *loop;
static struct evhttp *server;
static struct rest *rest;
static struct act script[SCRIPT];
static unsigned asked, done;
static struct rest_answer answers[SCRIPT];
static struct buf seen, order;
static unsigned wanted;

static void on_request(struct evhttp_request *q, UNUSED void *ctx)
{
	const struct act *a = &script[asked < SCRIPT ? asked : SCRIPT - 1];
	struct evkeyvalq *out = evhttp_request_get_output_headers(q);
	const char *key = evhttp_find_header(evhttp_request_get_input_headers(q), "Authorization");
	const char *agent = evhttp_find_header(evhttp_request_get_input_headers(q), "User-Agent");
	struct evbuffer *body;

	asked++;
	buf_addf(&seen, "%d %s %s|", (int)evhttp_request_get_command(q), evhttp_request_get_uri(q),
		 key ? key : "-");
	ck_assert(agent && !strncmp(agent, "DiscordBot (http", 16));
	if (!a->status) {
		evhttp_connection_free(evhttp_request_get_connection(q));
		return;
	}
	if (a->remaining)
		evhttp_add_header(out, "X-RateLimit-Remaining", a->remaining);
	if (a->reset_after)
		evhttp_add_header(out, "X-RateLimit-Reset-After", a->reset_after);
	evhttp_add_header(out, "Content-Type", "application/json");
	body = evbuffer_new();
	evbuffer_add_printf(body, "%s", a->body ? a->body : "{}");
	evhttp_send_reply(q, a->status, "x", body);
	evbuffer_free(body);
}

static void begin(void)
{
	struct evhttp_bound_socket *bound;
	struct sockaddr_in at;
	socklen_t n = sizeof(at);
	char api[64];

	asked = done = 0;
	memset(script, 0, sizeof(script));
	buf_clear(&seen);
	buf_clear(&order);
	ck_assert_int_eq(loop_new(&loop), 0);
	server = evhttp_new(loop_base(loop));
	evhttp_set_gencb(server, on_request, NULL);
	evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
						   EVHTTP_REQ_PATCH);
	bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
	ck_assert_ptr_nonnull(bound);
	ck_assert_int_eq(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &n),
			 0);
	snprintf(api, sizeof(api), "http://127.0.0.1:%u/api", ntohs(at.sin_port));
	ck_assert_int_eq(rest_new(&rest, loop, api, TOKEN, ""), 0);
}

static void end(void)
{
	rest_free(rest);
	evhttp_free(server);
	loop_free(loop);
}

static void on_done(void *ctx, const struct rest_answer *a)
{
	buf_adds(&order, ctx);
	answers[done] = *a;
	answers[done++].body = NULL;
	if (done == wanted)
		loop_stop(loop, 0);
}

static void ask(const char *method, const char *path, const char *route, bool repeatable, bool bare,
		const char *mark)
{
	ck_assert_int_eq(rest_ask(rest, &(struct rest_ask){ .method = method,
							    .path = path,
							    .route = route,
							    .body = *method == 'G' ? SPAN("")
										   : SPAN("{}"),
							    .repeatable = repeatable,
							    .bare = bare,
							    .done = on_done,
							    .ctx = (void *)(uintptr_t)mark }),
			 0);
}

static void run(unsigned n)
{
	wanted = n;
	ck_assert_int_eq(loop_run(loop), 0);
}

static bool has_seen(const char *text)
{
	return memmem(buf_p(&seen), seen.n, text, strlen(text)) != NULL;
}

START_TEST(the_token_stands_in_a_header_only_where_it_is_needed)
{
	begin();
	script[0] = script[1] = (struct act){ .status = 200, .body = "[1]" };
	ask("GET", "/gateway/bot", "gateway", true, false, "a");
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "b");
	run(2);
	ck_assert(has_seen("/api/gateway/bot Bot " TOKEN "|"));
	ck_assert(has_seen("/api/webhooks/1/" HOOK " -|"));
	end();
}
END_TEST

START_TEST(a_429_is_waited_out_and_asked_again)
{
	begin();
	script[0] =
		(struct act){ .status = 429, .body = "{\"retry_after\":0.05,\"global\":false}" };
	script[1] = (struct act){ .status = 200 };
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	run(1);
	ck_assert_uint_eq(asked, 2);
	ck_assert_int_eq(answers[0].end, REST_DONE);
	ck_assert_uint_eq(rest_counts(rest)->limited, 1);
	end();
}
END_TEST

START_TEST(what_may_have_been_done_is_not_done_again_blindly)
{
	begin();
	script[0] = (struct act){ .status = 502 };
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	run(1);
	ck_assert_uint_eq(asked, 1);
	ck_assert_int_eq(answers[0].end, REST_UNKNOWN);
	end();
	begin();
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	run(1);
	ck_assert_uint_eq(asked, 1);
	ck_assert_int_eq(answers[0].end, REST_UNKNOWN);
	end();
}
END_TEST

START_TEST(what_does_no_harm_is_asked_again)
{
	begin();
	script[0] = (struct act){ .status = 503 };
	script[2] = (struct act){ .status = 200 };
	ask("GET", "/channels/1/messages", "history channels/1", true, false, "a");
	run(1);
	ck_assert_uint_eq(asked, 3);
	ck_assert_int_eq(answers[0].end, REST_DONE);
	end();
}
END_TEST

START_TEST(where_nobody_answers_nothing_was_done)
{
	begin();
	evhttp_free(server);
	server = evhttp_new(loop_base(loop));
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	run(1);
	ck_assert_int_eq(answers[0].end, REST_FAILED);
	end();
}
END_TEST

START_TEST(a_refusal_has_discords_code)
{
	begin();
	script[0] = (struct act){ .status = 404,
				  .body = "{\"message\":\"Unknown Webhook\",\"code\":10015}" };
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	run(1);
	ck_assert_int_eq(answers[0].end, REST_REFUSED);
	ck_assert_uint_eq(answers[0].status, 404);
	ck_assert_uint_eq(answers[0].code, 10015);
	end();
}
END_TEST

START_TEST(requests_of_a_route_keep_their_order)
{
	begin();
	script[0] = (struct act){ .status = 429, .body = "{\"retry_after\":0.1}" };
	for (unsigned i = 1; i < SCRIPT; i++)
		script[i] = (struct act){ .status = 200 };
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "b");
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "c");
	run(3);
	ck_assert_uint_eq(order.n, 3);
	ck_assert(!memcmp(buf_p(&order), "abc", 3));
	end();
}
END_TEST

START_TEST(an_empty_bucket_is_known_before_it_is_asked)
{
	begin();
	script[0] = (struct act){ .status = 200, .remaining = "0", .reset_after = "30.5" };
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	run(1);
	ck_assert_uint_gt(rest_wait(rest, "execute webhooks/1"), 29 * (uint64_t)S);
	ck_assert_uint_eq(rest_wait(rest, "execute webhooks/2"), 0);
	end();
}
END_TEST

START_TEST(who_is_forgotten_is_not_called)
{
	static const char me[] = "a";

	begin();
	script[0] = script[1] = (struct act){ .status = 200 };
	ask("GET", "/gateway/bot", "gateway", true, false, me);
	rest_forget(rest, me);
	ck_assert_uint_eq(rest_waiting(rest), 0);
	ask("GET", "/gateway/bot", "gateway", true, false, "b");
	run(1);
	ck_assert(order.n == 1 && *buf_p(&order) == 'b');
	end();
}
END_TEST

START_TEST(the_queue_is_bounded)
{
	begin();
	for (unsigned i = 0; i < REST_QUEUE; i++)
		ask("GET", "/gateway/bot", "gateway", true, false, "a");
	ck_assert_int_eq(
		rest_ask(rest, &(struct rest_ask){ .method = "GET", .path = "/x", .route = "x" }),
		1);
	end();
}
END_TEST

/* Everything that goes wrong, with the log in a file. */
START_TEST(no_secret_is_ever_logged)
{
	char path[] = "/tmp/mudlark-log-XXXXXX", text[65536];
	const int file = mkstemp(path), kept = dup(STDERR_FILENO);
	ssize_t n;

	ck_assert_int_ge(file, 0);
	dup2(file, STDERR_FILENO);
	log_init("test", LOG_DEBUG, false);
	begin();
	script[0] = (struct act){ .status = 429, .body = "{\"retry_after\":0.05}" };
	script[1] = (struct act){ .status = 401, .body = "{\"message\":\"401\"}" };
	script[2] = (struct act){ .status = 500 };
	script[3] = (struct act){ .status = 400, .body = "nonsense" };
	ask("POST", "/webhooks/1/" HOOK, "execute webhooks/1", false, true, "a");
	ask("POST", "/webhooks/2/" HOOK, "execute webhooks/1", false, true, "b");
	ask("POST", "/webhooks/3/" HOOK, "execute webhooks/1", false, true, "c");
	ask("POST", "/webhooks/4/" HOOK, "execute webhooks/1", false, false, "d");
	run(4);
	end();
	dup2(kept, STDERR_FILENO);
	n = pread(file, text, sizeof(text), 0);
	unlink(path);
	ck_assert_int_gt((int)n, 100);
	ck_assert_ptr_null(memmem(text, (size_t)n, HOOK, strlen(HOOK)));
	ck_assert_ptr_null(memmem(text, (size_t)n, TOKEN, strlen(TOKEN)));
	for (unsigned i = 0; i < done; i++)
		ck_assert(answers[i].end != REST_DONE);
}
END_TEST

UNIT_MAIN("rest", the_token_stands_in_a_header_only_where_it_is_needed,
	  a_429_is_waited_out_and_asked_again, what_may_have_been_done_is_not_done_again_blindly,
	  what_does_no_harm_is_asked_again, where_nobody_answers_nothing_was_done,
	  a_refusal_has_discords_code, requests_of_a_route_keep_their_order,
	  an_empty_bucket_is_known_before_it_is_asked, who_is_forgotten_is_not_called,
	  the_queue_is_bounded, no_secret_is_ever_logged)
