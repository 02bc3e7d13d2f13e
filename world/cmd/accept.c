/*
 * accept.c - `accept`: takes on an errand that somebody has offered.
 */
#include <string.h>
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/core/say.h"
#include "world/mind/errand.h"

/* The next that is on offer. */
static const struct pack_errand *next_offer(const struct cmd_call *c,
					    const struct pack_errand *previous)
{
	enum errand_state state;
	uint32_t step;

	while ((previous = errand_next(c->w, c->actor, previous, &state, &step)))
		if (state == ERRAND_OFFERED)
			break;
	return previous;
}

static bool begins(const char *text, struct span with)
{
	return text_prefix_fold((struct span){ text, strlen(text) }, with);
}

/* By its key or the beginning of its name; any state, so that one hears what is wrong with it. */
static const struct pack_errand *find(const struct cmd_call *c)
{
	const struct pack_errand *e = NULL;
	enum errand_state state;
	uint32_t step;

	while ((e = errand_next(c->w, c->actor, e, &state, &step)))
		if (text_eq_fold((struct span){ e->key, strlen(e->key) }, c->args) ||
		    begins(e->name, c->args))
			return e;
	return NULL;
}

static void run(const struct cmd_call *c)
{
	const struct pack_errand *e = next_offer(c, NULL);

	if (c->args.n) {
		e = find(c);
		if (e)
			errand_accept(c->w, c->actor, e);
		else
			say_reply(c->w, c->actor,
				  "Nobody has asked you to do that. Try: {bold}errands{/}");
	} else if (!e) {
		say_reply(c->w, c->actor, "Nobody offers you anything at the moment.");
	} else if (next_offer(c, e)) {
		say_reply(c->w, c->actor, "Accept which one? Try: {bold}errands{/}");
	} else {
		errand_accept(c->w, c->actor, e);
	}
}

const struct cmd cmd_accept = {
	.name = "accept",
	.usage = "accept [ERRAND]",
	.help = "Takes on an errand that somebody has offered you.\n"
		"accept, or accept seal when there are several. `errands` shows them.",
	.category = CMD_YOURSELF,
	.effect = CMD_CHANGES,
	.run = run,
};
