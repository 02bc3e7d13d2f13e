/*
 * mudlark.c - the operator's command: `mudlark up`, `mudlark status`, ...
 *
 * A subcommand is one file, cmd_<name>.c, and one constant in it; this is the table of them.
 * Nothing here is needed when systemd or containers run the processes.
 */
#include "command.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rt/proc.h"

static const struct command *const commands[] = {
	&cmd_up,     &cmd_status, &cmd_top,	&cmd_stop,    &cmd_restart,
	&cmd_reload, &cmd_logs,	  &cmd_account, &cmd_console, &cmd_keys,
	&cmd_pack,   &cmd_replay, &cmd_backup,	&cmd_restore, &cmd_verify,
	&cmd_export, &cmd_import, &cmd_version, &cmd_help,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

const struct command *command_at(size_t i)
{
	return i < ARRAY_LEN(commands) ? commands[i] : NULL;
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	const char *name = argc > 1 ? argv[1] : "help";
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	else if (strcmp(name, "--version") == 0)
		name = "version";
	const struct command *c = command_find(name);
	if (!c) {
		fprintf(stderr, "mudlark: there is no command '%s'; `mudlark help` lists them\n",
			name);
		return EXIT_USAGE;
	}
	if (argc > 2 && strcmp(argv[2], "--help") == 0) {
		const struct args help = { .words = { name }, .n_words = 1 };
		return cmd_help.run(&help);
	}
	struct args a;
	char *none[] = { argv[0], NULL };
	if (args_parse(&a, c, argc > 1 ? argc - 1 : 1, argc > 1 ? argv + 1 : none))
		return EXIT_USAGE;
	return c->run(&a);
}
