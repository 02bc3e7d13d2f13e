/*
 * channel.c - channels: their names as commands ("chat hello"), `channels`, `channel NAME on|off|who|last`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/social/channel.h"
#include "world/social/speech.h"

enum { LISTENERS_SHOWN = 200 };

/* ---- speaking ---- */

/* ":waves" and "emote waves" show what one does. */
static bool take_emote(struct span *text)
{
	struct span rest = *text, word = text_word(&rest);

	if (text_eq_fold(word, SPAN("emote"))) {
		*text = rest;
		return true;
	}
	if (text->n == 0 || *text->p != ':')
		return false;
	*text = text_trim((struct span){ text->p + 1, text->n - 1 });
	return true;
}

/* In a sentence of ours, what a player or a keeper wrote. */
static void refuse(const struct cmd_call *c, const char *why)
{
	struct buf *out = say_begin(c->w, c->actor);

	say_escape(out, (struct span){ why, strlen(why) });
	say_end(c->w);
}

static void run_speak(const struct cmd_call *c)
{
	struct span text = c->args, name = text_word(&text);
	const struct channel *channel = channel_find(c->w, name);
	const struct span none = { "", 0 };
	struct channel_line line = { .channel = channel, .speaker = c->actor };
	const char *why;

	line.emote = take_emote(&text);
	line.text = text;
	if (!text.n) {
		say_reply(c->w, c->actor, "Usage: {bold}%s TEXT{/}, or {bold}%s :waves{/}",
			  channel->name, channel->name);
		return;
	}
	if (!channel_hears(c->w, c->actor, channel)) {
		say_reply(c->w, c->actor,
			  "You have turned %s off. To hear it again: "
			  "{do channel %s on}{bold}channel %s on{/}{/}",
			  channel->name, channel->name, channel->name);
		return;
	}
	why = speech_refusal(c->w, c->actor, none, none, text);
	if (why)
		refuse(c, why);
	else
		channel_say(c->w, &line);
}

/* ---- about channels ---- */

static size_t count_listeners(const struct cmd_call *c, const struct channel *channel)
{
	size_t n = 0;

	for (struct ent e = player_next(c->w, ENT_NONE); ent_is(e); e = player_next(c->w, e))
		n += target_visible(c->w, c->actor, e) && channel_hears(c->w, e, channel);
	return n;
}

static void add_channel(const struct cmd_call *c, const struct channel *channel, struct buf *out)
{
	const bool on = channel_hears(c->w, c->actor, channel);
	const size_t n = count_listeners(c, channel);

	buf_addf(out, "\n  {bold}%-*s{/} %-3s  %3zu %s  ", CHANNEL_NAME_MAX - 4, channel->name,
		 on ? "on" : "off", n, n == 1 ? "listens" : "listen ");
	say_escape(out, (struct span){ channel->about, strlen(channel->about) });
}

static void run_channels(const struct cmd_call *c)
{
	const struct channel *channel;
	struct buf *out = say_begin(c->w, c->actor);
	size_t n = 0;

	buf_adds(out, "{title}Channels{/}");
	for (size_t i = 0; (channel = channel_at(c->w, i)); i++) {
		if (!channel_may(c->w, c->actor, channel))
			continue;
		add_channel(c, channel, out);
		n++;
	}
	buf_adds(out, n ? "\nSay something: {bold}CHANNEL TEXT{/}. The rest: {bold}help channel{/}"
			: "\nThere are none here.");
	say_end(c->w);
}

static void turn(const struct cmd_call *c, const struct channel *channel, struct span arg)
{
	const bool on = text_eq_fold(arg, SPAN("on"));

	if (channel_hears(c->w, c->actor, channel) == on) {
		say_reply(c->w, c->actor, "You %s %s already.", on ? "hear" : "have turned off",
			  channel->name);
		return;
	}
	channel_turn(c->w, c->actor, channel, on);
	say_reply(c->w, c->actor, on ? "You hear %s from now on." : "You do not hear %s any more.",
		  channel->name);
}

static void show_listeners(const struct cmd_call *c, const struct channel *channel,
			   struct span arg UNUSED)
{
	struct buf *out = say_begin(c->w, c->actor);
	size_t n = 0;

	buf_addf(out, "{title}Who hears %s{/}\n", channel->name);
	for (struct ent e = player_next(c->w, ENT_NONE); ent_is(e); e = player_next(c->w, e)) {
		if (!target_visible(c->w, c->actor, e) || !channel_hears(c->w, e, channel))
			continue;
		if (n++ < LISTENERS_SHOWN)
			buf_addf(out, "%s{player}%s{/}", n > 1 ? ", " : "  ", name_of(c->w, e));
	}
	if (n > LISTENERS_SHOWN)
		buf_addf(out, " and %zu more", n - LISTENERS_SHOWN);
	if (!n)
		buf_adds(out, "  Nobody.");
	say_end(c->w);
}

static void show_last(const struct cmd_call *c, const struct channel *channel, struct span arg)
{
	struct buf lines = { 0 }, *out;
	size_t n = CHANNEL_LAST;

	if (arg.n) {
		char *end, *text = base_dup(arg.p, arg.n);

		n = strtoul(text, &end, 10);
		n = *end ? 0 : n;
		free(text);
	}
	if (!n) {
		cmd_usage(c);
		return;
	}
	n = channel_last(c->w, c->actor, channel, n, &lines);
	out = say_begin(c->w, c->actor);
	buf_addf(out, n ? "{title}Last on %s{/}" : "Nothing has been said on %s yet.",
		 channel->name);
	buf_add(out, buf_p(&lines), lines.n);
	say_end(c->w);
	buf_done(&lines);
}

struct verb {
	const char *name;
	void (*run)(const struct cmd_call *c, const struct channel *channel, struct span arg);
};

/* on and off are their own argument. */
static const struct verb verbs[] = {
	{ "on", turn },
	{ "off", turn },
	{ "who", show_listeners },
	{ "last", show_last },
};

static void run_channel(const struct cmd_call *c)
{
	struct span rest = c->args, name = text_word(&rest), verb = text_word(&rest);
	const struct channel *channel = channel_find(c->w, name);

	if (!name.n) {
		run_channels(c);
		return;
	}
	if (!channel || !channel_may(c->w, c->actor, channel)) {
		target_none(c->w, c->actor, "There is no channel ", name,
			    ". Try: {bold}channels{/}");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (!text_eq_fold(verb, (struct span){ verbs[i].name, strlen(verbs[i].name) }))
			continue;
		verbs[i].run(c, channel, verbs[i].run == turn ? verb : rest);
		return;
	}
	cmd_usage(c);
}

/* Not in the table: it is found by the name of a channel. */
const struct cmd cmd_speak = {
	.name = "speak",
	.usage = "CHANNEL TEXT",
	.help = "Speaks on a channel.",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_speak,
};

const struct cmd cmd_channel = {
	.name = "channel",
	.usage = "channel NAME on, off, who or last [NUMBER]",
	.help = "Channels are heard wherever one is. The name of one is a command: `chat hello`, "
		"and "
		"`chat :waves` shows what you do. `channels` lists them.\n"
		"on, off: whether you hear it. who: who does. last: what was said last, with the "
		"time.\n"
		"Names with an @ (joe@irc) are of people outside the game; so is Ana (irc), who is "
		"Ana by another way. See also: {bold}ignore{/}",
	.category = CMD_TALKING,
	.effect = CMD_CHANGES,
	.run = run_channel,
};

const struct cmd cmd_channels = {
	.name = "channels",
	.usage = "channels",
	.help = "Lists the channels, whether you hear them, and how many do. See also: "
		"{bold}help channel{/}",
	.category = CMD_TALKING,
	.effect = CMD_PURE,
	.run = run_channels,
};
