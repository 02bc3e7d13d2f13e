/* cmd_pack.c - `mudlark pack check DIR`: has the world judge a pack without a server. */
#include "command.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "rt/proc.h"

static int run(const struct args *a)
{
	if (strcmp(a->words[0], "check") != 0) {
		fprintf(stderr, "mudlark pack: it can `check DIR`, not '%s'\n", a->words[0]);
		return EXIT_USAGE;
	}
	return program_become("mudlark-world",
			      (const char *[]){ "--check-pack", a->words[1], "--set",
						"log.level=warning", NULL });
}

const struct command cmd_pack = {
	.name = "pack",
	.words = "check DIR",
	.about = "say every mistake in a content pack, with file, line and column",
	.more = "Exit status: 0 the pack is good, 65 it is not.",
	.words_min = 2,
	.words_max = 2,
	.run = run,
};
