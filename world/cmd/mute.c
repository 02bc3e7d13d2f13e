/*
 * mute.c - `@mute` and `@unmute`: who may not speak on channels and boards.
 */
#include <string.h>

#include "rt/text.h"
#include "world/cmd/ban.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/session.h"
#include "world/sites.h"
#include "world/social/speech.h"

enum { LINES_SHOWN = 100 };

static void show(const struct speech_mute *m, struct buf *out)
{
	buf_adds(out, "\n  {player}");
	say_escape(out, (struct span){ m->name, strlen(m->name) });
	buf_adds(out, m->until_ms ? "{/}  until " : "{/}  until it is lifted");
	if (m->until_ms)
		sites_date(m->until_ms, out);
	buf_addf(out, "  by %s", m->by);
	if (!*m->why)
		return;
	buf_adds(out, ": ");
	say_escape(out, (struct span){ m->why, strlen(m->why) });
}

static void list(const struct cmd_call *c)
{
	struct buf *out = say_begin(c->w, c->actor);
	size_t n = 0;

	buf_adds(out, "{title}Muted{/}");
	for (const struct speech_mute *m = speech_mutes_next(c->w, NULL); m;
	     m = speech_mutes_next(c->w, m))
		if (n++ < LINES_SHOWN)
			show(m, out);
	if (n > LINES_SHOWN)
		buf_addf(out, "\n  and %zu more", n - LINES_SHOWN);
	if (!n)
		buf_adds(out, "\n  Nobody.");
	say_end(c->w);
}

static enum role rank_of(const struct cmd_call *c)
{
	const struct session *s = session_of(c->w, c->actor);

	return s && s->trusted ? SITE_RANK_OPERATOR : player_get(c->w, c->actor)->role;
}

/* A word; "Ana (irc)", which is two; or anything in quotes. */
static struct span take_name(struct span *rest)
{
	const char *end =
		rest->n > 1 && *rest->p == '"' ? memchr(rest->p + 1, '"', rest->n - 1) : NULL;
	struct span after, name, second;

	if (end) {
		name = (struct span){ rest->p + 1, (size_t)(end - rest->p) - 1 };
		*rest = text_trim((struct span){ end + 1, rest->n - name.n - 2 });
		return name;
	}
	name = text_word(rest);
	after = *rest;
	second = text_word(&after);
	if (second.n < 3 || *second.p != '(' || second.p[second.n - 1] != ')')
		return name;
	name.n = (size_t)(second.p + second.n - name.p);
	*rest = after;
	return name;
}

static const char *fault_of(const struct cmd_call *c, struct span name, enum role rank)
{
	const struct player *p = player_get(c->w, player_by_name(c->w, name));
	struct span bare;

	if (name.n > SPEECH_NAME_BYTES)
		return "That is longer than a name.";
	if (speech_name_of(name, &bare) == SPEECH_MALFORMED)
		return "Somebody outside is named like this: joe@irc. Everybody there: *@irc";
	return p && p->role >= rank ? "You cannot mute somebody of your own rank or above." : NULL;
}

/* Plain text to somebody who is in. */
static void tell(const struct cmd_call *c, struct ent who, const char *text)
{
	struct buf out = { 0 };

	buf_adds(&out, "{system}");
	say_escape(&out, (struct span){ text, strlen(text) });
	buf_adds(&out, "{/}");
	say_span(c->w, who, MUDLARK__TEXT_CLASS__TEXT_SYSTEM, buf_span(&out));
	buf_done(&out);
}

static void answer_muted(const struct cmd_call *c, const struct speech_mute *row)
{
	const struct span name = { row->name, strlen(row->name) };
	const struct ent who = player_by_name(c->w, name);
	struct span bare;

	target_none(c->w, c->actor, "Muted on channels and boards: ", name, "");
	if (ent_is(who))
		tell(c, who, speech_told(c->w, row));
	else if (speech_name_of(name, &bare) == SPEECH_PLAYER)
		target_none(c->w, c->actor, "No player called ", name,
			    " is about just now; for somebody outside add where: joe@irc");
}

static void run_mute(const struct cmd_call *c)
{
	struct span rest = c->args, name = take_name(&rest);
	const enum role rank = rank_of(c);
	const char *fault;
	struct speech_mute row = { .rank = rank };
	int64_t ms = 0;

	if (!name.n) {
		list(c);
		return;
	}
	fault = fault_of(c, name, rank);
	if (fault) {
		say_reply(c->w, c->actor, "%s", fault);
		return;
	}
	if (rest.n && *rest.p >= '0' && *rest.p <= '9' && !ban_time(&rest, &ms)) {
		say_reply(c->w, c->actor, "TIME is 30m, 2h, 3d or 1w.");
		return;
	}
	row.since_ms = c->w->wall_ms;
	row.until_ms = ms ? c->w->wall_ms + ms : 0;
	row.name = arena_dup(&c->w->scratch, name.p, name.n);
	row.by = (char *)(uintptr_t)name_of(c->w, c->actor);
	row.why = arena_dup(&c->w->scratch, rest.p, text_cut(rest, SPEECH_WHY_BYTES));
	switch (speech_mute(c->w, &row)) {
	case 0:
		answer_muted(c, &row);
		break;
	case 1:
		say_reply(c->w, c->actor, "There are too many mutes already.");
		break;
	default:
		say_reply(c->w, c->actor, "That is longer than a name.");
		break;
	}
}

static void run_unmute(const struct cmd_call *c)
{
	const struct speech_mute *m = speech_muted(c->w, c->args);

	if (!c->args.n) {
		cmd_usage(c);
	} else if (!m) {
		target_none(c->w, c->actor, "Not muted: ", c->args, ". Try: {bold}@mute{/}");
	} else if (m->rank > rank_of(c)) {
		say_reply(c->w, c->actor, "%s has done that, and stands above you.", m->by);
	} else {
		target_none(c->w, c->actor, "May speak again: ", c->args, "");
		tell(c, player_by_name(c->w, c->args),
		     "You may speak on channels and boards again.");
		speech_unmute(c->w, m);
	}
}

const struct cmd cmd_mute = {
	.name = "@mute",
	.usage = "@mute NAME [TIME] [REASON]",
	.help = "Who is muted may not speak on channels or post on boards. NAME is a player, "
		"somebody "
		"outside as shown (joe@irc), everybody there (*@irc), or an identity "
		"(irc/libera/account:joe); one with spaces stands in quotes.\n"
		"TIME is 30m, 2h, 3d or 1w; without it the mute holds until {bold}@unmute{/}. "
		"REASON is "
		"told to whoever is muted, at once and at each try to speak. Without a NAME: lists "
		"who is.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_HELPER,
	.is_whole = true,
	.run = run_mute,
};

const struct cmd cmd_unmute = {
	.name = "@unmute",
	.usage = "@unmute NAME",
	.help = "Lets somebody speak again who was muted by {bold}@mute{/}.",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_HELPER,
	.is_whole = true,
	.run = run_unmute,
};
