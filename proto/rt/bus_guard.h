/*
 * bus_guard.h - what stands around an ipc:// endpoint: a directory that is ours alone, a name that
 * fits, and a lock.  ZeroMQ would let a second process bind the same path and steal new connections.
 */
#pragma once

#include "rt/base.h"

/* The path of an ipc endpoint, NULL for another kind. */
const char *bus_ipc_path(const char *endpoint);
/* 0, or -ENAMETOOLONG with a sentence in the log. */
int bus_ipc_check(const char *endpoint) MUST_USE;
/* Makes the directory, takes `<path>.lock`, removes a socket that a dead process left behind. The lock
 * is held until *ret_fd is closed. -EADDRINUSE, -EPERM, -errno; the reason is in the log. */
int bus_guard(const char *path, int *ret_fd) MUST_USE;
