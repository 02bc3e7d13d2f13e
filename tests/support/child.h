/*
 * child.h - a process started by a test: its output goes to a file, it dies with the test, and it
 * is ended by its id.
 */
#pragma once

#include <sys/types.h>
#include "rt/base.h"

struct child {
	pid_t pid;     /* 0: none */
	int status;    /* as waitpid() gave it, once it ended */
	char log[256]; /* stdout and stderr */
};

/* argv[0] is a path or found in PATH. Output is added to `log`; NULL: /dev/null. */
void child_start(struct child *c, const char *const *argv, const char *log);
bool child_is_alive(pid_t pid);
/* Waits for the end. The exit status, 128 + signal, or -1 when it still runs after that time. */
int child_wait(struct child *c, uint64_t within_us);
/* A signal, and the end of it all. */
int child_end(struct child *c, int signo, uint64_t within_us);
/* Waits until its output holds the text. */
bool child_says(const struct child *c, const char *text, uint64_t within_us);
/* Runs to the end and returns what it printed (freed by the caller). *ret_status as child_wait().
 */
char *child_output(const char *const *argv, const char *input, uint64_t within_us, int *ret_status);
/* Path of a program of this build ("mudlark-world"): bin/ beside the tests, or the folder that MUDLARK_BIN in the environment
 * names. Static memory. */
const char *child_program(const char *name);
