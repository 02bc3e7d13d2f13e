/*
 * read.c - `read`: what is written on a thing.
 */
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/item.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/social/board.h"

static void nothing_written(const struct cmd_call *c, struct ent e)
{
	struct buf *out = say_begin(c->w, c->actor);

	buf_adds(out, "Nothing is written on ");
	name_add_the(c->w, e, out);
	buf_addc(out, '.');
	say_end(c->w);
}

/* "read notices 1": the board that is meant; NULL: none. */
static const struct board *board_of(const struct cmd_call *c)
{
	struct span rest = c->args;

	return board_find(c->w, text_word(&rest));
}

static void hint_board(const struct cmd_call *c, const struct board *b)
{
	struct span number = c->args;
	struct buf *out = say_begin(c->w, c->actor);

	text_word(&number);
	buf_addf(out, "%s is a board. Try: {bold}board %s", b->name, b->name);
	if (number.n)
		buf_addc(out, ' ');
	say_escape(out, number);
	buf_adds(out, "{/}");
	say_end(c->w);
}

static void run(const struct cmd_call *c)
{
	struct ent e = target_one(c->w, c->actor, c->args, KINDS_THINGS);
	const struct item *item = item_get(c->w, e);

	if (!c->args.n)
		cmd_usage(c);
	else if (!ent_is(e) && board_of(c))
		hint_board(c, board_of(c));
	else if (!ent_is(e))
		cmd_look.run(c);
	else if (item && item->proto && item->proto->read)
		say_reply(c->w, c->actor, "%s", item->proto->read);
	else
		nothing_written(c, e);
}

const struct cmd cmd_read = {
	.name = "read",
	.usage = "read THING",
	.help = "Reads what is written on something you carry or see.",
	.category = CMD_LOOKING,
	.effect = CMD_PURE,
	.run = run,
};
