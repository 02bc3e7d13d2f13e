/*
 * args.c - the command line of `mudlark`, by one table of flags.
 *
 * `--flag value`, `--flag=value` and the one-letter forms mean the same; words and flags may mix;
 * `--` ends the flags.
 */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct flag {
	enum args_flag bit;
	const char *name, *letter; /* without dashes; letter "" for none */
	const char *value;	   /* name of the value in the usage, NULL: takes none */
	const char *help;
};

static const struct flag flags[] = {
	{ ARG_CONFIG, "config", "c", "FILE", "configuration file (YAML)" },
	{ ARG_SET, "set", "s", "KEY=VALUE", "one option, over file and environment" },
	{ ARG_DATA, "data", "d", "DIR", "database, sockets and logs (default: var)" },
	{ ARG_ONLY, "only", "", "A,B", "start only these processes" },
	{ ARG_BIN, "bin", "", "DIR", "where the programs are (default: beside mudlark)" },
	{ ARG_AT, "at", "", "NAME=ADDRESS", "a process more, by its metrics address" },
	{ ARG_ONCE, "once", "", NULL, "look once, print, end" },
	{ ARG_JSON, "json", "", NULL, "print JSON" },
	{ ARG_FOLLOW, "follow", "f", NULL, "go on with what is logged from now on" },
	{ ARG_LINES, "lines", "n", "N", "how many lines to begin with (default: 200)" },
	{ ARG_TO, "to", "", "DIR", "folder for backups (default: backup in --data)" },
	{ ARG_KEEP, "keep", "", "N",
	  "then delete backups but the newest N (default: 0, all stay)" },
	{ ARG_KEEP_DAYS, "keep-days", "", "N", "then delete backups older than N days" },
	{ ARG_QUIET, "quiet", "q", NULL, "say nothing when all went well" },
	{ ARG_ALL, "all", "", NULL, "everything that processes on several machines need" },
	{ ARG_OWNER, "owner", "", "UID", "user, by number, that the files are for" },
	{ ARG_INSECURE, "insecure", "", NULL, "allow tcp:// between processes without keys" },
};

static const struct flag *flag_find(const char *name, size_t n, bool letter)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		const char *have = letter ? flags[i].letter : flags[i].name;
		if (strlen(have) == n && n > 0 && memcmp(have, name, n) == 0)
			return &flags[i];
	}
	return NULL;
}

static int flag_number(const char *value, unsigned *ret)
{
	char *end = NULL;
	errno = 0;
	unsigned long n = strtoul(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || n > 1000000)
		return 1;
	*ret = (unsigned)n;
	return 0;
}

static int flag_take(struct args *a, const struct flag *f, const char *value)
{
	a->given |= f->bit;
	switch (f->bit) {
	case ARG_DATA:
		a->data = value;
		return *value == '\0';
	case ARG_CONFIG:
		a->config = value;
		return *value == '\0';
	case ARG_ONLY:
		a->only = value;
		return *value == '\0';
	case ARG_BIN:
		a->bin = value;
		return *value == '\0';
	case ARG_TO:
		a->to = value;
		return *value == '\0';
	case ARG_LINES:
		return flag_number(value, &a->lines);
	case ARG_KEEP:
		return flag_number(value, &a->keep);
	case ARG_KEEP_DAYS:
		return flag_number(value, &a->keep_days);
	case ARG_OWNER:
		return flag_number(value, &a->owner);
	case ARG_SET:
		if (a->n_sets == ARGS_SETS_MAX || !strchr(value, '='))
			return 1;
		a->sets[a->n_sets++] = value;
		return 0;
	case ARG_AT:
		if (a->n_at == ARGS_AT_MAX || !strchr(value, '='))
			return 1;
		a->at[a->n_at++] = value;
		return 0;
	case ARG_ONCE:
	case ARG_JSON:
	case ARG_FOLLOW:
	case ARG_QUIET:
	case ARG_ALL:
	case ARG_INSECURE:
		return 0;
	}
	return 1;
}

static int refuse(const struct command *c, const char *what, const char *arg)
{
	fprintf(stderr, "mudlark %s: %s: %s\nTry: mudlark help %s\n", c->name, what, arg, c->name);
	return 1;
}

/* One flag at argv[*i], which may eat the next word. */
static int parse_flag(struct args *a, const struct command *c, int argc, char **argv, int *i)
{
	const char *arg = argv[*i];
	bool letter = arg[1] != '-';
	const char *name = arg + (letter ? 1 : 2);
	const char *equals = letter ? NULL : strchr(name, '=');
	const struct flag *f =
		flag_find(name, equals ? (size_t)(equals - name) : strlen(name), letter);
	if (!f || !(c->flags & (unsigned)f->bit))
		return refuse(c, "no such flag here", arg);
	const char *value = equals ? equals + 1 : NULL;
	if (f->value && !value) {
		if (*i + 1 >= argc)
			return refuse(c, "a value is missing after", arg);
		value = argv[++*i];
	}
	if (!f->value && value)
		return refuse(c, "takes no value", arg);
	if (flag_take(a, f, value))
		return refuse(c, "not a value that will do", value);
	return 0;
}

int args_parse(struct args *ret, const struct command *c, int argc, char **argv)
{
	struct args a = { .data = "var", .lines = 200 };
	bool only_words = false;
	for (int i = 1; i < argc; i++) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1] != '\0') {
			if (parse_flag(&a, c, argc, argv, &i))
				return 1;
		} else if (a.n_words == c->words_max || a.n_words == ARGS_WORDS_MAX) {
			return refuse(c, "one word too many", argv[i]);
		} else {
			a.words[a.n_words++] = argv[i];
		}
	}
	if (a.n_words < c->words_min)
		return refuse(c, "something is missing, it wants", c->words);
	*ret = a;
	return 0;
}

void args_usage(const struct command *c, char *out, size_t n)
{
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(flags) && used < n; i++) {
		const struct flag *f = &flags[i];
		if (!(c->flags & (unsigned)f->bit))
			continue;
		int w = snprintf(out + used, n - used, " [--%s%s%s]%s", f->name,
				 f->value ? " " : "", f->value ? f->value : "",
				 f->bit == ARG_SET || f->bit == ARG_AT ? "..." : "");
		used += w > 0 ? (size_t)w : 0;
	}
	if (used < n)
		snprintf(out + used, n - used, "%s%s", c->words[0] ? " " : "", c->words);
}

bool args_flag_help(unsigned mask, size_t i, const char **ret_flag, const char **ret_help)
{
	for (size_t k = 0; k < ARRAY_LEN(flags); k++) {
		if (!(mask & (unsigned)flags[k].bit) || i-- > 0)
			continue;
		*ret_flag = flags[k].name;
		*ret_help = flags[k].help;
		return true;
	}
	return false;
}
