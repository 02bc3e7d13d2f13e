/*
 * hear.c - what is said to us: in a channel for the game, or to the bridge itself.
 */
#include <stdio.h>
#include <string.h>

#include "bridges/clean.h"
#include "bridges/irc/in.h"
#include "bridges/irc/network_inner.h"
#include "rt/log.h"
#include "rt/text.h"

enum {
	NAME_COLUMNS = 32,
	ANSWER_LINES = 5,
	PRIVATE_LINES = 20,
	REPEATER_US = 60 * 1000000,
};

static const char version[] = "\1VERSION Mudlark, a bridge to a game\1";

/* Who spoke: for an event. */
struct speaker {
	struct buf name, identity;
};

/* The same in a channel and in private: what any of our channels knows of them. */
static const char *account_of(const struct network *n, struct span nick)
{
	for (size_t i = 0; i < n->n_channels; i++) {
		const struct member *m = channel_member(n->channels[i], n->isupport.casemap, nick);

		if (m && m->account)
			return m->account;
	}
	return NULL;
}

static void speaker_init(const struct network *n, const struct irc_line *l, struct speaker *ret)
{
	struct buf account = { 0 };
	const char *known = account_of(n, l->nick);

	*ret = (struct speaker){ 0 };
	clean_name(&ret->name, l->nick, NAME_COLUMNS);
	if (caps_has(&n->caps, CAP_ACCOUNT_TAG))
		irc_tag(l, "account", &account);
	else if (known)
		buf_adds(&account, known);
	in_identity(&ret->identity, n->conf.name, n->isupport.casemap, l, buf_span(&account));
	if (ret->identity.n)
		buf_addc(&ret->identity, '\0');
	buf_done(&account);
}

static void speaker_done(struct speaker *s)
{
	buf_done(&s->name);
	buf_done(&s->identity);
}

static const char *identity_of(const struct speaker *s)
{
	return s->identity.n ? buf_p(&s->identity) : NULL;
}

static bool is_channel_free(struct network *n, struct channel *c, const struct irc_line *l)
{
	const uint64_t now = network_now(n);
	struct flood *own = floods_of(n->speakers, l->nick, now);

	return flood_take(own, now) && flood_take(&c->hear, now);
}

static void tell_game(struct network *n, struct channel *c, const struct irc_line *l,
		      struct span text, bool emote)
{
	struct speaker who;
	struct heard h = { .channel = c, .nick = l->nick, .emote = emote };

	speaker_init(n, l, &who);
	h.name = buf_span(&who.name);
	h.identity = identity_of(&who);
	c->heard++;
	n->count.heard++;
	for (h.text = clean_piece(&text, BRIDGE_TEXT_BYTES); h.text.n;
	     h.text = clean_piece(&text, BRIDGE_TEXT_BYTES))
		n->e.heard(n->e.ctx, &h);
	speaker_done(&who);
}

void hear_notice(struct network *n, struct channel *c, struct span text)
{
	const struct heard h = { .channel = c, .text = text, .notice = true };

	if (c->in)
		n->e.heard(n->e.ctx, &h);
}

/* Commands */

static void reply(struct network *n, struct span target, struct span text)
{
	const struct irc_parts p = { .command = "NOTICE", .middle = { target }, .text = text };

	if (n->n_replies < REPLIES)
		speak_later(n, &p);
}

static void say_to(struct network *n, struct span nick, struct span text)
{
	struct buf clean = { 0 };
	struct span rest, piece;
	const size_t room = speak_room(n, nick.n);

	clean_line(&clean, text, false);
	rest = buf_span(&clean);
	while ((piece = clean_piece(&rest, room)).n)
		reply(n, nick, piece);
	buf_done(&clean);
}

static void say_in(struct network *n, struct channel *c, struct span text)
{
	if (c->state != CHANNEL_IN)
		return;
	channel_note_said(c, text);
	echo_said(&n->echo, text);
	say_to(n, (struct span){ c->name, strlen(c->name) }, text);
}

static bool may_ask(struct network *n, struct channel *c, const struct irc_line *l)
{
	const uint64_t now = network_now(n);

	return flood_take(floods_of(n->askers, l->nick, now), now) &&
	       (!c || flood_take(&c->answer, now));
}

/* Questions that get no answer are not passed over in silence. */
static void say_busy(struct network *n, struct channel *c, const struct irc_line *l)
{
	const struct span text = SPAN("Too many questions at once; ask again in a moment.");

	if (!flood_take(c ? &c->busy : &n->busy, network_now(n)))
		return;
	if (c)
		say_in(n, c, text);
	else
		say_to(n, l->nick, text);
}

static void take_command(struct network *n, struct channel *c, const struct irc_line *l,
			 enum command command, struct span arg)
{
	struct asked a = { .command = command, .channel = c, .nick = l->nick, .arg = arg };
	struct speaker who;

	if (!may_ask(n, c, l)) {
		say_busy(n, c, l);
		return;
	}
	if (command == COMMAND_HELP) {
		say_to(n, l->nick, (struct span){ command_help(), strlen(command_help()) });
		return;
	}
	if (c && command_is_private(command)) {
		say_to(n, l->nick,
		       SPAN("That is for us two alone: say it to me in private, with a new code "
			    "when others have seen this one."));
		return;
	}
	speaker_init(n, l, &who);
	a.name = buf_span(&who.name);
	a.identity = identity_of(&who);
	n->e.asked(n->e.ctx, &a);
	speaker_done(&who);
}

/* Lines */

/* Dropped without a note: that would be repeated too. */
static bool is_repeated(struct network *n, struct channel *c, const struct irc_line *l,
			struct span text)
{
	const enum echo_is is = echo_look(&n->echo, l->nick, text, n->nick, network_now(n));

	if (is == ECHO_IS_BOT) {
		network_note(c->repeater, sizeof(c->repeater), "", l->nick);
		c->repeater_us = network_now(n) + REPEATER_US;
		log_warning("irc_repeats", LOG_STR("channel", c->name),
			    LOG_STR("who", c->repeater));
	}
	return is != ECHO_NONE;
}

static void in_channel(struct network *n, struct channel *c, const struct irc_line *l)
{
	struct span raw, arg = { 0 };
	const enum in_form form = in_form(irc_param(l, 1), &raw);
	struct buf text = { 0 };
	enum command command = COMMAND_NONE;

	if (form == IN_CTCP || (!n->conf.bots && irc_tag(l, "bot", NULL)))
		return;
	in_clean(&text, raw);
	if (text.n && !channel_was_said(c, buf_span(&text)) &&
	    !is_repeated(n, c, l, buf_span(&text))) {
		if (form == IN_SAID && irc_is(l, "PRIVMSG"))
			command = command_of(buf_span(&text), false, &arg);
		if (command != COMMAND_NONE)
			take_command(n, c, l, command, arg);
		else if (c->in && is_channel_free(n, c, l))
			tell_game(n, c, l, buf_span(&text), form == IN_ACTION);
		else if (c->in)
			network_lost(n, c);
	}
	buf_done(&text);
}

static void in_private(struct network *n, const struct irc_line *l)
{
	struct span raw, arg = { 0 };
	const enum in_form form = in_form(irc_param(l, 1), &raw);
	struct buf text = { 0 };
	enum command command;

	if (form == IN_CTCP && text_eq_fold(raw, SPAN("VERSION")) && may_ask(n, NULL, l))
		reply(n, l->nick, (struct span){ version, sizeof(version) - 1 });
	if (form != IN_SAID || !irc_is(l, "PRIVMSG"))
		return;
	in_clean(&text, raw);
	command = command_of(buf_span(&text), true, &arg);
	if (command != COMMAND_NONE)
		take_command(n, NULL, l, command, arg);
	else if (text.n && may_ask(n, NULL, l))
		say_to(n, l->nick, (struct span){ command_help(), strlen(command_help()) });
	buf_done(&text);
}

/* BATCH +ref chathistory #mud: what was said before is no news. */
static void on_batch(struct network *n, const struct irc_line *l)
{
	const struct span ref = irc_param(l, 0), type = irc_param(l, 1);
	const bool is_old = text_eq_fold(type, SPAN("chathistory")) ||
			    text_eq_fold(type, SPAN("znc.in/playback"));

	if (ref.n < 2 || ref.n > sizeof(n->history))
		return;
	if (ref.p[0] == '+' && is_old)
		snprintf(n->history, sizeof(n->history), "%.*s", (int)ref.n - 1, ref.p + 1);
	else if (ref.p[0] == '-' && strlen(n->history) == ref.n - 1 &&
		 memcmp(n->history, ref.p + 1, ref.n - 1) == 0)
		n->history[0] = '\0';
}

static bool is_history(const struct network *n, const struct irc_line *l)
{
	struct buf ref = { 0 };
	bool yes;

	if (!n->history[0] || !irc_tag(l, "batch", &ref))
		return false;
	yes = ref.n == strlen(n->history) && memcmp(buf_p(&ref), n->history, ref.n) == 0;
	buf_done(&ref);
	return yes;
}

bool hear_line(struct network *n, const struct irc_line *l)
{
	struct channel *c;

	if (irc_is(l, "BATCH")) {
		on_batch(n, l);
		return true;
	}
	if (!irc_is(l, "PRIVMSG") && !irc_is(l, "NOTICE"))
		return false;
	/* Servers say things, too; they have no user. */
	if (!l->host.n || network_is_me(n, l->nick) || is_history(n, l))
		return true;
	c = network_find(n, irc_param(l, 0));
	if (c && c->state == CHANNEL_IN)
		in_channel(n, c, l);
	else if (network_is_me(n, irc_param(l, 0)))
		in_private(n, l);
	return true;
}

/* From irc.c */

void network_answer(struct network *n, struct channel *c, struct span nick, struct span text)
{
	size_t lines = nick.n ? PRIVATE_LINES : ANSWER_LINES;

	if (n->state != NETWORK_ONLINE)
		return;
	while (text.n && lines-- > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		const struct span line = { text.p, end ? (size_t)(end - text.p) : text.n };

		text = (struct span){ text.p + line.n + (end ? 1 : 0),
				      text.n - line.n - (end ? 1 : 0) };
		if (line.n && nick.n)
			say_to(n, nick, line);
		else if (line.n && c)
			say_in(n, c, line);
	}
	network_settle(n);
}

void network_lost(struct network *n, struct channel *c)
{
	c->left_out++;
	n->count.left_out++;
}
