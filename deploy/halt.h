/*
 * halt.h - Ctrl-C and its kind, for a command that has something to clean up: held back and read from a
 * descriptor, so that they count where the command looks for them.
 */
#pragma once

#include "rt/base.h"

/* Holds back SIGINT, SIGTERM and SIGHUP from here on. A descriptor that is readable when one came. -errno. */
int halt_open(void) MUST_USE;
/* EXIT_DONE; or 128 + the number of a signal that came, from then on always. Never waits. */
int halt_status(int fd);
/* In a child, before exec: they count again as for any program. */
void halt_release(void);
