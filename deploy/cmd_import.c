/* cmd_import.c - `mudlark import FILE`: lines of an export into an empty store of either kind. */
#include "command.h"
#include "restore.h"

static int run(const struct args *a)
{
	return restore_from(a, a->words[0]);
}

const struct command cmd_import = {
	.name = "import",
	.words = "FILE",
	.about = "put an export (- is standard input) into an empty store, while nothing runs",
	.more = "From SQLite to PostgreSQL:\n"
		"    mudlark export everything.jsonl\n"
		"    mudlark import --set persist.store=postgresql://... everything.jsonl\n"
		"Plain or packed by gzip; otherwise it is `mudlark restore`.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET,
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
