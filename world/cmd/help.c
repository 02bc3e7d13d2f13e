/*
 * help.c - `help`: the topics of the packs, and what each command says of itself.
 */
#include <stdio.h>
#include <string.h>
#include "rt/text.h"
#include "world/cmd/table.h"
#include "world/cmd/target.h"
#include "world/core/say.h"
#include "world/pack/pack.h"
#include "world/social/channel.h"

enum { TOPICS = 10 }; /* columns of their names */

static bool is_named(const struct pack_help *h, struct span word, bool whole)
{
	const char *name = h->key;

	for (size_t i = 0; name; name = i < h->n_words ? h->words[i] : NULL, i++) {
		struct span s = { name, strlen(name) };

		if (whole ? text_eq_fold(s, word) : text_prefix_fold(s, word))
			return true;
	}
	return false;
}

static const struct pack_help *find_topic(const struct world *w, struct span word, bool whole)
{
	for (size_t p = 0; p < w->n_packs; p++)
		for (size_t i = 0; i < w->packs[p]->n_help; i++)
			if (is_named(&w->packs[p]->help[i], word, whole))
				return &w->packs[p]->help[i];
	return NULL;
}

static void add_topic(const struct pack_help *h, struct buf *out)
{
	const size_t n = strlen(h->key);
	char command[64], name[64];

	snprintf(command, sizeof(command), "help %s", h->key);
	snprintf(name, sizeof(name), "{bold}%s{/}", h->key);
	buf_adds(out, "  ");
	say_link(out, command, (struct span){ name, strlen(name) });
	buf_addf(out, "%*s %s\n", n < TOPICS ? (int)(TOPICS - n) : 0, "", h->title);
}

static void add_index(const struct cmd_call *c, struct buf *out)
{
	buf_adds(out, "{title}Help{/}\nType {bold}help{/} and a topic, or any command:\n");
	for (size_t p = 0; p < c->w->n_packs; p++)
		for (size_t i = 0; i < c->w->packs[p]->n_help; i++)
			add_topic(&c->w->packs[p]->help[i], out);
	say_link(out, "commands", SPAN("{bold}commands{/}"));
	buf_adds(out, " lists everything you can type.");
}

static void add_command(const struct cmd *cmd, struct buf *out)
{
	buf_addf(out, "{title}%s{/}\nUsage: {bold}%s{/}\n", cmd->name, cmd->usage);
	if (cmd->aliases)
		buf_addf(out, "Also: {bold}%s{/}\n", cmd->aliases);
	buf_adds(out, cmd->help);
}

static void add_channel(const struct channel *channel, struct buf *out)
{
	buf_addf(out, "{title}%s{/}\nUsage: {bold}%s TEXT{/}\nA channel: ", channel->name,
		 channel->name);
	say_escape(out, (struct span){ channel->about, strlen(channel->about) });
	buf_adds(out, ". See also: {bold}help channel{/}");
}

static const struct channel *find_channel(const struct cmd_call *c)
{
	const struct channel *channel = channel_find(c->w, c->args);

	return channel && channel_may(c->w, c->actor, channel) ? channel : NULL;
}

/* Their commands begin with an @ that one may leave out here. */
static const struct cmd *find_of_staff(const struct cmd_call *c)
{
	char *name;

	if (!c->args.n)
		return NULL;
	name = arena_printf(&c->w->scratch, "@%.*s", (int)c->args.n, c->args.p);
	return cmd_find(c->w, c->actor, (struct span){ name, strlen(name) });
}

static void run(const struct cmd_call *c)
{
	const struct channel *channel = find_channel(c);
	const struct pack_help *topic = find_topic(c->w, c->args, true);
	const struct cmd *cmd = cmd_find(c->w, c->actor, c->args);
	struct buf *out;

	if (!topic && !cmd && !channel)
		topic = find_topic(c->w, c->args, false);
	if (!topic && !cmd && !channel)
		cmd = find_of_staff(c);
	if (c->args.n && !topic && !cmd && !channel) {
		target_none(c->w, c->actor, "There is no help on \"", c->args,
			    "\". Try: {bold}help{/}");
		return;
	}
	out = say_begin(c->w, c->actor);
	if (!c->args.n)
		add_index(c, out);
	else if (topic)
		buf_addf(out, "{title}%s{/}\n%s", topic->title, topic->text);
	else if (channel)
		add_channel(channel, out);
	else
		add_command(cmd, out);
	say_end(c->w);
}

const struct cmd cmd_help = {
	.name = "help",
	.aliases = "?",
	.usage = "help [TOPIC or COMMAND]",
	.help = "Tells about a topic or a command.",
	.category = CMD_YOURSELF,
	.effect = CMD_PURE,
	.run = run,
};
