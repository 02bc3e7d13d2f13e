/*
 * http_rig.h - requests against the server of web.h: what is asked, and what is seen of the answer.
 */
#pragma once

#include "rt/http.h"

#include <time.h>
#include <unistd.h>

#include "tests/unit/rt/unit.h"
#include "tests/unit/rt/web.h"

enum { MS = 1000, LONG = 10000 * MS };

struct seen {
	struct http_call *call, *other;
	struct http_result r;
	struct buf data;
	long status;
	size_t ends, pieces;
	bool unwanted;
	void (*in_data)(struct seen *s);
	void (*in_end)(struct seen *s);
	bool refuses; /* every address */
	size_t asked;
	struct buf headers;
};

struct rig {
	struct web w;
	struct http *http;
	char url[64];
	size_t wanted; /* ends, until the loop stops */
	struct seen s;
};

static struct rig rig;

static inline void begin(void)
{
	web_begin(&rig.w);
	ck_assert_int_eq(http_new(&rig.http, rig.w.loop, 8), 0);
	snprintf(rig.url, sizeof(rig.url), "http://127.0.0.1:%d/v1", rig.w.port);
	rig.w.reply = (struct web_reply){ .body = SPAN("hello there") };
	rig.wanted = 1;
}

static inline void end(void)
{
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	http_free(rig.http);
	buf_clear(&rig.s.data);
	buf_clear(&rig.s.headers);
	web_done(&rig.w);
}

static inline bool on_status(void *ctx, long status)
{
	struct seen *s = ctx;

	s->status = status;
	return !s->unwanted;
}

static inline void on_data(void *ctx, struct span piece)
{
	struct seen *s = ctx;

	s->pieces++;
	buf_add(&s->data, piece.p, piece.n);
	if (s->in_data)
		s->in_data(s);
}

static inline void on_end(void *ctx, const struct http_result *r)
{
	struct seen *s = ctx;

	s->r = *r;
	s->ends++;
	if (s->in_end)
		s->in_end(s);
	if (--rig.wanted == 0)
		loop_stop(rig.w.loop, 0);
}

static inline struct http_request request(void)
{
	return (struct http_request){ .url = rig.url,
				      .body = SPAN("{\"a\":1}"),
				      .deadline_us = LONG,
				      .first_byte_us = LONG,
				      .stall_us = LONG,
				      .max_bytes = 100000,
				      .allow_http = true };
}

static inline struct http_call *ask(struct seen *s, const struct http_request *q)
{
	const struct http_events e = {
		.status = on_status, .data = on_data, .end = on_end, .ctx = s
	};

	s->call = http_start(rig.http, q, &e);
	return s->call;
}

static inline const struct http_result *get(const struct http_request *q)
{
	rig.wanted = 1;
	buf_clear(&rig.s.data);
	ck_assert_ptr_nonnull(ask(&rig.s, q));
	ck_assert_uint_eq(http_under_way(rig.http), 1);
	web_run(&rig.w);
	ck_assert_uint_eq(http_under_way(rig.http), 0);
	return &rig.s.r;
}

static inline const struct http_result *get_plainly(void)
{
	const struct http_request q = request();

	return get(&q);
}

#define ck_assert_data(text)                                                                       \
	do {                                                                                       \
		ck_assert_uint_eq(rig.s.data.n, strlen(text));                                     \
		ck_assert_mem_eq(buf_p(&rig.s.data), text, strlen(text));                          \
	} while (0)
