/*
 * rest.c - see rest.h: from a request to its route and back, with all that can go wrong on the way.
 */
#include "tests/fake/discord/rest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake/discord/gate.h"
#include "tests/fake/json.h"

#define BASE "/api/v10"

enum { BODY_MAX = 1 << 20, KEY_BYTES = 300 };

struct rest {
	struct fake *fake;
	struct server *server;
	struct server_events events;
	json_t *faults;
	json_t *interactions;
	json_t *forbidden; /* channel names -> true: no webhooks there */
	bool is_cut;
};

/* An answer that waits, and goes with its connection. */
struct slow {
	struct conn *conn;
	struct loop_timer timer;
	struct buf head, body;
	int status;
};

json_t *rest_interactions(const struct rest *r)
{
	return r->interactions;
}

struct fake *rest_world(const struct rest *r)
{
	return r->fake;
}

bool call_may_hook(struct call *c, const char *channel)
{
	return !json_object_get(c->fake->rest->forbidden, channel);
}

/* Answers */

void call_fail(struct call *c, int status, int code, const char *message)
{
	c->status = status;
	json_decref(c->answer);
	c->answer = json_pack("{ss si}", "message", message, "code", code);
}

void call_misuse(struct call *c, const char *what)
{
	char *body = c->body ? json_text(c->body) : NULL;

	report_misuse(&c->fake->report, "%s: %s in %.300s", c->route->name, what,
		      body ? body : "it");
	free(body);
}

void call_malformed(struct call *c, const char *why)
{
	call_misuse(c, why);
	call_fail(c, 400, 50035, "Invalid Form Body");
	json_object_set_new(c->answer, "errors",
			    json_pack("{s{s[{ss ss}]}}", "body", "_errors", "code", "FAKE",
				      "message", why));
}

static void answer_text(struct conn *conn, int status, const char *headers, struct span body)
{
	conn_head(conn, status, headers, (int64_t)body.n);
	conn_piece(conn, body.p, body.n);
	conn_end(conn);
}

static void answer_json(struct conn *conn, int status, struct buf *headers, const json_t *answer)
{
	char *text = answer ? json_text(answer) : NULL;

	buf_adds(headers, "Content-Type: application/json\r\nVia: 1.1 fake\r\n");
	buf_addc(headers, '\0');
	answer_text(conn, status, buf_p(headers),
		    (struct span){ text ? text : "", text ? strlen(text) : 0 });
	free(text);
}

static void on_slow(void *ctx)
{
	struct slow *s = ctx;

	conn_use(s->conn, NULL);
	answer_text(s->conn, s->status, buf_p(&s->head), buf_span(&s->body));
	loop_timer_done(&s->timer);
	buf_done(&s->head);
	buf_done(&s->body);
	free(s);
}

static void on_gone(UNUSED void *ctx, void *use)
{
	struct slow *s = use;

	loop_timer_done(&s->timer);
	buf_done(&s->head);
	buf_done(&s->body);
	free(s);
}

static void answer_slowly(struct call *c, struct conn *conn, struct buf *headers, int64_t ms)
{
	struct slow *s = base_alloc(1, sizeof(*s));
	char *text = c->answer ? json_text(c->answer) : NULL;

	*s = (struct slow){ .conn = conn, .status = c->status };
	buf_adds(&s->head, "Content-Type: application/json\r\n");
	buf_add(&s->head, buf_p(headers), headers->n);
	buf_addc(&s->head, '\0');
	buf_adds(&s->body, text ? text : "");
	free(text);
	conn_use(conn, s);
	loop_timer_init(c->fake->loop, &s->timer, on_slow, s);
	loop_timer_in(&s->timer, (uint64_t)ms * 1000);
}

/* Faults */

static bool fault_is(const json_t *fault, const char *kind)
{
	const char *is = json_string_value(json_object_get(fault, "kind"));

	return is && !strcmp(is, kind);
}

bool rest_fault(struct rest *r, const json_t *fault)
{
	static const char *const kinds[] = { "status",	   "late_status", "cut",       "late_cut",
					     "hang",	   "slow",	  "late_hang", "limit",
					     "cloudflare", "garbage" };
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		known = known || fault_is(fault, kinds[i]);
	if (known && json_is_string(json_object_get(fault, "route")))
		return json_array_append_new(r->faults, json_deep_copy(fault)) == 0;
	return false;
}

void rest_no_faults(struct rest *r)
{
	json_array_clear(r->faults);
}

/* The first that fits, one time less; new, NULL: none. */
static json_t *take_fault(struct rest *r, const struct route *route)
{
	size_t i;
	json_t *fault;

	json_array_foreach(r->faults, i, fault)
	{
		const char *name = json_string_value(json_object_get(fault, "route"));
		int64_t times = json_integer_value(json_object_get(fault, "times"));

		if (strcmp(name, "*") != 0 && strcmp(name, route->name) != 0)
			continue;
		json_incref(fault);
		if (times <= 1)
			json_array_remove(r->faults, i);
		else
			json_object_set_new(fault, "times", json_integer(times - 1));
		report_add(&r->fake->report, "faults", 1);
		return fault;
	}
	return NULL;
}

static int64_t fault_number(const json_t *fault, const char *name)
{
	return json_integer_value(json_object_get(fault, name));
}

/* Limits */

static struct limit_ask limits_of(struct call *c, char *key)
{
	const struct fake_mode *m = &c->fake->mode;

	snprintf(key, KEY_BYTES, "%s:%s", c->route->name, c->args[0]);
	return (struct limit_ask){ .key = key,
				   .route = c->route->name,
				   .now = fake_now(c->fake),
				   .n = m->bucket_n,
				   .window_us = m->bucket_ms * 1000,
				   .global_n = m->global_n,
				   .no_global = c->route->no_global };
}

static void answer_limited(struct call *c, struct conn *conn, const struct limit_ask *q,
			   const struct limit_answer *a, const char *scope)
{
	struct buf headers = { 0 };

	report_add(&c->fake->report, "limited", 1);
	if (a->knew)
		report_misuse(&c->fake->report, "%s: a request before the time that was told (%s)",
			      c->route->name, a->global ? "global" : q->key);
	call_fail(c, 429, 0, "You are being rate limited.");
	json_object_del(c->answer, "code");
	json_object_set_new(c->answer, "retry_after",
			    json_real((double)((a->retry_us + 999) / 1000) / 1000));
	json_object_set_new(c->answer, "global", json_boolean(a->global));
	limit_headers(&c->fake->limit, q, a, a->global ? "global" : scope, &headers);
	answer_json(conn, 429, &headers, c->answer);
	buf_done(&headers);
}

static void fault_limit(struct call *c, struct conn *conn, const struct limit_ask *q,
			const json_t *fault)
{
	uint64_t us = (uint64_t)fault_number(fault, "retry_ms") * 1000;
	const char *scope = json_string_value(json_object_get(fault, "scope"));
	const struct limit_answer a = { true, json_is_true(json_object_get(fault, "global")), false,
					us };

	limit_shut(&c->fake->limit, q, us, a.global);
	answer_limited(c, conn, q, &a, scope ? scope : "user");
}

static void fault_cloudflare(struct call *c, struct conn *conn, const struct limit_ask *q,
			     const json_t *fault)
{
	uint64_t us = (uint64_t)fault_number(fault, "retry_ms") * 1000;
	char headers[100];

	limit_shut(&c->fake->limit, q, us, true);
	report_add(&c->fake->report, "limited", 1);
	snprintf(headers, sizeof(headers), "Retry-After: %llu\r\nContent-Type: text/html\r\n",
		 (unsigned long long)(us + 999999) / 1000000);
	answer_text(conn, 429, headers, SPAN("error code: 1015"));
}

static void fault_status(struct conn *conn, const json_t *fault)
{
	int status = (int)fault_number(fault, "status");

	answer_text(conn, status, "Content-Type: text/html\r\n",
		    SPAN("<html><head><title>error</title></head></html>"));
}

/* True: that was all. */
static bool strike_before(struct call *c, struct conn *conn, const struct limit_ask *q,
			  const json_t *fault)
{
	if (fault_is(fault, "limit"))
		fault_limit(c, conn, q, fault);
	else if (fault_is(fault, "cloudflare"))
		fault_cloudflare(c, conn, q, fault);
	else if (fault_is(fault, "status"))
		fault_status(conn, fault);
	else if (fault_is(fault, "cut"))
		conn_cut(conn);
	else if (!fault_is(fault, "hang"))
		return false;
	return true;
}

static bool strike_after(struct call *c, struct conn *conn, struct buf *headers,
			 const json_t *fault)
{
	if (fault_is(fault, "late_cut"))
		conn_cut(conn);
	else if (fault_is(fault, "late_status"))
		fault_status(conn, fault);
	else if (fault_is(fault, "garbage"))
		answer_text(conn, 200, "Content-Type: application/json\r\n", SPAN("{\"id\":[[["));
	else if (fault_is(fault, "slow"))
		answer_slowly(c, conn, headers, fault_number(fault, "ms"));
	else if (!fault_is(fault, "late_hang"))
		return false;
	return true;
}

/* Requests */

static bool fits(const char *pattern, const char *path, char args[][200])
{
	size_t n = 0, at;

	while (*pattern && *path) {
		if (strncmp(pattern, "{}", 2) != 0) {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		at = strcspn(path, "/");
		if (n == CALL_ARGS || !at || at >= sizeof(args[0]))
			return false;
		memcpy(args[n], path, at);
		args[n++][at] = '\0';
		pattern += 2;
		path += at;
	}
	return !*pattern && !*path;
}

static const struct route *find_in(struct call *c, const struct request *r,
				   const struct route *routes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		memset(c->args, 0, sizeof(c->args));
		if (!strcmp(routes[i].method, r->method) &&
		    fits(routes[i].path, r->path + strlen(BASE), c->args))
			return &routes[i];
	}
	return NULL;
}

static const struct route *find_route(struct call *c, const struct request *r)
{
	const struct route *found = NULL;

	if (r->status || strncmp(r->path, BASE "/", strlen(BASE "/")) != 0)
		return NULL;
	found = find_in(c, r, rest_info_routes, rest_n_info_routes);
	if (!found)
		found = find_in(c, r, rest_hook_routes, rest_n_hook_routes);
	if (!found)
		found = find_in(c, r, rest_slash_routes, rest_n_slash_routes);
	return found;
}

/* "DiscordBot (URL, VERSION)" */
static bool is_agent(const char *agent)
{
	static const char begin[] = "DiscordBot (http";
	const char *comma = agent ? strstr(agent, ", ") : NULL;

	return comma && !strncmp(agent, begin, strlen(begin)) && strchr(comma, ')') > comma + 2;
}

/* As the documentation wants it, before anything of the API is looked at; false: it was answered. */
static bool check_head(struct call *c, struct conn *conn, const struct request *r)
{
	const char *agent = request_header(r, "user-agent");
	const char *auth = request_header(r, "authorization");
	struct report *report = &c->fake->report;

	if (!is_agent(agent)) {
		report_misuse(report, "%s: the User-Agent is %s", r->path ? r->path : "?",
			      agent ? agent : "missing");
		answer_text(conn, 403, "Content-Type: text/html\r\n", SPAN("error code: 1010"));
		return false;
	}
	c->route = find_route(c, r);
	if (!c->route) {
		report_misuse(report, "there is no %s %s", r->method ? r->method : "?",
			      r->path ? r->path : "?");
		answer_text(conn, 404, "Content-Type: application/json\r\n",
			    SPAN("{\"message\":\"404: Not Found\",\"code\":0}"));
		return false;
	}
	report_add(report, c->route->name, 1);
	if (auth ? strncmp(auth, "Bot ", 4) != 0 || strcmp(auth + 4, c->fake->token) != 0
		 : !c->route->no_token) {
		report_add(report, "unauthorized", 1);
		if (!auth || strncmp(auth, "Bot ", 4) != 0)
			report_misuse(report, "%s: Authorization is not Bot TOKEN", c->route->name);
		answer_text(conn, 401, "Content-Type: application/json\r\n",
			    SPAN("{\"message\":\"401: Unauthorized\",\"code\":0}"));
		return false;
	}
	return true;
}

static bool has_body(const struct request *r)
{
	return !strcmp(r->method, "POST") || !strcmp(r->method, "PUT") ||
	       !strcmp(r->method, "PATCH");
}

/* False: it is refused in *c. */
static bool read_body(struct call *c, const struct request *r)
{
	const char *type = request_header(r, "content-type");

	if (!has_body(r))
		return true;
	if (!type || strncmp(type, "application/json", 16) != 0) {
		call_malformed(c, "Content-Type is not application/json");
		return false;
	}
	c->body = json_loadb(r->body.p, r->body.n, JSON_REJECT_DUPLICATES, NULL);
	if (c->body)
		return true;
	call_misuse(c, "the body is no JSON");
	call_fail(c, 400, 50109, "The request body contains invalid JSON.");
	return false;
}

static void run(struct call *c, struct conn *conn, const struct request *r,
		const struct limit_ask *q)
{
	const struct limit_answer fine = { 0 };
	struct buf headers = { 0 };
	json_t *fault;

	limit_headers(&c->fake->limit, q, &fine, "", &headers);
	fault = take_fault(c->fake->rest, c->route);
	if (!fault || !strike_before(c, conn, q, fault)) {
		if (read_body(c, r))
			c->route->run(c);
		if (c->status == 403)
			report_add(&c->fake->report, "forbidden", 1);
		if (!fault || !strike_after(c, conn, &headers, fault))
			answer_json(conn, c->status, &headers, c->answer);
		if (c->made)
			fake_tell_message(c->fake, c->made, "MESSAGE_CREATE");
	}
	json_decref(fault);
	buf_done(&headers);
}

static void on_request(void *ctx, struct conn *conn, const struct request *r)
{
	struct rest *rest = ctx;
	struct call c = { .fake = rest->fake, .query = r->query ? r->query : "", .status = 200 };
	char key[KEY_BYTES];

	report_add(&rest->fake->report, "requests", 1);
	if (rest->is_cut) {
		conn_cut(conn);
	} else if (check_head(&c, conn, r)) {
		const struct limit_ask q = limits_of(&c, key);
		const struct limit_answer a = limit_take(&rest->fake->limit, &q);

		if (a.exceeded)
			answer_limited(&c, conn, &q, &a, "user");
		else
			run(&c, conn, r, &q);
	}
	json_decref(c.answer);
	json_decref(c.body);
}

static void on_nothing(UNUSED void *ctx)
{
}

int rest_new(struct rest **ret, struct fake *f)
{
	struct rest *r = base_alloc(1, sizeof(*r));

	*r = (struct rest){ .fake = f,
			    .faults = json_array(),
			    .interactions = json_array(),
			    .forbidden = json_object() };
	r->events = (struct server_events){ on_request, on_gone, on_nothing, on_nothing, r };
	*ret = r;
	return server_new(&r->server, f->loop, 0, BODY_MAX, &r->events);
}

void rest_free(struct rest *r)
{
	if (!r)
		return;
	server_free(r->server);
	json_decref(r->faults);
	json_decref(r->interactions);
	json_decref(r->forbidden);
	free(r);
}

uint16_t rest_port(const struct rest *r)
{
	return server_port(r->server);
}

int rest_listen(struct rest *r, bool on)
{
	return server_listen(r->server, on);
}

void rest_cut(struct rest *r, bool on)
{
	r->is_cut = on;
}

void rest_permit(struct rest *r, const char *channel, bool may)
{
	const char *id =
		json_string_value(json_object_get(place_channel(&r->fake->place, channel), "id"));

	if (may)
		json_object_del(r->forbidden, id);
	else
		json_object_set_new(r->forbidden, id, json_true());
}
