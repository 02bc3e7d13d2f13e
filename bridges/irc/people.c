/*
 * people.c - who is where: we, in the channels that we want to be in, and everybody else there.
 */
#include <stdio.h>
#include <string.h>

#include "bridges/clean.h"
#include "bridges/irc/in.h"
#include "bridges/irc/network_inner.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	S = 1000000,
	JOIN_US = 60 * S,    /* an answer takes no longer */
	REFUSED_US = 30 * S, /* at least, before we ask again */
	SETTLED_US = 60 * S, /* in for so long: the next kick is another one */
	JOIN_TARGETS = 10,   /* in one line, when the server does not say */
	JOIN_BYTES = 300,
};

static struct span of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* Ours */

static void not_in(struct network *n, struct channel *c, uint64_t after_us)
{
	c->state = CHANNEL_OUT;
	c->at_us = network_now(n) + after_us;
	channel_empty(c);
	n->e.window(n->e.ctx, c, 0);
}

static void refused(struct network *n, struct channel *c, const char *what, struct span why)
{
	const uint64_t us = backoff_next(&c->backoff);

	network_note(c->why, sizeof(c->why), what, why);
	not_in(n, c, us > REFUSED_US ? us : REFUSED_US);
	network_trouble(n, "%s: %s", c->name, c->why);
}

static void thrown_out(struct network *n, struct channel *c, const char *what, struct span why)
{
	if (c->state == CHANNEL_IN && network_now(n) - c->at_us >= SETTLED_US)
		backoff_well(&c->backoff);
	network_note(c->why, sizeof(c->why), what, why);
	not_in(n, c, backoff_next(&c->backoff));
	network_trouble(n, "%s: %s", c->name, c->why);
}

static void joined(struct network *n, struct channel *c, const struct irc_line *l)
{
	if (c->why[0])
		network_trouble(n, "%s: joined", c->name);
	c->state = CHANNEL_IN;
	c->at_us = network_now(n);
	c->why[0] = '\0';
	channel_empty(c);
	if (l->host.n && l->user.n + l->host.n < sizeof(n->address) - 2)
		snprintf(n->address, sizeof(n->address), "%.*s@%.*s", (int)l->user.n, l->user.p,
			 (int)l->host.n, l->host.p);
	speak_window(n, c);
}

static void ask_to_join(struct network *n, struct channel *c, struct span names)
{
	struct irc_parts join = { .command = "JOIN", .middle = { names } };

	if (c->key)
		join.middle[1] = of(c->key);
	speak_later(n, &join);
}

static bool wants_in(const struct network *n, const struct channel *c)
{
	return c->state == CHANNEL_OUT && network_now(n) >= c->at_us;
}

static void joining(struct network *n, struct channel *c)
{
	c->state = CHANNEL_JOINING;
	c->at_us = network_now(n) + JOIN_US + n->n_replies * n->conf.flood_every_us;
}

/* Those with a key each by itself, the others in lists. */
void people_join(struct network *n)
{
	const size_t most = n->isupport.join_targets ? n->isupport.join_targets : JOIN_TARGETS;
	struct buf names = { 0 };
	struct channel *last = NULL;
	size_t count = 0;

	for (size_t i = 0; i < n->n_channels; i++) {
		struct channel *c = n->channels[i];

		if (!wants_in(n, c))
			continue;
		joining(n, c);
		if (c->key) {
			ask_to_join(n, c, of(c->name));
			continue;
		}
		if (count >= most || names.n + strlen(c->name) > JOIN_BYTES) {
			ask_to_join(n, last, buf_span(&names));
			buf_reset(&names);
			count = 0;
		}
		buf_adds(&names, count++ ? "," : "");
		buf_adds(&names, c->name);
		last = c;
	}
	if (count)
		ask_to_join(n, last, buf_span(&names));
	buf_done(&names);
}

void people_lost(struct network *n)
{
	for (size_t i = 0; i < n->n_channels; i++) {
		n->channels[i]->why[0] = '\0';
		not_in(n, n->channels[i], 0);
	}
}

/* Others: what is told of them */

static void tell(struct network *n, struct channel *c, struct span nick, const char *what,
		 const char *where)
{
	struct buf text = { 0 };

	if (!c->joins || !flood_take(&c->come, network_now(n)))
		return;
	clean_nick(&text, nick, 32);
	buf_addf(&text, " %s%s%s", what, where[0] ? " " : "", where);
	hear_notice(n, c, buf_span(&text));
	buf_done(&text);
}

/* Handlers */

static void on_join(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 0));
	const enum casemap m = n->isupport.casemap;
	struct member *who;

	if (network_is_me(n, l->nick) && c) {
		joined(n, c, l);
	} else if (network_is_me(n, l->nick)) {
		const struct irc_parts part = { .command = "PART", .middle = { irc_param(l, 0) } };

		/* Somewhere else than we wanted. */
		speak_later(n, &part);
		return;
	}
	if (!c || c->state != CHANNEL_IN)
		return;
	who = channel_add(c, m, l->nick);
	if (who && l->n_params > 1)
		channel_account(who, irc_param(l, 1));
	if (!network_is_me(n, l->nick) && !channel_regain(c, m, l->nick, network_now(n)))
		tell(n, c, l->nick, "has joined", c->name);
}

static void on_part(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 0));

	if (!c || c->state != CHANNEL_IN)
		return;
	if (network_is_me(n, l->nick))
		thrown_out(n, c, "we were made to leave", irc_param(l, 1));
	else if (channel_remove(c, n->isupport.casemap, l->nick))
		tell(n, c, l->nick, "has left", c->name);
}

static void on_kick(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 0));

	if (!c || c->state != CHANNEL_IN)
		return;
	if (network_is_me(n, irc_param(l, 1)))
		thrown_out(n, c, "kicked", irc_param(l, 2));
	else if (channel_remove(c, n->isupport.casemap, irc_param(l, 1)))
		tell(n, c, irc_param(l, 1), "was kicked from", c->name);
}

static void on_quit(struct network *n, const struct irc_line *l)
{
	const bool is_split = in_is_split(irc_last(l));

	for (size_t i = 0; i < n->n_channels; i++) {
		struct channel *c = n->channels[i];

		if (!channel_remove(c, n->isupport.casemap, l->nick))
			continue;
		if (is_split)
			channel_lose(c, n->isupport.casemap, l->nick, network_now(n));
		else
			tell(n, c, l->nick, "has left", c->name);
	}
}

static void on_nick(struct network *n, const struct irc_line *l)
{
	const enum casemap m = n->isupport.casemap;

	for (size_t i = 0; i < n->n_channels; i++)
		if (channel_member(n->channels[i], m, l->nick))
			channel_rename(n->channels[i], m, l->nick, irc_param(l, 0));
}

static void on_account(struct network *n, const struct irc_line *l)
{
	for (size_t i = 0; i < n->n_channels; i++) {
		struct member *who = channel_member(n->channels[i], n->isupport.casemap, l->nick);

		if (who)
			channel_account(who, irc_param(l, 0));
	}
}

static void on_chghost(struct network *n, const struct irc_line *l)
{
	if (network_is_me(n, l->nick) && irc_param(l, 0).n + irc_param(l, 1).n < PREFIX_BYTES - 2)
		snprintf(n->address, sizeof(n->address), "%.*s@%.*s", (int)irc_param(l, 0).n,
			 irc_param(l, 0).p, (int)irc_param(l, 1).n, irc_param(l, 1).p);
}

static void on_mode(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 0));

	if (c)
		channel_mode(c, &n->isupport, l);
}

/* 353 us = #mud :@ana +joe */
static void on_names(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 2));
	struct span rest = irc_last(l);

	if (!c || c->state != CHANNEL_IN)
		return;
	for (struct span word = text_word(&rest); word.n; word = text_word(&rest))
		channel_name(c, &n->isupport, word);
}

/* Accounts come with what people say, where the server has account-tag; else they are asked for. */
static void on_names_end(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 1));
	const struct irc_parts who = { .command = "WHO",
				       .middle = { irc_param(l, 1), SPAN("%cna,901") } };

	if (!c || c->state != CHANNEL_IN || c->is_known)
		return;
	c->is_known = true;
	if (n->isupport.whox && caps_has(&n->caps, CAP_ACCOUNT_NOTIFY) &&
	    !caps_has(&n->caps, CAP_ACCOUNT_TAG))
		speak_later(n, &who);
}

/* 354 us #mud ana account; "0": none */
static void on_whox(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 1));
	struct member *who = c ? channel_member(c, n->isupport.casemap, irc_param(l, 2)) : NULL;
	const struct span account = irc_param(l, 3);

	if (who)
		channel_account(who, account.n == 1 && account.p[0] == '0' ? SPAN("") : account);
}

static void on_invite(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_last(l));

	if (!c || c->state == CHANNEL_IN || !network_is_me(n, irc_param(l, 0)))
		return;
	c->state = CHANNEL_OUT;
	c->at_us = network_now(n);
}

static void on_refused(struct network *n, const struct irc_line *l)
{
	struct channel *c = network_find(n, irc_param(l, 1));

	if (c && c->state == CHANNEL_JOINING)
		refused(n, c, "cannot join", irc_last(l));
}

struct row {
	const char *command;
	void (*fn)(struct network *n, const struct irc_line *l);
};

static const struct row rows[] = {
	{ "JOIN", on_join },	   { "PART", on_part },	  { "KICK", on_kick },
	{ "QUIT", on_quit },	   { "NICK", on_nick },	  { "ACCOUNT", on_account },
	{ "CHGHOST", on_chghost }, { "MODE", on_mode },	  { "353", on_names },
	{ "366", on_names_end },   { "354", on_whox },	  { "INVITE", on_invite },
	{ "403", on_refused },	   { "405", on_refused }, { "437", on_refused },
	{ "470", on_refused },	   { "471", on_refused }, { "473", on_refused },
	{ "474", on_refused },	   { "475", on_refused }, { "476", on_refused },
	{ "477", on_refused },	   { "479", on_refused }, { "480", on_refused },
	{ "489", on_refused },	   { "520", on_refused },
};

bool people_line(struct network *n, const struct irc_line *l)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!irc_is(l, rows[i].command))
			continue;
		rows[i].fn(n, l);
		return true;
	}
	return false;
}

/* Time */

static void tell_split(struct network *n, struct channel *c)
{
	struct buf text = { 0 };

	if (channel_split_text(c, network_now(n), &text) && c->joins)
		hear_notice(n, c, buf_span(&text));
	buf_done(&text);
}

/* What people said too fast, or while the game was away. */
static void tell_left_out(struct network *n, struct channel *c)
{
	struct buf text = { 0 };

	if (!c->left_out || c->state != CHANNEL_IN || flood_wait(&c->note, network_now(n)))
		return;
	(void)flood_take(&c->note, network_now(n));
	buf_addf(&text, "(%u line%s from here did not get into the game)", c->left_out,
		 c->left_out == 1 ? "" : "s");
	out_note(&c->out, buf_span(&text), true);
	c->left_out = 0;
	buf_done(&text);
}

void people_time(struct network *n)
{
	const uint64_t now = network_now(n);

	for (size_t i = 0; i < n->n_channels; i++) {
		struct channel *c = n->channels[i];

		if (c->state == CHANNEL_JOINING && now >= c->at_us)
			refused(n, c, "cannot join: the server does not answer", SPAN(""));
		tell_split(n, c);
		tell_left_out(n, c);
	}
	people_join(n);
}

static void earlier(uint64_t *due, uint64_t at)
{
	if (at && (!*due || at < *due))
		*due = at;
}

uint64_t people_due(const struct network *n)
{
	const uint64_t now = network_now(n);
	uint64_t due = 0;

	for (size_t i = 0; i < n->n_channels; i++) {
		const struct channel *c = n->channels[i];

		if (c->state != CHANNEL_IN)
			earlier(&due, c->at_us);
		else if (c->left_out)
			earlier(&due, now + flood_wait(&c->note, now));
		earlier(&due, channel_split_due(c));
	}
	return due;
}
