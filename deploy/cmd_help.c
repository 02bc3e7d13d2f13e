/* cmd_help.c - `mudlark help [COMMAND]`: from the same tables the commands run by. */
#include "command.h"

#include <stdio.h>

#include "rt/proc.h"

static int help_all(void)
{
	puts("mudlark: a MUD server - the operator's command\n\nusage: mudlark COMMAND ...\n");
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++)
		printf("  %-9s %s\n", c->name, c->about);
	puts("\n`mudlark help COMMAND` tells more, `man mudlark` all of it.");
	return EXIT_DONE;
}

static int run(const struct args *a)
{
	if (a->n_words == 0)
		return help_all();
	const struct command *c = command_find(a->words[0]);
	if (!c) {
		fprintf(stderr, "mudlark: there is no command '%s'; `mudlark help` lists them\n",
			a->words[0]);
		return EXIT_USAGE;
	}
	char usage[512];
	const char *flag, *help;
	args_usage(c, usage, sizeof(usage));
	printf("mudlark %s: %s\n\nusage: mudlark %s%s\n", c->name, c->about, c->name, usage);
	for (size_t i = 0; args_flag_help(c->flags, i, &flag, &help); i++)
		printf("%s  --%-9s %s\n", i == 0 ? "\n" : "", flag, help);
	if (c->more)
		printf("\n%s\n", c->more);
	return EXIT_DONE;
}

const struct command cmd_help = {
	.name = "help",
	.words = "[COMMAND]",
	.about = "this list, or one command explained",
	.words_max = 1,
	.run = run,
};
