/*
 * mind_end.c - the end of an ask: it is answered, has failed or is called off; what follows from an
 * answer; see mind_inner.h.
 */
#include "world/mind/mind_inner.h"

#include <stdlib.h>
#include <string.h>

#include "aibridge.pb-c.h"
#include "rt/log.h"
#include "world/core/place.h"
#include "world/core/say.h"
#include "world/core/world.h"
#include "world/mind/acts.h"
#include "world/mind/bond.h"
#include "world/mind/bridges.h"
#include "world/mind/errand.h"
#include "world/mind/view.h"

bool mind_is_here(const struct world *w, const struct thoughts *t, uint64_t player)
{
	struct ent e = ent_by_id(w, player), room = place_room(w, t->npc);

	return ent_is(e) && ent_is(room) && ent_same(place_room(w, e), room);
}

void mind_drop_ask(struct thoughts *t, size_t at)
{
	mind_free_ask(&t->asks[at]);
	t->n_asks--;
	memmove(&t->asks[at], &t->asks[at + 1], (t->n_asks - at) * sizeof(t->asks[0]));
	t->asks[t->n_asks] = (struct mind_ask){ 0 };
}

/* Nothing comes for it any more. */
void mind_forget_ask(struct world *w, struct thoughts *t)
{
	map64_del(&w->minds->asks, t->slot.generation);
	bridges_ended(w, t->bridge);
	t->bridge = 0;
	t->gesture = 0;
}

void mind_call_off(struct world *w, struct thoughts *t)
{
	Mudlark__AiIn in = MUDLARK__AI_IN__INIT;
	Mudlark__AiCancel m = MUDLARK__AI_CANCEL__INIT;

	m.ask = t->slot.generation;
	in.body_case = MUDLARK__AI_IN__BODY_CANCEL;
	in.cancel = &m;
	bridges_send(w, t->bridge, &in);
	mind_forget_ask(w, t);
}

/* What is under way is over, with what was said. */
void mind_clear(struct thoughts *t)
{
	if (t->begun && t->n_asks)
		mind_drop_ask(t, 0);
	mind_free_lines(t);
	mind_free_acts(t);
	free(t->topic);
	t->topic = NULL;
	t->begun = t->over = t->cut = t->own = t->hurried = false;
	t->told = 0;
}

void mind_fail(struct world *w, struct thoughts *t, const char *cause)
{
	log_info("answer_failed", LOG_STR("npc", mind_key(w, t->npc)), LOG_STR("cause", cause));
	(void)slot_fail(&t->slot, t->slot.generation, cause);
	w->stats.answers_failed++;
	t->over = true;
}

static void do_acts(struct world *w, struct ent npc, struct ent player, const struct mind_act *acts,
		    size_t n)
{
	struct buf why = { 0 };

	for (size_t i = 0; i < n; i++) {
		Mudlark__AiAct m = MUDLARK__AI_ACT__INIT;
		struct thoughts *t;

		m.verb = acts[i].verb;
		m.target = acts[i].target;
		m.text = (ProtobufCBinaryData){ strlen(acts[i].text), (uint8_t *)acts[i].text };
		buf_reset(&why);
		if (!acts_do(w, npc, player, &m, &why) && (t = mind_open(w, npc)))
			mind_refuse(t, buf_span(&why));
	}
	buf_done(&why);
}

/* What goes with a topic. Who cannot take it may ask again. */
static void give_along(struct world *w, struct ent npc, struct ent player,
		       const struct pack_topic *topic)
{
	struct buf why = { 0 };

	if (acts_gift_of(w, npc, player, topic) && !acts_hand_over(w, npc, player, topic, &why))
		act(w,
		    &(struct act){ .actor = npc,
				   .target = player,
				   .markup = topic->gives->name.noun,
				   .to_target =
					   "$n would hand you the $x, but you have your arms full.",
				   .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
	buf_done(&why);
}

/* In his own row, or in that of who was answered longest ago. */
static void note_served(const struct world *w, struct thoughts *t, uint64_t player)
{
	size_t at = 0;

	for (size_t i = 0; i < MIND_SERVED; i++) {
		if (t->served[i].player == player) {
			at = i;
			break;
		}
		if (t->served[i].tick < t->served[at].tick)
			at = i;
	}
	t->served[at].player = player;
	t->served[at].tick = w->tick;
}

/* The answer was said to the end: what follows from it. What is done may change everything. */
static void finish(struct world *w, struct ent npc)
{
	struct thoughts *t = mind_open(w, npc);
	struct ent player = ent_by_id(w, t->asks[0].player);
	struct thoughts taken = { .n_acts = t->n_acts, .topic = t->topic };
	const struct pack_topic *topic = NULL;

	memcpy(taken.acts, t->acts, sizeof(taken.acts));
	t->n_acts = 0;
	t->topic = NULL;
	t->answered = t->asks[0].player;
	t->answered_tick = w->tick;
	note_served(w, t, t->answered);
	mind_clear(t);
	bond_meet(w, player, mind_key(w, npc));
	if (taken.topic)
		topic = view_topic(w, npc, player, taken.topic);
	if (topic)
		errand_told(w, npc, player, topic);
	if (topic)
		give_along(w, npc, player, topic);
	do_acts(w, npc, player, taken.acts, taken.n_acts);
	mind_free_acts(&taken);
	free(taken.topic);
}

/* Nothing of an answer was said: something of its own instead. True: there is a line to be said. */
static bool make_up(struct world *w, struct thoughts *t)
{
	struct ent player = ent_by_id(w, t->asks[0].player);

	if (t->cut) {
		t->cut = false;
		act(w, &(struct act){ .actor = t->npc,
				      .to_others = "$n loses the thread, and breaks off.",
				      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
		return false;
	}
	if (t->told || t->own)
		return false;
	t->own = true;
	return mind_own_line(w, t->npc, player, t->asks[0].why);
}

/* The player has gone: in the middle of it, or before. */
static void leave_off(struct world *w, struct thoughts *t)
{
	struct ent player = ent_by_id(w, t->asks[0].player);

	if (slot_cancel(&t->slot))
		mind_call_off(w, t);
	if (!t->told && ent_is(player) && ent_is(place_room(w, player)) &&
	    mind_is_watched(w, t->npc))
		act(w, &(struct act){ .actor = t->npc,
				      .target = player,
				      .to_others = "$n looks after $N.",
				      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
	mind_clear(t);
}

/* Says what is due, and ends what is said. */
void mind_go_on(struct world *w, struct ent npc)
{
	const struct thoughts *t = mind_thoughts(w, npc);

	if (t->begun && !mind_is_here(w, t, t->asks[0].player)) {
		leave_off(w, mind_open(w, npc));
		return;
	}
	mind_speak(w, npc);
	t = mind_thoughts(w, npc);
	if (t && t->begun && t->over && !t->n_lines && make_up(w, mind_open(w, npc))) {
		mind_speak(w, npc);
		t = mind_thoughts(w, npc);
	}
	if (t && t->begun && t->over && !t->n_lines)
		finish(w, npc);
}
