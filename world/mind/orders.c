/*
 * orders.c - see orders.h.
 *
 * Each order to one process is a slot of its own, with a deadline: staff hears that nobody answers, and
 * a late answer goes nowhere.
 */
#include "world/mind/orders.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/text.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/mind/bridges.h"
#include "world/mind/slot.h"
#include "world/session.h"
#include "world/turn.h"

enum { ORDERS_MAX = 32, ORDER_S = 10 };

struct order {
	struct slot slot;
	const struct orders_to *to;
	uint64_t peer;
	struct ent staff;
	uint64_t session, line; /* that waits for it; 0: none */
	bool lost;
};

struct orders {
	struct order v[ORDERS_MAX];
	uint64_t last;
	size_t n_pending;
};

struct orders *orders_new(void)
{
	return base_alloc(1, sizeof(struct orders));
}

void orders_free(struct world *w)
{
	struct orders *t = w->orders;

	for (size_t i = 0; t && i < ORDERS_MAX; i++)
		slot_done(&t->v[i].slot);
	free(t);
	w->orders = NULL;
}

/* The line of staff that is being run is not done before this order is. */
static void wait_for(struct world *w, struct order *o)
{
	struct session *s = session_of(w, o->staff);

	o->session = o->line = 0;
	if (!s || s != turn_own(w) || !s->running)
		return;
	o->session = s->id;
	o->line = s->running;
	session_wait(s);
}

/* Whose line waits for this order; NULL: nobody's, or it is not waited for any more. */
static struct session *waiter(const struct world *w, const struct order *o)
{
	struct session *s = session_get(w, o->session);

	return s && s->waiting && s->running == o->line && ent_same(s->actor, o->staff) ? s : NULL;
}

bool orders_send(struct world *w, struct ent staff, const struct orders_to *to, uint64_t peer,
		 struct span words)
{
	struct orders *t = w->orders;

	for (size_t i = 0; i < ORDERS_MAX; i++) {
		struct order *o = &t->v[i];

		if (!slot_begin(&o->slot, t->last + 1, w->tick + timer_seconds(w, ORDER_S)))
			continue;
		t->last++;
		t->n_pending++;
		o->to = to;
		o->peer = peer;
		o->staff = staff;
		o->lost = false;
		wait_for(w, o);
		to->send(w, peer, o->slot.generation, words);
		return true;
	}
	return false;
}

static struct order *find(struct orders *t, uint64_t peer, uint64_t generation)
{
	for (size_t i = 0; i < ORDERS_MAX; i++)
		if (slot_awaits(&t->v[i].slot, generation) && t->v[i].peer == peer)
			return &t->v[i];
	return NULL;
}

static void tell(struct world *w, struct ent staff, struct span text)
{
	struct buf out = { 0 };

	say_escape(&out, text);
	say_span(w, staff, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_span(&out));
	buf_done(&out);
}

/* It is over: its line is done, when no other order of that is under way. */
static void end(struct world *w, const struct order *o)
{
	struct orders *t = w->orders;
	struct session *s = waiter(w, o);

	t->n_pending--;
	for (size_t i = 0; s && i < ORDERS_MAX; i++)
		if (t->v[i].slot.state == SLOT_PENDING && t->v[i].session == o->session &&
		    t->v[i].line == o->line)
			return;
	if (s)
		session_go_on(w, s);
}

void orders_answer(struct world *w, uint64_t peer, uint64_t generation, struct span text, bool last)
{
	struct order *o = find(w->orders, peer, generation);

	if (!o) {
		w->stats.late_answers++;
		return;
	}
	turn_set_own(w, waiter(w, o));
	if (text.n)
		tell(w, o->staff, text);
	if (last && slot_good(&o->slot, generation))
		end(w, o);
}

static void fail(struct world *w, struct order *o)
{
	const char *sentence = arena_printf(&w->scratch, "The %s %s.", o->to->called,
					    o->lost ? "is gone" : "does not answer");

	if (!slot_fail(&o->slot, o->slot.generation, sentence))
		return;
	turn_set_own(w, waiter(w, o));
	tell(w, o->staff, (struct span){ sentence, strlen(sentence) });
	end(w, o);
}

/* A unit of work has one session of its own: each is told in another. */
void orders_lost(struct world *w, uint64_t instance)
{
	for (size_t i = 0; i < ORDERS_MAX; i++) {
		struct order *o = &w->orders->v[i];

		if (o->peer != instance || o->slot.state != SLOT_PENDING)
			continue;
		o->lost = true;
		o->slot.deadline = w->tick;
	}
}

bool orders_tick(struct world *w)
{
	for (size_t i = 0; w->orders->n_pending && i < ORDERS_MAX; i++) {
		struct order *o = &w->orders->v[i];

		if (!slot_due(&o->slot, w->tick))
			continue;
		fail(w, o);
		return true;
	}
	return false;
}

void orders_tell_staff(struct world *w, struct span text)
{
	for (struct ent e = player_next(w, ENT_NONE); ent_is(e); e = player_next(w, e))
		if (player_get(w, e)->role >= ROLE_ADMIN)
			tell(w, e, text);
}

/* ---- aibridges ---- */

static void send_ai(struct world *w, uint64_t peer, uint64_t order, struct span words)
{
	Mudlark__AiIn in = MUDLARK__AI_IN__INIT;
	Mudlark__AiOrder m = MUDLARK__AI_ORDER__INIT;

	m.order = order;
	m.words = arena_printf(&w->scratch, "%.*s", (int)words.n, words.p);
	in.body_case = MUDLARK__AI_IN__BODY_ORDER;
	in.order = &m;
	bridges_send(w, peer, &in);
}

static const struct orders_to aibridges = { .called = "aibridge", .send = send_ai };

void orders_ask(struct world *w, struct ent staff, struct span words)
{
	struct span rest = words, verb = text_word(&rest);
	const bool all = text_eq_fold(verb, SPAN("status")) || text_eq_fold(verb, SPAN("budget"));
	const size_t n = bridges_count(w);

	if (!n)
		say_reply(w, staff, "There is no aibridge.");
	for (size_t i = 0; i < (all || !n ? n : 1); i++) {
		if (orders_send(w, staff, &aibridges, bridges_at(w, i), words))
			continue;
		say_reply(w, staff, "Too many orders are under way.");
		return;
	}
}

void orders_text(struct world *w, uint64_t peer, const Mudlark__AiText *m)
{
	orders_answer(w, peer, m->order, (struct span){ (const char *)m->text.data, m->text.len },
		      m->last);
}

void orders_notice(struct world *w, const Mudlark__AiNotice *m)
{
	orders_tell_staff(w, (struct span){ (const char *)m->text.data, m->text.len });
}
