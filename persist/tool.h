/*
 * tool.h - what mudlark-persist does besides serving: --migrate, --export FILE, --import FILE, --verify FILE.
 * Each does its work, says what came of it, and ends the process.
 */
#pragma once

#include "rt/base.h"

struct tool_ask {
	const char *store; /* persist.store */
	bool migrate;
	const char *to, *from, *look; /* --export, --import, --verify; NULL: not asked */
};

/* Is there anything to be done? */
bool tool_is(const struct tool_ask *ask);
/* The exit status. The result goes to the standard output, or to the standard error when that is taken. */
int tool_run(const struct tool_ask *ask);
