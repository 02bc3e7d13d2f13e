/*
 * beat.h - what comes through the pipe of a process's heart (rt/proc.h): any byte is a sign of life; a line that begins
 * with = says how the process is.
 */
#pragma once

#include "rt/base.h"
#include "rt/proc.h"

struct beat {
	char why[PROC_WHY_BYTES + 1]; /* what is missing, in its own bytes; empty: nothing */
	char line[PROC_WHY_BYTES + 1];
	size_t n; /* of the line that is coming */
	bool in_line;
};

void beat_init(struct beat *b);
void beat_feed(struct beat *b, struct span bytes);
