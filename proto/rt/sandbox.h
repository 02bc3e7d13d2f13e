/*
 * sandbox.h - what a process gives up once it has started: root, capabilities, new privileges, core
 * dumps, and every system call it does not need.
 *
 * For a process that serves strangers and keeps nothing on disk.  Afterwards it can use the sockets
 * it has and accept on them, connect to unix sockets (to the internet only if that was asked for),
 * and open files for reading, which a reload needs.  Everything else fails with EPERM, so that a
 * forgotten harmless call costs a function and not every player's connection; but what only an
 * intruder would try - to run a program, to fork, to look into another process - ends the process
 * at once.
 *
 * There are no core dumps, as they would hold passwords and keys on their way, and nobody but root
 * can attach a debugger.  A build with ASan or TSan, whose runtimes do all of the above, has no
 * sandbox.
 */
#pragma once

#include "rt/base.h"

enum { SANDBOX_WHY = 160 };

/* Does this build have one? */
bool sandbox_is_possible(void);
/* Becomes another user (with its groups) for good; "": remains who it is. 0; 1: `why`. */
int sandbox_user(const char *user, char why[SANDBOX_WHY]) MUST_USE;
/* Gives up capabilities, new privileges, core dumps. 0; 1: `why`. */
int sandbox_lock(char why[SANDBOX_WHY]) MUST_USE;
/* Gives up system calls, in all threads there are. 0; 1: `why`. */
int sandbox_filter(bool internet, char why[SANDBOX_WHY]) MUST_USE;
