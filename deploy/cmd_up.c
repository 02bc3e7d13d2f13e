/* cmd_up.c - `mudlark up`: start everything and watch over it (up.h). */
#include "command.h"
#include "up.h"

static int run(const struct args *a)
{
	return up_run(a);
}

const struct command cmd_up = {
	.name = "up",
	.words = "",
	.about = "start all processes of this machine and watch over them",
	.more = "Prints where to connect and `ready` once players can log in.  Ctrl-C or SIGTERM "
		"stops\n"
		"everything within 5 s, SIGHUP makes every process read its configuration again.  "
		"A\n"
		"process that dies is started again; a configuration or pack that is refused at "
		"the\n"
		"first start ends everything with the exit status of the process that refused it.",
	.flags = ARG_CONFIG | ARG_SET | ARG_DATA | ARG_ONLY | ARG_BIN | ARG_INSECURE,
	.run = run,
};
