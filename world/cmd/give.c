/*
 * give.c - `give`: hands over what one carries.  Both orders of words are understood.
 */
#include "rt/text.h"
#include "world/cmd/haul.h"
#include "world/core/place.h"
#include "world/core/say.h"

static void give_to(const struct cmd_call *c, struct span what, struct ent person)
{
	struct haul h = { .call = c,
			  .to = person,
			  .target_person = person,
			  .fact = FACT_ITEM_GIVEN,
			  .to_actor = "You give $N $x.",
			  .to_target = "$n gives you $x.",
			  .to_others = "$n gives $N $x." };

	haul_carried(&h, what);
}

static void run(const struct cmd_call *c)
{
	struct span what, who;
	struct ent person;

	if (!target_split(c->args, "to", &what, &who)) {
		what = c->args;
		who = text_word(&what);
		what = text_trim(what);
	}
	if (!what.n || !who.n) {
		cmd_usage(c);
		return;
	}
	person = target_one(c->w, c->actor, who, KINDS_PEOPLE);
	if (!ent_is(person))
		target_none(c->w, c->actor, "You see no ", who, " here to give anything to.");
	else if (ent_same(person, c->actor))
		say_reply(c->w, c->actor, "You have it already.");
	else
		give_to(c, what, person);
}

const struct cmd cmd_give = {
	.name = "give",
	.usage = "give THING to SOMEBODY",
	.help = "Hands over what you carry.\ngive lantern to ana, give ana 3 pennies",
	.category = CMD_THINGS,
	.effect = CMD_CHANGES,
	.run = run,
};
