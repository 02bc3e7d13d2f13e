/*
 * ban.c - `@ban`: an address, a network, an account or a character is kept out, here and on every
 * gateway; who is online is sent away.
 *
 * An account is looked up in the store before anything is changed; what was typed is kept meanwhile and
 * read again when the answer is there.
 */
#include "world/cmd/ban.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "rt/text.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/session.h"

enum {
	NET_V4_LEAST = 8, /* bits: anything wider is half the world */
	NET_V6_LEAST = 16,
	DAYS_MOST = 3660,
	KEEP_ARGS = 0,
};

static const char *article_of(enum role r)
{
	return r == ROLE_ADMIN || r == ROLE_IMPLEMENTOR ? "an" : "a";
}

/* ---- reading ---- */

static bool looks_like_address(struct span word)
{
	return memchr(word.p, '/', word.n) || memchr(word.p, ':', word.n) ||
	       (*word.p >= '0' && *word.p <= '9');
}

/* Wider than one network of anybody's, or one that has all of IPv4 in it. */
static bool is_too_wide(const struct cidr *net)
{
	struct cidr v4 = { .bits = CIDR_V4, .address = { [10] = 0xff, [11] = 0xff } };

	if (cidr_is_v4(net))
		return net->bits < CIDR_V4 + NET_V4_LEAST;
	return net->bits < NET_V6_LEAST || cidr_has(net, &v4);
}

static bool take_net(const struct cmd_call *c, struct span word, struct site *ret)
{
	char most[CIDR_TEXT];

	ret->kind = SITE_NET;
	if (!cidr_parse(word, &ret->net)) {
		struct buf *out = say_begin(c->w, c->actor);

		buf_addc(out, '"');
		say_escape(out, (struct span){ word.p, text_cut(word, 60) });
		buf_adds(out, "\" is neither an address (203.0.113.7, 2001:db8::1) nor a network "
			      "(203.0.113.0/24, 2001:db8::/32).");
		say_end(c->w);
		return false;
	}
	if (!is_too_wide(&ret->net))
		return true;
	cidr_text(&ret->net, most);
	say_reply(c->w, c->actor,
		  "%s is too large a part of the world: at least /%d for IPv4, /%d for IPv6.", most,
		  NET_V4_LEAST, NET_V6_LEAST);
	return false;
}

static bool take_name(const struct cmd_call *c, struct span word, struct site *ret)
{
	const char *fault = person_name_fault(word);

	if (fault) {
		say_reply(c->w, c->actor, "%s", fault);
		return false;
	}
	for (size_t i = 0; i < word.n; i++)
		ret->name[i] = (char)(i ? word.p[i] | 0x20 : word.p[i] & ~0x20);
	ret->name[word.n] = '\0';
	return true;
}

/* A name alone: somebody who is here stands for his account. */
static bool take_person(const struct cmd_call *c, struct span word, struct site *ret)
{
	struct ent e = player_by_name(c->w, word);
	const struct player *p = player_get(c->w, e);
	const struct session *s = ent_is(e) ? session_of(c->w, e) : NULL;

	ret->kind = SITE_ACCOUNT;
	if (!p)
		return take_name(c, word, ret);
	if (p->account_name)
		return take_name(c, (struct span){ p->account_name, strlen(p->account_name) }, ret);
	if (s && s->trusted)
		say_reply(c->w, c->actor, "The console cannot be banned.");
	else if (s && s->peer)
		say_reply(c->w, c->actor, "%s has no account. The address is %s.", name_of(c->w, e),
			  s->peer);
	else
		say_reply(c->w, c->actor, "%s has no account.", name_of(c->w, e));
	return false;
}

bool ban_target(const struct cmd_call *c, struct span *args, struct site *ret)
{
	struct span word = text_word(args);

	*ret = (struct site){ 0 };
	if (!word.n) {
		cmd_usage(c);
		return false;
	}
	if (text_eq_fold(word, SPAN("console"))) {
		say_reply(c->w, c->actor, "The console cannot be banned.");
		return false;
	}
	if (text_eq_fold(word, SPAN("account")) || text_eq_fold(word, SPAN("character"))) {
		ret->kind = (word.p[0] | 0x20) == 'a' ? SITE_ACCOUNT : SITE_CHARACTER;
		word = text_word(args);
		if (word.n)
			return take_name(c, word, ret);
		cmd_usage(c);
		return false;
	}
	return looks_like_address(word) ? take_net(c, word, ret) : take_person(c, word, ret);
}

struct unit_row {
	const char *names; /* space separated */
	int64_t seconds;
};

static int64_t unit_seconds(struct span word)
{
	static const struct unit_row units[] = {
		{ "s sec second seconds", 1 }, { "m min minute minutes", 60 },
		{ "h hour hours", 3600 },      { "d day days", 86400 },
		{ "w week weeks", 7 * 86400 },
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct span rest = { units[i].names, strlen(units[i].names) }, name;

		while ((name = text_word(&rest)).n)
			if (text_eq_fold(name, word))
				return units[i].seconds;
	}
	return 0;
}

bool ban_time(struct span *args, int64_t *ret_ms)
{
	struct span word = text_word(args), unit;
	int64_t n = 0, seconds;
	size_t i = 0;

	if (text_eq_fold(word, SPAN("ever"))) {
		*ret_ms = 0;
		return true;
	}
	for (; i < word.n && i < 6 && word.p[i] >= '0' && word.p[i] <= '9'; i++)
		n = n * 10 + word.p[i] - '0';
	unit = (struct span){ word.p + i, word.n - i };
	if (!unit.n)
		unit = text_word(args);
	seconds = unit_seconds(unit);
	if (!i || n < 1 || !seconds || n * seconds > (int64_t)DAYS_MOST * 86400)
		return false;
	*ret_ms = n * seconds * 1000;
	return true;
}

static bool take_rest(const struct cmd_call *c, struct span args, struct site *ret,
		      struct span *ret_why)
{
	struct span word = text_word(&args);
	int64_t ms = 0;

	if (text_eq_fold(word, SPAN("for"))) {
		if (!ban_time(&args, &ms)) {
			say_reply(c->w, c->actor,
				  "For how long? Say it like 30m, 2h, 3d or 1 week (at most ten "
				  "years), or leave it out: until it is lifted.");
			return false;
		}
		word = text_word(&args);
	}
	ret->until_ms = ms ? c->w->wall_ms + ms : 0;
	ret->since_ms = c->w->wall_ms;
	*ret_why = (struct span){ "", 0 };
	if (!word.n)
		return true;
	*ret_why = text_trim(args);
	if (text_eq_fold(word, SPAN("because")) && ret_why->n)
		return true;
	cmd_usage(c);
	return false;
}

/* ---- doing ---- */

void ban_fact(struct world *w, enum fact_kind kind, struct ent actor, const struct site *s)
{
	struct buf text = { 0 }, name = { 0 };
	const struct player *p = player_get(w, actor);

	sites_name(s, &name);
	json_quote(&text, buf_span(&name));
	buf_adds(&text, ",\"by\":");
	json_quote(&text, (struct span){ name_of(w, actor), strlen(name_of(w, actor)) });
	buf_addf(&text, ",\"account\":\"%s\",\"until\":%" PRId64 ",\"why\":",
		 p && p->account_name ? p->account_name : "", s->until_ms);
	json_quote(&text, (struct span){ s->why, strlen(s->why) });
	event_emit(w, kind, actor, "\"target\":%.*s", (int)text.n, buf_p(&text));
	buf_done(&text);
	buf_done(&name);
}

static bool is_meant(const struct world *w, const struct site *row, const struct session *s)
{
	const struct player *p = player_get(w, s->actor);

	if (s->trusted)
		return false;
	if (row->kind == SITE_NET)
		return s->origin.has_address && cidr_has(&row->net, &s->origin.address);
	if (!p)
		return false;
	if (row->kind == SITE_ACCOUNT)
		return p->account_name && !strcasecmp(p->account_name, row->name);
	return !p->guest && !strcasecmp(name_of(w, s->actor), row->name);
}

/* Whom the actor must not send away is connected: says so. */
static bool is_protected(const struct cmd_call *c, const struct site *row)
{
	const struct session *own = session_of(c->w, c->actor);

	for (const struct session *s = session_next(c->w, NULL); s; s = session_next(c->w, s)) {
		const struct player *p = player_get(c->w, s->actor);

		if (!is_meant(c->w, row, s))
			continue;
		if (s == own) {
			say_reply(c->w, c->actor,
				  row->kind == SITE_NET ? "You are connected from there yourself."
							: "You cannot ban yourself.");
			return true;
		}
		if (p && p->role >= row->rank) {
			say_reply(c->w, c->actor, "%s is %s %s: you cannot do that.",
				  name_of(c->w, s->actor), article_of(p->role), role_name(p->role));
			return true;
		}
	}
	return false;
}

static size_t send_away(const struct cmd_call *c, const struct site *row)
{
	struct buf text = { 0 };
	struct session *s, *next;
	size_t n = 0;

	sites_sentence_markup(row, &text);
	buf_addc(&text, '\0');
	for (s = session_next(c->w, NULL); s; s = next) {
		next = session_next(c->w, s);
		if (!is_meant(c->w, row, s))
			continue;
		n++;
		if (s->state == SESSION_LOGIN)
			session_close(c->w, s, buf_p(&text));
		else
			session_quit(c->w, s, buf_p(&text));
	}
	buf_done(&text);
	return n;
}

static void answer(const struct cmd_call *c, const struct site *row, size_t n_closed)
{
	struct buf *out = say_begin(c->w, c->actor);

	buf_adds(out, "Banned: ");
	sites_name(row, out);
	buf_adds(out, row->until_ms ? ", until " : ", until it is lifted");
	if (row->until_ms)
		sites_date(row->until_ms, out);
	buf_adds(out, n_closed == 1 ? ". One connection is closed." : ".");
	if (n_closed > 1)
		buf_addf(out, " %zu connections are closed.", n_closed);
	say_end(c->w);
}

static void ban(const struct cmd_call *c, struct site *row, struct span why)
{
	char by[PERSON_NAME_MAX + 17], text[SITES_WHY_MAX + 1];

	if (why.n > SITES_WHY_MAX) {
		say_reply(c->w, c->actor, "A reason has at most %d bytes.", SITES_WHY_MAX);
		return;
	}
	if (is_protected(c, row))
		return;
	snprintf(by, sizeof(by), "%s", name_of(c->w, c->actor));
	snprintf(text, sizeof(text), "%.*s", (int)why.n, why.p);
	row->by = by;
	row->why = text;
	if (sites_ban(c->w, row)) {
		say_reply(c->w, c->actor, "There are %d bans: lift some before you make others.",
			  SITES_MAX);
		return;
	}
	ban_fact(c->w, FACT_SITE_BANNED, c->actor, row);
	answer(c, row, send_away(c, row));
}

static enum role rank_of(const struct cmd_call *c)
{
	const struct session *s = session_of(c->w, c->actor);

	return s && s->trusted ? SITE_RANK_OPERATOR : player_get(c->w, c->actor)->role;
}

/* All that was typed; false: it said what is wrong. */
static bool read_line(const struct cmd_call *c, struct site *ret, struct span *ret_why)
{
	struct span args = c->args;

	if (!ban_target(c, &args, ret) || !take_rest(c, args, ret, ret_why))
		return false;
	ret->rank = rank_of(c);
	return true;
}

static void on_account(struct world *w, uint64_t id, const Mudlark__PersistReply *r)
{
	struct session *s = session_get(w, id);
	const Mudlark__AccountRow *a = r && r->n_accounts ? r->accounts[0] : NULL;
	struct cmd_call c = { .w = w, .cmd = &cmd_ban };
	struct site row;
	struct span why;

	if (!s)
		return;
	session_go_on(w, s);
	c.actor = s->actor;
	c.args = session_kept(s, KEEP_ARGS);
	if (!read_line(&c, &row, &why))
		return;
	if (!r || (r->status != MUDLARK__STATUS__STATUS_OK &&
		   r->status != MUDLARK__STATUS__STATUS_ABSENT))
		say_reply(w, s->actor,
			  "The chronicle cannot be reached just now. Nothing has changed.");
	else if (!a)
		say_reply(w, s->actor,
			  "There is no account %s. (A character of that name: @ban character %s)",
			  row.name, row.name);
	else if (role_of(a->role) >= row.rank)
		say_reply(w, s->actor, "%s is %s %s: you cannot do that.", row.name,
			  article_of(role_of(a->role)), a->role);
	else
		ban(&c, &row, why);
}

static void look_up(const struct cmd_call *c, const struct site *row)
{
	struct session *s = session_of(c->w, c->actor);
	Mudlark__PersistCall call = MUDLARK__PERSIST_CALL__INIT;
	Mudlark__AccountList m = MUDLARK__ACCOUNT_LIST__INIT;

	if (!s)
		return;
	m.name = (char *)(uintptr_t)row->name;
	call.body_case = MUDLARK__PERSIST_CALL__BODY_ACCOUNT_LIST;
	call.account_list = &m;
	session_keep(s, KEEP_ARGS, c->args);
	session_wait(s);
	if (!world_call(c->w, &call, s->id, on_account))
		on_account(c->w, s->id, NULL);
}

static void run(const struct cmd_call *c)
{
	const struct player *p = player_get(c->w, c->actor);
	struct site row;
	struct span why;

	if (!p || !read_line(c, &row, &why))
		return;
	if (row.kind == SITE_ACCOUNT && p->account_name && !strcasecmp(p->account_name, row.name))
		say_reply(c->w, c->actor, "You cannot ban yourself.");
	else if (row.kind == SITE_ACCOUNT)
		look_up(c, &row);
	else
		ban(c, &row, why);
}

const struct cmd cmd_ban = {
	.name = "@ban",
	.usage = "@ban TARGET [for TIME] [because TEXT]",
	.help = "Keeps somebody out, on every gateway, and sends away who is online.\n"
		"TARGET is an address (203.0.113.7), a network (203.0.113.0/24, 2001:db8::/32), "
		"the "
		"name of somebody or of an account, or `account NAME` or `character NAME`.\n"
		"TIME is 30m, 2h, 3d or 1 week; without it the ban holds until `@unban TARGET`.\n"
		"TEXT is shown to whoever is kept out. See also: {bold}@sites{/}",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.is_whole = true,
	.run = run,
};
