/*
 * title.c - `title`: a few words behind one's name, in `who` and in rooms.
 */
#include <stdlib.h>
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/core/player.h"
#include "world/core/say.h"

enum { TITLE_COLUMNS = 40, TITLE_BYTES = 4 * TITLE_COLUMNS };

static void set(const struct cmd_call *c, struct span text)
{
	struct player *p = player_write(c->w, c->actor);

	if (!p)
		return;
	free(p->title);
	p->title = text.n ? base_dup(text.p, text.n) : NULL;
	act(c->w, &(struct act){ .actor = c->actor,
				 .text = text,
				 .to_actor = text.n ? "You are now: {player}$n $t{/}"
						    : "You have no title any more." });
}

static void run(const struct cmd_call *c)
{
	struct buf clean = { 0 };

	text_clean(&clean, c->args);
	if (!clean.n)
		cmd_usage(c);
	else if (text_columns(buf_span(&clean)) > TITLE_COLUMNS || clean.n > TITLE_BYTES)
		say_reply(c->w, c->actor, "A title has at most %d letters.", TITLE_COLUMNS);
	else if (text_eq_fold(buf_span(&clean), SPAN("none")))
		set(c, (struct span){ 0 });
	else
		set(c, buf_span(&clean));
	buf_done(&clean);
}

const struct cmd cmd_title = {
	.name = "title",
	.usage = "title TEXT, or: title none",
	.help = "Puts a few words behind your name, for others to see.\ntitle the Unwashed",
	.category = CMD_YOURSELF,
	.effect = CMD_CHANGES,
	.run = run,
};
