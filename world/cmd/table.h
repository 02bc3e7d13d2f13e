/*
 * table.h - commands: one command, one file, one constant; and how a typed line finds its command.
 *
 * A line begins with a word, or with one sign that stands for a command (' " : ;).  The word is
 * looked up among what this actor may use: first a whole name or alias, then the beginning of a
 * name, in the order of the table in table.c, so that `n` is north, `l` is look, and `i` will never
 * be something else because a command was added.  A line that begins with no command but calls somebody
 * (address.h) is said.
 */
#pragma once

#include "rt/base.h"
#include "world/core/player.h"
#include "world/core/world.h"

enum cmd_category { CMD_LOOKING, CMD_MOVING, CMD_THINGS, CMD_TALKING, CMD_YOURSELF, CMD_STAFF };

/* What a command may do to the world. The tests hold every pure one to it. */
enum cmd_effect {
	CMD_PURE, /* answers only: nothing stored changes, nobody else is told */
	CMD_CHANGES,
};

/* One line being run. */
struct cmd_call {
	struct world *w;
	struct ent actor;
	const struct cmd *cmd;
	struct span args; /* what stands behind the command's name, trimmed */
};

struct cmd {
	const char *name;
	const char *aliases; /* space separated; NULL: none */
	const char *usage;   /* "get THING [from CONTAINER]" */
	const char *help;    /* markup; the first line is its summary */
	enum cmd_category category;
	enum cmd_effect effect;
	enum role role; /* who may use it: this or above */
	bool is_test;	/* only with world.test_verbs */
	bool is_whole;	/* never by the beginning of its name alone */
	void (*run)(const struct cmd_call *c);
};

/* Runs a line typed by (or for) an actor: world_env.run. */
void cmd_run(struct world *w, struct ent actor, struct span line);

/* The command that this actor means by a word; NULL: none it may use. */
const struct cmd *cmd_find(const struct world *w, struct ent actor, struct span word);
/* The table in order; NULL behind the last. */
const struct cmd *cmd_at(size_t i);
bool cmd_may_use(const struct world *w, struct ent actor, const struct cmd *cmd);
const char *cmd_category_name(enum cmd_category category);
/* Is it the whole name of a command, or one of its others? Whoever may use it. */
bool cmd_is_name(struct span word);
/* "Usage: get THING [from CONTAINER]", for a line that lacks something. */
void cmd_usage(const struct cmd_call *c);

extern const struct cmd cmd_commands, cmd_drop, cmd_emote, cmd_examine, cmd_exits, cmd_get,
	cmd_give, cmd_go, cmd_help, cmd_inventory, cmd_look, cmd_password, cmd_put, cmd_quit,
	cmd_read, cmd_reply, cmd_save, cmd_say, cmd_score, cmd_tell, cmd_think, cmd_title, cmd_who;
extern const struct cmd cmd_north, cmd_east, cmd_south, cmd_west, cmd_northeast, cmd_northwest,
	cmd_southeast, cmd_southwest, cmd_up, cmd_down;
extern const struct cmd cmd_accept, cmd_errands, cmd_time;
extern const struct cmd cmd_ai, cmd_ask, cmd_forget, cmd_talk;
extern const struct cmd cmd_announce, cmd_block, cmd_board, cmd_boards, cmd_channel, cmd_channels,
	cmd_ignore, cmd_mute, cmd_post, cmd_speak, cmd_unignore, cmd_unmute, cmd_unpost;
extern const struct cmd cmd_bridge, cmd_link;
extern const struct cmd cmd_ban, cmd_count, cmd_crash, cmd_hang, cmd_hash, cmd_sites, cmd_unban;
