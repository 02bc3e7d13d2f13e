/*
 * forget.c - `forget`: those who live here forget what they know of a player, who asks for it.
 */
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/npc.h"
#include "world/core/say.h"
#include "world/mind/bond.h"
#include "world/mind/forgets.h"
#include "world/mind/heard.h"
#include "world/mind/mind.h"

static void run(const struct cmd_call *c)
{
	const bool all = text_eq_fold(c->args, SPAN("me")) || text_eq_fold(c->args, SPAN("all"));
	struct ent e =
		all || !c->args.n ? ENT_NONE : target_one(c->w, c->actor, c->args, 1u << KIND_NPC);
	const struct npc *npc = npc_get(c->w, e);

	if (!c->args.n) {
		cmd_usage(c);
	} else if (!all && (!npc || !npc->key || !mind_is(c->w, e))) {
		target_none(c->w, c->actor, "You see no ", c->args,
			    " here who could forget you. Try: {bold}forget me{/}");
	} else if (!forgets_add(c->w, ent_id(c->w, c->actor), all ? NULL : npc->key)) {
		say_reply(c->w, c->actor,
			  "So much is to be forgotten just now that nobody can keep it in mind. "
			  "Nothing of yours is forgotten yet: please try again in a while.");
	} else {
		bond_forget(c->w, c->actor, all ? NULL : npc->key);
		heard_forget_player(c->w, c->actor);
		mind_forget_player(c->w, c->actor);
		say_reply(c->w, c->actor,
			  "%s forgets what you said, what was remembered of you, and whether "
			  "you were liked. What was told and given stays.",
			  all ? "Everybody" : name_of(c->w, e));
	}
}

const struct cmd cmd_forget = {
	.name = "forget",
	.usage = "forget me, or: forget SOMEBODY",
	.help = "Those who live here forget your talks with them: all of them, or one who is "
		"here.\n"
		"There is no way back.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.is_whole = true,
	.run = run,
};
