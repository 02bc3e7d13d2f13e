/*
 * rest.c - see rest.h.
 *
 * All requests are in one list in the order they were asked.  pump() goes through it: one that is first of its route, and
 * whose time has come, is sent.
 */
#include "bridges/discord/rest.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "bridges/backoff.h"
#include "bridges/discord/bucket.h"
#include "rt/buf.h"
#include "rt/http.h"
#include "rt/jsonin.h"
#include "rt/log.h"
#include "rt/proc.h"
#include "rt/text.h"

enum {
	SECOND = 1000000,
	ATTEMPTS = 4,
	LIMITED_MAX = 50, /* 429 for one request */
	DEADLINE_US = 15 * SECOND,
	RETRY_MIN_US = SECOND / 2,
	RETRY_MAX_US = 10 * SECOND,
	CONNECTIONS = 16,
	DEPTH = 32,
	DAY_S = 86400,
	TIMER_MAX_US = 60 * SECOND,
};

struct request {
	TAILQ_ENTRY(request) entry;
	struct rest *rest;
	const char *method;
	char *path, *route;
	struct buf body, answer;
	bool repeatable, bare;
	void (*done)(void *ctx, const struct rest_answer *a);
	void *ctx;
	struct http_call *call; /* it is under way */
	unsigned attempts, limited;
	uint64_t not_before_us;
	struct backoff backoff;
	struct bucket_news news;
	char bucket[128];
	enum bucket_scope scope;
	bool has_remaining, has_reset; /* in the headers */
	bool unsure;		       /* an attempt may have been done */
};

struct rest {
	struct loop *loop;
	struct http *http;
	char *api, *ca_file;
	char *authorization;
	bool allow_http;
	struct buckets buckets;
	TAILQ_HEAD(, request) all;
	size_t n;
	struct loop_timer timer;
	struct rest_counts counts;
};

static uint64_t now(const struct rest *r)
{
	return clock_mono(loop_clock(r->loop));
}

static struct span route_of(const struct request *q)
{
	return (struct span){ q->route, strlen(q->route) };
}

static void destroy(struct request *q)
{
	TAILQ_REMOVE(&q->rest->all, q, entry);
	q->rest->n--;
	sodium_memzero(q->path, strlen(q->path));
	free(q->path);
	free(q->route);
	buf_done(&q->body);
	buf_done(&q->answer);
	free(q);
}

static void finish(struct request *q, const struct rest_answer *a)
{
	struct rest *r = q->rest;
	void (*done)(void *ctx, const struct rest_answer *a) = q->done;
	void *ctx = q->ctx;

	if (a->end != REST_DONE) {
		r->counts.failed++;
		log_info("discord_request_failed", LOG_STR("route", q->route),
			 LOG_U64("status", a->status), LOG_U64("code", a->code),
			 LOG_STR("why", a->why));
	}
	destroy(q);
	if (done)
		done(ctx, a);
	loop_timer_soon(&r->timer);
}

/* ---- what the answer says ---- */

static bool read_seconds(struct span s, uint64_t *ret_us)
{
	char text[32], *end;
	double v;

	if (!s.n || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	v = strtod(text, &end);
	if (*end || !isfinite(v) || v < 0)
		return false;
	*ret_us = v < DAY_S ? (uint64_t)(v * SECOND) : DAY_S * (uint64_t)SECOND;
	return true;
}

static bool read_count(struct span s, uint64_t *ret)
{
	uint64_t us;

	if (!read_seconds(s, &us))
		return false;
	*ret = us / SECOND;
	return true;
}

static void on_header(void *ctx, struct span name, struct span value)
{
	struct request *q = ctx;

	if (text_eq_fold(name, SPAN("x-ratelimit-bucket")) && value.n < sizeof(q->bucket)) {
		memcpy(q->bucket, value.p, value.n);
		q->news.name = (struct span){ q->bucket, value.n };
	} else if (text_eq_fold(name, SPAN("x-ratelimit-limit"))) {
		read_count(value, &q->news.limit);
	} else if (text_eq_fold(name, SPAN("x-ratelimit-remaining"))) {
		q->has_remaining = read_count(value, &q->news.remaining);
	} else if (text_eq_fold(name, SPAN("x-ratelimit-reset-after"))) {
		q->has_reset = read_seconds(value, &q->news.reset_after_us);
	} else if (text_eq_fold(name, SPAN("x-ratelimit-scope"))) {
		q->scope = text_eq_fold(value, SPAN("shared"))	 ? BUCKET_SHARED
			   : text_eq_fold(value, SPAN("global")) ? BUCKET_ALL
								 : BUCKET_USER;
	} else if (text_eq_fold(name, SPAN("x-ratelimit-global"))) {
		q->scope = BUCKET_ALL;
	}
}

static void on_data(void *ctx, struct span piece)
{
	struct request *q = ctx;

	buf_add(&q->answer, piece.p, piece.n);
}

static double number_of(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

/* A sentence of Discord's, clean; it never has a path or a token of ours in it. */
static void explain(char ret[REST_WHY], unsigned status, const json_t *body)
{
	CLEANUP(buf_done) struct buf clean = { 0 };
	struct span message;

	snprintf(ret, REST_WHY, "HTTP %u", status);
	if (!jsonin_text(body, "message", &message))
		return;
	text_clean(&clean, message);
	snprintf(ret, REST_WHY, "HTTP %u: %.*s", status,
		 (int)text_cut(buf_span(&clean), REST_WHY - 20), buf_p(&clean));
}

static void again(struct request *q, uint64_t us)
{
	q->not_before_us = now(q->rest) + us;
	buf_clear(&q->answer);
	loop_timer_soon(&q->rest->timer);
}

/* 429. False: this one has been put off too often. */
static bool put_off(struct request *q, const struct http_result *h, const json_t *body)
{
	struct rest *r = q->rest;
	double s = number_of(body, "retry_after");
	uint64_t us = h->retry_after_us;

	if (isfinite(s) && s > 0)
		us = s < DAY_S ? (uint64_t)(s * SECOND) : DAY_S * (uint64_t)SECOND;
	if (us < SECOND / 20)
		us = SECOND / 20;
	if (jsonin_true(body, "global"))
		q->scope = BUCKET_ALL;
	r->counts.limited++;
	log_info("discord_limited", LOG_STR("route", q->route), LOG_U64("wait_ms", us / 1000),
		 LOG_INT("scope", q->scope));
	buckets_limited(&r->buckets, route_of(q), q->scope, us, now(r));
	if (++q->limited > LIMITED_MAX)
		return false;
	again(q, us);
	return true;
}

/* Nothing is known of its fate, or it has not been done. */
static void on_trouble(struct request *q, bool maybe_done, unsigned status, const char *why)
{
	q->unsure |= maybe_done;
	if ((!maybe_done || q->repeatable) && q->attempts < ATTEMPTS) {
		again(q, backoff_next(&q->backoff));
		return;
	}
	finish(q, &(struct rest_answer){
			  .end = q->unsure && !q->repeatable ? REST_UNKNOWN : REST_FAILED,
			  .status = status,
			  .why = why,
		  });
}

static void on_answer(struct request *q, const struct http_result *h)
{
	CLEANUP(jsonin_freep)
	json_t *body = jsonin_read(buf_span(&q->answer), REST_MAX, DEPTH);
	struct rest *r = q->rest;
	struct rest_answer a = { .status = (unsigned)h->status, .body = body, .why = "" };
	char why[REST_WHY];

	q->news.known = q->has_remaining && q->has_reset;
	buckets_heard(&r->buckets, route_of(q), &q->news, now(r));
	explain(why, a.status, body);
	if (a.status == 429) {
		if (!put_off(q, h, body))
			finish(q, &(struct rest_answer){ REST_FAILED, 429, 0, NULL, why });
		return;
	}
	if (a.status >= 500 || a.status < 200 || (a.status >= 300 && a.status < 400)) {
		on_trouble(q, true, a.status, why);
		return;
	}
	if (a.status == 401 || a.status == 403)
		buckets_wrong(&r->buckets, now(r));
	if (a.status >= 400) {
		a.end = REST_REFUSED;
		a.why = why;
		jsonin_count(body, "code", INT32_MAX, &a.code);
	}
	finish(q, &a);
}

static void on_end(void *ctx, const struct http_result *h)
{
	struct request *q = ctx;

	q->call = NULL;
	if (h->end == HTTP_CANCELLED)
		destroy(q);
	else if (h->end == HTTP_DONE)
		on_answer(q, h);
	else
		on_trouble(q, h->sent, (unsigned)h->status, h->why);
}

/* ---- on its way ---- */

/* False: not even that. */
static bool dispatch(struct request *q)
{
	struct rest *r = q->rest;
	CLEANUP(buf_done) struct buf url = { 0 };
	const char *headers[] = { "User-Agent: DiscordBot (https://mudlark.invalid, " PROC_VERSION
				  ")",
				  "Content-Type: application/json",
				  q->bare ? NULL : r->authorization, NULL };
	const struct http_events e = {
		.data = on_data, .header = on_header, .end = on_end, .ctx = q
	};

	buf_adds(&url, r->api);
	buf_adds(&url, q->path);
	buf_addc(&url, 0);
	q->attempts++;
	q->news = (struct bucket_news){ 0 };
	q->has_remaining = q->has_reset = false;
	q->scope = BUCKET_USER;
	r->counts.asked++;
	buckets_took(&r->buckets, route_of(q), now(r));
	q->call = http_start(r->http,
			     &(struct http_request){
				     .url = buf_p(&url),
				     .headers = headers,
				     .body = buf_span(&q->body),
				     .deadline_us = DEADLINE_US,
				     .max_bytes = REST_MAX,
				     .allow_http = r->allow_http,
				     .method = q->method,
				     .ca_file = r->ca_file,
			     },
			     &e);
	sodium_memzero(url.p, url.cap);
	return q->call;
}

static bool is_first(const struct request *q)
{
	const struct request *other;

	if (!*q->route)
		return true;
	TAILQ_FOREACH(other, &q->rest->all, entry)
	{
		if (other == q)
			return true;
		if (!strcmp(other->route, q->route))
			return false;
	}
	return true;
}

static uint64_t wait_of(const struct request *q)
{
	const struct rest *r = q->rest;
	const uint64_t t = now(r);
	const uint64_t us = buckets_wait(&r->buckets, route_of(q), t);
	const uint64_t own = q->not_before_us > t ? q->not_before_us - t : 0;

	return own > us ? own : us;
}

static void pump(void *ctx)
{
	struct rest *r = ctx;
	struct request *q, *hopeless = NULL;
	uint64_t soonest = TIMER_MAX_US;

	TAILQ_FOREACH(q, &r->all, entry)
	{
		uint64_t us;

		if (q->call || !is_first(q))
			continue;
		us = wait_of(q);
		if (us > 0)
			soonest = us < soonest ? us : soonest;
		else if (!dispatch(q))
			hopeless = q;
	}
	if (hopeless)
		finish(hopeless, &(struct rest_answer){ .end = REST_FAILED,
							.why = "no request could be made" });
	else if (r->n)
		loop_timer_in(&r->timer, soonest);
}

int rest_ask(struct rest *r, const struct rest_ask *a)
{
	struct request *q;

	if (r->n >= REST_QUEUE)
		return 1;
	q = base_alloc(1, sizeof(*q));
	q->rest = r;
	q->method = a->method;
	q->path = base_dup(a->path, strlen(a->path));
	q->route = base_dup(a->route, strlen(a->route));
	buf_add(&q->body, a->body.p, a->body.n);
	q->repeatable = a->repeatable;
	q->bare = a->bare;
	q->done = a->done;
	q->ctx = a->ctx;
	backoff_init(&q->backoff, RETRY_MIN_US, RETRY_MAX_US, entropy_id(&entropy_system));
	TAILQ_INSERT_TAIL(&r->all, q, entry);
	r->n++;
	loop_timer_soon(&r->timer);
	return 0;
}

void rest_forget(struct rest *r, const void *ctx)
{
	struct request *q, *next;

	for (q = TAILQ_FIRST(&r->all); q; q = next) {
		next = TAILQ_NEXT(q, entry);
		if (q->ctx != ctx)
			continue;
		q->done = NULL;
		if (!q->call)
			destroy(q);
	}
}

uint64_t rest_wait(const struct rest *r, const char *route)
{
	return buckets_wait(&r->buckets, (struct span){ route, strlen(route) }, now(r));
}

size_t rest_waiting(const struct rest *r)
{
	return r->n;
}

const struct rest_counts *rest_counts(const struct rest *r)
{
	return &r->counts;
}

int rest_new(struct rest **ret, struct loop *l, const char *api, const char *token,
	     const char *ca_file)
{
	struct rest *r = base_alloc(1, sizeof(*r));
	const size_t n = strlen(token) + sizeof("Authorization: Bot ");
	int rc;

	r->loop = l;
	r->api = base_dup(api, strlen(api));
	r->allow_http = !strncmp(api, "http:", 5);
	r->ca_file = ca_file ? base_dup(ca_file, strlen(ca_file)) : NULL;
	r->authorization = base_alloc(1, n);
	snprintf(r->authorization, n, "Authorization: Bot %s", token);
	TAILQ_INIT(&r->all);
	buckets_init(&r->buckets);
	loop_timer_init(l, &r->timer, pump, r);
	rc = http_new(&r->http, l, CONNECTIONS);
	if (rc < 0) {
		rest_free(r);
		return rc;
	}
	*ret = r;
	return 0;
}

void rest_free(struct rest *r)
{
	struct request *q, *next;

	if (!r)
		return;
	if (r->http)
		http_free(r->http);
	for (q = TAILQ_FIRST(&r->all); q; q = next) {
		next = TAILQ_NEXT(q, entry);
		destroy(q);
	}
	loop_timer_done(&r->timer);
	buckets_done(&r->buckets);
	if (r->authorization)
		sodium_memzero(r->authorization, strlen(r->authorization));
	free(r->authorization);
	free(r->ca_file);
	free(r->api);
	free(r);
}
