/* cmd_export.c - `mudlark export [FILE]`: everything that is stored as JSON lines. */
#include "command.h"
#include "dump.h"
#include "halt.h"
#include "newfile.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rt/proc.h"

static int complain(const char *path, int r)
{
	fprintf(stderr, "mudlark export: %s: %s\n", path, strerror(-r));
	return EXIT_FAULT;
}

static int export_file(const struct args *a, const char *path, int halt)
{
	struct newfile f;
	int r = newfile_open(&f, path);
	if (r < 0)
		return complain(path, r);
	int status = dump_any(a, f.fd, halt);
	if (status == EXIT_DONE)
		status = halt_status(halt);
	if (status == EXIT_DONE && (r = newfile_keep(&f)) < 0)
		status = complain(path, r);
	if (status > 128)
		fprintf(stderr, "mudlark export: interrupted; there is no %s.\n", path);
	newfile_done(&f);
	return status;
}

static int run(const struct args *a)
{
	const char *path = a->n_words > 0 ? a->words[0] : "-";
	int halt = halt_open();
	if (halt < 0)
		return complain("signals", halt);
	if (strcmp(path, "-") == 0)
		return dump_any(a, STDOUT_FILENO, halt);
	return export_file(a, path, halt);
}

const struct command cmd_export = {
	.name = "export",
	.words = "[FILE]",
	.about = "everything that is stored as JSON lines, to a new file or standard output",
	.more = "From the server that runs, at one instant, while play goes on; where none runs, "
		"from "
		"its store.\n"
		"The file has password hashes in it: only its owner can read it.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET | ARG_INSECURE,
	.words_max = 1,
	.run = run,
};
