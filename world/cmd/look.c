/*
 * look.c - `look`: the first thing that anybody types.
 *
 * A command is a function and a constant.  The function gets a struct cmd_call: the world, who
 * typed, and what stood behind the command's name.  It finds what is meant (target.h), and answers
 * through say.h.  It never touches a socket, and it never saves: what it changed (`look` changes
 * nothing) is committed when the turn ends, and only then is anything shown.
 *
 * What things look like is written in sight.c; here it is only decided what to look at:
 *
 *	look                 the room
 *	look rail            a thing, a person, or something that the description mentions
 *	look in basket       what is in something
 *	look north           where a way leads
 */
#include "world/cmd/look.h"

#include "rt/text.h"
#include "world/cmd/details.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/place.h"
#include "world/core/room.h"
#include "world/core/say.h"

static void look_around(const struct cmd_call *c)
{
	look_room(c->w, c->actor, say_begin(c->w, c->actor));
	say_end(c->w);
}

static void look_along(const struct cmd_call *c, enum dir d)
{
	const struct room *there = room_get(c->w, room_exit(c->w, place_room(c->w, c->actor), d));

	if (there)
		say_reply(c->w, c->actor, "The way %s leads to {room}%s{/}.", dir_info(d)->name,
			  there->def->name);
	else
		say_reply(c->w, c->actor, "No way leads %s.", dir_info(d)->name);
}

static void look_into(const struct cmd_call *c, struct span what)
{
	struct ent e = target_one(c->w, c->actor, what, KINDS_ALL);

	if (!ent_is(e)) {
		target_none(c->w, c->actor, "You see no ", what, " here.");
	} else if (ent_kind(c->w, e) == KIND_ROOM) {
		look_around(c);
	} else {
		look_inside(c->w, e, say_begin(c->w, c->actor));
		say_end(c->w);
	}
}

/* The detail that is meant rather than the thing e: it fits, and better than e does. */
static const struct pack_detail *better_detail(const struct cmd_call *c, struct span what,
					       struct ent e)
{
	const struct pack_detail *d;
	const struct name *name = name_get(c->w, e);
	struct target t;

	if (!target_parse(what, &t))
		return NULL;
	d = details_find(c->w, place_room(c->w, c->actor), &t);
	if (!d || !ent_is(e))
		return d;
	if (!name || ent_kind(c->w, e) == KIND_ROOM)
		return NULL;
	return target_fits(&t, d->words, d->n_words, NULL) >
			       target_fits(&t, name->called.words, name->called.n_words, NULL)
		       ? d
		       : NULL;
}

static void look_at(const struct cmd_call *c, struct span what)
{
	struct ent e = target_one(c->w, c->actor, what, KINDS_ALL);
	const struct pack_detail *detail = better_detail(c, what, e);

	if (detail) {
		say_reply(c->w, c->actor, "%s", detail->look);
	} else if (ent_is(e)) {
		look_entity(c->w, c->actor, e, say_begin(c->w, c->actor));
		say_end(c->w);
	} else {
		target_none(c->w, c->actor, "You see no ", what, " here.");
	}
}

static void run(const struct cmd_call *c)
{
	struct span rest = c->args, word = text_word(&rest);
	enum dir d;

	rest = text_trim(rest);
	if (!word.n)
		look_around(c);
	else if (!rest.n && dir_parse(word, &d))
		look_along(c, d);
	else if (rest.n && (text_eq_fold(word, SPAN("in")) || text_eq_fold(word, SPAN("into"))))
		look_into(c, rest);
	else if (rest.n && text_eq_fold(word, SPAN("at")))
		look_at(c, rest);
	else
		look_at(c, c->args);
}

const struct cmd cmd_look = {
	.name = "look",
	.aliases = "l",
	.usage = "look [THING | in THING | DIRECTION]",
	.help = "Shows where you are, or what something looks like.\n"
		"Nearly every word in a description can be looked at. `look in basket` shows what "
		"is\n"
		"in it, `look north` where a way leads.",
	.category = CMD_LOOKING,
	.effect = CMD_PURE,
	.run = run,
};
