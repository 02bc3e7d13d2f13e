/* link_in.c - what a link does with the frames of its peer. */
#include "rt/link_state.h"

#include <errno.h>

#include "rt/arena.h"
#include "rt/route.h"

/* Still the connection the frame came in by? The owner may have ended it in a callback. */
static bool still(const struct link *l, uint64_t talk)
{
	return !l->dying && l->state == LINK_UP && l->talk == talk;
}

/* Room is told late, so that a sender at the bound does not work record by record. */
static bool has_room(const struct link *l)
{
	return l->ring.bytes.n <= l->conf.ring_bytes / 4 * 3 &&
	       link_ring_records(&l->ring) <= l->conf.ring_records / 4 * 3;
}

void link_tell_acked(struct link *l, uint64_t acked)
{
	const uint64_t talk = l->talk;

	if (l->ring.first - 1 > acked && l->events.acked)
		l->events.acked(l->events.ctx, l, l->ring.first - 1);
	if (still(l, talk) && l->want_room && has_room(l)) {
		l->want_room = false;
		if (l->events.room)
			l->events.room(l->events.ctx, l);
	}
}

/* False: the connection is gone. */
static bool in_ack(struct link *l, uint64_t ack)
{
	const uint64_t talk = l->talk, acked = l->ring.first - 1;

	if (ack <= acked)
		return true;
	if (ack > l->ring.high) {
		link_break(l, "acknowledges what was not sent");
		return false;
	}
	link_ring_ack(&l->ring, ack);
	link_tell_acked(l, acked);
	return still(l, talk);
}

/* False: the connection is gone. */
static bool in_record(struct link *l, uint64_t seq, struct span record)
{
	const uint64_t talk = l->talk;

#ifndef MUT_NO_LINK_DEDUP
	if (seq <= l->received) {
		l->stats.duplicates++;
		return true;
	}
#endif
	if (seq > l->granted) {
		link_break(l, "sends beyond the window");
		return false;
	}
	l->received = seq;
	l->stats.received++;
	l->events.record(l->events.ctx, l, seq, record);
	if (!still(l, talk))
		return false;
	if (l->conf.auto_take)
		l->taken = seq;
	return true;
}

static void in_records(struct link *l, uint64_t first, struct span run)
{
	if (first > l->received + 1) {
		l->stats.gaps++;
		link_break(l, "gap");
		return;
	}
	if (!first && run.n) {
		link_break(l, "records without a sequence");
		return;
	}
	for (uint64_t seq = first; run.n; seq++) {
		struct span record;

		if (link_record_next(&run, &record) < 0) {
			link_break(l, "malformed records");
			return;
		}
		if (!in_record(l, seq, record))
			return;
	}
}

void link_in_plain(struct link *l, const struct link_frame *f, struct span body)
{
	if (!still(l, f->conversation)) {
		l->stats.stale++;
		return;
	}
	link_enter(l);
	l->heard_us = link_now(l);
	l->stats.frames_in++;
	if (f->window > l->peer_window)
		l->peer_window = f->window;
	if (in_ack(l, f->ack))
		in_records(l, f->first, body);
	link_leave(l);
}

void link_in_control(struct link *l, const Mudlark__LinkHead *m, struct span body)
{
	const struct link_frame f = { m->conversation, m->first, m->ack, m->window };

	const bool welcome = m->kind_case == MUDLARK__LINK_HEAD__KIND_WELCOME;
	const bool refuse = m->kind_case == MUDLARK__LINK_HEAD__KIND_REFUSE;

	if (!welcome && !refuse) {
		link_in_plain(l, &f, body);
		if (still(l, m->conversation))
			link_ask_in(l, m);
	} else if (l->conversation != m->conversation) {
		l->stats.stale++;
	} else if (welcome) {
		link_welcomed(l, m);
	} else {
		link_turned_away(l, m->refuse);
	}
}

void link_receive(struct link *l, struct span head, struct span body)
{
	struct link_frame f;
	int r;

	if (l->dying)
		return;
	link_enter(l);
	r = link_frame_parse(&f, head);
	if (r == 0) {
		link_in_plain(l, &f, body);
	} else {
		struct arena a;
		ProtobufCMessage *m;

		arena_init(&a, 0);
		m = route_unpack(&mudlark__link_head__descriptor, head, &a);
		if (m)
			link_in_control(l, (const Mudlark__LinkHead *)(const void *)m, body);
		else if (l->state == LINK_UP)
			link_break(l, "malformed frame");
		arena_done(&a);
	}
	link_leave(l);
}
