/*
 * test_poll.c - a feed over time, with a bridge and a network that are played here: what is told, when it is asked for, what
 * is kept.
 *
 * This file has its own bridge_*() and fetch_*() in place of the real ones; every callback and every timer is called by hand.
 */
#include "bridges/rss/reader_inner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../rt/unit.h"

enum { SAYS_MAX = 64, HOUR_MS = 3600000, SECOND_MS = 1000, US = 1000 };

struct said {
	char id[80], text[120];
	void (*taken)(void *ctx, const char *refused);
	void *ctx;
};

struct bridge {
	struct loop *loop;
	int64_t wall_ms;
	/* One document is enough for one feed. */
	struct buf kept;
	void (*loaded)(void *ctx, const struct span *body, bool failed);
	void (*stored)(void *ctx);
	void *loaded_ctx, *stored_ctx;
	struct said says[SAYS_MAX];
	size_t n_says, room; /* how many more are taken */
	size_t n_notices;
	char notice[300];
	struct fetch *fetch; /* under way */
};

struct fetch {
	struct fetch_spec spec;
	struct fetch_events e;
	char url[100], etag[40];
};

/* The bridge */

struct loop *bridge_loop(const struct bridge *b)
{
	return b->loop;
}

int64_t bridge_wall_ms(const struct bridge *b)
{
	return b->wall_ms;
}

void bridge_keep_get(struct bridge *b, const char *key,
		     void (*done)(void *ctx, const struct span *body, bool failed), void *ctx)
{
	(void)key;
	b->loaded = done;
	b->loaded_ctx = ctx;
}

void bridge_keep_put(struct bridge *b, const char *key, struct span body, void (*done)(void *ctx),
		     void *ctx)
{
	(void)key;
	buf_reset(&b->kept);
	buf_add(&b->kept, body.p, body.n);
	b->stored = done;
	b->stored_ctx = ctx;
}

int bridge_say(struct bridge *b, const struct bridge_words *w)
{
	struct said *s = &b->says[b->n_says];

	if (b->n_says == b->room)
		return 1;
	snprintf(s->id, sizeof(s->id), "%s", w->id);
	snprintf(s->text, sizeof(s->text), "%.*s", (int)w->text.n, w->text.p);
	s->taken = w->taken;
	s->ctx = w->ctx;
	b->n_says++;
	return 0;
}

int bridge_post(struct bridge *b, const struct bridge_article *a)
{
	(void)b;
	(void)a;
	return -EINVAL;
}

void bridge_tell_staff(struct bridge *b, const char *key, const char *text)
{
	(void)key;
	snprintf(b->notice, sizeof(b->notice), "%s", text);
	b->n_notices++;
}

void bridge_forget(struct bridge *b, const void *ctx)
{
	(void)b;
	(void)ctx;
}

/* The network */

struct fetch *fetch_start(struct http *http, const struct guard *guard, const struct fetch_spec *q,
			  const struct fetch_events *e)
{
	const struct poll *p = e->ctx;
	struct fetch *f = base_alloc(1, sizeof(*f));

	(void)http;
	(void)guard;
	f->spec = *q;
	f->e = *e;
	snprintf(f->url, sizeof(f->url), "%s", q->url);
	snprintf(f->etag, sizeof(f->etag), "%s", q->etag ? q->etag : "");
	p->reader->bridge->fetch = f;
	return f;
}

void fetch_free(struct fetch *f)
{
	free(f);
}

/* A reader of one feed */

struct rig {
	struct bridge b;
	struct rss_conf conf;
	struct reader *reader;
	char *feeds[2], *ports[3];
};

static void start(struct rig *r)
{
	ck_assert_int_eq(reader_new(&r->reader, &r->b, &r->conf), 0);
}

static void begin(struct rig *r)
{
	static char row[] = "http://example.org/feed = chat", http_port[] = "80",
		    other_port[] = "8080";

	*r = (struct rig){ .feeds = { row }, .ports = { http_port, other_port } };
	r->conf.feeds = r->feeds;
	r->conf.ports = r->ports;
	r->conf.every = (int64_t)HOUR_MS * US;
	r->conf.min_every = (int64_t)SECOND_MS * US;
	r->conf.max_bytes = 1 << 20;
	r->conf.deadline = 10000000;
	ck_assert_int_eq(loop_new(&r->b.loop), 0);
	r->b.wall_ms = 1800000000000;
	r->b.room = SAYS_MAX;
	start(r);
}

static void end(struct rig *r)
{
	reader_free(r->reader);
	buf_done(&r->b.kept);
	loop_free(r->b.loop);
}

static struct poll *poll_of(const struct rig *r)
{
	struct poll *p = TAILQ_FIRST(&r->reader->polls);

	ck_assert_ptr_nonnull(p);
	return p;
}

static void loads(struct rig *r)
{
	const struct span kept = buf_span(&r->b.kept);

	ck_assert(r->b.loaded != NULL);
	TAKE(r->b.loaded)(r->b.loaded_ctx, kept.n ? &kept : NULL, false);
}

static void stores(struct rig *r)
{
	ck_assert(r->b.stored != NULL);
	TAKE(r->b.stored)(r->b.stored_ctx);
}

static void fire(struct rig *r)
{
	struct poll *p = poll_of(r);

	ck_assert(p->timer.pending);
	loop_timer_stop(&p->timer);
	p->timer.fn(p->timer.ctx);
}

static int64_t wait_ms(const struct rig *r)
{
	return poll_of(r)->kept.next_ms - r->b.wall_ms;
}

/* Its time has come, and it is asked. */
static struct fetch *asked(struct rig *r)
{
	const int64_t wait = wait_ms(r);

	ck_assert_int_eq(poll_of(r)->state, POLL_IDLE);
	r->b.wall_ms += wait > 0 ? wait : 0;
	r->b.fetch = NULL;
	fire(r);
	ck_assert_ptr_nonnull(r->b.fetch);
	return r->b.fetch;
}

static void answer(struct fetch *f, const char *body, struct fetch_result result)
{
	if (!result.etag)
		result.etag = "";
	if (!result.modified)
		result.modified = "";
	if (body)
		(void)f->e.body(f->e.ctx, SPAN("application/rss+xml"), f->url,
				(struct span){ body, strlen(body) });
	f->e.done(f->e.ctx, &result);
}

static void fails(struct rig *r, enum fetch_end how, const char *why, uint64_t retry_after_us)
{
	struct fetch_result result = { .end = how, .retry_after_us = retry_after_us };

	snprintf(result.why, sizeof(result.why), "%s", why);
	answer(asked(r), NULL, result);
}

/* A feed of the items from..to, the newest first; `ids` is what their ids begin with. */
static char *feed_of(const char *ids, int from, int to)
{
	CLEANUP(buf_done) struct buf out = { 0 };

	buf_adds(&out, "<rss version='2.0'><channel><title>News</title>");
	for (int i = to; i >= from; i--)
		buf_addf(&out,
			 "<item><guid>%s%d</guid><title>T%d</title>"
			 "<link>http://example.org/%d</link></item>",
			 ids, i, i, i);
	buf_adds(&out, "</channel></rss>");
	return base_dup(buf_p(&out), out.n);
}

static void reads(struct rig *r, const char *ids, int from, int to)
{
	CLEANUP(base_freep) char *body = feed_of(ids, from, to);

	answer(asked(r), body, (struct fetch_result){ .end = FETCH_BODY, .etag = "\"e\"" });
}

static void follows(struct rig *r, int n)
{
	loads(r);
	reads(r, "id", 1, n);
	stores(r);
	ck_assert_uint_eq(r->b.n_says, 0);
}

static void all_taken(struct rig *r)
{
	const size_t n = r->b.n_says; /* there may be more in the end */

	for (size_t i = 0; i < n; i++)
		if (r->b.says[i].taken)
			TAKE(r->b.says[i].taken)(r->b.says[i].ctx, NULL);
}

static char *status(const struct rig *r)
{
	CLEANUP(buf_done) struct buf out = { 0 };

	reader_status(r->reader, &out);
	return base_dup(buf_p(&out), out.n);
}

static void ck_status_has(const struct rig *r, const char *what)
{
	CLEANUP(base_freep) char *text = status(r);

	ck_assert_msg(strstr(text, what), "%s is not in: %s", what, text);
}

/* What is told */

START_TEST(what_was_listed_before_is_not_told_and_what_comes_is_the_oldest_first)
{
	struct rig r;

	begin(&r);
	follows(&r, 3);
	reads(&r, "id", 2, 5);
	ck_assert_uint_eq(r.b.n_says, 2);
	ck_assert_str_eq(r.b.says[0].text, "T4 - http://example.org/4");
	ck_assert_str_eq(r.b.says[1].text, "T5 - http://example.org/5");
	ck_assert(!r.b.stored); /* not before the world has all of it */
	all_taken(&r);
	stores(&r);
	reads(&r, "id", 2, 5);
	ck_assert_uint_eq(r.b.n_says, 2);
	end(&r);
}
END_TEST

START_TEST(of_more_than_fifty_at_once_the_newest_fifty_are_told)
{
	double numbers[READER_NUMBERS];
	struct rig r;

	begin(&r);
	follows(&r, 3);
	reads(&r, "id", 1, 63);
	ck_assert_uint_eq(r.b.n_says, 50);
	ck_assert_str_eq(r.b.says[0].text, "T14 - http://example.org/14");
	ck_assert_str_eq(r.b.says[49].text, "T63 - http://example.org/63");
	reader_numbers(r.reader, numbers);
	ck_assert_double_eq(numbers[READER_LEFT_OUT], 10);
	ck_assert_double_eq(numbers[READER_ITEMS], 50);
	all_taken(&r);
	stores(&r);
	reads(&r, "id", 1, 63); /* those that were left out are not told later */
	ck_assert_uint_eq(r.b.n_says, 50);
	end(&r);
}
END_TEST

START_TEST(a_feed_that_changes_all_its_ids_says_nothing_but_what_is_new)
{
	struct rig r;

	begin(&r);
	follows(&r, 9);
	reads(&r, "other", 1, 10);
	ck_assert_uint_eq(r.b.n_says, 1);
	ck_assert_str_eq(r.b.says[0].text, "T10 - http://example.org/10");
	all_taken(&r);
	stores(&r);
	reads(&r, "third", 1, 10);
	ck_assert_uint_eq(r.b.n_says, 1);
	end(&r);
}
END_TEST

START_TEST(what_finds_no_room_is_told_later_each_once)
{
	struct rig r;

	begin(&r);
	follows(&r, 3);
	r.b.room = 2;
	reads(&r, "id", 1, 6);
	ck_assert_uint_eq(r.b.n_says, 2);
	ck_assert_int_eq(poll_of(&r)->state, POLL_TELLING);
	fire(&r);
	ck_assert_uint_eq(r.b.n_says, 2); /* still none */
	r.b.room = SAYS_MAX;
	all_taken(&r);
	ck_assert_uint_eq(r.b.n_says, 3);
	ck_assert_str_eq(r.b.says[2].text, "T6 - http://example.org/6");
	ck_assert(!r.b.stored);
	all_taken(&r);
	stores(&r);
	ck_assert_int_eq(poll_of(&r)->state, POLL_IDLE);
	end(&r);
}
END_TEST

START_TEST(after_a_crash_the_same_is_told_under_the_same_ids)
{
	char first[80];
	struct rig r;

	begin(&r);
	follows(&r, 3);
	reads(&r, "id", 1, 4);
	ck_assert_uint_eq(r.b.n_says, 1);
	snprintf(first, sizeof(first), "%s", r.b.says[0].id);
	reader_free(r.reader);
	start(&r);
	loads(&r);
	reads(&r, "id", 1, 4);
	ck_assert_uint_eq(r.b.n_says, 2);
	ck_assert_str_eq(r.b.says[1].id, first);
	end(&r);
}
END_TEST

/* When it is asked */

START_TEST(a_feed_that_is_gone_is_told_to_staff_once_and_asked_again_after_a_reload)
{
	struct rig r;

	begin(&r);
	follows(&r, 3);
	fails(&r, FETCH_GONE, "it is gone (410)", 0);
	ck_assert_uint_eq(r.b.n_notices, 1);
	ck_assert_ptr_nonnull(strstr(r.b.notice, "http://example.org/feed"));
	stores(&r);
	ck_assert_int_eq(poll_of(&r)->state, POLL_GONE);
	ck_assert(!poll_of(&r)->timer.pending);
	reader_free(r.reader);
	start(&r);
	loads(&r);
	ck_assert_int_eq(poll_of(&r)->state, POLL_GONE);
	ck_assert_uint_eq(r.b.n_notices, 1);
	reader_reload(r.reader);
	ck_assert_int_lt(wait_ms(&r), 6 * SECOND_MS);
	reads(&r, "id", 1, 4);
	ck_assert_uint_eq(r.b.n_says, 1);
	end(&r);
}
END_TEST

static void fail_often(struct rig *r)
{
	for (int i = 0; i < 8; i++) {
		fails(r, FETCH_REFUSED, "its address is not a public one (rss.allow)", 0);
		stores(r);
	}
	ck_assert_int_ge(wait_ms(r), 23 * HOUR_MS);
	ck_assert_uint_eq(r->b.n_notices, 1);
}

START_TEST(a_reload_asks_at_once_for_what_failed)
{
	struct rig r;

	begin(&r);
	follows(&r, 3);
	fail_often(&r);
	reader_reload(r.reader);
	ck_assert_int_lt(wait_ms(&r), 6 * SECOND_MS);
	ck_status_has(&r, "not a public one"); /* until it is known better */
	reads(&r, "id", 1, 4);
	ck_assert_uint_eq(r.b.n_says, 1);
	ck_assert_uint_eq(r.b.n_notices, 2);
	all_taken(&r);
	stores(&r);
	ck_assert_int_ge(wait_ms(&r), HOUR_MS); /* and that is that */
	reader_reload(r.reader);
	ck_assert_int_ge(wait_ms(&r), HOUR_MS); /* a feed that is well is not hurried */
	end(&r);
}
END_TEST

START_TEST(a_restart_asks_at_once_for_what_failed_and_knows_why)
{
	struct rig r;

	begin(&r);
	follows(&r, 3);
	fail_often(&r);
	reader_free(r.reader);
	start(&r);
	loads(&r);
	ck_assert_int_lt(wait_ms(&r), 6 * SECOND_MS);
	ck_status_has(&r, "not a public one");
	reads(&r, "id", 1, 4);
	ck_assert_uint_eq(r.b.n_says, 1);
	end(&r);
}
END_TEST

START_TEST(a_reload_while_it_is_asked_counts_when_that_has_failed)
{
	const struct fetch_result refused = { .end = FETCH_REFUSED, .why = "no" };
	struct fetch *f;
	struct rig r;

	begin(&r);
	follows(&r, 3);
	fail_often(&r);
	f = asked(&r);
	reader_reload(r.reader);
	answer(f, NULL, refused);
	stores(&r);
	ck_assert_int_lt(wait_ms(&r), 6 * SECOND_MS);
	answer(asked(&r), NULL, refused);
	stores(&r);
	ck_assert_int_ge(wait_ms(&r), 23 * HOUR_MS); /* once */
	end(&r);
}
END_TEST

START_TEST(what_a_server_wants_is_not_hurried)
{
	struct rig r;

	begin(&r);
	follows(&r, 3);
	fails(&r, FETCH_FAILED, "it is answered by 503", (uint64_t)3 * HOUR_MS * US);
	stores(&r);
	reader_reload(r.reader);
	ck_assert_int_ge(wait_ms(&r), 3 * HOUR_MS);
	reader_free(r.reader);
	start(&r);
	loads(&r);
	ck_assert_int_ge(wait_ms(&r), 3 * HOUR_MS);
	ck_status_has(&r, "503");
	end(&r);
}
END_TEST

START_TEST(rows_that_come_and_go_are_followed_and_wrong_ones_change_nothing)
{
	char wrong[] = "http://example.org:99/feed = chat", other[] = "http://example.org/b = chat";
	struct rig r;

	begin(&r);
	follows(&r, 3);
	r.feeds[0] = wrong;
	reader_reload(r.reader);
	ck_assert_str_eq(poll_of(&r)->url, "http://example.org/feed");
	r.feeds[0] = other;
	reader_reload(r.reader);
	ck_assert_str_eq(poll_of(&r)->url, "http://example.org/b");
	ck_assert_ptr_null(TAILQ_NEXT(poll_of(&r), entry));
	end(&r);
}
END_TEST

UNIT_MAIN("poll", what_was_listed_before_is_not_told_and_what_comes_is_the_oldest_first,
	  of_more_than_fifty_at_once_the_newest_fifty_are_told,
	  a_feed_that_changes_all_its_ids_says_nothing_but_what_is_new,
	  what_finds_no_room_is_told_later_each_once,
	  after_a_crash_the_same_is_told_under_the_same_ids,
	  a_feed_that_is_gone_is_told_to_staff_once_and_asked_again_after_a_reload,
	  a_reload_asks_at_once_for_what_failed,
	  a_restart_asks_at_once_for_what_failed_and_knows_why,
	  a_reload_while_it_is_asked_counts_when_that_has_failed,
	  what_a_server_wants_is_not_hurried,
	  rows_that_come_and_go_are_followed_and_wrong_ones_change_nothing)
