/*
 * console.h - the staff session of `mudlark console`: lines typed go to the gateway's console socket,
 * what comes back is shown.
 *
 *	console_pipe()  standard input is no terminal: all of it at once, then half-close, then
 *			everything until the server closes
 *	console_edit()  a terminal: libedit with history; the server's unfinished last line is the
 *			prompt
 */
#pragma once

#include "rt/base.h"

/* Both return an exit status; fd is a connected socket. */
int console_pipe(int fd);
int console_edit(int fd);
