/*
 * talk.c - `talk`: turns to somebody who lives here, who greets; alone it says who can be talked to.
 */
#include <string.h>
#include "rt/text.h"
#include "world/cmd/ask.h"
#include "world/cmd/series.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/place.h"
#include "world/core/say.h"
#include "world/mind/mind.h"

static void list(const struct cmd_call *c)
{
	struct world *w = c->w;
	const struct ent room = place_room(w, c->actor);
	CLEANUP(base_freep)
	struct ent *people =
		base_alloc(place_count(w, room) - place_players(w, room) + 1, sizeof(*people));
	struct buf *out = say_begin(w, c->actor);
	size_t n = 0;

	for (struct ent e = mind_next(w, room, ENT_NONE); ent_is(e); e = mind_next(w, room, e))
		people[n++] = e;
	if (n) {
		buf_adds(out, "You can talk to ");
		series_add(w, people, n, out);
		buf_adds(out, " here.");
	} else {
		buf_adds(out, "There is nobody here who would talk with you.");
	}
	say_end(w);
}

/* One without a mind has a word for everybody, or none. */
static void greet_all(const struct cmd_call *c, struct ent npc)
{
	const struct npc *n = npc_get(c->w, npc);

	if (n && n->proto && n->proto->greeting)
		act(c->w, &(struct act){ .actor = npc,
					 .markup = n->proto->greeting,
					 .to_others = "$n says, \"{say}$x{/}\"",
					 .class = MUDLARK__TEXT_CLASS__TEXT_CHAT });
	else
		act(c->w, &(struct act){ .actor = npc,
					 .target = c->actor,
					 .to_target = "$n does not answer.",
					 .class = MUDLARK__TEXT_CLASS__TEXT_REPLY });
}

static void turn_to(const struct cmd_call *c, struct ent e)
{
	act(c->w, &(struct act){ .actor = c->actor,
				 .target = e,
				 .to_actor = "You turn to $N.",
				 .to_others = "$n turns to $N.",
				 .class = MUDLARK__TEXT_CLASS__TEXT_ROOM });
	if (mind_is(c->w, e))
		mind_turn_to(c->w, e, c->actor, MIND_GREET, (struct span){ "", 0 });
	else
		greet_all(c, e);
}

static struct span without(struct span text, const char *joins)
{
	struct span rest = text, first = text_word(&rest), list = { joins, strlen(joins) }, one;

	while ((one = text_word(&list)).n)
		if (text_eq_fold(first, one))
			return text_trim(rest);
	return text;
}

static void run(const struct cmd_call *c)
{
	struct span whom = without(c->args, "to with"), name, topic;
	struct ent e;

	if (!whom.n) {
		list(c);
		return;
	}
	if (ask_split(whom, &name, &topic)) {
		if (!name.n)
			(void)target_split(topic, "with", &topic, &name);
		ask_about(c, name, topic);
		return;
	}
	e = target_one(c->w, c->actor, whom, KINDS_PEOPLE);
	if (!ent_is(e))
		target_none(c->w, c->actor, "You see no ", whom, " here to talk to.");
	else if (ent_same(e, c->actor))
		say_reply(c->w, c->actor, "You mutter to yourself.");
	else if (ent_kind(c->w, e) == KIND_PLAYER)
		say_reply(c->w, c->actor,
			  "%s is a player: {bold}say{/} something, or {bold}tell{/} it.",
			  name_of(c->w, e));
	else
		turn_to(c, e);
}

const struct cmd cmd_talk = {
	.name = "talk",
	.aliases = "greet speak",
	.usage = "talk [SOMEBODY [about SOMETHING]]",
	.help = "Turns to somebody who lives here; alone: who can be talked to.\n"
		"Once you talk with somebody, simply say what you want to say: 'what is the tide "
		"doing\n"
		"A line that begins with a name and a comma is said, too: nan, what is that?",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run,
};
