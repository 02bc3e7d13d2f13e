/* cmd_version.c - `mudlark version`. */
#include "command.h"

#include <stdio.h>

#include "rt/proc.h"

static int run(UNUSED const struct args *a)
{
	printf("mudlark %s\n", proc_build());
	return 0;
}

const struct command cmd_version = {
	.name = "version",
	.words = "",
	.about = "the version of this program",
	.run = run,
};
