/*
 * haul.c - checks, moves, tells; see haul.h.
 */
#include "world/cmd/haul.h"

#include <inttypes.h>
#include "world/cmd/series.h"
#include "world/core/actor.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/say.h"
#include "world/mind/errand.h"
#include "world/mind/mind.h"

/* before, "the thing", after: in the scratch. */
static const char *sentence(struct world *w, const char *before, struct ent e, const char *after)
{
	struct buf text = { 0 };
	const char *ret;

	buf_adds(&text, before);
	name_add_the(w, e, &text);
	buf_adds(&text, after);
	ret = arena_dup(&w->scratch, buf_p(&text), text.n);
	buf_done(&text);
	return ret;
}

/* NAME verb PRONOUN rest */
struct gesture_row {
	const char *verb, *rest;
};

/* Somebody who lives here does not want it; the same thing is always refused in the same way. */
static const char *decline(struct world *w, struct ent thing, struct ent npc)
{
	static const struct gesture_row gestures[] = {
		{ " shakes ", " head and closes your hand over it." },
		{ " keeps ", " hands away from it: it is yours to keep." },
		{ " turns it over in ", " fingers, and gives it back to you." },
	};
	const size_t i = (ent_id(w, thing) + ent_id(w, npc)) % ARRAY_LEN(gestures);
	struct buf text = { 0 };
	const char *ret;

	if (!mind_is(w, npc))
		return sentence(w, "", npc, " will not take that.");
	buf_adds(&text, gestures[i].verb);
	buf_adds(&text, actor_pronoun(w, npc, PRONOUN_POSSESSIVE));
	buf_adds(&text, gestures[i].rest);
	buf_addc(&text, 0);
	ret = sentence(w, "", npc, buf_p(&text));
	buf_done(&text);
	return ret;
}

/* Into somebody's hands. */
static const char *refuse_hands(struct world *w, struct ent actor, struct ent thing, struct ent to)
{
	bool is_self = ent_same(actor, to);

	if (ent_kind(w, to) == KIND_NPC)
		return errand_wants(w, to, actor, thing) ? NULL : decline(w, thing, to);
	if (place_count(w, to) >= CARRY_THINGS)
		return is_self ? "You cannot carry any more things."
			       : sentence(w, "Too many things: ", to, " cannot carry any more.");
	if (!place_inside(w, thing, to) &&
	    place_weight(w, to) + place_weight(w, thing) > CARRY_GRAMS)
		return is_self ? sentence(w, "With all you carry, ", thing, " is too heavy.")
			       : sentence(w, "That is more than ", to, " can carry.");
	return NULL;
}

static const char *refuse_container(struct world *w, struct ent thing, struct ent to)
{
	if (ent_same(thing, to) || place_inside(w, to, thing))
		return sentence(w, "You cannot put ", thing, " into itself.");
	if (!(item_flags(w, to) & ITEM_CONTAINER))
		return sentence(w, "You cannot put anything into ", to, ".");
	if (place_count(w, to) >= item_holds(w, to))
		return sentence(w, "There is no room left in ", to, ".");
	return NULL;
}

const char *haul_refusal(struct world *w, struct ent actor, struct ent thing, struct ent to)
{
	const char *why = NULL;
	enum ent_kind kind = ent_kind(w, to);

	if (ent_kind(w, thing) != KIND_ITEM)
		return sentence(w, "", thing, " would not like that.");
	if (item_flags(w, thing) & ITEM_FIXED)
		return sentence(w, "You cannot move ", thing, ".");
	if (kind == KIND_PLAYER || kind == KIND_NPC)
		why = refuse_hands(w, actor, thing, to);
	else if (kind == KIND_ITEM)
		why = refuse_container(w, thing, to);
	if (!why && place_check(w, thing, to))
		why = sentence(w, "There is no room for ", thing, ".");
	return why;
}

/* Moves what can be moved to the front of the list; returns how many, and the first reason why
 * not. */
static size_t move_all(const struct haul *h, struct ent *things, size_t n, const char **ret_why)
{
	struct world *w = h->call->w;
	size_t moved = 0;

	*ret_why = NULL;
	for (size_t i = 0; i < n; i++) {
		bool is_swept = !h->target.n_words && (ent_same(things[i], h->to) ||
						       item_flags(w, things[i]) & ITEM_FIXED);
		const char *why = haul_refusal(w, h->call->actor, things[i], h->to);

		if (!why && place_move(w, things[i], h->to))
			why = "There is no room.";
		if (!why)
			things[moved++] = things[i];
		else if (!*ret_why && !is_swept)
			*ret_why = why;
	}
	return moved;
}

void haul(const struct haul *h, struct ent *things, size_t n)
{
	struct world *w = h->call->w;
	struct buf what = { 0 };
	const char *why;

	n = move_all(h, things, n, &why);
	if (n) {
		series_add(w, things, n, &what);
		buf_addc(&what, 0);
		act(w, &(struct act){ .actor = h->call->actor,
				      .target = h->target_person,
				      .object = h->container,
				      .markup = buf_p(&what),
				      .to_actor = h->to_actor,
				      .to_target = h->to_target,
				      .to_others = h->to_others,
				      .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
		buf_done(&what);
	}
	if (why)
		say_reply(w, h->call->actor, "%s", why);
	else if (!n)
		say_reply(w, h->call->actor, "There is nothing here for that.");
	for (size_t i = 0; i < n; i++)
		event_emit(w, h->fact, h->call->actor, "\"item\":" EVENT_ID ",\"to\":" EVENT_ID,
			   ent_id(w, things[i]), ent_id(w, h->to));
}

void haul_carried(struct haul *h, struct span what)
{
	const struct cmd_call *c = h->call;
	struct target_places in = { { c->actor } };
	struct ent *list;
	size_t n;

	if (!target_parse(what, &h->target)) {
		cmd_usage(c);
		return;
	}
	n = target_find(c->w, c->actor, &h->target, &in, KINDS_THINGS, &list);
	if (n)
		haul(h, list, n);
	else if (h->target.n_words)
		target_none(c->w, c->actor, "You carry no ", what, ".");
	else
		say_reply(c->w, c->actor, "You carry nothing.");
}
