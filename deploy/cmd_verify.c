/* cmd_verify.c - `mudlark verify [FILE]`: that a backup is whole, and the hash of what is stored. */
#include "command.h"
#include "dump.h"
#include "halt.h"
#include "program.h"
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rt/proc.h"

static const char *const verify_pipe[] = { PROGRAM_QUIET, "--verify", "-", NULL };

/* What there is goes through the same eyes as a file. */
static int verify_store(const struct args *a)
{
	int ends[2];
	pid_t pid = 0;
	int halt = halt_open();
	int r = halt;
	if (r >= 0 && pipe2(ends, O_CLOEXEC) < 0)
		r = -errno;
	if (r >= 0) {
		char **argv = program_argv("mudlark-persist", NULL, verify_pipe);
		r = program_start(&pid, argv, ends[0], -1);
		settings_free(argv);
		close(ends[0]);
	}
	if (r < 0) {
		fprintf(stderr, "mudlark: %s\n", strerror(-r));
		return EXIT_FAULT;
	}
	int status = dump_any(a, ends[1], halt);
	/* Half of it need not be judged: why it is half was said. */
	if (status != EXIT_DONE)
		kill(pid, SIGKILL);
	close(ends[1]);
	int judged = program_wait(pid, halt);
	return status != EXIT_DONE ? status : judged;
}

static int run(const struct args *a)
{
	if (a->n_words == 0)
		return verify_store(a);
	return program_become("mudlark-persist",
			      (const char *[]){ PROGRAM_QUIET, "--verify", a->words[0], NULL });
}

const struct command cmd_verify = {
	.name = "verify",
	.words = "[FILE]",
	.about = "check a backup or an export (- is standard input), or hash what is stored now",
	.more = "Prints the hash of the state, `state HASH`: equal for the same content, in "
		"whatever "
		"store or file it\n"
		"is.  Without FILE: of the server that runs or, where none does, of its store.  "
		"Exit "
		"status: 65 the\n"
		"file is not whole or no export.",
	.flags = ARG_DATA | ARG_CONFIG | ARG_SET | ARG_INSECURE,
	.words_max = 1,
	.run = run,
};
