/*
 * mind.c - the life of an ask: who waits, who is asked, what comes back and the end of it; see mind.h.
 *
 * One ask of an npc is under way at a time (its slot).  It ends when the aibridge says so, fails, is
 * lost or is late; then what came is said to the end, or a line of its own when nothing did, and the
 * next one has its turn.  An ask whose player is not there any more is called off.
 */
#include "world/mind/mind_inner.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/text.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/player.h"
#include "world/core/say.h"
#include "world/core/timer.h"
#include "world/mind/bridges.h"
#include "world/mind/forgets.h"
#include "world/mind/orders.h"
#include "world/mind/view.h"

enum { GESTURE_MS = 800, PATIENCE_S = 5, TURN_MAX = 64, SERVED_S = 60 };

struct minds *minds_new(void)
{
	struct minds *m = base_alloc(1, sizeof(*m));

	m->busy.prev = m->busy.next = &m->busy;
	map64_init(&m->asks, 0);
	map64_init(&m->talkers, 0);
	return m;
}

void minds_free(struct world *w)
{
	struct minds *m = w->minds;

	if (!m)
		return;
	mind_people_free(m);
	map64_done(&m->asks);
	free(m);
	w->minds = NULL;
}

/* ---- an ask begins ---- */

static uint64_t send_ask(struct world *w, struct thoughts *t, uint64_t generation)
{
	const struct mind_ask *a = &t->asks[0];
	struct ent player = ent_by_id(w, a->player);
	const struct player *p = player_get(w, player);
	Mudlark__AiAsk m = MUDLARK__AI_ASK__INIT;
	Mudlark__AiPerson who = MUDLARK__AI_PERSON__INIT;
	Mudlark__AiView view = MUDLARK__AI_VIEW__INIT;

	who.id = a->player;
	who.name = (char *)(uintptr_t)name_of(w, player);
	who.guest = p && p->guest;
	view_build(w, t->npc, player, &w->scratch, &view);
	m.ask = generation;
	m.kind = (Mudlark__AiAsk__Kind)a->why;
	m.text = (ProtobufCBinaryData){ strlen(a->text), (uint8_t *)a->text };
	m.deadline_ms = w->conf.answer_seconds * 1000;
	m.who = &who;
	m.view = &view;
	return bridges_ask(w, &m);
}

uint64_t mind_number(struct world *w)
{
	return w->epoch << 32 | ++w->minds->counter;
}

/* asks[0] has its turn. Nobody to ask: it is over at once. */
static void begin_ask(struct world *w, struct thoughts *t)
{
	const uint64_t generation = mind_number(w);
	const uint64_t deadline = w->tick + timer_seconds(w, w->conf.answer_seconds);

	if (!slot_begin(&t->slot, generation, deadline))
		return;
	t->begun = true;
	t->over = t->cut = t->own = false;
	t->told = t->heard = 0;
	t->bridge = send_ask(w, t, generation);
	mind_forget_refused(t);
	if (t->bridge) {
		w->stats.asks++;
		map64_put(&w->minds->asks, generation, (void *)(uintptr_t)ent_pack(t->npc));
		t->gesture = w->tick + timer_seconds(w, GESTURE_MS) / 1000;
		return;
	}
	(void)slot_fail(&t->slot, generation, "there is no aibridge");
	t->over = true;
}

/* Who drew it into a talk has not finished. */
static bool is_early(const struct world *w, const struct mind_ask *a)
{
	const struct thoughts *t = a->after ? mind_thoughts(w, ent_by_id(w, a->after)) : NULL;

	return t && t->slot.generation == a->after_ask && (t->begun || t->next_say > w->tick);
}

/* Whoever waits first and is still here. */
static void next_ask(struct world *w, struct ent npc)
{
	struct thoughts *t = mind_thoughts(w, npc);

	while (!t->begun && t->n_asks && !mind_is_here(w, t, t->asks[0].player)) {
		mind_drop_ask(t, 0);
		ent_touch(w, npc);
	}
	if (t->begun || !t->n_asks || t->n_lines || is_early(w, &t->asks[0]) ||
	    (!bridges_count(w) && w->tick < w->minds->patience))
		return;
	ent_touch(w, npc);
	begin_ask(w, t);
}

void mind_forget_player(struct world *w, struct ent player)
{
	const uint64_t id = ent_id(w, player);
	struct thoughts *head = &w->minds->busy;

	for (struct thoughts *t = head->next; t != head; t = t->next) {
		if (t->begun && t->asks[0].player == id) {
			if (slot_cancel(&t->slot))
				mind_call_off(w, t);
			mind_clear(mind_open(w, t->npc));
		}
		for (size_t i = t->n_asks; i-- > t->begun;)
			if (t->asks[i].player == id)
				mind_drop_ask(mind_open(w, t->npc), i);
		if (t->good_for == id)
			t->good_for = 0;
	}
}

void mind_still(struct world *w, struct ent npc)
{
	struct thoughts *t = mind_thoughts(w, npc) ? mind_open(w, npc) : NULL;

	if (!t)
		return;
	if (slot_cancel(&t->slot))
		mind_call_off(w, t);
	mind_clear(t);
	while (t->n_asks)
		mind_drop_ask(t, 0);
	t->follows = 0;
	mind_rest(t);
}

/* ---- who turns to it ---- */

static bool is_same(const struct mind_ask *a, const struct mind_ask *b)
{
	return a->why == b->why && !strcmp(a->text, b->text);
}

/* One that waits and says nothing, or the same: the new one takes its place, or goes without. */
static bool is_repeated(struct thoughts *t, struct mind_ask *ask)
{
	for (size_t i = 0; i < t->n_asks; i++) {
		struct mind_ask *a = &t->asks[i];
		const bool waits = i >= t->begun;

		if (a->player != ask->player || (!waits && t->told))
			continue;
		if (is_same(a, ask) || (waits && ask->why == MIND_GREET)) {
			mind_free_ask(ask);
			return true;
		}
		if (waits && a->why == MIND_GREET) {
			mind_free_ask(a);
			*a = *ask;
			return true;
		}
	}
	return false;
}

static const char one_at_a_time[] = "$n holds up a hand to you: one at a time.";

/* Why there is no room for it; NULL: there is. */
static const char *crowd(const struct thoughts *t, const struct mind_ask *ask)
{
	size_t own = 0;

	for (size_t i = t->begun; i < t->n_asks; i++)
		own += t->asks[i].player == ask->player;
	if (own >= MIND_WAITING_OF)
		return "$n holds up a hand to you: one thing at a time.";
	return t->n_asks == MIND_ASKS ? one_at_a_time : NULL;
}

/* That is between the two. Who was drawn in by another is not refused aloud: the player did not turn to
 * it. */
static void refuse(struct world *w, struct ent npc, const struct mind_ask *ask,
		   const char *sentence)
{
	if (!ask->depth)
		act(w, &(struct act){ .actor = npc,
				      .target = ent_by_id(w, ask->player),
				      .to_target = sentence,
				      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
}

/* The tick at which it answered that player last, within a minute; 0: it did not. */
static uint64_t served(const struct world *w, const struct thoughts *t, uint64_t player)
{
	for (size_t i = 0; i < MIND_SERVED; i++)
		if (t->served[i].player == player &&
		    w->tick < t->served[i].tick + timer_seconds(w, SERVED_S))
			return t->served[i].tick;
	return 0;
}

/* All places are taken: who has just had an answer waits no more, for one who had none.  So a few who
 * never stop asking do not have it for themselves.  True: there is a place. */
static bool make_room(struct world *w, struct thoughts *t, const struct mind_ask *ask)
{
	uint64_t latest = 0;
	size_t at = 0;

	if (ask->depth || served(w, t, ask->player))
		return false;
	for (size_t i = t->begun; i < t->n_asks; i++) {
		const uint64_t tick = served(w, t, t->asks[i].player);

		if (tick && tick >= latest) { /* of two the one behind */
			latest = tick;
			at = i;
		}
	}
	if (!latest)
		return false;
	refuse(w, t->npc, &t->asks[at], one_at_a_time);
	mind_drop_ask(t, at);
	return true;
}

void mind_queue(struct world *w, struct ent npc, struct mind_ask ask)
{
	struct thoughts *t = mind_open(w, npc);
	const char *full;

	if (is_repeated(t, &ask))
		return;
	full = crowd(t, &ask);
	if (full && !(full == one_at_a_time && make_room(w, t, &ask))) {
		refuse(w, npc, &ask, full);
		mind_free_ask(&ask);
		return;
	}
	t->asks[t->n_asks++] = ask;
	mind_busy(w, t);
	next_ask(w, npc);
	if (t->begun && t->over)
		mind_go_on(w, npc); /* nobody to ask */
}

/* The player is being answered. */
static bool is_answering(const struct world *w, struct ent npc, struct ent player)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	return t && t->begun && t->asks[0].player == ent_id(w, player);
}

/* To whom it talks already: no greeting as to one who comes in. */
static void listen(struct world *w, struct ent npc, struct ent player, struct talker *k)
{
	k->npc = ent_id(w, npc);
	k->until = w->tick + timer_seconds(w, MIND_TALK_S);
	act(w, &(struct act){ .actor = npc,
			      .target = player,
			      .to_target = "$n is listening.",
			      .class = MUDLARK__TEXT_CLASS__TEXT_REPLY });
}

void mind_turn_to(struct world *w, struct ent npc, struct ent player, enum mind_why why,
		  struct span text)
{
	struct talker *k = mind_talker(w, player);

	if (!mind_is(w, npc))
		return;
	if (why == MIND_GREET && mind_in_visit(w, npc, k)) {
		listen(w, npc, player, k);
		return;
	}
	if (!mind_may_talk(w, k, player))
		return;
	mind_greet_drop(w, npc);
	k->npc = ent_id(w, npc);
	k->until = w->tick + timer_seconds(w, MIND_TALK_S);
	if (is_answering(w, npc, player))
		mind_hurry(w, npc);
	if (!mind_is(w, npc)) /* what it did behind its answer was its end */
		return;
	mind_queue(w, npc,
		   (struct mind_ask){
			   .player = ent_id(w, player),
			   .why = why,
			   .text = base_dup(text.p ? text.p : "", text_cut(text, MIND_TEXT_MAX)) });
}

/* ---- time ---- */

bool mind_is_busy(const struct world *w, struct ent npc)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	return t &&
	       (t->n_asks || t->n_lines || t->follows || t->greets ||
		(t->answered_tick && w->tick < t->answered_tick + timer_seconds(w, MIND_TALK_S)));
}

static bool has_more(const struct thoughts *t)
{
	return t->n_asks || t->n_lines || t->follows || t->greets;
}

/* One of them in one tick. True: it did something. */
static bool tick_one(struct world *w, struct thoughts *t)
{
	const struct ent npc = t->npc;
	bool due = slot_due(&t->slot, w->tick), thinks = t->gesture && t->gesture <= w->tick, acts;

	t->tick = w->tick;
	if (t->follows)
		mind_follow_step(w, npc);
	if (t->greets)
		mind_greet_step(w, npc);
	if (due) {
		mind_call_off(w, mind_open(w, npc));
		mind_fail(w, t, "no answer in time");
	} else if (thinks) {
		mind_gesture(w, npc);
	}
	acts = (t->n_lines && t->next_say <= w->tick) || (t->begun && t->over && !t->n_lines) ||
	       (t->begun && !mind_is_here(w, t, t->asks[0].player));
	if (acts)
		mind_go_on(w, npc);
	t = mind_thoughts(w, npc);
	if (t && !t->begun && t->n_asks && !t->n_lines)
		next_ask(w, npc);
	if (t && !has_more(t))
		mind_rest(t);
	return acts || due || thinks;
}

bool mind_tick(struct world *w)
{
	struct thoughts *head = &w->minds->busy, *t = head->next;
	int n = 0;

	while (t != head) {
		struct ent after = t->next->npc;

		if (t->tick == w->tick) {
			t = t->next;
			continue;
		}
		if (tick_one(w, t) && ++n == TURN_MAX)
			return true;
		t = mind_thoughts(w, after); /* who may have been at its end meanwhile */
		t = !ent_is(after) ? head : t && t->next ? t : head->next;
	}
	forgets_tick(w);
	return orders_tick(w);
}

void mind_init(struct world *w)
{
	mind_people_init(w);
	mind_greet_init(w);
}

/* What was owed by the world before this one. Some of an answer that nobody will finish may have been
 * said. */
void mind_begin(struct world *w)
{
	w->minds->patience = w->tick + timer_seconds(w, PATIENCE_S);
	for (struct ent e = ent_next(w, ENT_NONE); ent_is(e); e = ent_next(w, e)) {
		const struct thoughts *t = mind_thoughts(w, e);
		struct thoughts *open;

		if (!t || !has_more(t))
			continue;
		open = mind_open(w, e);
		if (!mind_is(w, e)) {
			mind_still(w, e);
			continue;
		}
		open->cut = open->begun && !open->over;
		open->over = open->begun;
		if (open->follows)
			mind_follow(w, e, ent_by_id(w, open->follows));
		mind_busy(w, open);
	}
}
