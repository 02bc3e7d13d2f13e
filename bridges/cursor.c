/*
 * cursor.c - where a stream has come to, as a document of persist: {"taken":N,"sent":M}.
 *
 * `taken` is durable before a line up to it is handed over; while one document is on its way, lines gather for the
 * next.  `sent` goes along, or by itself after a while.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bridges/stream.h"
#include "rt/log.h"

enum { BODY_BYTES = 64, IDLE_TIMES = 10 };

#define PREFIX "cursor/"

struct cursor_key {
	char text[sizeof(PREFIX) + 160];
};

static struct cursor_key key_of(const struct bridge_stream *s)
{
	struct cursor_key k;

	snprintf(k.text, sizeof(k.text), PREFIX "%s", s->key);
	return k;
}

/* ---- reading ---- */

static void begin_new(struct bridge_stream *s)
{
	s->is_new = true;
	s->phase = STREAM_CLOSED;
}

static void begin_at(struct bridge_stream *s, struct cursor c)
{
	s->received = s->handed = s->sent = c.sent;
	s->unsure = c.taken;
	s->stored = c;
	s->is_kept = true;
	s->phase = STREAM_CLOSED;
}

static bool parse(ProtobufCBinaryData body, struct cursor *ret)
{
	CLEANUP(jsonin_freep)
	json_t *o = jsonin_object((struct span){ (const char *)body.data, body.len });

	return o && jsonin_count(o, "taken", INT64_MAX, &ret->taken) &&
	       jsonin_count(o, "sent", INT64_MAX, &ret->sent) && ret->sent <= ret->taken;
}

static void on_got(void *ctx, const Mudlark__PersistReply *reply)
{
	struct bridge_stream *s = ctx;
	struct cursor c = { 0 };

	s->getting = NULL;
	if (core_is_for_later(reply)) {
		stream_pause(s);
	} else if (reply->status == MUDLARK__STATUS__STATUS_ABSENT) {
		begin_new(s);
	} else if (reply->status != MUDLARK__STATUS__STATUS_OK || reply->n_documents != 1) {
		log_error("cursor_refused", LOG_STR("stream", s->key),
			  LOG_STR("reason", reply->why));
		stream_pause(s);
	} else if (parse(reply->documents[0]->body, &c)) {
		begin_at(s, c);
	} else {
		log_error("cursor_malformed", LOG_STR("stream", s->key));
		begin_new(s);
	}
}

void cursor_read(struct bridge_stream *s)
{
	if (s->phase != STREAM_UNREAD || s->gone || s->getting || stream_is_paused(s) ||
	    !s->b->store_up)
		return;
	s->getting = core_get(s->b, key_of(s).text, on_got, s);
	if (!s->getting)
		stream_pause(s);
}

/* ---- writing ---- */

/* The last line that the outside has room for. */
static uint64_t taken_goal(const struct bridge_stream *s)
{
	uint64_t goal = 0;
	size_t n = 0;

	for (const struct parcel *p = s->head; p && n < s->want && !s->gone; p = p->next) {
		if (p->is_gap || stream_is_stale(s, &p->line) || stream_is_old(s, p->line.wall_ms))
			continue;
		goal = p->line.seq;
		n++;
	}
	return goal;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Nothing will be handed over any more. */
static bool is_final(const struct bridge_stream *s)
{
	return s->gone || s->b->flushing;
}

static struct cursor goal_of(const struct bridge_stream *s)
{
	struct cursor c = { .sent = stream_settled(s) };

	/* What was only to be handed over is not taken after all. */
	c.taken = is_final(s) ? s->handed : greater(s->stored.taken, taken_goal(s));
	c.taken = greater(c.taken, greater(c.sent, s->unsure));
	return c;
}

bool cursor_is_stored(const struct bridge_stream *s)
{
	const struct cursor c = goal_of(s);

	if (s->phase == STREAM_UNREAD || s->is_new)
		return true;
	return s->is_kept && !s->putting && c.sent == s->stored.sent && c.taken == s->stored.taken;
}

static void on_put(void *ctx, const Mudlark__PersistReply *reply)
{
	struct bridge_stream *s = ctx;

	s->putting = NULL;
	if (reply && reply->status == MUDLARK__STATUS__STATUS_OK) {
		s->stored = s->put;
		s->is_kept = true;
		return;
	}
	if (!core_is_for_later(reply))
		log_error("cursor_refused", LOG_STR("stream", s->key),
			  LOG_STR("reason", reply->why));
	stream_pause(s);
	cursor_moved(s, true);
}

static bool is_due(const struct bridge_stream *s, const struct cursor *c)
{
	if (c->taken > s->stored.taken && c->taken > c->sent)
		return true;
	return s->lazy_us && (s->lazy_us <= core_now(s->b) || is_final(s));
}

void cursor_write(struct bridge_stream *s)
{
	char body[BODY_BYTES];
	struct cursor c;
	int n;

	if (s->phase == STREAM_UNREAD || s->putting || stream_is_paused(s) || !s->b->store_up)
		return;
	if (cursor_is_stored(s))
		s->lazy_us = 0;
	c = goal_of(s);
	if (!is_due(s, &c))
		return;
	n = snprintf(body, sizeof(body), "{\"taken\":%" PRIu64 ",\"sent\":%" PRIu64 "}", c.taken,
		     c.sent);
	s->putting = core_put(s->b, key_of(s).text, (struct span){ body, (size_t)n }, on_put, s);
	if (s->putting) {
		s->put = c;
		s->lazy_us = 0;
	} else {
		stream_pause(s);
	}
}

void cursor_moved(struct bridge_stream *s, bool urgent)
{
	const uint64_t now = core_now(s->b);
	/* Facts of no concern may pass in any number. */
	const uint64_t wait = stream_waiting(s) > 0 || s->sent > s->stored.sent
				      ? CORE_LAZY_US
				      : (uint64_t)CORE_LAZY_US * IDLE_TIMES;
	const uint64_t due = urgent ? now : now + wait;

	if (!s->lazy_us || due < s->lazy_us)
		s->lazy_us = due;
}
