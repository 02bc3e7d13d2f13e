/*
 * spout.h - bytes out to a descriptor in a loop, as they are or packed by gzip, at the pace of whoever
 * takes them: a file at once, a pipe or a terminal as it has room, while the loop goes on.
 *
 * One lot at a time: put, then wait for `done`.  Memory is one lot and what zlib has, however much goes
 * through.
 */
#pragma once

#include "rt/base.h"
#include "rt/loop.h"

struct spout;

/* `done`: all of a lot was written, and with `last` the end of the gzip stream; or -errno. May be called
 * from inside spout_put(). */
int spout_open(struct spout **ret, struct loop *l, int fd, bool is_packed,
	       void (*done)(void *ctx, int r), void *ctx) MUST_USE;
void spout_put(struct spout *s, struct span bytes, bool last);
/* The descriptor stays open. */
void spout_close(struct spout *s);
