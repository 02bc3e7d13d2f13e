/*
 * settled.h - how far in Discord's sequence of events everything has come into the game for good: a process that begins
 * again resumes behind that, and is told the rest once more.
 */
#pragma once

#include <sys/queue.h>
#include "rt/base.h"

struct settled_line {
	TAILQ_ENTRY(settled_line) entry;
	uint64_t seq;
	void *of; /* whose it is */
};

struct settled {
	TAILQ_HEAD(, settled_line) open;
	size_t n;
};

void settled_init(struct settled *s);
void settled_done(struct settled *s);
/* A line of this event is on its way; `settle` it once. */
struct settled_line *settled_open(struct settled *s, uint64_t seq, void *of);
void settled_close(struct settled *s, struct settled_line *l);
/* With `seq` as the newest event. */
uint64_t settled_upto(const struct settled *s, uint64_t seq);
