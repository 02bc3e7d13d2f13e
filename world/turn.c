/*
 * turn.c - see turn.h.
 *
 * The inbox is one buffer of entries in order of arrival: lines as they are, other inputs packed.
 * What only moves books (acknowledgements, loading) is applied at once and never waits.
 */
#include "world/turn.h"

#include <stdlib.h>
#include <string.h>

#include "rt/log.h"
#include "rt/route.h"
#include "rt/text.h"
#include "world/commit.h"
#include "world/core/events.h"
#include "world/core/say.h"
#include "world/data.h"
#include "world/inputs.h"
#include "world/outbox.h"
#include "world/relay/relay.h"
#include "world/resume.h"
#include "world/sessions.h"
#include "world/tick.h"

enum { KEEP_BYTES = 1 << 20, QUARANTINED_MAX = 64 };

struct entry {
	uint64_t peer, session, seq, tag; /* of a line; session 0: a packed input */
	uint32_t n;
	bool secret, from_bridge;
};

struct turn {
	uint64_t number;
	struct buf inbox; /* struct entry and its bytes, again and again */
	struct session *own;
	struct buf reply, draft;
	struct session *draft_to;
	bool draft_apart;
	struct turn_ear ear;		 /* `effect`: of the present unit */
	uint64_t last_session, last_seq; /* the last unit was this line; 0: none */
	struct {
		uint64_t session, seq;
	} quarantined[QUARANTINED_MAX];
	size_t n_quarantined;
};

struct turn *turn_new(void)
{
	return base_alloc(1, sizeof(struct turn));
}

void turn_free(struct world *w)
{
	if (!w->turn)
		return;
	buf_done(&w->turn->inbox);
	buf_done(&w->turn->reply);
	buf_done(&w->turn->draft);
	free(w->turn);
	w->turn = NULL;
}

size_t turn_waiting(const struct world *w, uint64_t peer)
{
	const struct buf *inbox = &w->turn->inbox;
	size_t bytes = 0;
	struct entry e;

	for (size_t at = 0; at < inbox->n; at += sizeof(e) + e.n) {
		memcpy(&e, inbox->p + inbox->off + at, sizeof(e));
		if (peer ? e.peer == peer : e.from_bridge)
			bytes += sizeof(e) + e.n;
	}
	return bytes;
}

void world_effect(struct world *w)
{
	w->turn->ear.effect = true;
}

uint64_t turn_number(const struct world *w)
{
	return w->turn->number;
}

struct session *turn_own(const struct world *w)
{
	return w->turn->own;
}

void turn_set_own(struct world *w, struct session *s)
{
	w->turn->own = s;
}

struct buf *turn_reply(struct world *w)
{
	return &w->turn->reply;
}

void turn_flush_reply(struct world *w)
{
	struct turn *t = w->turn;
	Mudlark__Output o = MUDLARK__OUTPUT__INIT;

	if (!t->own || !t->reply.n)
		return;
	o.sessions = &t->own->id;
	o.n_sessions = 1;
	o.text = (ProtobufCBinaryData){ .len = t->reply.n,
					.data = (uint8_t *)(uintptr_t)buf_p(&t->reply) };
	outbox_text(w, t->own->gateway, &o);
	buf_reset(&t->reply);
}

struct buf *turn_draft(struct world *w, struct session *s)
{
	struct turn *t = w->turn;

	t->draft_to = s;
	t->draft_apart = !s || s != t->own;
	if (t->draft_apart) {
		buf_reset(&t->draft);
		return &t->draft;
	}
	if (t->reply.n)
		buf_addc(&t->reply, '\n');
	return &t->reply;
}

struct buf *turn_draft_done(struct world *w, struct session **ret_to)
{
	struct turn *t = w->turn;

	*ret_to = t->draft_to;
	t->draft_to = NULL;
	return t->draft_apart ? &t->draft : NULL;
}

struct turn_ear turn_listen(struct world *w, struct ent who, struct buf *told)
{
	struct turn_ear before = w->turn->ear;

	w->turn->ear = (struct turn_ear){ .who = who, .told = told };
	return before;
}

bool turn_listened(struct world *w, struct turn_ear before)
{
	const bool effect = w->turn->ear.effect;

	w->turn->ear = before;
	w->turn->ear.effect |= effect;
	return effect;
}

struct buf *turn_told(const struct world *w, struct ent who)
{
	const struct turn_ear *ear = &w->turn->ear;

	return ear->told && ent_same(ear->who, who) ? ear->told : NULL;
}

void turn_quarantine(struct world *w, uint64_t session, uint64_t seq)
{
	struct turn *t = w->turn;

	if (t->n_quarantined == QUARANTINED_MAX)
		return;
	t->quarantined[t->n_quarantined].session = session;
	t->quarantined[t->n_quarantined++].seq = seq;
}

void turn_blame(struct world *w)
{
	if (w->turn->last_session && w->env.running)
		w->env.running(w->env.ctx, w->turn->last_session, w->turn->last_seq);
}

static bool is_quarantined(const struct turn *t, uint64_t session, uint64_t seq)
{
	for (size_t i = 0; i < t->n_quarantined; i++)
		if (t->quarantined[i].session == session && t->quarantined[i].seq == seq)
			return true;
	return false;
}

static void unit_begin(struct world *w, struct session *own)
{
	w->turn->own = own;
	w->turn->ear = (struct turn_ear){ 0 };
	w->turn->last_session = 0;
	buf_reset(&w->turn->reply);
}

static void unit_end(struct world *w);

/* Somebody waited for the line of `s` to be done, to resume it. */
static void pass_on(struct world *w, struct session *s)
{
	unit_begin(w, session_get(w, s->heir.session));
	resume_inherit(w, s);
	unit_end(w);
}

/* The unit's answer, its mark, and whether what it said has to be kept. */
static void unit_end(struct world *w)
{
	struct turn *t = w->turn;
	struct session *s = t->own;
	uint64_t done = 0;

#ifndef MUT_NO_RESUME_EFFECT
	if (s && (s->running || t->reply.n) && resume_can(s) && s->state != SESSION_LOGIN)
		t->ear.effect = true; /* nothing that is said to it may get lost */
#endif
	if (s && s->running && !s->waiting) {
		done = s->running;
		s->running = 0;
		s->tag = s->running_tag > s->tag ? s->running_tag : s->tag;
	}
	data_flush(w);
	if (s)
		session_answer(w, s, buf_span(&t->reply), done);
	if (s && t->ear.effect && done) {
		s->applied = done;
		if (s->state != SESSION_LOGIN)
			commit_session(w, s); /* also of one that is parked meanwhile */
	}
	outbox_seal(w, t->ear.effect);
	t->own = NULL;
	if (t->reply.cap > KEEP_BYTES)
		buf_clear(&t->reply);
	if (s && s->heir.session && !s->running)
		pass_on(w, s);
}

static void run_line(struct world *w, struct session *s, struct span text, bool secret)
{
	void (*answer)(struct world * w2, struct session * s2, struct span text2) = s->answer;

	/* What was typed in secret is no answer to anything else, and never a command. */
	if (secret && (!answer || !s->ask_hidden)) {
		buf_adds(turn_reply(w), "{system}The question is forgotten; ask again.{/}");
		return;
	}
	if (answer) {
		s->answer = NULL;
		answer(w, s, text);
		return;
	}
	session_forget_ask(s);
	text = text_trim(text);
	if (text.n && s->state == SESSION_PLAYING)
		w->env.run(w, s->actor, text);
}

static void do_line(struct world *w, const struct entry *e, struct span text)
{
	struct session *s = session_get(w, e->session);

	if (!s || s->state == SESSION_DETACHED || outbox_instance(w, s->gateway) != e->peer ||
	    s->running) {
		w->stats.lines_dropped++;
		return;
	}
	if (e->seq <= s->seen) {
		w->stats.lines_dropped++;
		return;
	}
	w->stats.lines++;
	s->seen = e->seq;
	s->running = e->seq;
	s->running_tag = e->tag;
	s->turn = w->turn->number;
	unit_begin(w, s);
	if (is_quarantined(w->turn, e->session, e->seq)) {
		w->stats.lines_quarantined++;
		world_effect(w);
		buf_adds(turn_reply(w),
			 "{error}This line has brought the world down twice and was set "
			 "aside. The keepers will look at it.{/}");
		unit_end(w);
		return;
	}
	if (w->env.running)
		w->env.running(w->env.ctx, e->session, e->seq);
	w->turn->last_session = e->session;
	w->turn->last_seq = e->seq;
	run_line(w, s, text, e->secret);
	unit_end(w);
	if (w->env.running)
		w->env.running(w->env.ctx, 0, 0);
}

static void do_packed(struct world *w, const struct entry *e, struct span bytes)
{
	ProtobufCMessage *m = route_unpack(&mudlark__world_in__descriptor, bytes, &w->scratch);
	const void *body;
	unsigned field;

	if (!m)
		return;
	field = route_case(m, &body);
	unit_begin(w, NULL);
	if (field < world_inbox.n && world_inbox.rows[field].handle)
		world_inbox.rows[field].handle(w, e->peer, body);
	unit_end(w);
}

static bool is_full(const struct world *w, size_t units)
{
	return units >= TURN_UNITS || commit_estimate(w) >= COMMIT_SOFT;
}

static void do_tick(struct world *w)
{
	unit_begin(w, NULL);
	tick_step(w);
	unit_end(w);
}

/* The entry at *at, which is moved on. False: it has to wait for the next turn. */
static bool do_entry(struct world *w, size_t *at)
{
	struct turn *t = w->turn;
	const struct session *s;
	struct span bytes;
	struct entry e;

	/* Nothing that runs in a unit feeds the inbox, so the bytes stay where they are. */
	memcpy(&e, t->inbox.p + t->inbox.off + *at, sizeof(e));
	s = e.session ? session_get(w, e.session) : NULL;
	if (s && s->turn == t->number)
		return false; /* one line of a session in a turn */
	bytes = (struct span){ t->inbox.p + t->inbox.off + *at + sizeof(e), e.n };
	*at += sizeof(e) + e.n;
	if (e.session)
		do_line(w, &e, bytes);
	else
		do_packed(w, &e, bytes);
	return true;
}

static void drain(struct world *w)
{
	struct turn *t = w->turn;
	size_t units = 0, at = 0;

	for (; !is_full(w, units); units++) {
		if (tick_is_running(w))
			do_tick(w);
		else if (at == t->inbox.n || !do_entry(w, &at))
			break;
	}
	if (at < t->inbox.n || t->inbox.cap > KEEP_BYTES)
		buf_drain(&t->inbox, at);
	else
		buf_reset(&t->inbox);
}

bool world_turn(struct world *w)
{
	struct turn *t = w->turn;

	if (!w->ready)
		return false;
	t->number++;
	t->last_session = 0;
	w->stats.turns++;
	events_turn(w);
	outbox_seal(w, false); /* notices of what was applied at once */
	if (!w->stopping && !commits_full(w))
		drain(w);
	commit_turn(w);
	outbox_turn_done(w);
	relay_turn(w);
	arena_reset(&w->scratch);
	return (t->inbox.n > 0 || tick_is_running(w)) && !w->stopping && !commits_full(w);
}

static void put_entry(struct turn *t, struct entry e, const void *bytes)
{
	buf_add(&t->inbox, &e, sizeof(e));
	if (e.n)
		buf_add(&t->inbox, bytes, e.n);
}

static void put_packed(struct turn *t, uint64_t peer, const Mudlark__WorldIn *in)
{
	const unsigned from = world_inbox.rows[in->body_case].from;
	struct entry e = { .peer = peer,
			   .n = (uint32_t)mudlark__world_in__get_packed_size(in),
			   .from_bridge = (from & ROLE_BRIDGE) != 0 };

	buf_add(&t->inbox, &e, sizeof(e));
	mudlark__world_in__pack(in, (uint8_t *)buf_reserve(&t->inbox, e.n + 1));
	buf_commit(&t->inbox, e.n);
}

void world_feed(struct world *w, uint64_t peer, const Mudlark__WorldIn *in)
{
	unsigned field = (unsigned)in->body_case;

	if (in->body_case == MUDLARK__WORLD_IN__BODY_SESSION_LINE) {
		const Mudlark__SessionLine *l = in->session_line;

		if (l->session)
			put_entry(w->turn,
				  (struct entry){ .peer = peer,
						  .session = l->session,
						  .seq = l->seq,
						  .tag = l->tag,
						  .n = (uint32_t)l->text.len,
						  .secret = l->secret },
				  l->text.data);
	} else if (field >= world_inbox.n || !world_inbox.rows[field].handle) {
		w->stats.unknown_inputs++;
	} else if (inputs_at_once(field)) {
		const void *body;

		route_case(&in->base, &body);
		world_inbox.rows[field].handle(w, peer, body);
	} else {
		put_packed(w->turn, peer, in);
	}
}
