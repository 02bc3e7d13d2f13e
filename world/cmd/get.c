/*
 * get.c - `get`: picks things up, or takes them out of something.
 */
#include "rt/text.h"
#include "world/cmd/details.h"
#include "world/cmd/haul.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/say.h"

static void not_here(const struct cmd_call *c, const struct target *t, struct span what)
{
	struct ent person = target_one(c->w, c->actor, what, KINDS_PEOPLE);
	const char *why;

	if (!t->n_words) {
		say_reply(c->w, c->actor, "There is nothing here to pick up.");
	} else if (ent_is(person)) {
		why = haul_refusal(c->w, c->actor, person, c->actor);
		say_reply(c->w, c->actor, "%s", why);
	} else if (details_find(c->w, place_room(c->w, c->actor), t)) {
		target_none(c->w, c->actor, "The ", what, " is part of the place.");
	} else {
		target_none(c->w, c->actor, "You see no ", what, " here.");
	}
}

static void get_here(const struct cmd_call *c, struct span what)
{
	struct target_places in = { { place_owner(c->w, c->actor) } };
	struct haul h = { .call = c,
			  .to = c->actor,
			  .fact = FACT_ITEM_PICKED_UP,
			  .to_actor = "You pick up $x.",
			  .to_others = "$n picks up $x." };
	struct ent *list;
	size_t n;

	if (!target_parse(what, &h.target)) {
		cmd_usage(c);
		return;
	}
	n = target_find(c->w, c->actor, &h.target, &in, KINDS_THINGS, &list);
	if (n)
		haul(&h, list, n);
	else
		not_here(c, &h.target, what);
}

static void get_from(const struct cmd_call *c, struct span what, struct span where)
{
	struct ent box = target_one(c->w, c->actor, where, KINDS_ALL);
	struct target_places in = { { box } };
	struct haul h = { .call = c,
			  .to = c->actor,
			  .container = box,
			  .fact = FACT_ITEM_PICKED_UP,
			  .to_actor = "You take $x out of $O.",
			  .to_others = "$n takes $x out of $O." };
	struct ent *list;
	size_t n;

	if (!target_parse(what, &h.target)) {
		cmd_usage(c);
	} else if (!ent_is(box)) {
		target_none(c->w, c->actor, "You see no ", where, " here.");
	} else if (ent_kind(c->w, box) == KIND_ROOM) {
		get_here(c, what);
	} else if (ent_kind(c->w, box) != KIND_ITEM) {
		say_reply(c->w, c->actor, "You cannot take things from people.");
	} else {
		n = target_find(c->w, c->actor, &h.target, &in, KINDS_THINGS, &list);
		if (n)
			haul(&h, list, n);
		else if (h.target.n_words)
			target_none(c->w, c->actor, "You find no ", what, " in there.");
		else
			say_reply(c->w, c->actor, "There is nothing in it.");
	}
}

static void run(const struct cmd_call *c)
{
	struct span what, where;

	if (target_split(c->args, "from in inside", &what, &where))
		get_from(c, what, where);
	else
		get_here(c, what);
}

const struct cmd cmd_get = {
	.name = "get",
	.aliases = "take g",
	.usage = "get THING [from CONTAINER]",
	.help = "Picks things up, or takes them out of something.\n"
		"get lantern, get all, get 3 pennies, get letter from bottle. More: help things",
	.category = CMD_THINGS,
	.effect = CMD_CHANGES,
	.run = run,
};
