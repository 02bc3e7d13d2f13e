/* cmd_restart.c - `mudlark restart PROCESS`: stops one process cleanly and starts it again. */
#include "command.h"
#include "control.h"
#include "place.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rt/proc.h"

enum { PATIENCE_MS = 40000, STEP_MS = 20 };

/* The row "NAME PID STATE ..." of a process; false: it is not there. */
static bool find_row(const struct buf *rows, const char *name, int *ret_pid, char state[64])
{
	char line[CONTROL_LINE], have[64];
	const char *p = buf_p(rows), *end = p + rows->n, *newline;
	for (; (newline = memchr(p, '\n', (size_t)(end - p))); p = newline + 1) {
		snprintf(line, sizeof(line), "%.*s", (int)(newline - p), p);
		if (sscanf(line, "%63s %d %63s", have, ret_pid, state) == 3 &&
		    strcmp(have, name) == 0)
			return true;
	}
	return false;
}

static int look(const struct args *a, const struct place *p, int *ret_pid, char state[64])
{
	struct buf rows = { 0 };
	int status = control_order(a->data, p->socket, "status", &rows);
	*ret_pid = 0;
	if (status == EXIT_DONE && !find_row(&rows, a->words[0], ret_pid, state))
		state[0] = '\0';
	buf_done(&rows);
	return status;
}

static int restart(const struct args *a, const struct place *p)
{
	const struct timespec step = { .tv_nsec = STEP_MS * 1000000 };
	char request[128], state[64];
	int before, now;
	struct buf rows = { 0 };
	snprintf(request, sizeof(request), "restart %s", a->words[0]);
	int status = look(a, p, &before, state);
	if (status == EXIT_DONE)
		status = control_order(a->data, p->socket, request, &rows);
	buf_done(&rows);
	for (int ms = 0; status == EXIT_DONE && ms < PATIENCE_MS; ms += STEP_MS) {
		status = look(a, p, &now, state);
		if (status == EXIT_DONE && now != before && strcmp(state, "ready") == 0) {
			printf("restarted: %s\n", a->words[0]);
			return EXIT_DONE;
		}
		if (status == EXIT_DONE && strcmp(state, "off") == 0) {
			fprintf(stderr,
				"mudlark restart: %s was refused and is left off; see `mudlark "
				"logs %s`.\n",
				a->words[0], a->words[0]);
			return EXIT_FAULT;
		}
		nanosleep(&step, NULL);
	}
	if (status == EXIT_DONE)
		fprintf(stderr,
			"mudlark restart: %s has not become ready again within 40 s; see "
			"`mudlark logs %s`.\n",
			a->words[0], a->words[0]);
	return status == EXIT_DONE ? EXIT_FAULT : status;
}

static int run(const struct args *a)
{
	struct place place;
	place_init(&place, a->data);
	int status = restart(a, &place);
	place_done(&place);
	return status;
}

const struct command cmd_restart = {
	.name = "restart",
	.words = "PROCESS",
	.about = "stop one process cleanly and start it again",
	.more = "Returns when it is ready again.  Players keep their connections and their "
		"characters\n"
		"unless the process is the gateway.",
	.flags = ARG_DATA,
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
