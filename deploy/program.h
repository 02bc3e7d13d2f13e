/* program.h - the other programs, which lie beside this one: becoming one, or running some and waiting for
 * them. */
#pragma once

#include <sys/types.h>
#include "command.h"
#include "rt/base.h"
#include "rt/buf.h"

/* For one that does something at once and ends: no log of its life. */
#define PROGRAM_QUIET "--set", "log.level=warning"

/* args without the program's name, NULL-terminated. Returns an exit status only when that fails. */
int program_become(const char *name, const char *const *args);

/* Its command line with the options of the server of `a` (--config, --set, what follows from --data), or
 * with none of them (NULL), then `extra`. Free with settings_free(). */
char **program_argv(const char *name, const struct args *a, const char *const *extra) MUST_USE;
/* Returns an exit status only when it fails. */
int program_exec(char *const *argv);
/* Starts it with this as standard input and output (-1: ours). It ends with us. -errno. */
int program_start(pid_t *ret, char *const *argv, int in, int out) MUST_USE;
/* Until the end of what it writes to fd: appends it, but for what is beyond 4 KiB. A signal of `halt`
 * (halt.h) is passed on as SIGTERM. */
void program_listen(pid_t pid, int fd, int halt, struct buf *out);
/* Its exit status; 128 + the signal that ended it. Signals as above. */
int program_wait(pid_t pid, int halt) MUST_USE;
