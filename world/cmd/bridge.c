/*
 * bridge.c - `@bridge`: how the bridges to the outside are, and silence for them.
 */
#include <string.h>

#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/say.h"
#include "world/relay/relay.h"
#include "world/social/channel.h"

static struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

/* Those that are called so (empty: all), each by `fn`; how many there are. */
static size_t each(const struct cmd_call *c, struct span name,
		   void (*fn)(const struct cmd_call *c, size_t i))
{
	size_t n = 0;

	for (size_t i = 0; i < relay_count(c->w); i++) {
		if (name.n && !text_eq_fold(span_of(relay_name(c->w, i)), name))
			continue;
		fn(c, i);
		n++;
	}
	if (!n && name.n)
		target_none(c->w, c->actor, "There is no bridge \"", name, "\" just now.");
	return n;
}

static void describe(const struct cmd_call *c, size_t i)
{
	relay_describe(c->w, i, say_begin(c->w, c->actor));
	say_end(c->w);
	relay_order(c->w, c->actor, relay_at(c->w, i), SPAN("status"));
}

static const char *const usual[] = { "irc", "discord", "rss" };

static bool is_connected(const struct world *w, struct span name)
{
	for (size_t i = 0; i < relay_count(w); i++)
		if (text_eq_fold(span_of(relay_name(w, i)), name))
			return true;
	return false;
}

/* Mutes of bridges that are not there, and so were not told with them. */
static void tell_mutes(const struct cmd_call *c)
{
	struct span name;

	for (size_t i = 0; (name = relay_muted_name(c->w, i)).n; i++) {
		if (is_connected(c->w, name))
			continue;
		(void)relay_mutes(c->w, name, say_begin(c->w, c->actor));
		say_end(c->w);
	}
}

static void status(const struct cmd_call *c, struct span args)
{
	if (!each(c, text_word(&args), describe) && !relay_count(c->w))
		say_reply(c->w, c->actor, "No bridge is connected.");
	tell_mutes(c);
}

static void send_restart(const struct cmd_call *c, size_t i)
{
	relay_order(c->w, c->actor, relay_at(c->w, i), SPAN("restart"));
}

static void restart(const struct cmd_call *c, struct span args)
{
	const struct span name = text_word(&args);

	if (!name.n)
		cmd_usage(c);
	else
		each(c, name, send_restart);
}

/* One that is there, is muted, or could be there: others are mistyped. */
static bool is_known(const struct world *w, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		if (text_eq_fold(span_of(usual[i]), name))
			return true;
	return is_connected(w, name) || relay_mutes(w, name, NULL);
}

/* True: it answered that this cannot be, or is so. */
static bool refuse_mute(const struct cmd_call *c, struct span name, struct span channel, bool muted)
{
	const bool has = relay_has_mute(c->w, name, channel);

	if (!is_known(c->w, name)) {
		target_none(c->w, c->actor, "There is no bridge \"", name,
			    "\". Usual ones are irc, discord and rss.");
	} else if (channel.n && !has && !channel_find(c->w, channel)) {
		target_none(c->w, c->actor, "There is no channel \"", channel, "\".");
	} else if (has != muted) {
		return false;
	} else if (muted) {
		say_reply(c->w, c->actor, "That is muted already.");
	} else if (!relay_mutes(c->w, name, NULL)) {
		target_none(c->w, c->actor, "Nothing of ", name, " is muted.");
	} else {
		struct buf *out = say_begin(c->w, c->actor);

		buf_adds(out, "That is not muted by itself. ");
		(void)relay_mutes(c->w, name, out);
		say_end(c->w);
	}
	return true;
}

static void set_mute(const struct cmd_call *c, struct span args, bool muted)
{
	struct span name = text_word(&args), channel = text_word(&args), whole;
	const struct channel *found = channel_find(c->w, channel);
	const char *to = muted ? "Nothing passes any more: " : "May pass again: ";

	if (found)
		channel = span_of(found->name);
	if (!relay_is_name(name) || args.n) {
		cmd_usage(c);
		return;
	}
	if (refuse_mute(c, name, channel, muted))
		return;
	whole = span_of(arena_printf(&c->w->scratch, "%.*s%s%.*s", (int)name.n, name.p,
				     channel.n ? " " : "", (int)channel.n, channel.p));
	if (!relay_mute(c->w, name, channel, muted))
		say_reply(c->w, c->actor, "There are too many mutes already.");
	else
		target_none(c->w, c->actor, to, whole, ".");
	if (!muted && relay_mutes(c->w, name, NULL)) {
		(void)relay_mutes(c->w, name, say_begin(c->w, c->actor));
		say_end(c->w);
	}
}

static void mute(const struct cmd_call *c, struct span args)
{
	set_mute(c, args, true);
}

static void unmute(const struct cmd_call *c, struct span args)
{
	set_mute(c, args, false);
}

struct verb {
	const char *name;
	void (*run)(const struct cmd_call *c, struct span args);
};

static const struct verb verbs[] = {
	{ "status", status },
	{ "restart", restart },
	{ "mute", mute },
	{ "unmute", unmute },
};

static void run(const struct cmd_call *c)
{
	struct span rest = c->args, word = text_word(&rest);

	if (!word.n) {
		status(c, rest);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (text_eq_fold(word, span_of(verbs[i].name))) {
			verbs[i].run(c, rest);
			return;
		}
	cmd_usage(c);
}

const struct cmd cmd_bridge = {
	.name = "@bridge",
	.usage = "@bridge status [NAME] | restart NAME | mute|unmute NAME [CHANNEL]",
	.help = "The bridges to IRC, Discord, feeds.\n"
		"{bold}status{/}  which are there, what each one tells outside, how it is\n"
		"{bold}restart{/}  says good-bye outside and begins anew\n"
		"{bold}mute{/}  nothing passes by it, neither way, until {bold}unmute{/}; with a "
		"CHANNEL only that channel's lines",
	.category = CMD_STAFF,
	.effect = CMD_CHANGES,
	.role = ROLE_ADMIN,
	.is_whole = true,
	.run = run,
};
