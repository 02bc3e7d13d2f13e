/*
 * unban.c - `@unban`: lets in again whom `@ban`, or the world by itself, keeps out.
 */
#include "rt/text.h"
#include "world/cmd/ban.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/session.h"
#include "world/sources.h"

/* There is none of exactly this; is it part of another one? */
static void not_there(const struct cmd_call *c, const struct site *row)
{
	const struct site *wider =
		row->kind == SITE_NET ? sites_holds_address(c->w, &row->net) : NULL;
	struct buf *out = say_begin(c->w, c->actor);

	if (row->kind == SITE_NET) {
		buf_adds(out, "Nobody has banned ");
		sites_name(row, out);
	} else {
		buf_addf(out, "Nobody has banned %s", row->name);
	}
	if (wider) {
		buf_adds(out, " by itself; it is part of ");
		sites_name(wider, out);
	}
	buf_addc(out, '.');
	say_end(c->w);
}

/* A bare name that is no banned account may be a banned character. */
static const struct site *find(const struct cmd_call *c, struct site *row)
{
	const struct site *s = sites_get(c->w, row);

	if (s || row->kind != SITE_ACCOUNT)
		return s;
	row->kind = SITE_CHARACTER;
	return sites_get(c->w, row);
}

static void run(const struct cmd_call *c)
{
	const struct session *own = session_of(c->w, c->actor);
	const struct player *p = player_get(c->w, c->actor);
	struct span args = c->args;
	const struct site *s;
	struct buf *out;
	struct site row;

	if (!p || !ban_target(c, &args, &row))
		return;
	if (text_trim(args).n) {
		cmd_usage(c);
		return;
	}
	s = find(c, &row);
	if (!s) {
		not_there(c, &row);
		return;
	}
	if (!s->counted && s->rank > p->role && !(own && own->trusted)) {
		say_reply(c->w, c->actor, "%s has made that ban, and stands above you.", s->by);
		return;
	}
	ban_fact(c->w, FACT_SITE_UNBANNED, c->actor, s);
	out = say_begin(c->w, c->actor);
	buf_adds(out, "Lifted: ");
	sites_name(s, out);
	buf_addc(out, '.');
	say_end(c->w);
	if (s->kind == SITE_NET)
		sources_forgive(c->w, &s->net);
	sites_lift(c->w, s);
}

const struct cmd cmd_unban = {
	.name = "@unban",
	.usage = "@unban TARGET",
	.help = "Lets in again whom {bold}@ban{/} keeps out; TARGET as there and as "
		"{bold}@sites{/} "
		"shows it.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.is_whole = true,
	.run = run,
};
