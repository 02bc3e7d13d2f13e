/* cmd_restore.c - `mudlark restore FILE`: a backup becomes a store again. */
#include "command.h"
#include "restore.h"

static int run(const struct args *a)
{
	return restore_from(a, a->words[0]);
}

const struct command cmd_restore = {
	.name = "restore",
	.words = "FILE",
	.about = "put a backup into an empty store, while nothing runs",
	.more = "All of it or nothing: counts and hash are compared before the one transaction "
		"ends, and "
		"a store\n"
		"that is not empty is left as it is.  Exit status: 65 the file is not whole or no "
		"backup, "
		"73 a server\n"
		"runs, 1 the store is not empty.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET,
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
