/*
 * gate.h - a gateway beside that of `mudlark up`, at the same world, with ports and signals of its own.
 */
#pragma once

#include "tests/support/mud.h"

struct gate {
	struct child child;
	const char *name;
	uint16_t telnet, web, metrics;
};

/* Starts it and waits until it is ready. `sets`: further options, NULL-terminated; NULL: none. */
void gate_start(struct gate *g, const struct mud *m, const char *name, const char *const *sets);
/* The status of /readyz; 0: no answer. */
int gate_readyz(const struct gate *g);
/* Waits for that status. */
void gate_expect_readyz(const struct gate *g, int status);
/* One that runs no longer is no mistake. */
void gate_kill(struct gate *g);
