/*
 * backlog.c - facts from before: those between a stream's cursor and what its world still tells, from persist, page by
 * page, as there is room.
 */
#include <string.h>

#include "bridges/stream.h"
#include "rt/log.h"

enum { PAGE_BYTES = 256 << 10 }; /* a greater one may have been cut by persist */

static void end_at(struct bridge_stream *s, uint64_t seq)
{
	s->received = s->received < seq ? seq : s->received;
	s->phase = STREAM_LIVE;
	s->may_miss = false;
	cursor_moved(s, !s->is_kept);
}

static bool is_muted(const struct bridge_stream *s, const struct bridge_line *l)
{
	if (l->kind != LINE_SAID)
		return false;
	for (size_t i = 0; s->muted_channels && s->muted_channels[i]; i++)
		if (strlen(s->muted_channels[i]) == l->channel.n &&
		    !memcmp(s->muted_channels[i], l->channel.p, l->channel.n))
			return true;
	return false;
}

static void take_row(struct bridge_stream *s, const Mudlark__EventRow *row)
{
	struct parcel *p;

	if (row->seq <= s->received || row->seq > s->upto)
		return;
	s->received = row->seq;
	if (s->muted || !fact_read(s, row->seq, row->wall_ms, row->kind, row->body, &p))
		return;
	if (is_muted(s, &p->line) || stream_is_stale(s, &p->line)) {
		parcel_free(p);
		return;
	}
	if (stream_is_old(s, p->line.wall_ms)) {
		parcel_free(p);
		p = fact_gap(row->seq, SKIP_OLD, 1, row->wall_ms, row->wall_ms);
	}
	stream_queue(s, p);
}

/* There may be more rows behind it, which persist may have lost when they are asked for. */
static bool is_cut(const struct bridge_stream *s, const Mudlark__PersistReply *reply)
{
	size_t bytes = 0;

	for (size_t i = 0; i < reply->n_events; i++)
		bytes += reply->events[i]->body.len;
	return reply->n_events >= s->page || bytes > PAGE_BYTES;
}

/* Persist keeps so many, also while it is read; the oldest that it has is above what was read. */
static void look_for_loss(struct bridge_stream *s, const Mudlark__PersistReply *reply)
{
	if (s->may_miss && s->received > 0 && reply->oldest > s->received + 1) {
		log_warning("facts_lost", LOG_STR("stream", s->key), LOG_U64("after", s->received),
			    LOG_U64("oldest", reply->oldest));
		s->received = core_least(reply->oldest - 1, s->upto);
		stream_queue(s, fact_gap(s->received, SKIP_LOST, 0, 0, 0));
	}
	s->may_miss = is_cut(s, reply);
}

static void on_page(void *ctx, const Mudlark__PersistReply *reply)
{
	struct bridge_stream *s = ctx;

	s->reading = NULL;
	if (!reply || reply->status != MUDLARK__STATUS__STATUS_OK) {
		if (!core_is_for_later(reply))
			log_error("backlog_refused", LOG_STR("stream", s->key),
				  LOG_STR("reason", reply->why));
		stream_pause(s);
		return;
	}
	look_for_loss(s, reply);
	for (size_t i = 0; i < reply->n_events; i++)
		take_row(s, reply->events[i]);
	if (reply->n_events == 0 || s->received >= s->upto)
		end_at(s, s->upto);
}

void backlog_read(struct bridge_stream *s)
{
	Mudlark__PersistCall q = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__EventsAfter e = MUDLARK__EVENTS_AFTER__INIT;
	char *kinds[LINE_KINDS];

	if (s->phase != STREAM_BACKLOG || s->gone || s->reading || stream_is_paused(s) ||
	    !s->b->store_up || s->n > BRIDGE_WINDOW_MAX / 2)
		return;
	for (size_t i = 0; i < LINE_KINDS; i++)
		if (s->kinds & LINE(i))
			kinds[e.n_kinds++] = (char *)(uintptr_t)fact_kind_name((enum line_kind)i);
	if (!e.n_kinds) {
		end_at(s, s->upto);
		return;
	}
	e.kinds = kinds;
	e.seq = s->received;
	e.upto = s->upto;
	e.world = s->b->world;
	/* One place for a gap. */
	s->page = BRIDGE_WINDOW_MAX - s->n - 1;
	e.limit = (uint32_t)s->page;
	q.body_case = MUDLARK__PERSIST_CALL__BODY_EVENTS_AFTER;
	q.events_after = &e;
	s->reading = core_call(s->b, &q, on_page, s);
	if (!s->reading)
		stream_pause(s);
}
