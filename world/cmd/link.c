/*
 * link.c - `link`: shows people outside who one is.
 */
#include <string.h>

#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/relay/relay.h"

/* Is a bridge connected that is called so, or "irc2"? */
static bool is_there(const struct world *w, struct span kind)
{
	const char *name;

	for (size_t i = 0; (name = relay_name(w, i)); i++)
		if (!relay_is_away(w, i) &&
		    text_prefix_fold((struct span){ name, strlen(name) }, kind))
			return true;
	return false;
}

static void give_code(const struct cmd_call *c)
{
	const bool irc = is_there(c->w, SPAN("irc")), discord = is_there(c->w, SPAN("discord"));
	char code[16];
	struct buf *out;

	if (!irc && !discord) {
		say_reply(c->w, c->actor,
			  "Neither IRC nor Discord is connected to the game just now. Try again "
			  "later. ({bold}link list{/} shows who you are there.)");
		return;
	}
	if (!relay_link_code(c->w, c->actor, code)) {
		say_reply(c->w, c->actor,
			  "There is no other code for you just now. ({bold}link list{/} shows "
			  "what you are linked to, {bold}link off{/} ends it.)");
		return;
	}
	out = say_begin(c->w, c->actor);
	buf_addf(out, "Your code is {bold}%s{/}: once, and within ten minutes.", code);
	if (irc)
		buf_addf(out, "\nOn IRC, in a private message to the bridge: {bold}!link %s{/}",
			 code);
	if (discord)
		buf_addf(out, "\nOn Discord: {bold}/link %s{/}", code);
	say_end(c->w);
}

static void list(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);

	buf_adds(out, "{title}Who you are outside{/}\n");
	if (!relay_linked(c->w, ent_id(c->w, c->actor), out))
		buf_adds(out, "  Nobody. ({bold}link{/} gives you a code.)");
	say_end(c->w);
}

static void end(const struct cmd_call *c, struct span identity)
{
	if (relay_unlink(c->w, ent_id(c->w, c->actor), identity))
		say_reply(c->w, c->actor, "That is over.");
	else
		say_reply(c->w, c->actor, "You are not linked to %s.",
			  identity.n ? "that" : "anybody");
}

static void run(const struct cmd_call *c)
{
	struct span rest = c->args, word = text_word(&rest);

	if (player_get(c->w, c->actor)->guest)
		say_reply(c->w, c->actor,
			  "Guests cannot be linked to anybody: make a character of "
			  "your own.");
	else if (!word.n)
		give_code(c);
	else if (text_eq_fold(word, SPAN("list")))
		list(c);
	else if (text_eq_fold(word, SPAN("off")))
		end(c, text_trim(rest));
	else
		cmd_usage(c);
}

const struct cmd cmd_link = {
	.name = "link",
	.usage = "link [list|off [IDENTITY]]",
	.help = "Gives you a code that shows people outside (IRC, Discord) that you are you: then "
		"what you say there comes under your name.\n"
		"{bold}link list{/} shows who you are outside, {bold}link off{/} ends that. On IRC "
		"without "
		"an account, a link holds as long as your nick and address stay the same.",
	.category = CMD_YOURSELF,
	.effect = CMD_CHANGES,
	.is_whole = true,
	.run = run,
};
