/* cmd_keys.c - `mudlark keys DIR NAME`: a key pair for links between machines. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "rt/bus.h"
#include "rt/proc.h"

static int run(const struct args *a)
{
	fprintf(stderr, "%s %s\n", a->words[0], a->words[1]);
	return EXIT_FAULT;
}

const struct command cmd_keys = {
	.name = "keys",
	.words = "DIR NAME",
	.about = "make a CURVE key pair for tcp:// links between machines",
	.words_min = 2,
	.words_max = 2,
	.run = run,
};
