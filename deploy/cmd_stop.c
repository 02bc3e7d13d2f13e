/* cmd_stop.c - `mudlark stop`: ends the `mudlark up` of a data directory and waits for it. */
#include "command.h"
#include "control.h"
#include "place.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "rt/proc.h"

/* The lock is given back when all is over: by then every process is gone. */
static int wait_for_end(const struct place *p)
{
	const struct timespec step = { .tv_nsec = 20000000 };
	for (int i = 0; i < 500; i++) {
		int fd = -1, pid = 0;
		if (place_lock(p, &fd, &pid) == 0) {
			close(fd);
			return EXIT_DONE;
		}
		nanosleep(&step, NULL);
	}
	fprintf(stderr, "mudlark stop: it was told to, but has not ended within 10 s.\n");
	return EXIT_STUCK;
}

static int run(const struct args *a)
{
	struct place place;
	struct buf rows = { 0 };
	place_init(&place, a->data);
	int status = control_order(a->data, place.socket, "stop", &rows);
	if (status == EXIT_DONE)
		status = wait_for_end(&place);
	buf_done(&rows);
	place_done(&place);
	return status;
}

const struct command cmd_stop = {
	.name = "stop",
	.words = "",
	.about = "stop everything that `mudlark up` started",
	.more = "Returns when all processes are gone, which takes 5 s at the most.",
	.flags = ARG_DATA,
	.run = run,
};
