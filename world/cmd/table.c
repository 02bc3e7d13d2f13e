/*
 * table.c - the table of commands, in order of who comes first when a word is only begun.
 */
#include "world/cmd/table.h"

#include <string.h>
#include "rt/text.h"
#include "world/cmd/address.h"
#include "world/cmd/similar.h"
#include "world/core/event.h"
#include "world/core/name.h"
#include "world/core/say.h"
#include "world/social/channel.h"

static const struct cmd *const table[] = {
	&cmd_north,	&cmd_east,	&cmd_south,	&cmd_west,	&cmd_up,       &cmd_down,
	&cmd_northeast, &cmd_northwest, &cmd_southeast, &cmd_southwest, &cmd_look,     &cmd_get,
	&cmd_inventory, &cmd_say,	&cmd_tell,	&cmd_talk,	&cmd_ask,      &cmd_drop,
	&cmd_put,	&cmd_give,	&cmd_go,	&cmd_examine,	&cmd_exits,    &cmd_read,
	&cmd_reply,	&cmd_emote,	&cmd_who,	&cmd_help,	&cmd_commands, &cmd_score,
	&cmd_think,	&cmd_title,	&cmd_save,	&cmd_password,	&cmd_quit,     &cmd_hash,
	&cmd_count,	&cmd_crash,	&cmd_hang,	&cmd_ban,	&cmd_unban,    &cmd_sites,
	&cmd_forget,	&cmd_ai,	&cmd_errands,	&cmd_accept,	&cmd_time,     &cmd_channel,
	&cmd_channels,	&cmd_board,	&cmd_boards,	&cmd_post,	&cmd_unpost,   &cmd_ignore,
	&cmd_unignore,	&cmd_announce,	&cmd_mute,	&cmd_unmute,	&cmd_block,    &cmd_link,
	&cmd_bridge,
};

static struct span span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

const struct cmd *cmd_at(size_t i)
{
	return i < ARRAY_LEN(table) ? table[i] : NULL;
}

bool cmd_may_use(const struct world *w, struct ent actor, const struct cmd *cmd)
{
	const struct player *p = player_get(w, actor);
	enum role role = p ? p->role : ROLE_PLAYER;

	return role >= cmd->role && (!cmd->is_test || w->conf.test_verbs);
}

/* Nearly all names are done with after their first letter; the full comparison folds Unicode. */
static bool may_begin(const char *name, struct span word)
{
	return (*name | 0x20) == (*word.p | 0x20) || (unsigned char)*word.p >= 0x80;
}

static bool is_called(const struct cmd *cmd, struct span word)
{
	struct span rest = span_of(cmd->aliases ? cmd->aliases : ""), alias;

	if (may_begin(cmd->name, word) && text_eq_fold(span_of(cmd->name), word))
		return true;
	while ((alias = text_word(&rest)).n)
		if (may_begin(alias.p, word) && text_eq_fold(alias, word))
			return true;
	return false;
}

bool cmd_is_name(struct span word)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (word.n && is_called(table[i], word))
			return true;
	return false;
}

const struct cmd *cmd_find(const struct world *w, struct ent actor, struct span word)
{
	if (!word.n)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (is_called(table[i], word) && cmd_may_use(w, actor, table[i]))
			return table[i];
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (!table[i]->is_whole && may_begin(table[i]->name, word) &&
		    text_prefix_fold(span_of(table[i]->name), word) &&
		    cmd_may_use(w, actor, table[i]))
			return table[i];
	return NULL;
}

/* Splits the command's word off: a sign, or what reaches to the next space. */
static struct span take_word(struct span *rest)
{
	struct span word = { rest->p, 1 };

	if (rest->n && strchr("'\":;", *rest->p)) {
		rest->p++;
		rest->n--;
	} else {
		word = text_word(rest);
	}
	*rest = text_trim(*rest);
	return word;
}

/* The command whose name is most like the word; NULL: none is like it. */
static const struct cmd *find_similar(const struct world *w, struct ent actor, struct span word)
{
	const struct cmd *best = NULL;
	unsigned distance, least = word.n < 5 ? 2 : 3;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (!cmd_may_use(w, actor, table[i]))
			continue;
		distance = similar_distance(span_of(table[i]->name), word);
		if (distance < least) {
			least = distance;
			best = table[i];
		}
	}
	return best;
}

/* The line begins with somebody's name: how one talks. */
static void add_talk(const struct world *w, struct ent whom, struct buf *out)
{
	const char *word = name_get(w, whom)->called.words[0];

	buf_adds(out, "\". To talk to ");
	name_add_the(w, whom, out);
	buf_addf(out, ": {bold}say %s, ...{/} or {bold}ask %s about ...{/}", word, word);
}

static void unknown(struct world *w, struct ent actor, struct span word)
{
	const struct cmd *similar = find_similar(w, actor, word);
	const struct ent whom = address_whom(w, actor, word);
	struct buf *out = say_begin(w, actor);

	buf_adds(out, "You do not know how to \"");
	say_escape(out, (struct span){ word.p, text_cut(word, 40) });
	if (ent_is(whom))
		add_talk(w, whom, out);
	else if (similar)
		buf_addf(out, "\". Did you mean {bold}%s{/}?", similar->name);
	else
		buf_adds(out, "\". (Try: {bold}help{/})");
	say_end(w);
}

/* A channel is never named like a command, but a command may begin like one. */
static bool channel_by_name(const struct world *w, struct ent actor, struct span word)
{
	const struct channel *c = word.n ? channel_find(w, word) : NULL;

	return c && channel_may(w, actor, c);
}

void cmd_run(struct world *w, struct ent actor, struct span line)
{
	struct span rest = text_trim(line), word = take_word(&rest);
	struct cmd_call call = { .w = w, .actor = actor, .cmd = cmd_find(w, actor, word) };

	call.args = rest;
	if (channel_by_name(w, actor, word)) {
		call.cmd = &cmd_speak;
		call.args = text_trim(line);
	}
	if (!call.cmd && address_is_speech(w, actor, text_trim(line))) {
		call.cmd = &cmd_say;
		call.args = text_trim(line);
	}
	if (!call.cmd) {
		event_emit(w, FACT_COMMAND_UNKNOWN, actor, NULL);
		unknown(w, actor, word);
		return;
	}
	event_emit(w, FACT_COMMAND_RUN, actor, "\"command\":\"%s\"", call.cmd->name);
	call.cmd->run(&call);
}

const char *cmd_category_name(enum cmd_category category)
{
	static const char *const names[] = {
		[CMD_LOOKING] = "Looking", [CMD_MOVING] = "Moving",	[CMD_THINGS] = "Things",
		[CMD_TALKING] = "Talking", [CMD_YOURSELF] = "Yourself", [CMD_STAFF] = "Staff",
	};

	return category < ARRAY_LEN(names) ? names[category] : NULL;
}

void cmd_usage(const struct cmd_call *c)
{
	say_reply(c->w, c->actor, "Usage: {bold}%s{/}", c->cmd->usage);
}
