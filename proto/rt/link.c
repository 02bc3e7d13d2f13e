/* link.c - life, time and the sending side of a link; see link.h and link_state.h. */
#include "rt/link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rt/link_state.h"
#include "rt/log.h"

enum {
	RING_BYTES = 8 << 20,
	RING_RECORDS = 65536,
	WINDOW = 8192,
	SILENCE_US = 3000000,
	BACKOFF_MIN_US = 20000,
	BACKOFF_MAX_US = 300000,
	HEARTBEATS = 3, /* in one time of silence */
};

struct state_row {
	const char *name;
	unsigned next;
};

static const struct state_row states[] = {
	[LINK_IDLE] = { "idle", 1 << LINK_HELLO | 1 << LINK_UP },
	[LINK_HELLO] = { "hello", 1 << LINK_IDLE | 1 << LINK_UP | 1 << LINK_REFUSED },
	[LINK_UP] = { "up", 1 << LINK_IDLE | 1 << LINK_REFUSED },
	[LINK_REFUSED] = { "refused", 0 },
};

void link_set_state(struct link *l, enum link_state state)
{
	assert(states[l->state].next & 1u << state);
	log_debug("link_state", LOG_STR("from", states[l->state].name),
		  LOG_STR("to", states[state].name), LOG_ID("conversation", l->conversation));
	l->state = state;
}

uint64_t link_now(const struct link *l)
{
	return clock_mono(l->conf.clock);
}

void link_copy_text(char *dst, size_t size, const char *src)
{
	const size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
}

static void set_defaults(struct link_conf *c)
{
	c->ring_bytes = c->ring_bytes ? c->ring_bytes : RING_BYTES;
	c->ring_records = c->ring_records ? c->ring_records : RING_RECORDS;
	c->window = c->window ? c->window : WINDOW;
	c->silence_us = c->silence_us ? c->silence_us : SILENCE_US;
	c->backoff_min_us = c->backoff_min_us ? c->backoff_min_us : BACKOFF_MIN_US;
	c->backoff_max_us = c->backoff_max_us ? c->backoff_max_us : BACKOFF_MAX_US;
}

struct link *link_new(const struct link_conf *c, const struct link_wire *w,
		      const struct link_events *e)
{
	struct link *l = base_alloc(1, sizeof(*l));

	l->conf = *c;
	set_defaults(&l->conf);
	link_copy_text(l->role, sizeof(l->role), c->role);
	link_copy_text(l->name, sizeof(l->name), c->name);
	link_copy_text(l->build, sizeof(l->build), c->build ? c->build : "");
	l->conf.role = l->role;
	l->conf.name = l->name;
	l->wire = *w;
	l->events = *e;
	link_begin(l);
	return l;
}

struct link *link_dial_new(const struct link_conf *c, const struct link_wire *w,
			   const struct link_events *e)
{
	struct link *l = link_new(c, w, e);

	/* Growing from a random start: a stale hello is known by its smaller number. */
	l->conversation = entropy_id(l->conf.entropy) >> 1 | 1;
	link_set_state(l, LINK_HELLO);
	l->heard_us = link_now(l);
	l->hello_owed = true;
	link_flush(l);
	return l;
}

static void destroy(struct link *l)
{
	link_ring_done(&l->ring);
	link_calls_done(&l->asked);
	link_calls_done(&l->asking);
	buf_done(&l->control);
	free(l);
}

void link_enter(struct link *l)
{
	l->depth++;
}

void link_leave(struct link *l)
{
	if (--l->depth == 0 && l->dying)
		destroy(l);
}

void link_free(struct link *l)
{
	if (!l || l->dying)
		return;
	link_enter(l);
	l->dying = true;
	link_ask_fail(l, "closed");
	link_leave(l);
}

void link_freep(struct link **l)
{
	link_free(*l);
}

void link_set_peer(struct link *l, const struct link_peer *peer)
{
	link_copy_text(l->peer_role, sizeof(l->peer_role), peer->role);
	link_copy_text(l->peer_name, sizeof(l->peer_name), peer->name);
	link_copy_text(l->peer_build, sizeof(l->peer_build), peer->build);
	l->peer = *peer;
	l->peer.role = l->peer_role;
	l->peer.name = l->peer_name;
	l->peer.build = l->peer_build;
	l->has_peer = true;
}

void link_begin(struct link *l)
{
	link_ring_reset(&l->ring);
	l->received = l->taken = l->told = 0;
	l->mark = 0;
	l->granted = link_window(l);
}

/* An upgrade is under way, or was forgotten. */
static void tell_mixture(const struct link *l)
{
	const struct span name = { l->peer_name, strlen(l->peer_name) };
	const struct span theirs = { l->peer_build, strlen(l->peer_build) };

	if (*l->build && (strcmp(l->build, l->peer_build) != 0 || l->peer.version != LINK_VERSION))
		log_info("versions_mixed", LOG_STR("role", l->peer_role), LOG_TEXT("name", name),
			 LOG_TEXT("build", theirs), LOG_STR("ours", l->build),
			 LOG_U64("link", l->peer.version), LOG_U64("our_link", LINK_VERSION));
}

void link_go_up(struct link *l, enum link_up how, uint64_t acked)
{
	link_set_state(l, LINK_UP);
	l->talk = l->conversation ^ l->since;
	l->heard_us = l->said_us = link_now(l);
	l->backoff_us = 0;
	l->blocked = false;
	l->last_call_in = 0;
	l->stats.connections++;
	log_debug("link_up", LOG_STR("role", l->peer_role),
		  LOG_TEXT("name", ((struct span){ l->peer_name, strlen(l->peer_name) })),
		  LOG_ID("instance", l->peer.instance),
		  LOG_STR("how", how == LINK_FRESH ? "fresh" : "resumed"));
	tell_mixture(l);
	l->events.up(l->events.ctx, l, &l->peer, how);
	if (!l->dying && l->state == LINK_UP)
		link_tell_acked(l, acked);
}

/* Half of the wait is chance, so that a hundred diallers do not come back in one instant. */
static void plan_dial(struct link *l)
{
	uint64_t wait = l->backoff_us ? l->backoff_us * 2 : l->conf.backoff_min_us;
	uint64_t chance;

	if (wait > l->conf.backoff_max_us)
		wait = l->conf.backoff_max_us;
	l->backoff_us = wait;
	l->conf.entropy->fill(l->conf.entropy->ctx, &chance, sizeof(chance));
	l->dial_us = link_now(l) + wait / 2 + chance % (wait / 2 + 1);
}

void link_lost(struct link *l, const char *why)
{
	const bool was_up = l->state == LINK_UP;

	if (l->dying || (!was_up && l->state != LINK_HELLO))
		return;
	link_enter(l);
	link_set_state(l, LINK_IDLE);
	l->hello_owed = l->blocked = false;
	buf_clear(&l->control);
	if (l->hub)
		link_hub_gone(l);
	else
		plan_dial(l);
	if (was_up) {
		l->stats.breaks++;
		log_debug("link_down", LOG_STR("role", l->peer_role),
			  LOG_ID("instance", l->peer.instance), LOG_STR("why", why));
		link_ask_fail(l, "lost");
		if (!l->dying)
			l->events.down(l->events.ctx, l, why);
	}
	link_leave(l);
}

int link_say(struct link *l, Mudlark__LinkHead *m)
{
	uint8_t out[LINK_CONTROL_MAX];
	int r;

	m->conversation = l->conversation;
	r = l->wire.send(l->wire.ctx, link_control_pack(m, out), (struct span){ NULL, 0 });
	if (r < 0)
		return r;
	l->said_us = link_now(l);
	l->stats.frames_out++;
	return 0;
}

void link_goodbye(struct link *l)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Refuse refuse = MUDLARK__REFUSE__INIT;

	if (l->dying || l->state != LINK_UP)
		return;
	refuse.why = (char *)(uintptr_t) "leaves";
	m.kind_case = MUDLARK__LINK_HEAD__KIND_REFUSE;
	m.refuse = &refuse;
	/* If this does not go out, the silence tells. */
	(void)!link_say(l, &m);
}

void link_break(struct link *l, const char *why)
{
	Mudlark__LinkHead m = MUDLARK__LINK_HEAD__INIT;
	Mudlark__Refuse refuse = MUDLARK__REFUSE__INIT;

	log_warning("link_broken", LOG_STR("role", l->peer_role),
		    LOG_ID("instance", l->peer.instance), LOG_STR("why", why));
	l->stats.malformed++;
	refuse.why = (char *)(uintptr_t)why;
	m.kind_case = MUDLARK__LINK_HEAD__KIND_REFUSE;
	m.refuse = &refuse;
	/* A dialler says it by hanging up. If this does not go out, the silence tells. */
	if (l->hub)
		(void)!link_say(l, &m);
	link_lost(l, why);
}

static void dial(struct link *l)
{
	const int r = l->wire.redial(l->wire.ctx);

	l->conversation++;
	if (r < 0) {
		log_debug("link_redial_failed", LOG_ERRNO(r));
		plan_dial(l);
		return;
	}
	link_set_state(l, LINK_HELLO);
	l->heard_us = link_now(l);
	l->hello_owed = true;
	link_flush(l);
}

static int send_plain(struct link *l, struct span body)
{
	uint8_t out[LINK_HEAD_MAX];
	const struct link_frame f = { l->talk, l->ring.cursor, l->taken, link_window(l) };
	const struct span head = { (const char *)out, link_frame_pack(&f, out) };
	const int r = l->wire.send(l->wire.ctx, head, body);

	if (r < 0)
		return r;
	l->told = f.ack;
	l->granted = f.window;
	l->said_us = link_now(l);
	l->stats.frames_out++;
	return 0;
}

static int flush_control(struct link *l)
{
	while (l->control.n) {
		uint32_t n;
		int r;

		memcpy(&n, l->control.p + l->control.off, sizeof(n));
		r = l->wire.send(l->wire.ctx, (struct span){ buf_p(&l->control) + sizeof(n), n },
				 (struct span){ NULL, 0 });
		if (r < 0)
			return r;
		buf_drain(&l->control, sizeof(n) + n);
		l->said_us = link_now(l);
		l->stats.frames_out++;
	}
	return 0;
}

static int flush_records(struct link *l)
{
	while (l->ring.cursor < l->ring.next && l->ring.cursor <= l->peer_window) {
		uint64_t n, fresh;
		const struct span batch =
			link_ring_batch(&l->ring, l->peer_window, LINK_BATCH_MAX, &n);
		const int r = send_plain(l, batch);

		if (r < 0)
			return r;
		fresh = link_ring_sent(&l->ring, batch, n);
		l->stats.sent += fresh;
		l->stats.resent += n - fresh;
	}
	return 0;
}

static int flush_up(struct link *l)
{
	int r = flush_control(l);

	if (r == 0)
		r = flush_records(l);
	if (r == 0 && l->told < l->taken)
		r = send_plain(l, (struct span){ NULL, 0 });
	return r;
}

/* One record at a time is watched, so that a clock is asked once for each round of acknowledgements. */
static void watch_lag(struct link *l)
{
	if (l->mark >= l->ring.first || l->ring.next == l->ring.first)
		return;
	l->mark = l->ring.next - 1;
	l->mark_us = link_now(l);
}

void link_flush(struct link *l)
{
	int r = 0;

	if (l->dying)
		return;
	watch_lag(l);
	if (l->blocked)
		return;
	link_enter(l);
	if (l->state == LINK_UP)
		r = flush_up(l);
	else if (l->state == LINK_HELLO && l->hello_owed)
		r = link_say_hello(l);
	if (r == -EAGAIN)
		l->blocked = true;
	else if (r < 0)
		link_lost(l, "unreachable");
	link_leave(l);
}

void link_writable(struct link *l)
{
	l->blocked = false;
	link_flush(l);
}

static void tick_up(struct link *l, uint64_t now)
{
	if (now - l->heard_us >= l->conf.silence_us) {
		link_lost(l, "silence");
		return;
	}
	if (!l->blocked && now - l->said_us >= l->conf.silence_us / HEARTBEATS) {
		const int r = send_plain(l, (struct span){ NULL, 0 });

		if (r < 0 && r != -EAGAIN)
			link_lost(l, "unreachable");
	}
}

void link_tick(struct link *l)
{
	const uint64_t now = link_now(l);

	if (l->dying)
		return;
	link_enter(l);
	if (l->state == LINK_UP)
		tick_up(l, now);
	else if (l->state == LINK_HELLO && now - l->heard_us >= l->conf.silence_us)
		link_lost(l, "no welcome");
	else if (l->state == LINK_IDLE && !l->hub && now >= l->dial_us)
		dial(l);
	if (!l->dying)
		link_ask_expire(l);
	link_leave(l);
}

int link_send(struct link *l, struct span record, uint64_t *ret_seq)
{
	return link_send_pieces(l, &record, 1, ret_seq);
}

int link_send_pieces(struct link *l, const struct span *pieces, size_t n, uint64_t *ret_seq)
{
	size_t total = 0, size;

	for (size_t i = 0; i < n; i++) {
		if (pieces[i].n > LINK_BODY_MAX - total)
			return -EMSGSIZE;
		total += pieces[i].n;
	}
	size = link_ring_size_of(total);
	if (size > l->conf.ring_bytes)
		return -EMSGSIZE;
	if (l->ring.bytes.n + size > l->conf.ring_bytes ||
	    link_ring_records(&l->ring) >= l->conf.ring_records) {
		l->want_room = true;
		return 1;
	}
	if (ret_seq)
		*ret_seq = l->ring.next;
	link_ring_add(&l->ring, pieces, n, total);
	return 0;
}

void link_take(struct link *l, uint64_t seq)
{
	if (seq > l->received)
		seq = l->received;
	if (seq > l->taken)
		l->taken = seq;
}

bool link_is_up(const struct link *l)
{
	return l->state == LINK_UP && !l->dying;
}

const struct link_peer *link_peer(const struct link *l)
{
	return l->has_peer ? &l->peer : NULL;
}

void *link_owner(const struct link *l)
{
	return l->owner;
}

void link_set_owner(struct link *l, void *owner)
{
	l->owner = owner;
}

void link_stats(const struct link *l, struct link_stats *ret)
{
	*ret = l->stats;
	ret->ring_bytes = l->ring.bytes.n;
	ret->ring_records = link_ring_records(&l->ring);
	ret->in_flight = (size_t)(l->ring.cursor - l->ring.first);
	if (l->mark >= l->ring.first)
		ret->lag_us = link_now(l) - l->mark_us;
	if (l->state == LINK_UP && l->peer_window >= l->ring.cursor)
		ret->window = (size_t)(l->peer_window - l->ring.cursor + 1);
}
