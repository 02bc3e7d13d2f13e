/*
 * child.h - one process under supervision, for real: fork and exec, and the three pipes to it.
 *
 * The child is the leader of a session of its own (a Ctrl-C at the terminal reaches the supervisor
 * alone), dies when the supervisor dies however that happens, has /dev/null as stdin, the log pipe
 * as stdout and stderr, and finds the descriptors of the others in its environment (rt/proc.h).
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"

struct child {
	pid_t pid;    /* 0: none */
	int log_fd;   /* its stdout and stderr; non-blocking, as are the others */
	int beat_fd;  /* a byte for each sign of life */
	int ready_fd; /* one byte when it can do its work */
};

/* argv[0] is the program's path. -errno, also when there is no such program. */
int child_spawn(struct child *ret, char *const argv[]) MUST_USE;
/* SIGKILL reaches everything it may have started. */
void child_signal(const struct child *c, int signo);
/* True when it is gone; closes nothing. */
bool child_reap(struct child *c, int *ret_wait_status);
void child_close(struct child *c);
