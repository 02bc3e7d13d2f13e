/*
 * command.h - what a subcommand of `mudlark` is: one file, one constant (mudlark.c has the table).
 *
 * The command line is parsed once, by args_parse(), against what the command says it takes; run()
 * gets the result and returns the exit status of the program.
 */
#pragma once

#include "rt/base.h"

/* Flags a command may take; ARG_VALUE ones want a value. */
enum args_flag {
	ARG_DATA = 1 << 0,
	ARG_CONFIG = 1 << 1,
	ARG_SET = 1 << 2,
	ARG_ONLY = 1 << 3,
	ARG_BIN = 1 << 4,
	ARG_JSON = 1 << 5,
	ARG_FOLLOW = 1 << 6,
	ARG_LINES = 1 << 7,
	ARG_INSECURE = 1 << 8,
	ARG_TO = 1 << 9,
	ARG_KEEP = 1 << 10,
	ARG_KEEP_DAYS = 1 << 11,
	ARG_QUIET = 1 << 12,
	ARG_ONCE = 1 << 13,
	ARG_AT = 1 << 14,
	ARG_ALL = 1 << 15,
	ARG_OWNER = 1 << 16,
};

enum { ARGS_SETS_MAX = 128, ARGS_WORDS_MAX = 32, ARGS_AT_MAX = 64 };

/* Everything borrowed from argv. */
struct args {
	const char *data;   /* --data, default var */
	const char *config; /* --config, NULL: none */
	const char *only;   /* --only, NULL: all */
	const char *bin;    /* --bin, NULL: beside this program */
	const char *to;	    /* --to, NULL: in --data */
	unsigned given;	    /* args_flag bits that were on the command line */
	unsigned lines;	    /* --lines */
	unsigned keep;	    /* --keep, default 0: all */
	unsigned keep_days; /* --keep-days, default 0 */
	unsigned owner;	    /* --owner, a user's number */
	const char *sets[ARGS_SETS_MAX];
	size_t n_sets;
	const char *at[ARGS_AT_MAX]; /* --at NAME=ADDRESS */
	size_t n_at;
	const char *words[ARGS_WORDS_MAX + 1];
	size_t n_words;
};

struct command {
	const char *name;
	const char *words; /* of the usage line: "create NAME" */
	const char *about; /* one line */
	const char *more;  /* paragraphs of `mudlark help NAME`, may be NULL */
	unsigned flags;	   /* args_flag bits */
	unsigned words_min, words_max;
	int (*run)(const struct args *a);
};

extern const struct command cmd_up, cmd_status, cmd_top, cmd_stop, cmd_restart, cmd_reload,
	cmd_logs, cmd_account, cmd_console, cmd_keys, cmd_pack, cmd_replay, cmd_backup, cmd_restore,
	cmd_verify, cmd_export, cmd_import, cmd_version, cmd_help;

/* The table; NULL: no such command (name) or no more (index). */
const struct command *command_find(const char *name);
const struct command *command_at(size_t i);

/* argv[0] is the command's name. 0; 1: mistakes, said on stderr. */
int args_parse(struct args *ret, const struct command *c, int argc, char **argv) MUST_USE;
/* "[--config FILE] [--set KEY=VALUE]... NAME" for the usage line, into out. */
void args_usage(const struct command *c, char *out, size_t n);
/* The help of one flag at a time: index 0, 1, ...; false at the end; only those in `flags`. */
bool args_flag_help(unsigned flags, size_t i, const char **ret_flag, const char **ret_help);
