/*
 * ai.c - `@ai`: how the aibridges are, what they cost, what was said; and the brake.
 */
#include <string.h>
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/mind/bridges.h"
#include "world/mind/mind.h"
#include "world/mind/orders.h"

static void status(const struct cmd_call *c)
{
	const size_t n = bridges_count(c->w);

	say_reply(c->w, c->actor, "%zu %s, %zu %s under way; paid providers are %s.", n,
		  n == 1 ? "aibridge" : "aibridges", bridges_asks(c->w),
		  bridges_asks(c->w) == 1 ? "answer" : "answers",
		  bridges_paused(c->w) ? "{bold}paused{/}" : "in use");
	if (n)
		orders_ask(c->w, c->actor, c->args);
}

static void forward(const struct cmd_call *c)
{
	orders_ask(c->w, c->actor, c->args);
}

static void set_pause(const struct cmd_call *c, bool paused)
{
	if (bridges_paused(c->w) == paused) {
		say_reply(c->w, c->actor, "That is so already.");
		return;
	}
	bridges_pause(c->w, paused);
	say_reply(c->w, c->actor,
		  paused ? "Paid providers are paused: everybody answers from the script."
			 : "Paid providers are in use again.");
}

static void pause(const struct cmd_call *c)
{
	set_pause(c, true);
}

static void resume(const struct cmd_call *c)
{
	set_pause(c, false);
}

struct verb {
	const char *name;
	void (*run)(const struct cmd_call *c);
};

static const struct verb verbs[] = {
	{ "status", status }, { "budget", forward },	 { "pause", pause },
	{ "resume", resume }, { "transcript", forward },
};

static void run(const struct cmd_call *c)
{
	struct span rest = c->args, word = text_word(&rest);

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (text_eq_fold(word, (struct span){ verbs[i].name, strlen(verbs[i].name) })) {
			verbs[i].run(c);
			return;
		}
	cmd_usage(c);
}

const struct cmd cmd_ai = {
	.name = "@ai",
	.usage = "@ai status|budget|pause|resume|transcript NPC [PLAYER]",
	.help = "People who talk: who answers for them, what that costs, and the brake.\n"
		"{bold}status{/}  aibridges, providers, what is under way\n"
		"{bold}budget{/}  what is spent and reserved, the rate, the caps\n"
		"{bold}pause{/}  nobody is paid any more until {bold}resume{/}; the script "
		"answers\n"
		"{bold}transcript{/}  what was said: @ai transcript foreshore/marrable ana",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.run = run,
};
