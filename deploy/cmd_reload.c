/* cmd_reload.c - `mudlark reload [PROCESS]`: has the configuration read again (SIGHUP). */
#include "command.h"
#include "control.h"
#include "place.h"

#include <stdio.h>

#include "rt/proc.h"

static int run(const struct args *a)
{
	struct place place;
	struct buf rows = { 0 };
	char request[128];
	snprintf(request, sizeof(request), "reload%s%s", a->n_words ? " " : "",
		 a->n_words ? a->words[0] : "");
	place_init(&place, a->data);
	int status = control_order(a->data, place.socket, request, &rows);
	if (status == EXIT_DONE)
		printf("asked to read the configuration again: %s\n",
		       a->n_words ? a->words[0] : "every process");
	buf_done(&rows);
	place_done(&place);
	return status;
}

const struct command cmd_reload = {
	.name = "reload",
	.words = "[PROCESS]",
	.about = "have the configuration file read again",
	.more = "What changed and can be taken over is; of what needs a restart the log tells.",
	.flags = ARG_DATA,
	.words_max = 1,
	.run = run,
};
